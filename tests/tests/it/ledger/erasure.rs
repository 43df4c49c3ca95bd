//! A caller who is forgotten.

use sangdam::ledger::{CommandMeta, complete_erasures};
use sangdam_domain::actor::Subject;
use sangdam_domain::aggregate::{
    Call, CallStanding, Callback, CallbackCommand, Caller, CallerCommand, Consultation, ConsultationCommand,
    ErasureStatus, PromiseFor,
};
use sangdam_domain::id::{CallId, CallbackId, CallerId};
use sangdam_domain::log::{Position, StreamId, StreamKind, Version};
use sangdam_domain::personal::Personal;
use sangdam_domain::rejection::Rejection;
use sangdam_domain::value::AttachReason;
use sangdam_tests::{Database, both_engines};

use super::world::{World, meta, note, phone, register, rejection, text};

async fn an_erasure_forgets_the_caller_the_aliases_and_all_that_is_theirs(database: Database) {
    let world = World::new(database).await;
    let (caller, alias) = (world.caller("010-0000-0001").await, world.caller("010-0000-0002").await);
    let (theirs, of_alias) = (world.consultation(Some(caller)).await, world.consultation(Some(alias)).await);
    let identified = world.consultation(None).await;
    for id in [theirs, of_alias, identified] {
        world.note(id, "비밀 이야기").await;
    }
    let other = world.consultation(None).await;
    world.note(other, "남의 이야기").await;
    let subject = Subject::Consultation(identified);
    world.ledger.identify_caller(&meta("identify"), caller, subject).await.unwrap();
    world.ledger.merge_callers(&meta("merge"), caller, alias).await.unwrap();

    let done = world.erase(caller).await;
    assert_eq!(done.state.erasure, ErasureStatus::Erased);
    assert_eq!(done.state, world.read_caller(caller).await);
    assert_eq!(world.read_caller(alias).await.erasure, ErasureStatus::Erased);
    for id in [theirs, of_alias, identified] {
        assert_eq!(text(&world.read(id).await.notes[0].text), None);
    }
    assert_eq!(text(&world.read(other).await.notes[0].text), Some("남의 이야기"));
    assert_eq!(world.ledger.caller_by_phone(&phone("010-0000-0001"), Position::MAX).await.unwrap(), None);
    world.caller("010-0000-0002").await;
    world.must_verify().await;

    let refused = world.ledger.execute::<Consultation>(&meta("note"), theirs, note("새 이야기")).await;
    assert_eq!(rejection(refused), Rejection::CallerErased);
}

/// A number that was taken over is sealed for whom it belongs to now, and for nobody else.
async fn an_erasure_leaves_nothing_of_a_number_that_was_taken_over(database: Database) {
    let world = World::new(database).await;
    let (before, now) = (world.caller("010-0000-0001").await, world.caller("010-0000-0002").await);
    world.ledger.move_phone(&meta("move"), phone("010-0000-0001"), before, now).await.unwrap();
    let (store, log) = (world.ledger.store(), world.ledger.log());
    let moved = store.read_types(log, Position::ZERO, &["CallerPhoneMoved"], 9).await.unwrap();
    assert_eq!(moved.len(), 2);
    let positions: Vec<Position> = moved.iter().map(|event| event.position).collect();
    let sealed = store.sealed(log, &positions).await.unwrap();
    let for_whom: Vec<Subject> = sealed.values().map(|sealed| sealed.subject).collect();
    assert_eq!(for_whom, [Subject::Caller(now)]);

    world.erase(now).await;
    assert!(store.sealed(log, &positions).await.unwrap().is_empty());
    assert!(world.read_caller(before).await.phones.is_empty());
    let free = phone("010-0000-0001");
    assert_eq!(world.ledger.caller_by_phone(&free, Position::MAX).await.unwrap(), None);
    world.must_verify().await;
}

async fn nothing_is_erased_without_approval(database: Database) {
    let world = World::new(database).await;
    let caller = world.caller("010-0000-0001").await;
    let refused = world.ledger.erase_caller(&meta("erase"), caller).await;
    assert_eq!(rejection(refused), Rejection::ErasureNotApproved);
    assert_eq!(
        world.ledger.caller_by_phone(&phone("010-0000-0001"), Position::MAX).await.unwrap(),
        Some(caller)
    );
}

async fn a_retry_after_the_erasure_gets_the_first_result_unchecked(database: Database) {
    let world = World::new(database).await;
    let meta = meta("register").with_id(world.command(1));
    let first =
        world.ledger.execute::<Caller>(&meta, world.new_caller(), register(Some("010-0000-0001"), None));
    let id = first.await.unwrap().state.id;
    world.erase(id).await;
    let other = CommandMeta { canonical: b"anything".to_vec(), ..meta };
    let again =
        world.ledger.execute::<Caller>(&other, world.new_caller(), register(None, None)).await.unwrap();
    assert!(again.already);
    assert_eq!((again.state.id, &again.state.phones[0].phone), (id, &Personal::Erased));
}

