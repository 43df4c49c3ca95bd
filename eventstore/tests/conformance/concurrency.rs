use std::time::Duration;

use futures::StreamExt;
use sangdam_domain::log::{Position, StreamId};
use sangdam_eventstore::*;
use sqlx::{Connection, Executor, PgConnection};

use crate::harness::*;

on_both_engines!(
    a_tailing_reader_misses_nothing,
    two_stores_write_one_log,
    what_is_drafted_behind_a_batch_stands_behind_it,
    whoever_is_in_a_batch_is_answered_whatever_the_next_one_does,
    subscriptions_reach_across_stores,
    what_is_queued_at_closing_is_written,
    a_lost_connection_loses_and_repeats_nothing,
    an_append_waits_for_another_process,
);

async fn an_append_waits_for_another_process(fresh: Fresh) {
    let Location::Sqlite { dir } = fresh.location() else { return };
    let store = fresh.store().await;
    // So many that small appends count as quick, and are written where they are asked for.
    for _ in 0..50 {
        store.append(&log(), append(stream(), Expected::NoStream, 1)).await.unwrap();
    }
    let other = rusqlite::Connection::open(dir.join("ledger.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let waiting = tokio::spawn({
        let store = store.clone();
        async move { store.append(&log(), append(stream(), Expected::NoStream, 1)).await }
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!waiting.is_finished());
    assert_eq!(store.read(&log(), at(51), 10).await.unwrap(), []);
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(waiting.await.unwrap().unwrap().first, at(52));
    assert_sound(&store).await;
}

/// Random appends, some bound to conflict, by many callers at once. Gives how many events were acknowledged.
async fn write_at_random(store: &Store, callers: usize, each: usize) -> u64 {
    let shared: Vec<StreamId> = (0..4).map(|_| stream()).collect();
    let callers = (0..callers).map(|caller| {
        let (store, shared) = (store.clone(), shared.clone());
        tokio::spawn(async move {
            let mut written = 0;
            for n in 0..each {
                let roll = SystemEntropy.derive(b"roll");
                let count = 1 + usize::from(roll[0] % 3);
                let target = shared[usize::from(roll[1]) % shared.len()];
                let result = match roll[2] % 5 {
                    0 => store.append(&log(), append(target, Expected::Any, count)).await.map(|_| count),
                    1 => store.append(&log(), append(target, version(n as u64), count)).await.map(|_| count),
                    2 => {
                        let list = vec![
                            append(stream(), Expected::NoStream, 1),
                            append(target, Expected::Any, count),
                        ];
                        store.append_all(&log(), list).await.map(|_| count + 1)
                    }
                    _ => {
                        store.append(&log(), append(stream(), Expected::NoStream, count)).await.map(|_| count)
                    }
                };
                match result {
                    Ok(count) => written += count as u64,
                    Err(AppendError::VersionConflict { .. }) => {}
                    Err(e) => panic!("caller {caller}: {e}"),
                }
            }
            written
        })
    });
    futures::future::join_all(callers).await.into_iter().map(Result::unwrap).sum()
}

/// Follows until `until` positions were seen; each must be the one after the last.
async fn follow(store: Store, until: impl Future<Output = u64> + Send + 'static) {
    let mut seen = 0;
    let mut live = std::pin::pin!(store.subscribe(&log(), Position::ZERO));
    let mut until = std::pin::pin!(until);
    let mut end = None;
    while end.is_none_or(|end| seen < end) {
        tokio::select! {
            batch = live.next() => {
                let batch = batch.expect("the store is open").unwrap();
                assert!(!batch.is_empty());
                for event in batch {
                    assert_eq!(event.position.get(), seen + 1);
                    seen += 1;
                }
            }
            last = &mut until, if end.is_none() => end = Some(last),
            () = tokio::time::sleep(Duration::from_secs(30)) => panic!("nothing came after position {seen}"),
        }
    }
    assert_eq!(Some(seen), end);
}

async fn a_tailing_reader_misses_nothing(fresh: Fresh) {
    let store = fresh.store().await;
    let (done, end) = tokio::sync::oneshot::channel();
    let reader = tokio::spawn(follow(store.clone(), async { end.await.unwrap() }));
    let written = write_at_random(&store, 24, 25).await;
    assert_eq!(store.head(&log()).await.unwrap().position, at(written + 1));
    done.send(written + 1).unwrap();
    reader.await.unwrap();
    assert_sound(&store).await;
    store.close().await;
}

async fn two_stores_write_one_log(fresh: Fresh) {
    let one = fresh.store().await;
    let other = Store::open(fresh.config()).await.unwrap();
    let (done, end) = tokio::sync::oneshot::channel();
    let reader = tokio::spawn(follow(other.clone(), async { end.await.unwrap() }));
    let (left, right) = tokio::join!(write_at_random(&one, 24, 25), write_at_random(&other, 8, 25));
    let end = 1 + left + right;
    assert_eq!(one.head(&log()).await.unwrap().position, at(end));
    done.send(end).unwrap();
    reader.await.unwrap();
    assert_sound(&other).await;

    // Each learns of what the other wrote: versions, commands and claims.
    let target = stream();
    let command = append(target, Expected::NoStream, 2);
    one.append(&log(), command.clone()).await.unwrap();
    assert!(matches!(other.append(&log(), command).await, Err(AppendError::AlreadyAppended { .. })));
    other.append(&log(), append(target, version(2), 1)).await.unwrap();
    let stale = one.append(&log(), append(target, version(2), 1)).await.unwrap_err();
    assert!(matches!(stale, AppendError::VersionConflict { actual, .. } if actual.get() == 3), "{stale}");
    one.close().await;
    other.close().await;
}

/// Large appends keep a batch on its way for long; what comes meanwhile is drafted behind it, and builds on it.
async fn what_is_drafted_behind_a_batch_stands_behind_it(fresh: Fresh) {
    let store = fresh.store().await;
    let other = Store::open(fresh.config()).await.unwrap();
    let one = stream();
    store.append(&log(), append(one, Expected::NoStream, 1)).await.unwrap();
    let mut reached = 1;
    for round in 0..12 {
        let large = vec![append(stream(), Expected::NoStream, 400), append(one, version(reached), 1)];
        let follow_up = append(one, version(reached + 1), 1);
        let (stale, taken) = (append(one, version(reached), 1), large[0].clone());
        let log = log();
        let intruding = async {
            // Now and then somebody else writes in between, and all that was drafted is drafted anew.
            if round % 3 == 2 {
                other.append(&log, append(stream(), Expected::NoStream, 1)).await.unwrap();
            }
        };
        let behind = async {
            tokio::time::sleep(Duration::from_millis(1)).await;
            let appends = vec![follow_up, append(one, version(reached + 2), 2), stale, taken];
            store.append_bulk(&log, appends).await
        };
        let (large, (), behind) = tokio::join!(store.append_all(&log, large), intruding, behind);
        let large = large.unwrap();
        let [first, second, stale, taken] = &behind[..] else { panic!("{behind:?}") };
        let (first, second) = (first.as_ref().unwrap(), second.as_ref().unwrap());
        assert!(large[1].last < first.first && first.last < second.first);
        assert_eq!((first.version.get(), second.version.get()), (reached + 2, reached + 4));
        assert!(matches!(stale, Err(AppendError::VersionConflict { .. })), "{stale:?}");
        assert!(matches!(taken, Err(AppendError::AlreadyAppended { .. })), "{taken:?}");
        reached += 4;
    }
    assert_sound(&store).await;
    other.close().await;
    store.close().await;
}

/// A batch that is large enough is sent before those of the one before it are answered.
async fn whoever_is_in_a_batch_is_answered_whatever_the_next_one_does(fresh: Fresh) {
    let store = fresh.store().await;
    let appended = |count| {
        let (store, next) = (store.clone(), append(stream(), Expected::NoStream, count));
        tokio::spawn(async move { store.append(&log(), next).await.unwrap() })
    };
    // Each is enough for a batch of its own, whichever is written first.
    for _ in 0..20 {
        let callers: Vec<_> = [400, 400].into_iter().chain([40; 8]).map(appended).collect();
        let written = futures::future::join_all(callers).await;
        assert_eq!(written.iter().filter(|one| one.is_ok()).count(), 10);
    }
    if let Location::Postgres { url } = fresh.location() {
        // Two wait for the head in turn: the first batch, and somebody who keeps the next one waiting.
        let (mut before, mut between) = (holder(&url).await, holder(&url).await);
        sqlx::query(TAKE_HEADS).execute(&mut before).await.unwrap();
        let first = appended(1);
        waiting(&url, 1).await;
        let taking = tokio::spawn(async move {
            sqlx::query(TAKE_HEADS).execute(&mut between).await.unwrap();
            between
        });
        waiting(&url, 2).await;
        let behind: Vec<_> = [40; 8].into_iter().map(appended).collect();
        // Nothing outside the writer tells that they are drafted; where they are not yet, they are one batch later.
        tokio::time::sleep(Duration::from_millis(100)).await;
        before.close().await.unwrap();
        let first =
            tokio::time::timeout(Duration::from_secs(30), first).await.expect("it is answered").unwrap();
        let between = taking.await.unwrap();
        waiting(&url, 1).await;
        assert!(behind.iter().all(|one| !one.is_finished()));
        between.close().await.unwrap();
        for one in futures::future::join_all(behind).await {
            assert!(one.unwrap().first > first.last);
        }
    }
    assert_sound(&store).await;
    store.close().await;
}

const TAKE_HEADS: &str = "SELECT 1 FROM ledger.heads FOR UPDATE";

/// A connection in a transaction, which ends with it.
async fn holder(url: &str) -> PgConnection {
    let mut connection = PgConnection::connect(url).await.unwrap();
    connection.execute("BEGIN").await.unwrap();
    connection
}

/// Until so many wait for a lock.
async fn waiting(url: &str, count: i64) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
    for _ in 0..3000 {
        if sqlx::query_scalar::<_, i64>(sql).fetch_one(&mut connection).await.unwrap() == count {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{count} never waited for a lock");
}

async fn subscriptions_reach_across_stores(fresh: Fresh) {
    let one = fresh.store().await;
    let other = Store::open(fresh.config()).await.unwrap();
    let mut live = std::pin::pin!(other.subscribe(&log(), at(1)));
    for n in 0..5 {
        let appended = one.append(&log(), append(stream(), Expected::NoStream, 1)).await.unwrap();
        let batch = tokio::time::timeout(Duration::from_secs(10), live.next()).await.expect("it comes");
        let positions: Vec<_> = batch.unwrap().unwrap().iter().map(|event| event.position).collect();
        assert_eq!(positions, [appended.first], "round {n}");
    }
    let ended = live.next();
    let (ended, ()) = tokio::join!(ended, other.close());
    assert!(ended.is_none(), "closing ends the subscription");
    one.close().await;
}

async fn what_is_queued_at_closing_is_written(fresh: Fresh) {
    let store = fresh.store().await;
    let callers: Vec<_> = (0..64)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.append(&log(), append(stream(), Expected::NoStream, 1)).await })
        })
        .collect();
    tokio::task::yield_now().await;
    store.close().await;
    let mut written = 0;
    for caller in callers {
        match caller.await.unwrap() {
            Ok(_) => written += 1,
            Err(AppendError::Store(StoreError::Closed)) => {}
            // The log was not at work yet when the connections closed.
            Err(AppendError::Store(StoreError::Database(sqlx::Error::PoolClosed))) => {}
            Err(e) => panic!("{e}"),
        }
    }
    let store = Store::open(fresh.config()).await.unwrap();
    assert_eq!(store.head(&log()).await.unwrap().position, at(1 + written));
    assert_sound(&store).await;
    store.close().await;
}

