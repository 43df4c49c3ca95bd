//! Consultations and calls by agent. Agents have ids here: their names are personal data.

use std::collections::HashMap;

use sangdam_domain::id::AgentId;
use sangdam_projections::agents::{self, AgentRow};

use super::wording::CONSULTATION;
use super::{Ask, Sketch, mean};
use crate::reports::error::ReportError;
use crate::reports::question::Period;
use crate::table::{Chart, ChartKind, Column, Name, Spooling, Words};

pub const SKETCH: Sketch = Sketch {
    title: Words::new("상담원별 통계", "Consultations by agent"),
    name: Name::new("agents", "상담원별", "Agents"),
    columns: COLUMNS,
    keys: 1,
    chart: Some(Chart {
        kind: ChartKind::Columns,
        table: "agents",
        category: "extension",
        series: &["consultations", "answered"],
        rows_max: 60,
    }),
    notes: || vec![CONSULTATION, NUMBERS, AGENT],
};

const COLUMNS: &[Column] = &[
    Column::text("agent", "상담원", "agent"),
    Column::text("extension", "내선", "extension"),
    Column::count("consultations", "상담", "consultations"),
    Column::count("resolved", "해결", "resolved"),
    Column::count("resolved_by_agent", "직접 해결", "resolved by agent"),
    Column::count("transferred", "전환 요청", "transferred"),
    Column::count("answered", "응답", "answered"),
    Column::count("talks", "통화", "talks"),
    Column::count("talk_seconds", "통화 시간(초)", "talk (s)"),
    Column::tenths("talk_mean", "평균 통화(초)", "average talk (s)"),
];

const AGENT: (Words, Words) = (
    Words::new("상담원이 비어 있는 행", "A row without an agent"),
    Words::new(
        "누가 받았는지 기록되지 않은 상담과 전화입니다.",
        "Consultations and calls of which it is not recorded who took them.",
    ),
);

const NUMBERS: (Words, Words) = (
    Words::new("상담원별 수치", "The numbers of an agent"),
    Words::new(
        "상담은 지금 맡고 있는 상담원에게 집계합니다. 해결·직접 해결·전환 요청은 그 상담 중의 수이고, 평균 통화는 통화 시간 ÷ 통화 시간이 기록된 응답 통화입니다.",
        "Consultations count for who has them now; resolved, resolved by the agent and transferred are of these. Average talk \
         is talk time ÷ answered calls whose talk time is known.",
    ),
);

/// Fills the table: the agents who had any, by id; those of nobody known first.
pub async fn fill(ask: &Ask<'_>, period: Period, rows: &mut Spooling) -> Result<(), ReportError> {
    let known = agents::all(ask.models, ask.at, true).await?;
    let known: HashMap<AgentId, AgentRow> = known.into_iter().map(|agent| (agent.id, agent)).collect();
    for figures in agents::figures(ask.models, ask.at, period.from(), period.to()).await? {
        let row = figures.agent.and_then(|agent| known.get(&agent));
        let extension = row.and_then(|row| row.extension.as_ref());
        rows.push(&[
            figures.agent.map(|agent| agent.to_string()).into(),
            extension.map(|extension| extension.as_str().to_owned()).into(),
            figures.consultations.into(),
            figures.resolved.into(),
            figures.resolved_by_agent.into(),
            figures.transferred.into(),
            figures.answered.into(),
            figures.talks.into(),
            figures.talk_seconds.into(),
            mean(figures.talk_seconds, figures.talks),
        ])?;
    }
    Ok(())
}
