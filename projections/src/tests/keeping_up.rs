//! Following, stopping, rebuilding, and several processes at once.

use std::time::Duration;

use sangdam_domain::event::*;
use sangdam_domain::log::{LogId, Position};
use sangdam_domain::value::*;
use sangdam_eventstore::args;

use super::harness::*;
use super::on_every_engine;
use crate::error::CatchUpError;
use crate::models::ReadModels;
use crate::pass::PROJECTIONS;
use crate::runner::{self, Runner, catch_up};
use crate::{At, ReadError, dump_all_tables, rebuild};

on_every_engine! {
    rebuilding_gives_the_rows_that_following_gave,
    a_reader_waits_for_what_was_written,
    an_event_that_cannot_be_applied_stops_one_projection,
    an_event_that_cannot_be_read_stops_all,
    two_processes_count_each_event_once,
    what_an_earlier_release_made_is_built_anew,
    queries_are_answered_while_it_is_rebuilt,
    two_centres_share_the_tables,
    what_a_longer_ledger_left_is_not_caught_up_with,
}

const SOON: Duration = Duration::from_secs(20);
pub(super) const MORNING: &str = "2024-01-02T10:00:00+09:00";

/// Consultations that are sorted anew, voided, identified, with numbers given; some in one batch, some over several.
pub(super) async fn eventful(h: &History, stop_by: bool) {
    h.happens(caller(1), MORNING, caller_registered()).await;
    for n in 1..=6_u128 {
        h.consultation(n, MORNING, (n % 2 == 0).then(|| caller_id(1)), Some(agent_id(n % 2))).await;
        h.happens(consultation(n), MORNING, categorised("roads")).await;
        h.happens(consultation(n), MORNING, NumberGiven { entry: entry_id(1), entry_version: 1 }).await;
        if n % 3 == 0 {
            h.happens(consultation(n - 1), MORNING, voided()).await;
            h.happens(consultation(n), MORNING, categorised("welfare")).await;
        }
        if n == 5 {
            h.happens(consultation(5), MORNING, voided()).await;
        }
        h.happens(call(n), MORNING, ended(60)).await;
        if stop_by && n % 2 == 1 {
            h.caught_up().await;
        }
    }
}

async fn rebuilding_gives_the_rows_that_following_gave(history: History) {
    let h = &history;
    eventful(h, true).await;
    h.caught_up().await;
    let followed = dump_all_tables(&h.models).await.unwrap();
    let year = followed.lines().find(|line| line.starts_with("consultation_years "));
    assert!(
        year.is_some_and(|year| year.contains("year=2024") && year.contains(" consultations=4")),
        "{followed}"
    );
    for _ in 0..3 {
        let mut told = Vec::new();
        rebuild::rebuild(&h.store, &h.models, |log, at| told.push((log.clone(), at))).await.unwrap();
        assert_eq!(told.last().map(|(log, at)| (log, at.applied)), Some((&h.log, at_head(h).await)));
        assert_eq!(dump_all_tables(&h.models).await.unwrap(), followed);
    }
    let applied = h.models.applied(&h.log).await.unwrap();
    h.happens(consultation(1), MORNING, voided()).await;
    assert_eq!(h.caught_up().await, applied.next());
}

async fn at_head(h: &History) -> Position {
    h.store.head(&h.log).await.unwrap().position
}

fn follow(h: &History) -> Runner {
    runner::spawn(h.store.clone(), h.models.clone(), h.log.clone())
}

async fn a_reader_waits_for_what_was_written(history: History) {
    let h = &history;
    let runner = follow(h);
    for n in 1..=5 {
        h.consultation(n, MORNING, None, None).await;
        let position = h.happens(consultation(n), MORNING, categorised("roads")).await;
        assert!(runner.wait_for(position, SOON).await.unwrap() >= position);
        let rows = crate::consultations::by_ids(&h.models, &h.now(), &[consultation_id(n)]).await.unwrap();
        assert_eq!(rows[0].category, Some(code("roads")));
    }
    let head = at_head(h).await;
    assert_eq!(*runner.applied().borrow(), head);
    assert_eq!(runner.lag().await.unwrap().positions, 0);
    assert!(runner.health().is_well());
    let late = runner.wait_for(head.next(), Duration::from_millis(20)).await.unwrap_err();
    assert!(matches!(late, CatchUpError::Timeout { applied, .. } if applied == head), "{late}");
    runner.shutdown().await;
    let closed = runner.wait_for(head.next(), SOON).await.unwrap_err();
    assert!(matches!(closed, CatchUpError::Closed(_)), "{closed}");
}

