//! Hours of the week, handling times, agents' figures, and who was on duty.

use jiff::civil::{Date, date};
use sangdam_domain::event::*;
use sangdam_domain::personal::Personal;
use sangdam_domain::value::*;

use super::harness::*;
use super::on_every_engine;
use crate::agents::{self, AgentFigures, DutyHour};
use crate::at::At;
use crate::counts::{DayCount, WeekHour, by_hour_and_weekday};
use crate::service_level::{Durations, handling};

on_every_engine! {
    the_hours_of_the_week_have_the_days_that_they_came,
    an_empty_ledger_has_a_week_of_nothing,
    calls_are_handled_for_as_long_as_is_known,
    agents_have_what_they_did,
    agents_are_on_duty_by_their_shifts,
    a_shift_counts_in_each_period_that_it_reaches_into,
    spells_are_read_in_the_order_of_their_ends,
}

const TUESDAY: Date = date(2024, 1, 2);

/// The moment of a day in January 2024 on the centre's clock.
fn january(day: u8, time: &str) -> String {
    format!("2024-01-{day:02}T{time}+09:00")
}

fn hour_of(week: &[WeekHour], weekday: Weekday, hour: u8) -> WeekHour {
    assert_eq!(week.len(), 7 * 24);
    week.iter().find(|row| (row.weekday, row.hour) == (weekday, hour)).copied().unwrap()
}

async fn the_hours_of_the_week_have_the_days_that_they_came(history: History) {
    let h = &history;
    h.consultation(1, &january(2, "10:00:00"), None, None).await;
    h.consultation(2, &january(9, "10:59:59.999999"), None, None).await;
    h.consultation(3, &january(8, "09:00:00"), None, None).await;
    h.happens(call(4), &january(9, "10:30:00"), offered(None)).await;
    h.happens(call(4), &january(9, "10:30:30"), abandoned()).await;
    h.happens(call(5), &january(9, "10:30:00"), outbound(None)).await;
    // Beside the period.
    h.consultation(6, &january(15, "10:00:00"), None, None).await;
    let then = h.so_far().await;
    h.happens(consultation(3), &january(10, "09:00:00"), voided()).await;
    h.caught_up().await;

    let week = async |at: &At, moment: &str| {
        let (from, to, moment) = (date(2024, 1, 1), date(2024, 1, 14), super::harness::at(moment));
        by_hour_and_weekday(&h.models, at, from, to, moment).await.unwrap()
    };
    let now = week(&h.now(), "2024-02-01T00:00:00Z").await;
    let tuesday = WeekHour {
        weekday: Weekday::Tuesday,
        hour: 10,
        days: DayCount { all: 2, open: 2 },
        consultations: 2,
        offered: 3,
        answered: 2,
        abandoned: 1,
    };
    assert_eq!(hour_of(&now, Weekday::Tuesday, 10), tuesday);
    // The first of January is a holiday.
    let monday = hour_of(&now, Weekday::Monday, 9);
    assert_eq!((monday.days, monday.consultations), (DayCount { all: 2, open: 1 }, 0));
    assert_eq!((monday.offered, monday.answered), (1, 1));
    assert_eq!(hour_of(&now, Weekday::Saturday, 9).days, DayCount { all: 2, open: 0 });
    assert_eq!(now.iter().map(|row| row.offered).sum::<u64>(), 4);

    let before = week(&then, "2024-02-01T00:00:00Z").await;
    assert_eq!(hour_of(&before, Weekday::Monday, 9).consultations, 1);
    // On the tenth, a Wednesday, the second Thursday had not come.
    let early = week(&then, &january(10, "00:00:00")).await;
    assert_eq!(hour_of(&early, Weekday::Wednesday, 0).days, DayCount { all: 2, open: 2 });
    assert_eq!(hour_of(&early, Weekday::Thursday, 0).days, DayCount { all: 1, open: 1 });
}