/// The server ends connections at random moments, in the middle of commits too: whatever was acknowledged is there, and
/// nothing is there twice.
async fn a_lost_connection_loses_and_repeats_nothing(fresh: Fresh) {
    if !fresh.is_postgres() {
        return;
    }
    let store = fresh.store().await;
    let callers: Vec<_> = (0..16)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut written = Vec::new();
                for _ in 0..60 {
                    let next = append(stream(), Expected::NoStream, 1);
                    let result = store
                        .append_all(&log(), vec![next.clone(), append(stream(), Expected::Any, 2)])
                        .await;
                    written.push((next, result.expect("it is tried again until it is known")));
                }
                written
            })
        })
        .collect();
    for _ in 0..40 {
        fresh
            .tamper(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE application_name = 'sangdam' AND datname = current_database()",
            )
            .await;
        tokio::time::sleep(Duration::from_millis(7)).await;
    }
    let mut count = 0;
    for caller in callers {
        for (wanted, appended) in caller.await.unwrap() {
            let events = store.read_stream(wanted.stream, sangdam_domain::log::Version::ZERO).await;
            let events = events.unwrap();
            assert_eq!((events.len(), events[0].position), (1, appended[0].first));
            assert_eq!(events[0].event_id, wanted.events[0].event_id);
            assert_eq!((appended[1].first, appended[1].version.get()), (appended[0].last.next(), 2));
            count += 3;
        }
    }
    assert_eq!(store.head(&log()).await.unwrap().position, at(1 + count));
    assert_sound(&store).await;
    store.close().await;
}