async fn an_event_that_cannot_be_applied_stops_one_projection(history: History) {
    let h = &history;
    let runner = follow(h);
    h.consultation(1, MORNING, None, None).await;
    let bad = h.happens(consultation(9), MORNING, categorised("roads")).await;
    h.consultation(2, MORNING, None, None).await;
    let head = at_head(h).await;
    let error = runner.wait_for(head, SOON).await.unwrap_err();
    assert!(
        matches!(&error, CatchUpError::Stopped { position, projection, .. } if *position == bad && projection == "consultations"),
        "{error}"
    );
    wait_until(async || {
        h.models.status().await.unwrap().iter().all(|p| p.position == head || p.stopped.is_some())
    })
    .await;
    let status = h.models.status().await.unwrap();
    let stopped: Vec<_> = status.iter().filter(|projection| projection.position < head).collect();
    let [stopped] = stopped.as_slice() else { panic!("{status:?}") };
    assert_eq!((stopped.projection.as_str(), stopped.position.next()), ("consultations", bad));
    assert!(
        stopped.stopped.as_ref().is_some_and(|s| s.position == bad && s.problem.contains("no consultation"))
    );
    assert!(!runner.health().is_well());
    runner.shutdown().await;
    // Started again, it tries again; and never skips it.
    let error = catch_up(&h.store, &h.models, &h.log, |_| {}).await.unwrap_err();
    assert!(matches!(error, CatchUpError::Stopped { position, .. } if position == bad), "{error}");
    let error = rebuild::rebuild(&h.store, &h.models, |_, _| {}).await.unwrap_err();
    assert!(matches!(error, CatchUpError::Stopped { position, .. } if position == bad), "{error}");
    let rows =
        crate::consultations::by_ids(&h.models, &h.now(), &[1, 2, 9].map(consultation_id)).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [consultation_id(1)]);
}

