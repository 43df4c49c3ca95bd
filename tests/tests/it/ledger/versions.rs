//! What is refused, and what others wrote meanwhile: nothing is lost, nothing is left behind.

use sangdam::ledger::ExecuteError;
use sangdam_domain::aggregate::{Centre, CentreCommand, Consultation};
use sangdam_domain::id::ConsultationId;
use sangdam_domain::log::Version;
use sangdam_domain::rejection::Rejection;
use sangdam_domain::time::Timestamp;
use sangdam_domain::value::DisplayText;
use sangdam_tests::{Database, both_engines};

use super::world::{NOW, World, meta, note, rejection};

async fn a_version_that_has_passed_is_a_conflict(database: Database) {
    let world = World::new(database).await;
    let id = world.consultation(None).await;
    let version = world.read(id).await.version;
    world.note(id, "먼저").await;
    let late = world.ledger.execute::<Consultation>(&meta("late").expecting(version), id, note("나중")).await;
    match late {
        Err(ExecuteError::VersionConflict { expected, actual, .. }) => {
            assert_eq!((expected, actual), (version, version.next()));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(world.read(id).await.notes.len(), 1);
}

async fn notes_written_at_once_are_all_kept(database: Database) {
    let world = World::new(database).await;
    let id = world.consultation(None).await;
    let writers = (0..12).map(|n| {
        let ledger = world.ledger.clone();
        tokio::spawn(async move {
            let words = format!("메모 {n}");
            ledger.execute::<Consultation>(&meta(&words), id, note(&words)).await
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap().unwrap();
    }
    let kept = world.read(id).await;
    assert_eq!(kept.notes.len(), 12);
    assert_eq!(kept.version, Version::new(13).unwrap());
    world.must_verify().await;
}

async fn what_is_refused_leaves_nothing_behind(database: Database) {
    let world = World::new(database).await;
    let call = world.missed_call().await;
    let head = world.head().await;
    assert_eq!(rejection(world.open(call, None).await), Rejection::CallAbandoned);
    let unknown = ConsultationId::from_uuid(world.ledger.new_uuid());
    let command = meta("note").with_id(world.command(1));
    let refused = world.ledger.execute::<Consultation>(&command, unknown, note("아무것도")).await;
    assert_eq!(rejection(refused), Rejection::NotFound { kind: "consultation" });
    assert_eq!(world.head().await, head);
    assert!(world.ledger.load::<Consultation>(unknown).await.unwrap().is_none());
    assert!(world.ledger.store().command(world.command(1)).await.unwrap().is_none());
}

async fn nothing_happens_in_the_future(database: Database) {
    let world = World::new(database).await;
    let id = world.consultation(None).await;
    let now: Timestamp = NOW.parse().unwrap();
    let at = |seconds| meta("note").at(now.plus_seconds(seconds));
    world.ledger.execute::<Consultation>(&at(300), id, note("곧")).await.unwrap();
    let refused = world.ledger.execute::<Consultation>(&at(301), id, note("나중")).await;
    assert!(matches!(refused, Err(ExecuteError::OccurredInFuture { .. })), "{refused:?}");
}

async fn a_stream_of_another_centre_is_unknown_here(database: Database) {
    let world = World::new(database).await;
    let id = world.consultation(None).await;
    let other = world.ledger.of_centre("taebaek").unwrap();
    other.open_log().await.unwrap();
    assert!(other.load::<Consultation>(id).await.unwrap().is_none());
    let refused = other.execute::<Consultation>(&meta("note"), id, note("남의 것")).await;
    assert_eq!(rejection(refused), Rejection::NotFound { kind: "consultation" });
}

async fn asking_for_what_holds_already_changes_nothing(database: Database) {
    let world = World::new(database).await;
    let command = || CentreCommand::Register {
        name: DisplayText::parse("정선군 콜센터").unwrap(),
        opened_on: "2019-08-01".parse().unwrap(),
        time_zone: DisplayText::parse("Asia/Seoul").unwrap(),
        records_complete_from: "2022-01-01".parse().unwrap(),
    };
    let first = world.ledger.execute::<Centre>(&meta("centre"), (), command()).await.unwrap();
    let second = world.ledger.execute::<Centre>(&meta("centre"), (), command()).await.unwrap();
    assert_eq!((second.state, second.position), (first.state, first.position));
    assert!(second.appended.is_none() && !second.already);
}

both_engines!(
    a_version_that_has_passed_is_a_conflict,
    notes_written_at_once_are_all_kept,
    what_is_refused_leaves_nothing_behind,
    nothing_happens_in_the_future,
    a_stream_of_another_centre_is_unknown_here,
    asking_for_what_holds_already_changes_nothing,
);
