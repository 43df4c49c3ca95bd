//! A command that comes again has one effect, and gets the first answer again.

use sangdam::ledger::ExecuteError;
use sangdam_domain::aggregate::{Caller, Consultation, ConsultationCommand};
use sangdam_domain::id::CallerId;
use sangdam_domain::log::Position;
use sangdam_domain::rejection::Rejection;
use sangdam_domain::value::{Outcome, ResolvedBy};
use sangdam_tests::{Database, both_engines};

use super::world::{World, meta, note, register, rejection, text};

async fn a_command_answers_with_the_state_that_a_reader_finds(database: Database) {
    let world = World::new(database).await;
    let id = world.consultation(None).await;
    let done = world.note(id, "쓰레기 배출 요일").await;
    assert_eq!(done.state, world.read(id).await);
    assert_eq!(text(&done.state.notes[0].text), Some("쓰레기 배출 요일"));
    assert_eq!(done.position, world.head().await);
    assert!(!done.already);
    world.must_verify().await;
}

async fn a_retry_gets_the_first_answer_again_and_writes_nothing(database: Database) {
    let world = World::new(database).await;
    let id = world.consultation(None).await;
    let meta = meta("note").with_id(world.command(1));
    let first = world.ledger.execute::<Consultation>(&meta, id, note("하나")).await.unwrap();
    world.note(id, "둘").await;
    let head = world.head().await;

    let again = world.ledger.execute::<Consultation>(&meta, id, note("하나")).await.unwrap();
    assert!(again.already);
    assert_eq!((again.state, again.position), (first.state, first.position));
    assert_eq!(world.head().await, head);
}

async fn a_retry_of_a_registration_gets_the_first_id(database: Database) {
    let world = World::new(database).await;
    let meta = meta("register").with_id(world.command(1));
    let command = || register(Some("010-0000-1234"), Some("김정선"));
    let first = world.ledger.execute::<Caller>(&meta, world.new_caller(), command()).await.unwrap();
    let again = world.ledger.execute::<Caller>(&meta, world.new_caller(), command()).await.unwrap();
    assert_eq!(again.state.id, first.state.id);
    assert_eq!(again.state, first.state);
}

async fn a_retry_is_told_even_where_the_state_would_refuse_it_now(database: Database) {
    let world = World::new(database).await;
    let id = world.consultation(None).await;
    let meta = meta("resolve").with_id(world.command(1));
    let resolve = ConsultationCommand::Resolve { by: ResolvedBy::Agent, outcome: Outcome::Answered };
    world.ledger.execute::<Consultation>(&meta, id, resolve.clone()).await.unwrap();
    assert!(world.ledger.execute::<Consultation>(&meta, id, resolve.clone()).await.unwrap().already);
    let other = self::meta("resolve").with_id(world.command(2));
    let refused = world.ledger.execute::<Consultation>(&other, id, resolve).await;
    assert_eq!(rejection(refused), Rejection::ConsultationAlreadyResolved);
}

async fn a_retry_is_told_after_the_version_it_expected_has_passed(database: Database) {
    let world = World::new(database).await;
    let id = world.consultation(None).await;
    let version = world.read(id).await.version;
    let meta = meta("note").with_id(world.command(1)).expecting(version);
    world.ledger.execute::<Consultation>(&meta, id, note("하나")).await.unwrap();
    assert!(world.ledger.execute::<Consultation>(&meta, id, note("하나")).await.unwrap().already);
}

async fn a_command_id_is_not_used_for_something_else(database: Database) {
    let world = World::new(database).await;
    let id = world.consultation(None).await;
    let command = world.command(1);
    let head = {
        world.ledger.execute::<Consultation>(&meta("a").with_id(command), id, note("하나")).await.unwrap();
        world.head().await
    };
    let other = world.ledger.execute::<Consultation>(&meta("b").with_id(command), id, note("둘")).await;
    assert!(matches!(other, Err(ExecuteError::CommandReused(id)) if id == command), "{other:?}");
    let meta = meta("c").with_id(command);
    let caller = world.ledger.execute::<Caller>(&meta, world.new_caller(), register(None, None)).await;
    assert!(matches!(caller, Err(ExecuteError::CommandReused(_))), "{caller:?}");
    assert_eq!(world.head().await, head);
}

async fn the_same_command_at_once_has_one_effect(database: Database) {
    let world = World::new(database).await;
    let command = world.command(9);
    let tries = (0..8).map(|_| {
        let ledger = world.ledger.clone();
        let id = CallerId::from_uuid(ledger.new_uuid());
        tokio::spawn(async move {
            let meta = meta("register").with_id(command);
            ledger.execute::<Caller>(&meta, id, register(Some("010-0000-0009"), None)).await
        })
    });
    let mut ids = Vec::new();
    for attempt in tries.collect::<Vec<_>>() {
        ids.push(attempt.await.unwrap().unwrap().state.id);
    }
    ids.dedup();
    assert_eq!(ids.len(), 1);
    assert_eq!(world.head().await, Position::new(2).unwrap());
}

both_engines!(
    a_command_answers_with_the_state_that_a_reader_finds,
    a_retry_gets_the_first_answer_again_and_writes_nothing,
    a_retry_of_a_registration_gets_the_first_id,
    a_retry_is_told_even_where_the_state_would_refuse_it_now,
    a_retry_is_told_after_the_version_it_expected_has_passed,
    a_command_id_is_not_used_for_something_else,
    the_same_command_at_once_has_one_effect,
);
