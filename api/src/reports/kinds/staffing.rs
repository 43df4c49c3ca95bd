//! How many agents the measured load takes, by day of the week and hour, beside those who were on duty.

use std::collections::HashMap;

use sangdam_domain::erlang::{self, Load};
use sangdam_domain::value::Weekday;
use sangdam_projections::service_level::{Handling, handling};
use sangdam_projections::{agents, counts};

use super::open_hours::OpenSeconds;
use super::weekday;
use super::{Ask, Sketch, mean};
use crate::reports::error::ReportError;
use crate::reports::question::{Period, Target};
use crate::table::{Aside, Cell, Column, Kind, Name, Row, Spooling, Words};

pub const SKETCH: Sketch = Sketch {
    title: Words::new("필요 상담원 수(얼랑 C)", "Agents needed (Erlang C)"),
    name: Name::new("staffing", "필요 상담원", "Staffing"),
    columns: COLUMNS,
    keys: 3,
    chart: None,
    notes: || vec![LOAD, HANDLING_TIME, NEEDED, ON_DUTY, OPEN_HOURS, ESTIMATE],
};

const COLUMNS: &[Column] = &[
    weekday::NUMBER,
    weekday::NAME,
    Column::number("hour", "시", "hour"),
    Column::count("offered", "인입", "offered"),
    Column::tenths("open_hours", "운영 시간(시간)", "open hours"),
    Column::tenths("calls_per_hour", "시간당 인입", "calls an hour"),
    Column::new(Kind::Decimal(2), "erlangs", "부하(얼랑)", "erlangs"),
    Column::count("agents_needed", "필요 상담원", "agents needed"),
    Column::tenths("answered_within", "목표 시간 내 응답(%)", "answered in time (%)"),
    Column::tenths("occupancy", "가동률(%)", "occupancy (%)"),
    Column::tenths("agents_on_duty", "근무 상담원", "agents on duty"),
];

const HANDLING: &[Column] = &[
    Column::tenths("handling_seconds", "평균 처리 시간(초)", "handling time (s)"),
    Column::count("talks", "통화", "talks"),
    Column::count("talk_seconds", "통화 시간(초)", "talk (s)"),
    Column::count("after_call_seconds", "후처리 시간(초)", "after-call work (s)"),
];

const LOAD: (Words, Words) = (
    Words::new("부하", "Load"),
    Words::new(
        "시간당 인입 × 평균 처리 시간 ÷ 3,600초. 시간당 인입은 그 요일 그 시간대의 인입 ÷ 운영 시간입니다.",
        "Calls an hour × average handling time ÷ 3,600 s; calls an hour are those of the hour of the week ÷ its open hours.",
    ),
);

const HANDLING_TIME: (Words, Words) = (
    Words::new("평균 처리 시간", "Average handling time"),
    Words::new(
        "(통화 시간 + 후처리 시간) ÷ 통화 시간이 기록된 응답 통화. 기간 전체의 값 하나를 모든 시간대에 씁니다.",
        "(Talk + after-call work) ÷ answered calls whose talk time is known; one number of the whole period for all hours.",
    ),
);

const NEEDED: (Words, Words) = (
    Words::new("필요 상담원", "Agents needed"),
    Words::new(
        "목표 비율의 전화를 목표 시간 안에 받는 데 필요한 가장 적은 상담원 수(얼랑 C)와, 그 수일 때의 응답 비율·가동률입니다.",
        "The fewest agents with whom the target is met by Erlang C, and what is then answered in time, and how busy they are.",
    ),
);

const ON_DUTY: (Words, Words) = (
    Words::new("근무 상담원", "Agents on duty"),
    Words::new(
        "휴식을 뺀 근무 시간 ÷ 운영 시간. 근무 기록이 없으면 비어 있습니다.",
        "Time on shift without breaks ÷ open hours; empty where no shifts were recorded.",
    ),
);

const OPEN_HOURS: (Words, Words) = (
    Words::new("운영 시간", "Open hours"),
    Words::new(
        "기간 중 그 요일 그 시간대에 운영 달력에 따라 문을 연 시간의 합입니다. 문을 연 적이 없으면 그 요일의 모든 날을 1시간씩 셉니다.",
        "How long the centre was open in that hour of the week by its calendar, altogether; where it never was, an hour for \
         every such day.",
    ),
);