/// Has an erasure's event written and nothing else, as a crash right after its commit leaves it: whose, their call, which the
/// event does not name, and the command.
async fn cut_off(world: &World) -> (CallerId, CallId, CommandMeta) {
    let caller = world.caller("010-0000-0001").await;
    let call = world.answered_call(None).await;
    world.open(call, Some(caller)).await.unwrap();
    let run = async |meta: &CommandMeta, command| {
        world.ledger.execute::<Caller>(meta, caller, command).await.unwrap()
    };
    run(&meta("x"), CallerCommand::RequestErasure).await;
    run(&meta("x"), CallerCommand::ApproveErasure).await;
    let erase = CommandMeta { command_id: Some(world.command(900)), ..meta("eraseCaller") };
    run(&erase, CallerCommand::Erase { further: Default::default() }).await;
    assert!(!world.ledger.store().vault().is_destroyed(Subject::Caller(caller)).await.unwrap());
    (caller, call, erase)
}

async fn an_erasure_cut_off_by_a_crash_is_completed_at_the_start(database: Database) {
    let world = World::new(database).await;
    // Of what comes now they know nothing.
    let models = world.models().await;
    let (caller, call, _) = cut_off(&world).await;

    let world = world.restarted().await;
    let found = complete_erasures(world.ledger.store(), &models).await.unwrap();
    // The second event is the one about the call.
    assert_eq!((found.erasures, found.subjects), (2, 1));
    for subject in [Subject::Caller(caller), Subject::Call(call)] {
        assert!(world.ledger.store().vault().is_destroyed(subject).await.unwrap());
    }
    let stream = StreamId::new(StreamKind::Caller, caller.uuid());
    let events = world.ledger.store().read_stream(stream, Version::ZERO).await.unwrap();
    let positions: Vec<Position> = events.iter().map(|event| event.position).collect();
    assert!(world.ledger.store().sealed(world.ledger.log(), &positions).await.unwrap().is_empty());
    let found = complete_erasures(world.ledger.store(), &models).await.unwrap();
    assert_eq!((found.erasures, found.subjects), (2, 0));
    world.must_verify().await;
}

async fn it_is_found_by_the_read_models_too(database: Database) {
    let world = World::new(database).await;
    let (caller, call, _) = cut_off(&world).await;
    let models = world.models().await;
    let world = world.restarted().await;
    let found = complete_erasures(world.ledger.store(), &models).await.unwrap();
    assert_eq!((found.erasures, found.subjects), (2, 1));
    for subject in [Subject::Caller(caller), Subject::Call(call)] {
        assert!(world.ledger.store().vault().is_destroyed(subject).await.unwrap());
    }
}

async fn an_erasure_cut_off_is_completed_by_a_retry(database: Database) {
    let world = World::new(database).await;
    let (caller, call, erase) = cut_off(&world).await;
    let again = world.ledger.erase_caller(&erase, caller).await.unwrap();
    assert!(again.already);
    for subject in [Subject::Caller(caller), Subject::Call(call)] {
        assert!(world.ledger.store().vault().is_destroyed(subject).await.unwrap());
    }
}

/// A call comes from a number that nobody knows; only then the caller is registered, and their consultation opened.
async fn an_erasure_forgets_the_numbers_of_calls_that_nobody_identified(database: Database) {
    let world = World::new(database).await;
    let (caller, alias) = (world.caller("010-0000-0001").await, world.caller("010-0000-0002").await);
    let (opened, attached) = (world.answered_call(None).await, world.answered_call(None).await);
    let consultation = world.open(opened, Some(caller)).await.unwrap().state.id;
    let standing = world.ledger.call_standing(attached).await.unwrap();
    let attach =
        ConsultationCommand::AttachCall { call: attached, standing, reason: AttachReason::CalledAgain };
    world.ledger.execute::<Consultation>(&meta("attach"), consultation, attach).await.unwrap();
    let of_alias = world.answered_call(None).await;
    let identified = world.open(of_alias, None).await.unwrap().state.id;
    let subject = Subject::Consultation(identified);
    world.ledger.identify_caller(&meta("identify"), alias, subject).await.unwrap();
    let missed = world.missed_call().await;
    let promised_for = PromiseFor::MissedCall { call: missed, standing: CallStanding::Abandoned };
    let due = world.ledger.now().plus_seconds(3600);
    let promise = CallbackCommand::Promise { due, promised_for, caller: Some(caller), agent: None };
    let callback = CallbackId::from_uuid(world.ledger.new_uuid());
    world.ledger.execute::<Callback>(&meta("promise"), callback, promise).await.unwrap();
    world.ledger.merge_callers(&meta("merge"), caller, alias).await.unwrap();
    let (other, others) = (world.caller("010-0000-0003").await, world.answered_call(None).await);
    world.open(others, Some(other)).await.unwrap();

    world.erase(caller).await;
    let from = |call| {
        let ledger = world.ledger.clone();
        async move { ledger.load::<Call>(call).await.unwrap().unwrap().offered.unwrap().what.from }
    };
    for call in [opened, attached, of_alias, missed] {
        assert_eq!(from(call).await, Some(Personal::Erased));
        assert!(world.ledger.store().vault().is_destroyed(Subject::Call(call)).await.unwrap());
    }
    assert_eq!(from(others).await, Some(Personal::Known(phone("033-560-0001"))));
    world.must_verify().await;
}

