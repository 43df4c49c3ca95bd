//! How well calls were served: one row a figure, each with what it is divided by and the version of its definition.

use std::borrow::Cow;

use sangdam_domain::counting::Share;
use sangdam_projections::quality;
use sangdam_projections::service_level::{self, Durations, ServiceLevel};

use super::wording::{CALLS, of_list};
use super::{Ask, Sketch, mean, percent};
use crate::reports::error::ReportError;
use crate::reports::question::Period;
use crate::table::{Cell, Column, Kind, Language, Name, Row, Spooling, Words};

pub const SKETCH: Sketch = Sketch {
    title: Words::new("서비스 수준", "Service level"),
    name: Name::new("figures", "지표", "Figures"),
    columns: COLUMNS,
    keys: 1,
    chart: None,
    notes: || {
        let figures = FIGURES.iter().map(|figure| (figure.name, figure.meaning));
        [CALLS].into_iter().chain(figures).collect()
    },
};

const COLUMNS: &[Column] = &[
    Column::new(Kind::Code(name), "figure", "지표", "figure"),
    Column::tenths("value", "값", "value"),
    Column::new(Kind::Code(unit), "unit", "단위", "unit"),
    Column::count("numerator", "분자", "numerator"),
    Column::count("denominator", "분모", "denominator"),
    Column::text("definition", "정의", "definition"),
];

/// A figure and what it means. A new meaning is a new version.
struct Figure {
    key: &'static str,
    definition: &'static str,
    name: Words,
    meaning: Words,
}

const fn figure(key: &'static str, name: Words, meaning: Words) -> Figure {
    Figure { key, definition: "v1", name, meaning }
}

/// What a call answered in time has waited at most, in seconds.
const IN_TIME_SECONDS: u32 = 20;

const FIGURES: [Figure; 19] = [
    figure(
        "answer_rate",
        Words::new("응답률", "answer rate"),
        Words::new(
            "운영 시간 내 응답 ÷ 운영 시간 내 인입.",
            "Answered ÷ offered, of calls offered within the opening hours of the calendar in force then.",
        ),
    ),
    figure(
        "abandonment_rate",
        Words::new("포기율", "abandonment rate"),
        Words::new("포기 ÷ 인입.", "Abandoned ÷ offered."),
    ),
    figure(
        "answered_within_20_seconds",
        Words::new("20초 내 응답률", "answered within 20 s"),
        Words::new("20초 안에 응답한 전화 ÷ 인입.", "Calls answered within 20 seconds ÷ offered."),
    ),
    figure(
        "wait_mean",
        Words::new("평균 대기 시간", "average wait"),
        Words::new("응답한 전화가 기다린 시간의 합 ÷ 응답.", "What answered calls had waited ÷ answered."),
    ),
    figure("wait_p50", Words::new("대기 시간 중앙값", "median wait"), PERCENTILE_OF_WAITS),
    figure("wait_p90", Words::new("대기 시간 90백분위", "90th percentile of waits"), PERCENTILE_OF_WAITS),
    figure("wait_p95", Words::new("대기 시간 95백분위", "95th percentile of waits"), PERCENTILE_OF_WAITS),
    figure(
        "abandoned_wait_mean",
        Words::new("포기까지 평균 시간", "average wait of abandoned calls"),
        Words::new("포기한 전화가 기다린 시간의 합 ÷ 포기.", "What abandoned calls had waited ÷ abandoned."),
    ),
    figure(
        "talk_mean",
        Words::new("평균 통화 시간", "average talk time"),
        Words::new(
            "통화 시간의 합 ÷ 통화 시간이 기록된 응답 통화.",
            "Talk time ÷ answered calls whose talk time is known.",
        ),
    ),
    figure("talk_p50", Words::new("통화 시간 중앙값", "median talk time"), PERCENTILE_OF_TALK),
    figure("talk_p90", Words::new("통화 시간 90백분위", "90th percentile of talk time"), PERCENTILE_OF_TALK),
    figure(
        "after_call_work_mean",
        Words::new("평균 후처리 시간", "average after-call work"),
        Words::new(
            "후처리 시간의 합 ÷ 후처리 횟수. 상담원 상태가 기록된 경우에만 나옵니다.",
            "After-call work ÷ how often it was begun; only where agents' states are told.",
        ),
    ),
    figure(
        "handling_mean",
        Words::new("평균 처리 시간", "average handling time"),
        Words::new(
            "(통화 시간 + 후처리 시간) ÷ 통화 시간이 기록된 응답 통화.",
            "(Talk time + after-call work) ÷ answered calls whose talk time is known.",
        ),
    ),
    figure(
        "transfer_rate",
        Words::new("전환율", "transfer rate"),
        Words::new(
            "담당자 연결을 요청한 상담 ÷ 상담.",
            "Consultations of which a transfer was requested ÷ consultations.",
        ),
    ),
    figure(
        "callback_kept_rate",
        Words::new("회신 약속 이행률", "callbacks kept"),
        Words::new(
            "제때 한 회신 ÷ (한 회신 + 기한이 지난 회신). 취소된 것과 기한이 남은 것은 뺍니다.",
            "Callbacks made in time ÷ those made or due by then; not those cancelled, nor those not due yet.",
        ),
    ),
    figure(
        "repeat_caller_rate",
        Words::new("7일 내 다시 전화한 사람", "callers who called again within 7 days"),
        Words::new(
            "7일(168시간) 안에 다시 전화한 사람 ÷ 전화한 사람. 누구인지 아는 응답 통화만 셉니다.",
            "Callers with a call at most 168 hours after an earlier one ÷ callers; answered calls of known callers.",
        ),
    ),
    figure(
        "repeat_call_rate",
        Words::new("7일 내 반복 통화", "repeat calls within 7 days"),
        Words::new(
            "같은 사람의 이전 통화 뒤 168시간 안에 온 통화 ÷ 통화. 누구인지 아는 응답 통화만 셉니다.",
            "Calls at most 168 hours after an earlier one of the same caller ÷ calls; answered calls of known callers.",
        ),
    ),
    figure(
        "first_contact_resolution_by_agent",
        Words::new("첫 통화 해결률(상담원 기준)", "first-contact resolution, by agents"),
        Words::new(
            "담당자 연결이나 추가 통화 없이 상담원이 해결한 상담 ÷ 해결된 상담.",
            "Resolved by the agent, without transfer and without a further call ÷ resolved.",
        ),
    ),
    figure(
        "first_contact_resolution_by_silence",
        Words::new("첫 통화 해결률(재전화 기준)", "first-contact resolution, no repeat call"),
        Words::new(
            "168시간 안에 같은 사람이 다시 전화하지 않은 상담 ÷ 168시간이 지난, 누구인지 아는 사람의 상담.",
            "No further call of the caller within 168 hours ÷ known callers' consultations whose 168 hours are over.",
        ),
    ),
];

