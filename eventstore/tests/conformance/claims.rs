use std::collections::HashMap;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sangdam_domain::log::{StreamId, Version};
use sangdam_eventstore::*;

use crate::harness::*;

on_both_engines!(
    one_of_many_takers_wins,
    claims_are_given_up_and_taken_again,
    a_list_takes_all_or_nothing,
    who_asks_before_it_is_given_up_is_refused,
    claims_change_in_the_order_of_the_log,
);

fn claim(n: u8, owner: StreamId) -> Claim {
    Claim { namespace: "phone", hmac: [n; 32], owner }
}

fn with(claims: Vec<ClaimChange>, stream: StreamId) -> Append {
    Append { claims, ..append(stream, Expected::Any, 1) }
}

async fn one_of_many_takers_wins(fresh: Fresh) {
    let (store, log) = (fresh.store().await, log());
    for n in 0..5 {
        let takers = (0..20).map(|_| {
            let one = stream();
            store.append(&log, with(vec![ClaimChange::Take(claim(n, one))], one))
        });
        let results = futures::future::join_all(takers).await;
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
        let owner = store.claim("phone", [n; 32]).await.unwrap().unwrap();
        let written = store.read_stream(owner, Version::ZERO).await.unwrap();
        assert_eq!(written.len(), 1, "the owner is the one that was written");
        for result in results {
            match result {
                Ok(appended) => assert_eq!(appended.first, written[0].position),
                Err(AppendError::ClaimTaken { namespace, owner: told }) => {
                    assert_eq!((namespace.as_str(), told), ("phone", owner));
                }
                Err(e) => panic!("{e}"),
            }
        }
    }
    assert_eq!(store.head(&log).await.unwrap().position, at(6));
    assert_eq!(store.claim("opened_by", [0; 32]).await.unwrap(), None);
    store.close().await;
}

async fn claims_are_given_up_and_taken_again(fresh: Fresh) {
    let store = fresh.store().await;
    let (one, other) = (stream(), stream());
    let take = |n, owner| ClaimChange::Take(claim(n, owner));
    let release = |n, owner| ClaimChange::Release(claim(n, owner));
    store.append(&log(), with(vec![take(1, one), take(2, one), take(3, one)], one)).await.unwrap();
    // Taking what one has, and giving up what one has not, changes nothing.
    store.append(&log(), with(vec![take(1, one)], one)).await.unwrap();
    store.append(&log(), with(vec![release(1, other)], other)).await.unwrap();
    assert_eq!(store.claim("phone", [1; 32]).await.unwrap(), Some(one));

    // Moved in one append, then taken back within one list.
    store.append(&log(), with(vec![release(1, one), take(1, other)], one)).await.unwrap();
    assert_eq!(store.claim("phone", [1; 32]).await.unwrap(), Some(other));
    let list = vec![with(vec![release(1, other)], other), with(vec![take(1, one)], one)];
    store.append_all(&log(), list).await.unwrap();
    assert_eq!(store.claim("phone", [1; 32]).await.unwrap(), Some(one));

    store.append(&log(), with(vec![ClaimChange::ReleaseAll(one), take(4, one)], one)).await.unwrap();
    for (n, owner) in [(1, None), (2, None), (3, None), (4, Some(one))] {
        assert_eq!(store.claim("phone", [n; 32]).await.unwrap(), owner, "{n}");
    }
    store.append(&log(), with(vec![take(2, other)], other)).await.unwrap();
    assert_sound(&store).await;
    store.close().await;
}

async fn a_list_takes_all_or_nothing(fresh: Fresh) {
    let store = fresh.store().await;
    let (one, other) = (stream(), stream());
    let take = |n, owner| ClaimChange::Take(claim(n, owner));
    store.append(&log(), with(vec![take(1, one)], one)).await.unwrap();
    let list = vec![with(vec![take(2, other)], other), with(vec![take(1, other)], other)];
    let refused = store.append_all(&log(), list).await.unwrap_err();
    assert!(matches!(refused, AppendError::ClaimTaken { owner, .. } if owner == one), "{refused}");
    assert_eq!(store.claim("phone", [2; 32]).await.unwrap(), None);
    assert_eq!(store.head(&log()).await.unwrap().position, at(2));

    // The same thing for two owners in one append.
    let both = with(vec![take(5, one), take(5, other)], stream());
    assert!(matches!(store.append(&log(), both).await, Err(AppendError::ClaimTaken { .. })));
    assert_eq!(store.claim("phone", [5; 32]).await.unwrap(), None);
    store.close().await;
}