const ESTIMATE: (Words, Words) = (
    Words::new("얼랑 C", "Erlang C"),
    Words::new(
        "전화가 서로 무관하게 오고 아무도 기다리다 끊지 않는다고 보는 추정입니다. 실제보다 조금 많은 상담원이 나옵니다.",
        "An estimate: calls come independently and nobody gives up waiting, so that it errs on the side of more agents.",
    ),
);

/// Fills the table: the hours of the week in which calls were offered, Monday's first. Beside it, the handling time.
pub async fn fill(
    ask: &Ask<'_>,
    period: Period,
    target: Target,
    rows: &mut Spooling,
) -> Result<Vec<Aside>, ReportError> {
    let (from, to) = (period.from(), period.to());
    let week = counts::by_hour_and_weekday(ask.models, ask.at, from, to, ask.moment).await?;
    let handled = handling(ask.models, ask.at, from, to).await?;
    let on_duty = agents::on_duty(ask.models, ask.at, from, to, ask.moment).await?;
    let shifts = on_duty.iter().any(|slot| slot.on_shift_seconds() > 0);
    let on_duty: HashMap<(Weekday, u8), u64> =
        on_duty.iter().map(|slot| ((slot.weekday, slot.hour), slot.on_duty_seconds())).collect();
    let open = OpenSeconds::of(ask, period).await?;
    for slot in week.iter().filter(|slot| slot.offered > 0) {
        let seconds = match open.in_hour(slot.weekday, slot.hour) {
            0 => u64::from(slot.days.all) * 3_600,
            open => open,
        };
        let duty = on_duty.get(&(slot.weekday, slot.hour)).filter(|_| shifts);
        let mut row: Row = vec![
            slot.weekday.number().into(),
            slot.weekday.as_str().into(),
            slot.hour.into(),
            slot.offered.into(),
            mean(seconds, 3_600),
            mean(slot.offered * 3_600, seconds),
        ];
        row.extend(needed(slot.offered, seconds, &handled, target));
        row.push(duty.map_or(Cell::Empty, |duty| mean(*duty, seconds)));
        rows.push(&row)?;
    }
    let name = Name::new("handling", "처리 시간", "Handling");
    Ok(vec![Aside { name, columns: HANDLING, rows: vec![handling_row(&handled)], keys: 0 }])
}

/// Erlangs, agents, answered in time and occupancy; empty where no handling time is known.
fn needed(offered: u64, open_seconds: u64, handled: &Handling, target: Target) -> [Cell; 4] {
    let handling = float(handled_seconds(handled)) / float(handled.talk.count());
    let load = Load::of(float(offered) * 3_600.0 / float(open_seconds), handling);
    let target = erlang::Target::of(f64::from(target.percent) / 100.0, target.seconds);
    let (Ok(load), Ok(target)) = (load, target) else { return [const { Cell::Empty }; 4] };
    let agents = load.agents_needed(target);
    let in_time = load.answered_within(agents, target.within_seconds());
    let occupancy = load.occupancy(agents);
    [
        rounded(load.erlangs() * 100.0),
        agents.into(),
        rounded(in_time * 1_000.0),
        occupancy.map_or(Cell::Empty, |busy| rounded(busy * 1_000.0)),
    ]
}

fn handling_row(handled: &Handling) -> Row {
    vec![
        mean(handled_seconds(handled), handled.talk.count()),
        handled.talk.count().into(),
        handled.talk.sum_seconds().into(),
        handled.after_call_work.sum_seconds().into(),
    ]
}

fn handled_seconds(handled: &Handling) -> u64 {
    handled.talk.sum_seconds() + handled.after_call_work.sum_seconds()
}

#[expect(clippy::cast_precision_loss, reason = "an estimate; sums of seconds are far below 2^53")]
fn float(number: u64) -> f64 {
    number as f64
}

/// An estimate as a whole number; empty where it is none.
#[expect(clippy::cast_possible_truncation, reason = "far below 2^53, as was checked")]
fn rounded(estimate: f64) -> Cell {
    if estimate.abs() < 1e15 { Cell::Int(estimate.round() as i64) } else { Cell::Empty }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_handling_time_nothing_is_estimated() {
        let cells = needed(100, 18_000, &Handling::default(), Target::USUAL);
        assert_eq!(cells, [const { Cell::Empty }; 4]);
        assert_eq!((rounded(f64::NAN), rounded(2.5)), (Cell::Empty, Cell::Int(3)));
    }
}
