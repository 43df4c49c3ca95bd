//! Whose a number, a call and a consultation are.

use sangdam_domain::actor::Subject;
use sangdam_domain::aggregate::{Caller, Consultation, ConsultationCommand};
use sangdam_domain::log::Position;
use sangdam_domain::rejection::Rejection;
use sangdam_domain::value::VoidReason;
use sangdam_tests::{Database, both_engines};

use super::world::{World, meta, phone, register, rejection};

async fn a_number_has_one_caller_until_it_is_moved(database: Database) {
    let world = World::new(database).await;
    let first = world.caller("010-0000-0001").await;
    let second = world.new_caller();
    let taken =
        world.ledger.execute::<Caller>(&meta("x"), second, register(Some("+82 10 0000 0001"), None)).await;
    assert_eq!(rejection(taken), Rejection::PhoneOfAnotherCaller { caller: first });

    let second = world.caller("010-0000-0002").await;
    let number = phone("010-0000-0001");
    assert_eq!(world.ledger.caller_by_phone(&number, Position::MAX).await.unwrap(), Some(first));
    let moved = world.ledger.move_phone(&meta("move"), number.clone(), first, second).await.unwrap();
    assert_eq!(moved.state.phones.len(), 2);
    assert_eq!(world.ledger.caller_by_phone(&number, Position::MAX).await.unwrap(), Some(second));
    assert!(world.read_caller(first).await.phones.is_empty());
    let again = world.ledger.move_phone(&meta("move"), number.clone(), first, second).await;
    assert_eq!(rejection(again), Rejection::PhoneNotOfCaller);

    // Whose it was before, a moment of the past tells.
    let then = async |last: Position| world.ledger.caller_by_phone(&number, last).await.unwrap();
    let back = world.ledger.move_phone(&meta("move"), number.clone(), second, first).await.unwrap();
    let moved_back = back.appended.unwrap().first;
    let before_any = Position::new(1).unwrap();
    assert_eq!(then(before_any).await, None);
    let before = |position: Position| Position::new(position.get() - 1).unwrap();
    assert_eq!(then(before(moved.appended.unwrap().first)).await, Some(first));
    assert_eq!(then(before(moved_back)).await, Some(second));
    assert_eq!(then(back.position).await, Some(first));
}

async fn a_call_opens_one_consultation_unless_it_was_voided(database: Database) {
    let world = World::new(database).await;
    let call = world.answered_call(None).await;
    let first = world.open(call, None).await.unwrap().state.id;
    let refused = rejection(world.open(call, None).await);
    assert_eq!(refused, Rejection::CallInOtherConsultation { consultation: first });
    let void = ConsultationCommand::Void { reason: VoidReason::Mistake, explanation: None };
    world.ledger.execute::<Consultation>(&meta("void"), first, void).await.unwrap();
    assert_ne!(world.open(call, None).await.unwrap().state.id, first);
}

async fn merged_callers_answer_to_either_number(database: Database) {
    let world = World::new(database).await;
    let (survivor, absorbed) = (world.caller("010-0000-0001").await, world.caller("010-0000-0002").await);
    let merged = world.ledger.merge_callers(&meta("merge"), survivor, absorbed).await.unwrap();
    assert!(merged.state.aliases.contains(&absorbed));
    let number = phone("010-0000-0002");
    assert_eq!(world.ledger.caller_by_phone(&number, Position::MAX).await.unwrap(), Some(survivor));
    world.ledger.unmerge_callers(&meta("unmerge"), survivor, absorbed).await.unwrap();
    assert_eq!(world.ledger.caller_by_phone(&number, Position::MAX).await.unwrap(), Some(absorbed));
    assert_eq!(world.ledger.caller_by_phone(&number, merged.position).await.unwrap(), Some(survivor));
}

async fn an_identified_consultation_is_linked_on_both_sides(database: Database) {
    let world = World::new(database).await;
    let caller = world.caller("010-0000-0001").await;
    let id = world.consultation(None).await;
    let subject = Subject::Consultation(id);
    let meta = meta("identify").with_id(world.command(1));
    let done = world.ledger.identify_caller(&meta, caller, subject).await.unwrap();
    assert!(done.state.linked.contains(&subject));
    assert_eq!(world.read(id).await.caller, Some(caller));
    assert!(world.ledger.identify_caller(&meta, caller, subject).await.unwrap().already);

    let other = world.caller("010-0000-0002").await;
    let refused = world.ledger.identify_caller(&self::meta("other"), other, subject).await;
    assert_eq!(rejection(refused), Rejection::ConsultationOfAnotherCaller { caller });
    assert!(world.read_caller(other).await.linked.is_empty());
}

async fn loading_many_keeps_their_order(database: Database) {
    let world = World::new(database).await;
    let (a, b) = (world.caller("010-0000-0001").await, world.caller("010-0000-0002").await);
    let none = world.new_caller();
    let loaded = world.ledger.load_many::<Caller>(&[b, none, a]).await.unwrap();
    let ids: Vec<_> = loaded.iter().map(|caller| caller.as_ref().map(|caller| caller.id)).collect();
    assert_eq!(ids, [Some(b), None, Some(a)]);
    let number = &loaded[0].as_ref().unwrap().phones[0].phone;
    assert_eq!(number.known().unwrap().as_str(), "+821000000002");
}

both_engines!(
    a_number_has_one_caller_until_it_is_moved,
    a_call_opens_one_consultation_unless_it_was_voided,
    merged_callers_answer_to_either_number,
    an_identified_consultation_is_linked_on_both_sides,
    loading_many_keeps_their_order,
);
