//! Counts, the cumulative count and its milestones, the service level.

use jiff::civil::date;
use sangdam_domain::actor::Subject;
use sangdam_domain::event::*;
use sangdam_domain::log::{StreamId, StreamKind};
use sangdam_domain::value::*;

use super::harness::*;
use super::on_every_engine;
use crate::counts::{self, By, Key};
use crate::cumulative::{self, BasisKind};
use crate::service_level::{Volume, service_level};

on_every_engine! {
    counts_follow_what_is_moved_and_voided,
    unique_callers_are_those_with_something_counted,
    a_threshold_is_crossed_last_in_log_order,
    a_legacy_balance_may_cross_a_threshold,
    the_service_level_is_that_of_the_hours_in_force,
}

const YEAR: (jiff::civil::Date, jiff::civil::Date) = (date(2024, 1, 1), date(2024, 12, 31));

async fn by(h: &History, by: By) -> Vec<(Key, u64)> {
    let rows = counts::counts(&h.models, &h.now(), by, YEAR.0, YEAR.1).await.unwrap();
    rows.into_iter().filter(|row| row.consultations > 0).map(|row| (row.key, row.consultations)).collect()
}

async fn counts_follow_what_is_moved_and_voided(history: History) {
    let h = &history;
    // 23:30 in UTC on New Year's Eve is 08:30 on New Year's Day in Seoul.
    h.consultation(1, "2023-12-31T23:30:00Z", None, Some(agent_id(1))).await;
    h.consultation(2, "2024-01-02T10:00:00+09:00", None, Some(agent_id(1))).await;
    h.consultation(3, "2024-02-02T10:00:00+09:00", None, None).await;
    h.consultation(4, "2024-02-02T11:00:00+09:00", None, Some(agent_id(2))).await;
    let later = "2024-03-01T09:00:00+09:00";
    for n in 1..=4 {
        h.happens(consultation(n), later, categorised("roads")).await;
    }
    h.caught_up().await;
    h.happens(consultation(2), later, categorised("welfare")).await;
    h.happens(consultation(4), later, voided()).await;
    let agent = Correction::Agent { agent: agent_id(3) };
    h.happens(consultation(1), later, ConsultationCorrected { what: agent, why: None, text: None }).await;
    h.caught_up().await;

    let day = |m, d| Key::Day(date(2024, m, d));
    assert_eq!(by(h, By::Day).await, [(day(1, 1), 1), (day(1, 2), 1), (day(2, 2), 1)]);
    assert_eq!(
        by(h, By::Month).await,
        [(Key::Month(date(2024, 1, 1)), 2), (Key::Month(date(2024, 2, 1)), 1)]
    );
    assert_eq!(by(h, By::Year).await, [(Key::Year(2024), 3)]);
    assert_eq!(by(h, By::Hour).await, [(Key::Hour(8), 1), (Key::Hour(10), 2)]);
    let agents =
        [(Key::Agent(None), 1), (Key::Agent(Some(agent_id(1))), 1), (Key::Agent(Some(agent_id(3))), 1)];
    assert_eq!(by(h, By::Agent).await, agents);
    let category = |text| Key::Category(Some(code(text)));
    assert_eq!(by(h, By::Category).await, [(category("roads"), 2), (category("welfare"), 1)]);

    let since = cumulative::cumulative(&h.models, &h.now(), Some(date(2024, 1, 2))).await.unwrap();
    assert_eq!((since.since, since.consultations), (Some(date(2024, 1, 2)), 2));
    let since = cumulative::cumulative(&h.models, &h.now(), None).await.unwrap();
    assert_eq!((since.since, since.consultations), (Some(date(2022, 1, 1)), 3));
}