async fn an_empty_ledger_has_a_week_of_nothing(history: History) {
    let h = &history;
    let other = At::now(&sangdam_domain::log::LogId::main("pyeongchang").unwrap());
    let moment = at("2024-02-01T00:00:00Z");
    let week = by_hour_and_weekday(&h.models, &other, TUESDAY, TUESDAY, moment).await.unwrap();
    assert_eq!(hour_of(&week, Weekday::Tuesday, 10).days, DayCount { all: 1, open: 1 });
    assert_eq!(agents::on_duty(&h.models, &other, TUESDAY, TUESDAY, moment).await.unwrap().len(), 7 * 24);
    assert!(agents::figures(&h.models, &other, TUESDAY, TUESDAY).await.unwrap().is_empty());
    let handled = handling(&h.models, &other, TUESDAY, TUESDAY).await.unwrap();
    assert_eq!((handled.answered, handled.average_seconds()), (0, None));
}

async fn calls_are_handled_for_as_long_as_is_known(history: History) {
    let h = &history;
    let ten = january(2, "10:00:00");
    for (n, talked) in [(1, Some(100)), (2, Some(200)), (3, None), (4, Some(100))] {
        h.happens(call(n), &ten, offered(None)).await;
        h.happens(call(n), &ten, answered(Some(agent_id(1)), 5)).await;
        if let Some(seconds) = talked {
            h.happens(call(n), &ten, ended(seconds)).await;
        }
    }
    h.happens(call(5), &ten, outbound(None)).await;
    h.happens(call(5), &ten, answered(Some(agent_id(1)), 5)).await;
    h.happens(call(5), &ten, ended(999)).await;
    h.happens(call(6), &ten, offered(None)).await;
    h.happens(call(6), &ten, abandoned()).await;

    let is = |state| AgentStateChanged { state };
    h.happens(agent(1), &ten, AgentRegistered { name: Personal::Erased, extension: None }).await;
    h.happens(agent(1), &january(1, "23:59:00"), ShiftStarted {}).await;
    h.happens(agent(1), &january(1, "23:59:30"), is(AgentState::AfterCallWork)).await;
    h.happens(agent(1), &january(2, "08:00:00"), is(AgentState::Available)).await;
    h.happens(agent(1), &january(2, "10:02:00"), is(AgentState::AfterCallWork)).await;
    h.happens(agent(1), &january(2, "10:02:30.999999"), is(AgentState::OnCall)).await;
    h.happens(agent(1), &january(2, "11:00:00"), is(AgentState::AfterCallWork)).await;
    let then = h.so_far().await;
    h.happens(agent(1), &january(2, "11:01:30"), is(AgentState::AfterCallWork)).await;
    // A moment before: nothing was done for less than no time.
    h.happens(agent(1), &january(2, "11:01:00"), is(AgentState::Break)).await;
    h.happens(agent(1), &january(2, "11:05:00"), ShiftEnded {}).await;
    h.happens(call(3), &ten, ended(300)).await;
    h.caught_up().await;

    let now = handling(&h.models, &h.now(), TUESDAY, TUESDAY).await.unwrap();
    assert_eq!((now.answered, now.talk.counted()), (4, &[(100, 2), (200, 1), (300, 1)][..]));
    assert_eq!(now.after_call_work.counted(), [(30, 1), (90, 1)]);
    assert_eq!(now.average_seconds(), Some((700 + 120) / 4));
    assert_eq!([50, 75, 90, 95].map(|p| now.talk.percentile_seconds(p)), [100, 200, 300, 300].map(Some));

    let before = handling(&h.models, &then, TUESDAY, TUESDAY).await.unwrap();
    assert_eq!((before.answered, before.talk.counted()), (4, &[(100, 2), (200, 1)][..]));
    assert_eq!(before.after_call_work.counted(), [(30, 1)]);
    let day_before = handling(&h.models, &h.now(), date(2024, 1, 1), date(2024, 1, 1)).await.unwrap();
    assert_eq!((day_before.talk, day_before.after_call_work.count()), (Durations::default(), 1));
}

