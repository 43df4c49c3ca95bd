//! A run is made once, whoever is there to make it; what was missed is made up as of when it was due.

use sangdam::ledger::CommandMeta;
use sangdam_domain::actor::{Actor, ActorKind};
use sangdam_domain::aggregate::{ReportRun, ReportRunCommand, ReportSchedule, ReportScheduleCommand};
use sangdam_domain::event::Event;
use sangdam_domain::value::{Code, DisplayText};
use sangdam_tests::{Database, both_engines};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::world::{World, files, seoul};

const GO_ON: fn() -> bool = || true;

async fn of_two_that_race_each_run_is_made_by_one(database: Database) {
    const RUNS: i64 = 12;
    let world = World::new(database).await;
    let mut one = world.worker("*/10 * * * * *", "").await;
    let mut other = world.worker_on(world.elsewhere().await, "*/10 * * * * *", "").await;
    assert_eq!(world.defined().await.len(), 1, "both mean the same");
    for run in 1..=RUNS {
        world.clock.set(seoul("02 12:00:00").plus_seconds(10 * run));
        let (one, other) = tokio::join!(one.turn(GO_ON), other.turn(GO_ON));
        let wakes = [one.unwrap().wake, other.unwrap().wake];
        assert!(wakes.iter().all(|wake| *wake > seoul("02 12:00:00").plus_seconds(10 * run)), "{wakes:?}");
    }
    let due: Vec<_> = (1..=RUNS).map(|run| seoul("02 12:00:00").plus_seconds(10 * run)).collect();
    assert_eq!(world.started().await.iter().map(|started| started.due).collect::<Vec<_>>(), due);
    assert_eq!(world.made().await, due);
    assert_eq!(files(&world.out()).len(), due.len());
    assert!(world.completed().await.iter().all(|completed| completed.attempt == 1));
}

async fn missed_runs_are_made_up_as_of_when_they_were_due(database: Database) {
    let world = World::new(database).await;
    drop(world.worker("0 8 * * *", "").await);
    world.clock.set(seoul("03 18:00:00"));
    world.declare(2020, 4_711).await;
    world.clock.set(seoul("05 09:30:00"));
    world.declare(2021, 815).await;

    let mut worker = world.worker("0 8 * * *", "").await;
    assert_eq!(worker.turn(GO_ON).await.unwrap().wake, seoul("06 08:00:00"));
    let due = ["03 08:00:00", "04 08:00:00", "05 08:00:00"].map(seoul);
    assert_eq!(world.made().await, due);
    let names = ["03", "04", "05"].map(|day| format!("daily-2024-01-{day}T08-00-00+0900.json"));
    assert_eq!(files(&world.out()), names);
    for (n, completed) in world.completed().await.iter().enumerate() {
        let position = world.sources.store.position_at(&world.sources.log, completed.due).await.unwrap();
        assert_eq!(completed.as_of, position);
        let file = std::fs::read(world.out().join(&names[n])).unwrap();
        assert_eq!(hex::encode(Sha256::digest(&file)), completed.file_sha256.as_str());
        assert_eq!(file.len() as u64, completed.bytes);
        let report: Value = serde_json::from_slice(&file).unwrap();
        assert_eq!(report["position"], position.get());
        assert_eq!(report["root"], completed.root.as_str());
        assert_eq!(report["sha256"], completed.content_sha256.as_str());
        let year = |year: i64| {
            report["years"].as_array().unwrap().iter().find(|row| row["year"] == year).cloned().unwrap()
        };
        let expected = if n == 0 { Value::Null } else { Value::from(4_711) };
        assert_eq!(year(2020)["consultations"], expected, "as of {}", completed.due);
        assert_eq!(year(2021)["consultations"], Value::Null, "nobody knew of it before the fifth, 9:30");
    }
    // Looking again makes nothing again, also after a restart.
    let mut again = world.worker("0 8 * * *", "").await;
    again.turn(GO_ON).await.unwrap();
    assert_eq!(world.made().await, due);
}

async fn no_more_is_made_up_than_the_schedule_says(database: Database) {
    let world = World::new(database).await;
    let mut worker = world.worker("0 8 * * *", "catch-up = 2").await;
    world.clock.set(seoul("09 08:00:00"));
    worker.turn(GO_ON).await.unwrap();
    assert_eq!(world.made().await, ["07 08:00:00", "08 08:00:00", "09 08:00:00"].map(seoul));
    let events = world.events().await;
    let skipped = events
        .iter()
        .filter_map(|e| if let Event::ReportRunsSkipped(e) = e { Some(e.due_until) } else { None });
    assert_eq!(skipped.collect::<Vec<_>>(), [seoul("06 08:00:00")]);
    // What is left out stays left out, whoever looks.
    let mut again = world.worker("0 8 * * *", "catch-up = 20").await;
    again.turn(GO_ON).await.unwrap();
    assert_eq!(world.made().await.len(), 3);
}

