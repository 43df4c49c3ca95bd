//! Whoever was missed is called back.

use sangdam_domain::aggregate::CallbackStatus;
use sangdam_domain::value::{CallbackFor, CancelReason};
use sangdam_tests::{Database, both_engines};

use super::world::World;

fn missed(id: &str, from: &str) -> [String; 2] {
    let of = format!("callId={id}&direction=in&from={from}");
    [format!("event=newCall&{of}"), format!("event=hangup&{of}&cause=cancel")]
}

async fn is_missed(world: &World, id: &str, from: &str) {
    for message in missed(id, from) {
        world.hears(&message).await;
    }
}

async fn a_missed_caller_is_promised_one_callback_in_open_hours(database: Database) {
    let world = World::new(database).await;
    is_missed(&world, "a", "0332223333").await;
    world.seconds_pass(300);
    is_missed(&world, "b", "0332223333").await;
    is_missed(&world, "c", "anonymous").await;
    let [callback] = <[_; 1]>::try_from(world.callbacks().await).unwrap();
    let promised = callback.promised.unwrap().what;
    assert_eq!(promised.due, world.moment("2024-01-02T11:00:00+09:00"));
    assert_eq!(promised.promised_for, CallbackFor::MissedCall { call: world.calls().await[0].id });
    assert_eq!((promised.caller, promised.agent), (world.calls().await[0].caller, None));
}

async fn out_of_hours_it_is_due_in_the_morning(database: Database) {
    let world = World::new(database).await;
    // Friday evening.
    world.clock.set(world.moment("2024-01-05T20:00:00+09:00"));
    is_missed(&world, "a", "0332223333").await;
    assert_eq!(world.call().await.out_of_hours, Some(1));
    let callback = world.callbacks().await.remove(0);
    assert_eq!(callback.promised.unwrap().what.due, world.moment("2024-01-08T09:30:00+09:00"));
}

async fn getting_through_takes_it_back(database: Database) {
    let world = World::new(database).await;
    is_missed(&world, "a", "0332223333").await;
    world.seconds_pass(60);
    world.hears("event=newCall&callId=b&direction=in&from=+82-33-222-3333").await;
    assert_eq!(world.callbacks().await[0].status, CallbackStatus::Promised);
    world.hears("event=answer&callId=b&direction=in&from=0332223333").await;
    let callback = world.callbacks().await.remove(0);
    assert_eq!(callback.cancelled.unwrap().what.reason, CancelReason::CallerCalledAgain);
    // Missed again, they are promised another.
    is_missed(&world, "c", "0332223333").await;
    let statuses: Vec<_> = world.callbacks().await.iter().map(|callback| callback.status).collect();
    assert_eq!(statuses, [CallbackStatus::Cancelled, CallbackStatus::Promised]);
}

async fn of_two_processes_one_promises(database: Database) {
    let world = World::new(database).await;
    let (one, other) = (world.node.clone(), world.another(b"other").await);
    for n in 0..20 {
        let [from_new, from_hangup] = missed(&format!("x{n}"), "0332223333");
        let [other_new, other_hangup] = missed(&format!("y{n}"), "0332223333");
        tokio::join!(one.hears(&from_new), other.hears(&other_new));
        tokio::join!(one.hears(&from_hangup), other.hears(&other_hangup));
    }
    assert_eq!(world.calls().await.len(), 40);
    assert_eq!((world.callbacks().await.len(), world.callers().await.len()), (1, 1));
}

both_engines!(
    a_missed_caller_is_promised_one_callback_in_open_hours,
    out_of_hours_it_is_due_in_the_morning,
    getting_through_takes_it_back,
    of_two_processes_one_promises,
);
