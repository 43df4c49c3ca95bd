//! Any change to what is stored is found, with its position.

use sangdam_domain::actor::Subject;
use sangdam_domain::id::{CallerId, EventId};
use sangdam_eventstore::*;
use serde_json::{Map, Value};

use crate::harness::*;

on_both_engines!(
    every_change_is_found_with_its_position,
    erased_is_told_from_missing,
    an_event_that_cannot_be_read_is_named,
);

/// 700 events in log number 1: two full tiles, and leaves past them.
const SIZE: u64 = 700;
const LOG: u64 = 1 << 40;

fn subject(n: u64) -> Subject {
    Subject::Caller(CallerId::from_uuid(uuid::Uuid::from_u128(u128::from(n) + 1)))
}

async fn filled(fresh: &Fresh) -> Store {
    let store = fresh.store().await;
    let personal = Map::from_iter([("text".to_owned(), Value::from("비밀"))]);
    let mut appends: Vec<Append> = (1..SIZE).map(|_| append(stream(), Expected::NoStream, 1)).collect();
    for n in [10_u64, 20, 30, 690] {
        let new = &mut appends[n as usize - 2].events[0];
        new.sealed = Some(store.vault().seal(&log(), new.event_id, subject(n), &personal).await.unwrap());
    }
    assert!(store.append_bulk(&log(), appends).await.iter().all(Result::is_ok));
    store
}

async fn every_change_is_found_with_its_position(fresh: Fresh) {
    let store = filled(&fresh).await;
    assert_sound(&store).await;
    let id = |n: u64| LOG + n;
    let leaf = |n: u64, from: &str, to: &str| {
        if fresh.is_postgres() {
            format!(
                "UPDATE events SET leaf = convert_to(replace(convert_from(leaf, 'UTF8'), '{from}', '{to}'), 'UTF8')
                WHERE id = {}",
                id(n)
            )
        } else {
            let text = format!("replace(CAST(leaf AS TEXT), '{from}', '{to}')");
            format!("UPDATE events SET leaf = CAST({text} AS BLOB) WHERE id = {}", id(n))
        }
    };
    let blob =
        |hex: &str| if fresh.is_postgres() { format!("'\\x{hex}'::bytea") } else { format!("x'{hex}'") };
    let swap = |column: &str, n: u64, other: &str| {
        (format!("UPDATE events SET {column} = {other} WHERE id = {}", id(n)), n)
    };
    // Each change, the position at which it must be found, and what takes it back.
    let mut changes = vec![
        (leaf(5, "NoteRecorded", "NoteRecorder"), 5, leaf(5, "NoteRecorder", "NoteRecorded")),
        (leaf(300, " 0\"", " 9\""), 300, leaf(300, " 9\"", " 0\"")),
        (leaf(699, " 0\"", " 9\""), 699, leaf(699, " 9\"", " 0\"")),
        (leaf(700, " 0\"", " 9\""), 700, leaf(700, " 9\"", " 0\"")),
    ];
    for (column, n, step) in
        [("occurred_at", 40, 1), ("recorded_at", 41, 1), ("leaf_check", 42, 1), ("version", 43, 7)]
    {
        changes.push((
            swap(column, n, &format!("{column} + {step}")).0,
            n,
            swap(column, n, &format!("{column} - {step}")).0,
        ));
    }
    changes.push((swap("type", 44, "'CallOffered'").0, 44, swap("type", 44, "'NoteRecorded'").0));
    for (sql, n, back) in changes {
        fresh.tamper(&sql).await;
        found_at(&store, n, &sql).await;
        fresh.tamper(&back).await;
        assert_sound(&store).await;
    }

    // What is not taken back: it stays found beside the next.
    let zeros = "00".repeat(32);
    for (sql, n) in [
        (format!("UPDATE events SET event_id = {} WHERE id = {}", blob(&"11".repeat(16)), id(50)), 50),
        (
            format!(
                "UPDATE events SET stream = {} WHERE id = {}",
                blob(&format!("02{}", "22".repeat(16))),
                id(51)
            ),
            51,
        ),
        (format!("UPDATE sealed SET bytes = {} WHERE id = {}", blob(&zeros), id(10)), 10),
        (format!("UPDATE sealed SET key_version = 2 WHERE id = {}", id(20)), 20),
        (format!("DELETE FROM sealed WHERE id = {}", id(30)), 30),
        (format!("UPDATE sealed SET id = {} WHERE id = {}", id(691), id(690)), 691),
        (format!("DELETE FROM events WHERE id = {}", id(60)), 60),
        ("DELETE FROM tiles WHERE tile = 1".to_owned(), 257),
        ("UPDATE heads SET recorded_at = recorded_at + 1".to_owned(), 700),
    ] {
        fresh.tamper(&sql).await;
        found_at(&store, n, &sql).await;
    }
    store.close().await;
}

async fn an_event_that_cannot_be_read_is_named(fresh: Fresh) {
    let store = filled(&fresh).await;
    let short = if fresh.is_postgres() { "'\\x11'::bytea" } else { "x'11'" };
    fresh.tamper(&format!("UPDATE events SET event_id = {short} WHERE id = {}", LOG + 77)).await;
    for limit in [100, 1_000] {
        let told = store.read(&log(), at(0), limit).await.unwrap_err().to_string();
        let expected = "column 3 of the event at position 77 cannot be read: run `verify`";
        assert!(told.contains(expected), "{limit}: {told}");
    }
    found_at(&store, 77, "a shorter event_id").await;
    store.close().await;
}

async fn found_at(store: &Store, position: u64, sql: &str) {
    let found = store.verify(&log(), |_| {}).await.unwrap();
    assert!(!found.is_sound(), "not found: {sql}");
    let at_position = found.problems.iter().filter(|problem| problem.position == at(position)).count();
    assert!(at_position > 0, "{sql}: {:?}", found.problems);
}

async fn erased_is_told_from_missing(fresh: Fresh) {
    let store = filled(&fresh).await;
    let before = store.verify(&log(), |_| {}).await.unwrap();
    assert_eq!((before.sealed, before.erased), (4, 0));

    store.vault().destroy(&[subject(20)]).await.unwrap();
    store.delete_sealed(&log(), &[at(20)]).await.unwrap();
    let event = EventId::from_uuid(uuid());
    let erased = store.verify(&log(), |_| {}).await.unwrap();
    assert!(erased.is_sound(), "{:?}", erased.problems);
    assert_eq!((erased.sealed, erased.erased, erased.head.root), (3, 1, before.head.root));
    assert!(store.vault().seal(&log(), event, subject(20), &Map::new()).await.is_err());
    assert!(!store.sealed(&log(), &[at(10), at(20)]).await.unwrap().contains_key(&at(20)));

    store.delete_sealed(&log(), &[at(30)]).await.unwrap();
    let missing = store.verify(&log(), |_| {}).await.unwrap();
    assert_eq!(missing.problems.len(), 1, "{:?}", missing.problems);
    assert_eq!(missing.problems[0].position, at(30));
    assert!(missing.problems[0].what.contains("missing"), "{:?}", missing.problems);
    store.close().await;
}