async fn a_forgotten_caller_gets_no_further_calls(database: Database) {
    let world = World::new(database).await;
    let caller = world.caller("010-0000-0001").await;
    let consultation = world.consultation(Some(caller)).await;
    let missed = world.missed_call().await;
    world.erase(caller).await;
    let call = world.answered_call(None).await;
    let standing = world.ledger.call_standing(call).await.unwrap();
    let attach = ConsultationCommand::AttachCall { call, standing, reason: AttachReason::CalledAgain };
    let attached = world.ledger.execute::<Consultation>(&meta("attach"), consultation, attach).await;
    assert_eq!(rejection(attached), Rejection::CallerErased);
    assert_eq!(rejection(world.open(call, Some(caller)).await), Rejection::CallerErased);
    let promised_for = PromiseFor::MissedCall { call: missed, standing: CallStanding::Abandoned };
    let due = world.ledger.now().plus_seconds(3600);
    let promise = CallbackCommand::Promise { due, promised_for, caller: Some(caller), agent: None };
    let callback = CallbackId::from_uuid(world.ledger.new_uuid());
    let promised = world.ledger.execute::<Callback>(&meta("promise"), callback, promise).await;
    assert_eq!(rejection(promised), Rejection::CallerErased);
}

/// Consultations are opened and calls attached all the while: whatever got in before the erasure is forgotten with it, and
/// nothing gets in after it.
async fn an_erasure_forgets_what_comes_in_while_it_goes_on(database: Database) {
    let world = World::new(database).await;
    let caller = world.caller("010-0000-0001").await;
    let before = world.consultation(Some(caller)).await;
    let mut calls = Vec::new();
    for _ in 0..40 {
        calls.push(world.answered_call(None).await);
    }
    let take = async |(n, call): (usize, CallId)| {
        // Each a little later than the one before it.
        for _ in 0..n * 3 {
            tokio::task::yield_now().await;
        }
        let standing = world.ledger.call_standing(call).await.unwrap();
        let attach = ConsultationCommand::AttachCall { call, standing, reason: AttachReason::CalledAgain };
        match n % 2 {
            0 => world.open(call, Some(caller)).await.is_ok(),
            _ => world.ledger.execute::<Consultation>(&meta("attach"), before, attach).await.is_ok(),
        }
    };
    let taken = futures::future::join_all(calls.iter().copied().enumerate().map(take));
    let (_, taken) = tokio::join!(world.erase(caller), taken);
    for (call, taken) in calls.into_iter().zip(taken) {
        let offered = world.ledger.load::<Call>(call).await.unwrap().unwrap().offered.unwrap();
        let known = offered.what.from != Some(Personal::Erased);
        assert_eq!(known, !taken, "{call}");
    }
    world.must_verify().await;
}

async fn an_erasure_goes_on_when_nobody_waits_for_it_any_more(database: Database) {
    let world = World::new(database).await;
    let caller = world.caller("010-0000-0001").await;
    for command in [CallerCommand::RequestErasure, CallerCommand::ApproveErasure] {
        world.ledger.execute::<Caller>(&meta("x"), caller, command).await.unwrap();
    }
    let (store, log) = (world.ledger.store().clone(), world.ledger.log().clone());
    let meta = meta("erase");
    let mut erasing = Box::pin(world.ledger.erase_caller(&meta, caller));
    loop {
        assert!(futures::poll!(&mut erasing).is_pending());
        if !store.read_types(&log, Position::ZERO, &["CallerErased"], 1).await.unwrap().is_empty() {
            break;
        }
        tokio::task::yield_now().await;
    }
    // The client has gone, and the server with it drops what it was doing for them.
    drop(erasing);
    let destroyed = async {
        while !store.vault().is_destroyed(Subject::Caller(caller)).await.unwrap() {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), destroyed).await.unwrap();
    world.must_verify().await;
}

both_engines!(
    an_erasure_forgets_the_caller_the_aliases_and_all_that_is_theirs,
    an_erasure_leaves_nothing_of_a_number_that_was_taken_over,
    nothing_is_erased_without_approval,
    a_retry_after_the_erasure_gets_the_first_result_unchecked,
    an_erasure_cut_off_by_a_crash_is_completed_at_the_start,
    it_is_found_by_the_read_models_too,
    an_erasure_cut_off_is_completed_by_a_retry,
    an_erasure_forgets_the_numbers_of_calls_that_nobody_identified,
    a_forgotten_caller_gets_no_further_calls,
    an_erasure_forgets_what_comes_in_while_it_goes_on,
    an_erasure_goes_on_when_nobody_waits_for_it_any_more,
);