async fn wait_until(done: impl AsyncFn() -> bool) {
    for _ in 0..400 {
        if done().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it did not come to that");
}

async fn an_event_that_cannot_be_read_stops_all(history: History) {
    let h = &history;
    h.consultation(1, MORNING, None, None).await;
    let bad = h.unheard_of().await;
    h.consultation(2, MORNING, None, None).await;
    let error = catch_up(&h.store, &h.models, &h.log, |_| {}).await.unwrap_err();
    assert!(error.to_string().contains("no event is called `CallTeleported`"), "{error}");
    let status = h.models.status().await.unwrap();
    assert!(status.iter().all(|p| p.position.next() == bad && p.stopped.is_some()), "{status:?}");
}

async fn two_processes_count_each_event_once(history: History) {
    let h = &history;
    let other = ReadModels::open(h.location.clone()).await.unwrap();
    let runners = [follow(h), runner::spawn(h.store.clone(), other.clone(), h.log.clone())];
    eventful(h, false).await;
    let head = at_head(h).await;
    for runner in &runners {
        wait_until(async || h.models.applied(&h.log).await.unwrap() == head).await;
        runner.wait_for(head, SOON).await.unwrap();
        assert!(runner.health().is_well(), "{:?}", runner.health());
    }
    let followed = dump_all_tables(&other).await.unwrap();
    for runner in runners {
        runner.shutdown().await;
    }
    rebuild::rebuild(&h.store, &h.models, |_, _| {}).await.unwrap();
    assert_eq!(dump_all_tables(&h.models).await.unwrap(), followed);
}

async fn what_an_earlier_release_made_is_built_anew(history: History) {
    let h = &history;
    eventful(h, false).await;
    h.caught_up().await;
    let made = dump_all_tables(&h.models).await.unwrap();
    let db = h.models.db();
    for sql in [
        "UPDATE checkpoints SET version = 0 WHERE projection = 'consultations'",
        "UPDATE consultations SET notes = 99",
        "DELETE FROM consultation_years",
    ] {
        db.execute(sql, args![]).await.unwrap();
    }
    let then = Position::new(9).unwrap();
    let asked = h.models.as_of(&h.store, &h.log, then).await;
    assert!(matches!(asked, Err(ReadError::NoPast { .. })), "{asked:?}");
    let runner = follow(h);
    wait_until(async || dump_all_tables(&h.models).await.unwrap() == made).await;
    h.models.as_of(&h.store, &h.log, then).await.unwrap();
    h.consultation(8, MORNING, None, None).await;
    runner.wait_for(at_head(h).await, SOON).await.unwrap();
    let status = h.models.status().await.unwrap();
    let version_of = |name: &str| PROJECTIONS.iter().find(|of| of.name() == name).map(|of| of.version());
    assert!(status.iter().all(|made| version_of(&made.projection) == Some(made.version)), "{status:?}");
    runner.shutdown().await;
}

async fn queries_are_answered_while_it_is_rebuilt(history: History) {
    let h = &history;
    eventful(h, false).await;
    h.caught_up().await;
    let runner = follow(h);
    let asking = async {
        for _ in 0..60 {
            let years = crate::counts::yearly_counts(&h.models, &h.now()).await.unwrap();
            assert!(years[0].consultations >= 4, "{years:?}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let writing = async {
        for n in 10..30 {
            h.consultation(n, MORNING, None, None).await;
        }
    };
    let rebuilding = async {
        for _ in 0..3 {
            rebuild::rebuild(&h.store, &h.models, |_, _| {}).await.unwrap();
        }
    };
    tokio::join!(asking, writing, rebuilding);
    runner.wait_for(at_head(h).await, SOON).await.unwrap();
    runner.shutdown().await;
    let followed = dump_all_tables(&h.models).await.unwrap();
    rebuild::rebuild(&h.store, &h.models, |_, _| {}).await.unwrap();
    assert_eq!(dump_all_tables(&h.models).await.unwrap(), followed);
}

async fn two_centres_share_the_tables(history: History) {
    let h = &history;
    let other = LogId::main("pyeongchang").unwrap();
    assert!(crate::counts::yearly_counts(&h.models, &At::now(&other)).await.unwrap().is_empty());
    h.open_log(&other).await;
    h.consultation(1, MORNING, None, None).await;
    h.happens_in(&other, call(51), MORNING, offered(None)).await;
    h.happens_in(&other, call(51), MORNING, CallAbandoned { wait_seconds: 9, evidence: Evidence::Observed })
        .await;
    h.caught_up().await;
    // It finds the other centre by itself.
    rebuild::rebuild(&h.store, &h.models, |_, _| {}).await.unwrap();
    let years = async |log: &LogId| {
        let years = crate::counts::yearly_counts(&h.models, &At::now(log)).await.unwrap();
        years.iter().map(|year| (year.consultations, year.offered, year.abandoned)).collect::<Vec<_>>()
    };
    assert_eq!(years(&h.log).await, [(1, 1, 0)]);
    assert_eq!(years(&other).await, [(0, 1, 1)]);
    assert!(crate::calls::by_ids(&h.models, &h.now(), &[call_id(51)]).await.unwrap().is_empty());
}

async fn what_a_longer_ledger_left_is_not_caught_up_with(history: History) {
    let h = &history;
    let (shorter, before) = (History::begin(Engine::Sqlite).await.unwrap(), h.caught_up().await);
    h.consultation(1, MORNING, None, None).await;
    let after = h.caught_up().await;
    let error = rebuild::rebuild(&shorter.store, &h.models, |_, _| {}).await.unwrap_err();
    let CatchUpError::Ahead { applied, head, .. } = error else { panic!("{error}") };
    assert_eq!((applied, head), (after, before));
    assert_eq!(h.models.applied(&h.log).await.unwrap(), after);
}