async fn agents_have_what_they_did(history: History) {
    let h = &history;
    let (one, two) = (Some(agent_id(1)), Some(agent_id(2)));
    for (n, by) in [(1, one), (2, one), (3, two), (4, None), (5, one)] {
        h.consultation(n, &january(2, "10:00:00"), None, by).await;
    }
    for (n, seconds) in [(1, 60), (3, 30)] {
        h.happens(call(n), &january(2, "10:01:00"), ended(seconds)).await;
    }
    h.happens(consultation(1), &january(2, "10:01:00"), resolved(ResolvedBy::Agent)).await;
    h.happens(consultation(2), &january(2, "10:01:00"), transfer_requested(1)).await;
    h.happens(consultation(2), &january(2, "10:01:00"), resolved(ResolvedBy::Officer)).await;
    h.happens(call(6), &january(2, "10:00:00"), outbound(None)).await;
    h.happens(call(6), &january(2, "10:00:00"), answered(two, 5)).await;
    let then = h.so_far().await;
    let reassigned = ConsultationReassigned { from: one, to: agent_id(2) };
    h.happens(consultation(1), &january(3, "10:00:00"), reassigned).await;
    h.happens(consultation(5), &january(3, "10:00:00"), voided()).await;
    h.caught_up().await;

    let row =
        |agent,
         [consultations, resolved, resolved_by_agent, transferred, answered, talks, talk_seconds]: [u64;
             7]| {
            AgentFigures {
                agent,
                consultations,
                resolved,
                resolved_by_agent,
                transferred,
                answered,
                talks,
                talk_seconds,
            }
        };
    let before = agents::figures(&h.models, &then, TUESDAY, TUESDAY).await.unwrap();
    assert_eq!(
        before,
        [
            row(None, [1, 0, 0, 0, 1, 0, 0]),
            row(one, [3, 2, 1, 1, 3, 1, 60]),
            row(two, [1, 0, 0, 0, 1, 1, 30])
        ]
    );
    let now = agents::figures(&h.models, &h.now(), TUESDAY, TUESDAY).await.unwrap();
    assert_eq!(
        now,
        [
            row(None, [1, 0, 0, 0, 1, 0, 0]),
            row(one, [1, 1, 0, 1, 3, 1, 60]),
            row(two, [2, 1, 1, 0, 1, 1, 30])
        ]
    );
    assert!(
        agents::figures(&h.models, &h.now(), date(2024, 1, 3), date(2024, 1, 9)).await.unwrap().is_empty()
    );
}

async fn duty(h: &History, at: &At, days: (Date, Date), moment: &str) -> Vec<DutyHour> {
    let week = agents::on_duty(&h.models, at, days.0, days.1, super::harness::at(moment)).await.unwrap();
    assert_eq!(week.len(), 7 * 24);
    week
}

/// Weekday, hour, seconds available and seconds on a break, of the hours in which anybody was on shift.
fn shown(week: &[DutyHour]) -> Vec<(u8, u8, u64, u64)> {
    let on_shift = week.iter().filter(|row| row.on_shift_seconds() > 0);
    let row = |row: &DutyHour| (row.weekday.number(), row.hour, row.available_seconds, row.break_seconds);
    on_shift.map(row).collect()
}

