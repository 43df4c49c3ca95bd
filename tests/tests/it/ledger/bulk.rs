//! Many rows at once, as an import appends them.

use sangdam::ledger::{BulkItem, CommandMeta, ExecuteError, Live};
use sangdam_domain::actor::{Actor, ActorKind};
use sangdam_domain::aggregate::{Call, CallCommand, Consultation, ConsultationCommand, OpenFrom};
use sangdam_domain::id::{CallId, ConsultationId};
use sangdam_domain::log::Position;
use sangdam_domain::time::Timestamp;
use sangdam_domain::value::{ContactReason, EndedBy, Evidence};
use sangdam_tests::{Database, both_engines};

use super::world::{NOW, World, answer, offer};

fn row(world: &World, n: u128, at: Timestamp) -> BulkItem {
    row_saying(world, n, &format!("row {n}"), at)
}

fn row_saying(world: &World, n: u128, content: &str, at: Timestamp) -> BulkItem {
    let actor = Actor::of(ActorKind::Import);
    let meta = CommandMeta::new(actor.clone(), content).with_id(world.command(n));
    let mut item = BulkItem::new(meta);
    let uuid = uuid::Uuid::from_u128(0x0190_0000_0000_7000_9000_0000_0000_0000 + n);
    let mut call = Live::<Call>::new(CallId::from_uuid(uuid), &world.ledger);
    let mut matter = Live::<Consultation>::new(ConsultationId::from_uuid(uuid), &world.ledger);
    item.push(call.decide(offer(None), at, &actor).unwrap());
    item.push(call.decide(answer(), at.plus_seconds(3), &actor).unwrap());
    let from = OpenFrom::Call { call: call.state().id, standing: call.state().standing() };
    let contact_reason = ContactReason::Unrecorded;
    let open = ConsultationCommand::Open { from, caller: None, agent: None, contact_reason };
    item.push(matter.decide(open, at.plus_seconds(3), &actor).unwrap());
    let end = CallCommand::End {
        by: EndedBy::Unrecorded,
        talk_seconds: None,
        cause: None,
        evidence: Evidence::Imported,
        closed_by: None,
    };
    item.push(call.decide(end, at.plus_seconds(60), &actor).unwrap());
    item
}

async fn a_bulk_appended_again_adds_nothing(database: Database) {
    let world = World::new(database).await;
    let at: Timestamp = NOW.parse().unwrap();
    let rows = || (0..50).map(|n| row(&world, n, at)).collect::<Vec<_>>();
    let first = world.ledger.execute_bulk(rows()).await.unwrap();
    assert!(first.iter().all(|done| done.as_ref().is_ok_and(|done| !done.already)), "{first:?}");
    let head = world.head().await;
    assert_eq!(head, Position::new(1 + 50 * 4).unwrap());

    let again = world.ledger.execute_bulk(rows()).await.unwrap();
    assert!(again.iter().all(|done| done.as_ref().is_ok_and(|done| done.already)), "{again:?}");
    assert_eq!(world.head().await, head);
    world.must_verify().await;
}

async fn a_row_that_says_something_else_is_told_and_hurts_no_other(database: Database) {
    let world = World::new(database).await;
    world.clock.set("2024-01-03T00:00:00Z".parse().unwrap());
    let at: Timestamp = NOW.parse().unwrap();
    world.ledger.execute_bulk(vec![row(&world, 1, at)]).await.unwrap().remove(0).unwrap();
    let changed = row_saying(&world, 1, "row 1, corrected", at);
    let results =
        world.ledger.execute_bulk(vec![row(&world, 2, at), changed, row(&world, 3, at)]).await.unwrap();
    assert!(matches!(results.as_slice(), [Ok(_), Err(ExecuteError::CommandReused(_)), Ok(_)]), "{results:?}");
}

async fn bulks_under_way_at_once_are_written_in_their_order(database: Database) {
    let world = World::new(database).await;
    let at: Timestamp = NOW.parse().unwrap();
    let mut under_way = Vec::new();
    for bulk in 0..4 {
        let rows = (0..300).map(|n| row(&world, bulk * 300 + n, at)).collect();
        under_way.push(world.ledger.begin_bulk(rows).await.unwrap());
    }
    let mut last = Position::ZERO;
    for bulk in under_way {
        for done in bulk.done().await.unwrap() {
            let appended = done.unwrap().appended.unwrap();
            assert!(appended.first > last, "{appended:?} behind {last}");
            last = appended.last;
        }
    }
    assert_eq!(world.head().await, Position::new(1 + 1200 * 4).unwrap());
    world.must_verify().await;
}

both_engines!(
    a_bulk_appended_again_adds_nothing,
    a_row_that_says_something_else_is_told_and_hurts_no_other,
    bulks_under_way_at_once_are_written_in_their_order,
);
