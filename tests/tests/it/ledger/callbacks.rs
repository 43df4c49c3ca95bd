//! A promise to call back, kept.

use sangdam::ledger::Opening;
use sangdam_domain::aggregate::{CallStanding, Callback, CallbackCommand, CallbackStatus, PromiseFor};
use sangdam_domain::id::CallbackId;
use sangdam_domain::rejection::Rejection;
use sangdam_domain::time::Timestamp;
use sangdam_domain::value::ContactReason;
use sangdam_tests::{Database, both_engines};

use super::world::{NOW, World, meta, rejection};

async fn promised(world: &World, promised_for: PromiseFor) -> CallbackId {
    let id = CallbackId::from_uuid(world.ledger.new_uuid());
    let due = NOW.parse::<Timestamp>().unwrap().plus_seconds(3600);
    let command = CallbackCommand::Promise { due, promised_for, caller: None, agent: None };
    world.ledger.execute::<Callback>(&meta("promise"), id, command).await.unwrap();
    id
}

const OPENING: Opening = Opening { caller: None, agent: None, contact_reason: ContactReason::FollowUp };

async fn a_callback_to_a_missed_call_opens_a_consultation(database: Database) {
    let world = World::new(database).await;
    let missed = world.missed_call().await;
    let promise = PromiseFor::MissedCall { call: missed, standing: CallStanding::Abandoned };
    let callback = promised(&world, promise).await;
    let call = world.answered_call(None).await;
    let meta = meta("complete").with_id(world.command(1));
    let done = world.ledger.complete_callback(&meta, callback, call, OPENING).await.unwrap();
    assert_eq!(done.callback.state.status, CallbackStatus::Completed);
    let opened = done.consultation.unwrap();
    assert_eq!(opened, world.read(opened.id).await);
    let again = world.ledger.complete_callback(&meta, callback, call, OPENING).await.unwrap();
    assert!(again.callback.already);
    assert_eq!(again.consultation, Some(opened.clone()));
    let refused = rejection(world.open(call, None).await);
    assert_eq!(refused, Rejection::CallInOtherConsultation { consultation: opened.id });
}

async fn a_callback_for_a_consultation_attaches_its_call(database: Database) {
    let world = World::new(database).await;
    let id = world.consultation(None).await;
    let status = world.read(id).await.status;
    let callback = promised(&world, PromiseFor::Consultation { consultation: id, status }).await;
    let call = world.answered_call(None).await;
    let done = world.ledger.complete_callback(&meta("complete"), callback, call, OPENING).await.unwrap();
    assert_eq!(done.consultation.unwrap().id, id);
    assert_eq!(world.read(id).await.calls.len(), 2);
}

async fn a_callback_whose_call_belongs_elsewhere_is_not_half_kept(database: Database) {
    let world = World::new(database).await;
    let (id, other) = (world.consultation(None).await, world.answered_call(None).await);
    let elsewhere = world.open(other, None).await.unwrap().state.id;
    let status = world.read(id).await.status;
    let callback = promised(&world, PromiseFor::Consultation { consultation: id, status }).await;
    let refused = world.ledger.complete_callback(&meta("complete"), callback, other, OPENING).await;
    assert_eq!(
        rejection(refused.map(|_| ())),
        Rejection::CallInOtherConsultation { consultation: elsewhere }
    );
    let callback = world.ledger.load::<Callback>(callback).await.unwrap().unwrap();
    assert_eq!(callback.status, CallbackStatus::Promised);
}

both_engines!(
    a_callback_to_a_missed_call_opens_a_consultation,
    a_callback_for_a_consultation_attaches_its_call,
    a_callback_whose_call_belongs_elsewhere_is_not_half_kept,
);