async fn unique_callers_are_those_with_something_counted(history: History) {
    let h = &history;
    let unique = || async move {
        let years = counts::yearly_counts(&h.models, &h.now()).await.unwrap();
        years.iter().map(|year| (year.year, year.consultations, year.unique_callers)).collect::<Vec<_>>()
    };
    h.consultation(1, "2023-05-02T10:00:00+09:00", Some(caller_id(1)), None).await;
    h.consultation(2, "2024-01-02T10:00:00+09:00", Some(caller_id(1)), None).await;
    h.consultation(3, "2024-01-03T10:00:00+09:00", Some(caller_id(1)), None).await;
    h.consultation(4, "2024-01-04T10:00:00+09:00", Some(caller_id(2)), None).await;
    h.consultation(5, "2024-01-05T10:00:00+09:00", None, None).await;
    h.caught_up().await;
    assert_eq!(unique().await, [(2023, 1, 1), (2024, 4, 2)]);
    h.happens(consultation(2), "2024-01-06T10:00:00+09:00", voided()).await;
    h.happens(consultation(4), "2024-01-06T10:00:00+09:00", voided()).await;
    h.caught_up().await;
    assert_eq!(unique().await, [(2023, 1, 1), (2024, 2, 1)]);
    let identified =
        CallerIdentified { caller: caller_id(3), subject: Subject::Consultation(consultation_id(5)) };
    h.happens(caller(3), "2024-01-06T10:00:00+09:00", caller_registered()).await;
    h.happens_in_both([caller(3), consultation(5)], "2024-01-06T10:00:00+09:00", identified).await;
    h.caught_up().await;
    assert_eq!(unique().await, [(2023, 1, 1), (2024, 2, 2)]);
}

async fn a_threshold_is_crossed_last_in_log_order(history: History) {
    let h = &history;
    for n in 1..=3 {
        h.consultation(n, &format!("2024-01-0{}T10:00:00+09:00", n + 1), None, None).await;
    }
    h.caught_up().await;
    assert_eq!(milestone(h, 3).await, ("REACHED", Some(3)));
    assert_eq!(milestone(h, 4).await, ("NOT_REACHED", None));
    h.happens(consultation(1), "2024-01-05T10:00:00+09:00", voided()).await;
    h.caught_up().await;
    assert_eq!(milestone(h, 3).await, ("NOT_REACHED", None));
    assert_eq!(milestone(h, 2).await, ("REACHED", Some(2)));
    // It happened before the others, but the ledger learnt it last.
    h.consultation(4, "2024-01-01T10:00:00+09:00", None, None).await;
    h.caught_up().await;
    assert_eq!(milestone(h, 3).await, ("REACHED", Some(4)));
}

async fn milestone(h: &History, threshold: u64) -> (&'static str, Option<u128>) {
    let milestones = cumulative::milestones(&h.models, &h.now(), &[threshold]).await.unwrap();
    let [records, opening] = milestones.as_slice() else { panic!("{milestones:?}") };
    assert_eq!((records.basis.kind, opening.basis.kind), (BasisKind::SinceRecords, BasisKind::SinceOpening));
    assert_eq!(opening.basis.unknown_years, [2019, 2020, 2021]);
    let uncertain =
        if records.status.as_str() == "REACHED" { "REACHED_NO_LATER_THAN" } else { "UNDETERMINABLE" };
    assert_eq!((opening.status.as_str(), opening.position), (uncertain, records.position));
    let number = records.consultation.map(|id| id.uuid().as_u128() & u128::from(u64::MAX));
    (records.status.as_str(), number)
}