const PERCENTILE_OF_WAITS: Words = Words::new(
    "응답한 전화 중 그 비율이 이 시간 안에 연결되었습니다. 2분까지는 초, 10분까지는 10초, 그 뒤로는 분 단위입니다.",
    "So many percent of the answered calls waited at most so long: to the second up to 2 minutes, then to 10 seconds, \
     from 10 minutes on to the minute.",
);

const PERCENTILE_OF_TALK: Words = Words::new(
    "통화 시간이 기록된 응답 통화 중 그 비율이 이 시간 안에 끝났습니다.",
    "So many percent of the answered calls whose talk time is known were talked on at most so long.",
);

/// Fills the table: always the same figures, in the same order.
pub async fn fill(ask: &Ask<'_>, period: Period, rows: &mut Spooling) -> Result<(), ReportError> {
    let (models, at, from, to) = (ask.models, ask.at, period.from(), period.to());
    let level = service_level::service_level(models, at, from, to).await?;
    let mut values = waits(&level);
    values.extend(handled(&service_level::handling(models, at, from, to).await?));
    let repeats = quality::repeat_callers(models, at, from, to).await?;
    let first = quality::first_contact(models, at, from, to, ask.moment).await?;
    values.extend([
        rate(quality::transfers(models, at, from, to).await?.rate()),
        rate(quality::callbacks_kept(models, at, from, to, ask.moment).await?.rate()),
        rate(repeats.caller_rate()),
        rate(repeats.call_rate()),
        rate(first.agent_resolved.rate()),
        rate(first.no_repeat_call.rate()),
    ]);
    for (figure, [value, unit, numerator, denominator]) in FIGURES.iter().zip(values) {
        let row: Row = vec![figure.key.into(), value, unit, numerator, denominator, figure.definition.into()];
        rows.push(&row)?;
    }
    Ok(())
}

/// Value, unit, numerator, denominator.
type Value = [Cell; 4];

fn waits(level: &ServiceLevel) -> Vec<Value> {
    let ServiceLevel { all, in_hours, .. } = level;
    let of_waits = |share| percentile(level.wait_percentile_seconds(share), all.answered);
    vec![
        rate(Share { part: in_hours.answered, whole: in_hours.offered }),
        rate(Share { part: all.abandoned, whole: all.offered }),
        rate(Share { part: level.answered_within(IN_TIME_SECONDS), whole: all.offered }),
        average(level.answered_wait_seconds, all.answered),
        of_waits(50),
        of_waits(90),
        of_waits(95),
        average(level.abandoned_wait_seconds, all.abandoned),
    ]
}

fn handled(handling: &service_level::Handling) -> [Value; 5] {
    let (talk, after) = (&handling.talk, &handling.after_call_work);
    let sum = |durations: &Durations| average(durations.sum_seconds(), durations.count());
    [
        sum(talk),
        percentile(talk.percentile_seconds(50), talk.count()),
        percentile(talk.percentile_seconds(90), talk.count()),
        sum(after),
        average(talk.sum_seconds() + after.sum_seconds(), talk.count()),
    ]
}

fn rate(share: Share) -> Value {
    [percent(share.part, share.whole), "percent".into(), share.part.into(), share.whole.into()]
}

fn average(seconds: u64, count: u64) -> Value {
    [mean(seconds, count), "seconds".into(), seconds.into(), count.into()]
}

fn percentile(seconds: Option<u32>, count: u64) -> Value {
    let tenths = seconds.map(|seconds| i64::from(seconds) * 10);
    [tenths.into(), "seconds".into(), Cell::Empty, count.into()]
}

fn unit(code: &str, language: Language) -> Cow<'_, str> {
    const LIST: [(&str, Words); 2] = [("percent", Words::new("%", "%")), ("seconds", Words::new("초", "s"))];
    of_list(code, language, &LIST)
}

fn name(code: &str, language: Language) -> Cow<'_, str> {
    match FIGURES.iter().find(|figure| figure.key == code) {
        Some(figure) => Cow::Borrowed(figure.name.pick(language)),
        None => Cow::Borrowed(code),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_value_for_every_figure() {
        let (level, handling) = (ServiceLevel::default(), service_level::Handling::default());
        assert_eq!(waits(&level).len() + handled(&handling).len() + 6, FIGURES.len());
        let with_numbers = FIGURES.iter().position(|figure| figure.key == "talk_mean");
        assert_eq!(with_numbers, Some(waits(&level).len()));
    }
}