/// Within one batch, too: those in front let the others gather.
async fn who_asks_before_it_is_given_up_is_refused(fresh: Fresh) {
    let (store, log) = (fresh.store().await, log());
    for round in 0..10 {
        let (one, other, third) = (stream(), stream(), stream());
        let take = |n, owner| with(vec![ClaimChange::Take(claim(n, owner))], owner);
        let release = |owner| with(vec![ClaimChange::ReleaseAll(owner)], owner);
        store.append(&log, take(round, one)).await.unwrap();
        let in_front = (0..100).map(|_| with(Vec::new(), stream()));
        let appends =
            [take(round, other), release(one), take(round, other), release(other), take(round, third)];
        let answers = store.append_bulk(&log, in_front.chain(appends).collect()).await;
        let (in_front, answers) = answers.split_at(100);
        assert!(in_front.iter().all(Result::is_ok));
        assert!(
            matches!(&answers[0], Err(AppendError::ClaimTaken { owner, .. }) if *owner == one),
            "{answers:?}"
        );
        assert!(answers[1..].iter().all(Result::is_ok), "{answers:?}");
        assert_eq!(store.claim("phone", [round; 32]).await.unwrap(), Some(third));
    }
    assert_sound(&store).await;
    store.close().await;
}

/// How many things there are to be had.
const KEYS: u8 = 100;

/// Appends that come at once, with changes to few claims of few owners, end as they would one after the other.
async fn claims_change_in_the_order_of_the_log(fresh: Fresh) {
    let (store, log) = (fresh.store().await, log());
    let mut random = StdRng::seed_from_u64(20_261_126);
    let owners: Vec<StreamId> = (0..12).map(|_| stream()).collect();
    let mut model: HashMap<u8, StreamId> = HashMap::new();
    let mut refused = 0;
    for _ in 0..12 {
        let lists: Vec<Vec<ClaimChange>> = (0..100)
            .map(|_| (0..random.random_range(0..3)).map(|_| change(&mut random, &owners)).collect())
            .collect();
        let appends = lists.iter().map(|changes| with(changes.clone(), stream())).collect();
        let answers = store.append_bulk(&log, appends).await;
        for (changes, answer) in lists.iter().zip(answers) {
            match (applied(&model, changes), answer) {
                (Ok(after), Ok(_)) => model = after,
                (Err(owner), Err(AppendError::ClaimTaken { owner: told, .. })) => {
                    assert_eq!(told, owner);
                    refused += 1;
                }
                (expected, answer) => panic!("{changes:?}: {answer:?} where {expected:?}"),
            }
        }
    }
    for n in 0..KEYS {
        assert_eq!(store.claim("phone", [n; 32]).await.unwrap(), model.get(&n).copied(), "{n}");
    }
    assert!((50..600).contains(&refused), "{refused} of 1,200");
    assert_sound(&store).await;
    store.close().await;
}

fn change(random: &mut StdRng, owners: &[StreamId]) -> ClaimChange {
    let (n, owner) = (random.random_range(0..KEYS), owners[random.random_range(0..owners.len())]);
    match random.random_range(0..100) {
        0..60 => ClaimChange::Take(claim(n, owner)),
        60 => ClaimChange::Release(claim(n, owner)),
        _ => ClaimChange::ReleaseAll(owner),
    }
}

/// Who has what after these changes; or who has what is wanted.
fn applied(
    model: &HashMap<u8, StreamId>,
    changes: &[ClaimChange],
) -> Result<HashMap<u8, StreamId>, StreamId> {
    let mut after = model.clone();
    for change in changes {
        match change {
            ClaimChange::Take(claim) => match after.get(&claim.hmac[0]) {
                Some(owner) if *owner != claim.owner => return Err(*owner),
                _ => _ = after.insert(claim.hmac[0], claim.owner),
            },
            ClaimChange::Release(claim) if after.get(&claim.hmac[0]) == Some(&claim.owner) => {
                after.remove(&claim.hmac[0]);
            }
            ClaimChange::Release(_) => {}
            ClaimChange::ReleaseAll(owner) => after.retain(|_, has| has != owner),
        }
    }
    Ok(after)
}