async fn a_legacy_balance_may_cross_a_threshold(history: History) {
    let h = &history;
    let centre = StreamId::singleton(StreamKind::Centre, &h.log);
    let declared = |year, balance| LegacyBalanceDeclared { year, balance, source: text("군정백서") };
    let known = |consultations| LegacyBalance::Known { consultations };
    h.consultation(1, "2024-01-02T10:00:00+09:00", None, None).await;
    // Before the records are complete: counts since opening alone.
    h.consultation(2, "2021-12-31T10:00:00+09:00", None, None).await;
    let moment = "2024-02-01T10:00:00+09:00";
    h.happens(centre, moment, declared(2019, LegacyBalance::Unknown)).await;
    let crossing = h.happens(centre, moment, declared(2019, known(10))).await;
    h.happens(centre, moment, declared(2020, known(20))).await;
    h.caught_up().await;
    let milestones = cumulative::milestones(&h.models, &h.now(), &[2, 12]).await.unwrap();
    let statuses: Vec<_> = milestones.iter().map(|m| m.status.as_str()).collect();
    assert_eq!(statuses, ["NOT_REACHED", "REACHED_NO_LATER_THAN", "NOT_REACHED", "REACHED_NO_LATER_THAN"]);
    assert_eq!((milestones[1].consultation, milestones[1].basis.known), (Some(consultation_id(2)), 32));
    assert_eq!((milestones[3].consultation, milestones[3].position), (None, Some(crossing)));
    assert_eq!(milestones[3].basis.unknown_years, [2021]);
    h.happens(centre, moment, declared(2021, known(0))).await;
    h.caught_up().await;
    let [_, opening] = cumulative::bases(&h.models, &h.now()).await.unwrap();
    assert!(!opening.has_unknown_period());
    assert_eq!(
        cumulative::milestones(&h.models, &h.now(), &[32]).await.unwrap()[1].status.as_str(),
        "REACHED"
    );
}

async fn the_service_level_is_that_of_the_hours_in_force(history: History) {
    let h = &history;
    let evidence = Evidence::Observed;
    let calls = [
        (1, "2024-01-02T10:00:00+09:00", Some(2)),
        (2, "2024-01-02T10:00:00+09:00", Some(200)),
        (3, "2024-01-02T10:00:00+09:00", None),
        // A holiday, an evening, and an evening under the calendar that is open around the clock.
        (4, "2024-01-01T10:00:00+09:00", None),
        (5, "2024-01-03T20:00:00+09:00", Some(3)),
        (6, "2024-02-05T20:00:00+09:00", Some(4)),
    ];
    h.happens(
        StreamId::singleton(StreamKind::Centre, &h.log),
        "2024-01-01T00:00:00Z",
        open_around_the_clock(),
    )
    .await;
    for (n, moment, waited) in calls {
        h.happens(call(n), moment, offered(None)).await;
        match waited {
            Some(seconds) => h.happens(call(n), moment, answered(Some(agent_id(1)), seconds)).await,
            None => h.happens(call(n), moment, CallAbandoned { wait_seconds: 30, evidence }).await,
        };
    }
    h.happens(call(1), "2024-01-02T10:02:00+09:00", ended(120)).await;
    let outbound = CallOffered { direction: Direction::Outbound, ..offered(None) };
    h.happens(call(7), "2024-01-02T10:00:00+09:00", outbound).await;
    h.caught_up().await;

    let level = service_level(&h.models, &h.now(), YEAR.0, YEAR.1).await.unwrap();
    assert_eq!(level.all, Volume { offered: 6, answered: 4, abandoned: 2 });
    assert_eq!(level.in_hours, Volume { offered: 4, answered: 3, abandoned: 1 });
    assert_eq!(level.answer_rate().to_string(), "75.0");
    assert_eq!(
        (level.answered_wait_seconds, level.abandoned_wait_seconds, level.talk_seconds),
        (209, 60, 120)
    );
    assert_eq!(level.waits, [(2, 1), (3, 1), (4, 1), (200, 1)]);
    assert_eq!((level.average_wait_seconds(), level.wait_percentile_seconds(75)), (Some(52), Some(4)));
    assert_eq!((level.wait_percentile_seconds(90), level.answered_within(20)), (Some(200), 3));
    let one_day = service_level(&h.models, &h.now(), date(2024, 1, 2), date(2024, 1, 2)).await.unwrap();
    assert_eq!(one_day.all, Volume { offered: 3, answered: 2, abandoned: 1 });
    let years = counts::yearly_counts(&h.models, &h.now()).await.unwrap();
    assert_eq!((years[0].offered, years[0].answered, years[0].abandoned), (6, 4, 2));
    assert_eq!(years[0].in_hours, level.answer_rate());
    let agents = counts::counts(&h.models, &h.now(), By::Agent, YEAR.0, YEAR.1).await.unwrap();
    assert_eq!((agents.len(), agents[0].answered), (1, 4));
}
