//! One row a consultation, as many as there are; no personal data. Voided ones stand among them and say so.

use std::borrow::Cow;

use sangdam_domain::value::OpenedBy;
use sangdam_projections::consultations::{self, ConsultationFilter, ConsultationRow};
use sangdam_projections::{Cursor, Order, Page};

use super::wording::{self, CONSULTATION};
use super::{Ask, Sketch};
use crate::reports::error::ReportError;
use crate::reports::question::Period;
use crate::table::{Column, Kind, Language, Name, Row, Spooling, Words};

/// How many rows are held in memory at once.
const PAGE: usize = 2_000;

pub const SKETCH: Sketch = Sketch {
    title: Words::new("상담 목록", "Consultations"),
    name: Name::new("consultations", "상담", "Consultations"),
    columns: COLUMNS,
    keys: 2,
    chart: None,
    notes: || vec![CONSULTATION, VOIDED],
};

const COLUMNS: &[Column] = &[
    Column::new(Kind::Time, "occurred_at", "개시 시각", "opened at"),
    Column::text("consultation", "상담 번호", "consultation"),
    Column::new(Kind::Date, "day", "집계일", "day"),
    Column::number("hour", "시", "hour"),
    Column::new(Kind::Code(status), "status", "상태", "status"),
    Column::new(Kind::Code(channel), "channel", "경로", "channel"),
    Column::new(Kind::Code(contact_reason), "contact_reason", "전화한 이유", "contact reason"),
    Column::text("category", "분류", "category"),
    Column::number("taxonomy_version", "분류 체계", "taxonomy version").for_programs(),
    Column::text("agent", "상담원", "agent"),
    Column::new(Kind::Code(resolved_by), "resolved_by", "해결한 사람", "resolved by"),
    Column::new(Kind::Code(outcome), "outcome", "결과", "outcome"),
    Column::new(Kind::Time, "resolved_at", "해결 시각", "resolved at"),
    Column::count("calls", "통화", "calls"),
    Column::count("transfers", "전환", "transfers"),
    Column::count("notes", "기록", "notes"),
    Column::count("numbers_given", "안내한 번호", "numbers given"),
    Column::text("opened_by_call", "개시 통화", "opened by call").for_programs(),
    Column::text("opened_by_callback", "개시 회신", "opened by callback").for_programs(),
    Column::number("position", "위치(개시)", "position opened"),
];

const VOIDED: (Words, Words) = (
    Words::new("무효", "Voided"),
    Words::new("집계에 들지 않는 상담입니다.", "A consultation that does not count."),
);

/// Fills the table in the order of time.
pub async fn fill(ask: &Ask<'_>, period: Period, rows: &mut Spooling) -> Result<(), ReportError> {
    let filter = ConsultationFilter {
        from: Some(period.from()),
        to: Some(period.to()),
        ..ConsultationFilter::default()
    };
    let of = consultations::count(ask.models, ask.at, &filter).await?;
    let mut page = Page { size: PAGE, after: None, order: Order::OldestFirst };
    loop {
        let found = consultations::page(ask.models, ask.at, &filter, &page).await?;
        for consultation in &found.rows {
            rows.push(&row(consultation))?;
        }
        ask.tell(rows.rows(), of);
        let last = found.rows.last().map(|last| Cursor { at: last.occurred_at, id: last.id.uuid() });
        match last {
            Some(_) if found.more => page.after = last,
            _ => return Ok(()),
        }
    }
}

fn row(row: &ConsultationRow) -> Row {
    let (call, callback) = match row.opened_by {
        OpenedBy::Call { call } => (call, None),
        OpenedBy::Callback { callback, call } => (call, Some(callback)),
    };
    vec![
        row.occurred_at.into(),
        row.id.to_string().into(),
        row.day.into(),
        row.hour.into(),
        row.status.as_str().into(),
        row.channel.as_str().into(),
        row.contact_reason.as_str().into(),
        row.category.as_ref().map(|code| code.as_str().to_owned()).into(),
        row.taxonomy_version.into(),
        row.agent.map(|agent| agent.to_string()).into(),
        row.resolved_by.map(|by| by.as_str()).into(),
        row.outcome.map(|outcome| outcome.as_str()).into(),
        row.resolved_at.into(),
        row.calls.into(),
        row.transfers.into(),
        row.notes.into(),
        row.numbers_given.into(),
        call.to_string().into(),
        callback.map(|callback| callback.to_string()).into(),
        row.opened_position.get().into(),
    ]
}

fn status(code: &str, language: Language) -> Cow<'_, str> {
    const LIST: [(&str, Words); 3] = [
        ("open", Words::new("진행 중", "open")),
        ("resolved", Words::new("해결", "resolved")),
        ("voided", Words::new("무효", "voided")),
    ];
    wording::of_list(code, language, &LIST)
}

fn channel(code: &str, language: Language) -> Cow<'_, str> {
    const LIST: [(&str, Words); 2] =
        [("phone", Words::new("전화", "phone")), ("callback", Words::new("회신 전화", "callback"))];
    wording::of_list(code, language, &LIST)
}

fn contact_reason(code: &str, language: Language) -> Cow<'_, str> {
    const LIST: [(&str, Words); 6] = [
        ("unknown_contact", Words::new("담당을 몰라서", "did not know whom to call")),
        ("officer_unavailable", Words::new("담당자 부재·통화 중", "officer busy or away")),
        ("line_dropped", Words::new("통화가 끊겨서", "the line dropped")),
        ("follow_up", Words::new("이전 상담에 이어서", "follow-up")),
        ("other", Words::new("기타", "other")),
        ("unrecorded", Words::new("기록 없음", "not recorded")),
    ];
    wording::of_list(code, language, &LIST)
}

fn resolved_by(code: &str, language: Language) -> Cow<'_, str> {
    const LIST: [(&str, Words); 3] = [
        ("agent", Words::new("상담원", "agent")),
        ("officer", Words::new("담당자", "officer")),
        ("unrecorded", Words::new("기록 없음", "not recorded")),
    ];
    wording::of_list(code, language, &LIST)
}

fn outcome(code: &str, language: Language) -> Cow<'_, str> {
    const LIST: [(&str, Words); 7] = [
        ("answered", Words::new("답변", "answered")),
        ("number_given", Words::new("번호 안내", "number given")),
        ("transferred", Words::new("담당자 연결", "transferred")),
        ("received", Words::new("접수", "received")),
        ("not_possible", Words::new("처리 불가", "not possible")),
        ("withdrawn", Words::new("취하", "withdrawn")),
        ("unrecorded", Words::new("기록 없음", "not recorded")),
    ];
    wording::of_list(code, language, &LIST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sangdam_domain::value::{Channel, ContactReason, Outcome, ResolvedBy};

    #[test]
    fn every_code_has_words_in_korean() {
        let said = |wording: fn(&str, Language) -> Cow<'_, str>, codes: Vec<&'static str>| {
            for code in codes {
                assert!(!wording(code, Language::Ko).is_ascii(), "{code}");
            }
        };
        said(channel, Channel::ALL.iter().map(|code| code.as_str()).collect());
        said(contact_reason, ContactReason::ALL.iter().map(|code| code.as_str()).collect());
        said(resolved_by, ResolvedBy::ALL.iter().map(|code| code.as_str()).collect());
        said(outcome, Outcome::ALL.iter().map(|code| code.as_str()).collect());
        said(status, vec!["open", "resolved", "voided"]);
    }
}
