//! However the messages of calls are mixed up, repeated and spread over processes: each call is there once, and how it stands
//! is what was told of it.

use std::collections::BTreeMap;

use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use sangdam_domain::aggregate::{CallStanding, CallbackStatus};
use sangdam_domain::personal::Personal;
use sangdam_tests::{Database, both_engines};

use super::world::World;

const CALLS: usize = 120;
/// So many messages are under way at once.
const AT_ONCE: usize = 8;

/// A call as the telephone system knows it.
struct Placed {
    id: String,
    known_number: bool,
    messages: Vec<String>,
    standing: CallStanding,
    over: bool,
}

fn placed(random: &mut StdRng, n: usize) -> Placed {
    let id = format!("pbx-{n}");
    let known_number = random.random_bool(0.8);
    let from = if known_number { format!("033222{n:04}") } else { "anonymous".to_owned() };
    let of = format!("callId={id}&direction=in&from={from}&to=0335601234");
    let answered = random.random_bool(0.6);
    let (cause, unanswered) = match random.random_range(0..3) {
        0 => ("noAnswer", CallStanding::Unanswered),
        1 => ("busy", CallStanding::Unanswered),
        _ => ("normalClearing", CallStanding::Abandoned),
    };
    let mut kinds = vec![format!("event=newCall&{of}")];
    if answered {
        kinds.push(format!("event=answer&{of}&user=상담원{}", random.random_range(0..4)));
    }
    kinds.push(format!("event=hangup&{of}&cause={cause}"));
    // A gap: one of them never arrives, the answer excepted, which nothing else tells of.
    let lost = random.random_bool(0.15).then(|| if random.random_bool(0.5) { 0 } else { kinds.len() - 1 });
    let arrives: Vec<String> = kinds
        .iter()
        .enumerate()
        .filter(|(n, _)| Some(*n) != lost)
        .map(|(_, message)| message.clone())
        .collect();
    let over = arrives.iter().any(|message| message.starts_with("event=hangup"));
    let mut messages = Vec::new();
    for message in arrives {
        for _ in 0..random.random_range(1..=3) {
            messages.push(message.clone());
        }
    }
    messages.shuffle(random);
    let standing = match (answered, over) {
        (true, _) => CallStanding::Answered,
        (false, true) => unanswered,
        (false, false) => CallStanding::Waiting,
    };
    Placed { id, known_number, messages, standing, over }
}

/// The messages of all calls, those of each in its order, mixed.
fn mixed(random: &mut StdRng, calls: &[Placed]) -> Vec<String> {
    let mut turns: Vec<usize> =
        calls.iter().enumerate().flat_map(|(n, call)| vec![n; call.messages.len()]).collect();
    turns.shuffle(random);
    let mut next = vec![0; calls.len()];
    let taken = turns.into_iter().map(|n| {
        next[n] += 1;
        calls[n].messages[next[n] - 1].clone()
    });
    taken.collect()
}

async fn no_call_is_lost_or_doubled(database: Database) {
    let mut random = StdRng::seed_from_u64(4);
    let world = World::new(database).await;
    let nodes = [world.node.clone(), world.another(b"other").await];
    let calls: Vec<Placed> = (0..CALLS).map(|n| placed(&mut random, n)).collect();
    for at_once in mixed(&mut random, &calls).chunks(AT_ONCE) {
        world.seconds_pass(1);
        let heard = at_once.iter().enumerate().map(|(n, message)| nodes[n % nodes.len()].hears(message));
        futures::future::join_all(heard).await;
    }
    let mut recorded = BTreeMap::new();
    for call in world.calls().await {
        let reference = call.offered.as_ref().unwrap().what.external_reference.as_ref();
        let id = reference.and_then(Personal::known).unwrap().as_str().to_owned();
        assert!(recorded.insert(id.clone(), call).is_none(), "{id} is there twice");
    }
    assert_eq!(recorded.len(), calls.len());
    for told in &calls {
        let call = &recorded[&told.id];
        let (id, messages) = (&told.id, &told.messages);
        assert_eq!(call.standing(), told.standing, "{id}: {messages:?}");
        assert_eq!(call.ended.is_some() || call.abandoned.is_some(), told.over, "{id}: {messages:?}");
        assert_eq!(call.caller.is_some(), told.known_number, "{id}");
    }
    let missed = |call: &&Placed| call.known_number && call.over && call.standing != CallStanding::Answered;
    let open =
        world.callbacks().await.into_iter().filter(|callback| callback.status == CallbackStatus::Promised);
    assert_eq!(open.count(), calls.iter().filter(missed).count());
    assert_eq!(world.callers().await.len(), calls.iter().filter(|call| call.known_number).count());
    assert_eq!(world.agents().await.len(), 4);
}

both_engines!(no_call_is_lost_or_doubled);