async fn agents_are_on_duty_by_their_shifts(history: History) {
    let h = &history;
    let is = |state| AgentStateChanged { state };
    for n in 1..=2 {
        let registered = AgentRegistered { name: Personal::Erased, extension: None };
        h.happens(agent(n), &january(1, "09:00:00"), registered).await;
    }
    h.happens(agent(1), &january(2, "08:30:00"), ShiftStarted {}).await;
    h.happens(agent(1), &january(2, "09:10:00"), is(AgentState::Break)).await;
    h.happens(agent(1), &january(2, "09:25:00"), is(AgentState::Available)).await;
    let then = h.so_far().await;
    h.happens(agent(2), &january(2, "09:50:00"), ShiftStarted {}).await;
    h.happens(agent(1), &january(2, "10:05:00"), is(AgentState::OnCall)).await;
    h.happens(agent(1), &january(2, "10:10:00.5"), is(AgentState::AfterCallWork)).await;
    h.happens(agent(1), &january(2, "10:15:00"), ShiftEnded {}).await;
    h.caught_up().await;

    let week = duty(h, &h.now(), (TUESDAY, date(2024, 1, 9)), &january(2, "10:20:00")).await;
    assert_eq!(shown(&week), [(2, 8, 1_800, 0), (2, 9, 600 + 2_100 + 600, 900), (2, 10, 300 + 1_200, 0)]);
    let ten = week.iter().find(|row| row.weekday == Weekday::Tuesday && row.hour == 10).unwrap();
    assert_eq!((ten.on_call_seconds, ten.after_call_seconds), (300, 299));
    assert_eq!((ten.on_duty_seconds(), ten.days), (300 + 1_200 + 599, DayCount { all: 1, open: 1 }));
    // Then the first agent's shift went on, and nobody had told of the second's.
    let before = duty(h, &then, (TUESDAY, TUESDAY), &january(2, "10:01:00")).await;
    assert_eq!(shown(&before), [(2, 8, 1_800, 0), (2, 9, 2_700, 900), (2, 10, 60, 0)]);
}

async fn a_shift_counts_in_each_period_that_it_reaches_into(history: History) {
    let h = &history;
    for n in 1..=2 {
        let registered = AgentRegistered { name: Personal::Erased, extension: None };
        h.happens(agent(n), &january(1, "09:00:00"), registered).await;
    }
    h.happens(agent(1), &january(3, "23:30:00"), ShiftStarted {}).await;
    h.happens(agent(1), &january(4, "00:30:00"), ShiftEnded {}).await;
    h.happens(agent(2), &january(9, "23:00:00"), ShiftStarted {}).await;
    h.happens(agent(2), &january(20, "08:00:00"), ShiftEnded {}).await;
    h.caught_up().await;
    let (later, now) = ("2024-03-01T00:00:00Z", &h.now());
    let day = async |day: i8| {
        let day = date(2024, 1, day);
        shown(&duty(h, now, (day, day), later).await)
    };
    assert_eq!(day(3).await, [(3, 23, 1_800, 0)]);
    assert_eq!(day(4).await, [(4, 0, 1_800, 0)]);
    assert!(day(5).await.is_empty());
    assert_eq!(day(9).await, [(2, 23, 3_600, 0)]);
    assert_eq!(day(12).await.len(), 24);
    assert_eq!(day(20).await.len(), 8);
    // Over slices: each hour once.
    let all = duty(h, now, (date(2023, 11, 1), date(2024, 4, 1)), later).await;
    let seconds: u64 = all.iter().map(DutyHour::on_shift_seconds).sum();
    assert_eq!(seconds, 3_600 * (1 + 1 + 24 * 10 + 8));
    // Before it was over, nothing is told of what comes after the moment.
    let early = duty(h, now, (date(2024, 1, 3), date(2024, 1, 3)), &january(3, "23:40:00")).await;
    assert_eq!(shown(&early), [(3, 23, 600, 0)]);
}

async fn spells_are_read_in_the_order_of_their_ends(history: History) {
    let h = &history;
    let then = h.so_far().await;
    if h.models.db().is_postgres() {
        return;
    }
    for asked in [h.now(), then] {
        let question = h.models.ask(&asked).await.unwrap().unwrap();
        let over = question.from(&agents::SPELLS);
        let condition = agents::overlapping("1", "2");
        let sql = format!("SELECT state FROM {over} WHERE log_no = $1 AND {condition}");
        let plan = h.plan(question, &sql).await;
        for step in ["PRIMARY KEY (log_no=? AND ended_at>? AND ended_at<?)", "agent_spells_by_length"] {
            assert!(plan.iter().any(|taken| taken.contains(step)), "{step}: {plan:#?}");
        }
    }
}