async fn a_run_is_made_by_the_definition_in_force_when_it_was_due(database: Database) {
    let world = World::new(database).await;
    let mut early = world.worker("0 8 * * *", "").await;
    world.clock.set(seoul("03 10:00:00"));
    let mut late = world.worker("0 20 * * *", "language = 'en'").await;
    world.clock.set(seoul("04 20:00:00"));
    // The process with the older file leaves the schedule to the one with the newer.
    early.turn(GO_ON).await.unwrap();
    assert_eq!(world.made().await, []);
    late.turn(GO_ON).await.unwrap();
    let started = world.started().await;
    let made: Vec<_> = started.iter().map(|started| (started.due, started.definition)).collect();
    assert_eq!(made, [(seoul("03 08:00:00"), 1), (seoul("03 20:00:00"), 2), (seoul("04 20:00:00"), 2)]);
    assert_eq!(started[0].language, None);
    assert_eq!(started[1].language.as_ref().map(Code::as_str), Some("en"));
    assert_eq!(world.completed().await.len(), 3);
}

async fn a_run_that_was_left_in_the_middle_is_taken_over_once_its_lease_is_over(database: Database) {
    let world = World::new(database).await;
    let mut worker = world.worker("0 8 * * *", "").await;
    world.clock.set(seoul("03 08:00:00"));
    let as_of = world.sources.store.head(&world.sources.log).await.unwrap().position;
    let (name, log) = (Code::parse("daily").unwrap(), world.sources.log.clone());
    let start = ReportRunCommand::Start {
        schedule: name.clone(),
        definition: 1,
        due: seoul("03 08:00:00"),
        report: DisplayText::parse("yearly").unwrap(),
        format: Code::parse("json").unwrap(),
        language: None,
        as_of,
        lease_seconds: 60,
    };
    let meta = CommandMeta::new(Actor::of(ActorKind::System), "start");
    let id = ReportRun::id(&log, &name, seoul("03 08:00:00"));
    world.ledger().execute::<ReportRun>(&meta, id, start).await.unwrap();
    world.declare(2020, 1).await;

    assert_eq!(worker.turn(GO_ON).await.unwrap().wake, seoul("03 08:01:00"));
    assert_eq!(world.made().await, []);
    world.clock.set(seoul("03 08:01:00"));
    assert_eq!(worker.turn(GO_ON).await.unwrap().wake, seoul("04 08:00:00"));
    let completed = world.completed().await;
    let [completed] = completed.as_slice() else { panic!("{completed:?}") };
    assert_eq!((completed.due, completed.attempt, completed.as_of), (seoul("03 08:00:00"), 2, as_of));
    let retried = world
        .events()
        .await
        .into_iter()
        .find_map(|e| if let Event::ReportRunRetried(e) = e { Some(e) } else { None });
    assert_eq!(retried.unwrap().lease_until, seoul("03 08:03:00"), "twice the time");
}

async fn a_schedule_that_was_taken_out_and_put_back_goes_on(database: Database) {
    let world = World::new(database).await;
    let mut worker = world.worker("0 8 * * *", "").await;
    world.clock.set(seoul("03 08:00:00"));
    worker.turn(GO_ON).await.unwrap();
    // Somebody gives up what was missed until then.
    world.clock.set(seoul("06 12:00:00"));
    let id = ReportSchedule::id(&world.sources.log, &Code::parse("daily").unwrap());
    let command = ReportScheduleCommand::SkipRuns { due_until: seoul("05 12:00:00") };
    let meta = CommandMeta::new(Actor::of(ActorKind::Staff), "skip");
    world.ledger().execute::<ReportSchedule>(&meta, id, command).await.unwrap();
    let mut again = world.worker("0 8 * * *", "").await;
    again.turn(GO_ON).await.unwrap();
    assert_eq!(world.made().await, ["03 08:00:00", "06 08:00:00"].map(seoul));
}

both_engines!(
    of_two_that_race_each_run_is_made_by_one,
    missed_runs_are_made_up_as_of_when_they_were_due,
    no_more_is_made_up_than_the_schedule_says,
    a_run_is_made_by_the_definition_in_force_when_it_was_due,
    a_run_that_was_left_in_the_middle_is_taken_over_once_its_lease_is_over,
    a_schedule_that_was_taken_out_and_put_back_goes_on,
);
