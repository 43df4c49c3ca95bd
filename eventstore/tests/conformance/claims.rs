use sangdam_domain::log::{StreamId, Version};
use sangdam_eventstore::*;

use crate::harness::*;

on_both_engines!(one_of_many_takers_wins, claims_are_given_up_and_taken_again, a_list_takes_all_or_nothing);

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
