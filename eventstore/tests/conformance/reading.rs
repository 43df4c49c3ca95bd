use std::time::Duration;

use futures::StreamExt as _;
use sangdam_domain::actor::Subject;
use sangdam_domain::id::CallerId;
use sangdam_domain::log::{LogId, Position, Version};
use sangdam_eventstore::*;
use serde_json::{Map, Value};

use crate::harness::*;

on_both_engines!(
    reads_by_log_stream_type_and_position,
    reads_ahead_to_the_end_or_to_a_position,
    a_reader_that_goes_away_leaves_the_others_alone,
    reads_a_stretch_from_either_end,
    reads_streams_in_parts,
    reads_streams_with_what_is_sealed,
    a_log_is_known_once_it_has_events,
    a_position_past_every_log_names_no_event,
    what_is_written_cannot_be_changed,
    the_head_of_an_earlier_position_is_told_again,
);

async fn the_head_of_an_earlier_position_is_told_again(fresh: Fresh) {
    let store = fresh.store().await;
    let mut heads = vec![store.head(&log()).await.unwrap()];
    for events in [1, 2, 251, 1, 1, 254, 2, 300, 7] {
        store.append(&log(), append(stream(), Expected::NoStream, events)).await.unwrap();
        heads.push(store.head(&log()).await.unwrap());
    }
    for head in &heads {
        assert_eq!(store.head_at(&log(), head.position).await.unwrap(), *head);
    }
    let beyond = heads.last().unwrap().position.next();
    let error = store.head_at(&log(), beyond).await.unwrap_err();
    assert!(matches!(error, StoreError::Damaged { position, .. } if position == beyond), "{error}");
}

async fn reads_ahead_to_the_end_or_to_a_position(fresh: Fresh) {
    let store = fresh.store().await;
    store.append(&log(), append(stream(), Expected::NoStream, 9_345)).await.unwrap();
    let all = store.read(&log(), at(0), 10_000).await.unwrap();
    assert_eq!(all.len(), 9_346);
    let ahead = async |after, until| {
        let last = Position::new(until).unwrap_or(Position::MAX);
        let pages: Vec<Vec<StoredEvent>> =
            store.read_ahead(&log(), at(after), last).map(Result::unwrap).collect().await;
        assert!(pages.iter().all(|page| !page.is_empty()), "after {after} until {until}");
        pages.concat()
    };
    for (after, until) in [
        (0, u64::MAX),
        (0, 9_346),
        (0, 4_000),
        (0, 4_001),
        (0, 8_000),
        (7, 8_007),
        (1_346, u64::MAX),
        (9_346, 9_999),
        (9, 9),
    ] {
        let wanted = |event: &&StoredEvent| (after + 1..=until).contains(&event.position.get());
        assert!(
            ahead(after, until).await.iter().eq(all.iter().filter(wanted)),
            "after {after} until {until}"
        );
    }
    // Where events are missing, the others come all the same, and once.
    let gone = [3, 4_000, 4_001, 7_999];
    for position in gone {
        fresh.tamper(&format!("DELETE FROM events WHERE id = {}", (1_u64 << 40) + position)).await;
    }
    let left = all.iter().filter(|event| !gone.contains(&event.position.get()));
    assert!(ahead(0, u64::MAX).await.iter().eq(left));
    store.close().await;
    let closed: Vec<_> = store.read_ahead(&log(), at(0), Position::MAX).collect().await;
    assert!(matches!(closed[..], [Err(_)]), "{closed:?}");
}

async fn a_reader_that_goes_away_leaves_the_others_alone(fresh: Fresh) {
    let store = fresh.store().await;
    store.append(&log(), append(stream(), Expected::NoStream, 9_345)).await.unwrap();
    let all = store.read(&log(), at(0), 10_000).await.unwrap();
    let everything_is_read = async || {
        let log = log();
        let readers = (0..12).map(|_| store.read(&log, at(0), 10_000));
        assert!(futures::future::join_all(readers).await.into_iter().all(|read| read.unwrap() == all));
        let pages = store.read_ahead(&log, at(0), Position::MAX).map(Result::unwrap).collect::<Vec<_>>();
        assert_eq!(pages.await.concat(), all);
        assert_sound(&store).await;
    };
    for patience in (0..40).map(Duration::from_millis) {
        // It may have come to its end by then.
        let _ = tokio::time::timeout(patience, store.read(&log(), at(0), 10_000)).await;
        let mut pages = std::pin::pin!(store.read_ahead(&log(), at(0), Position::MAX));
        assert!(all.starts_with(&pages.next().await.unwrap().unwrap()));
    }
    everything_is_read().await;
    if fresh.is_postgres() {
        let others = "pid <> pg_backend_pid() AND datname = current_database()";
        fresh.tamper(&format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")).await;
        everything_is_read().await;
    }
    store.close().await;
}

async fn reads_by_log_stream_type_and_position(fresh: Fresh) {
    let store = fresh.store().await;
    let (one, other) = (stream(), stream());
    for n in 0..10 {
        let target = if n % 2 == 0 { one } else { other };
        let mut next = append(target, Expected::Any, 1);
        next.events[0].event_type = if n < 5 { "CallOffered" } else { "CallAnswered" };
        store.append(&log(), next).await.unwrap();
    }
    let positions = |events: Vec<StoredEvent>| events.iter().map(|e| e.position.get()).collect::<Vec<_>>();
    assert_eq!(positions(store.read(&log(), at(3), 4).await.unwrap()), [4, 5, 6, 7]);
    assert_eq!(positions(store.read(&log(), at(11), 4).await.unwrap()), [0; 0]);
    let answered = store.read_types(&log(), at(7), &["CallAnswered", "CallEnded"], 3).await.unwrap();
    assert_eq!(positions(answered), [8, 9, 10]);
    assert_eq!(positions(store.read_types(&log(), at(0), &[], 3).await.unwrap()), [0; 0]);
    assert_eq!(positions(store.read_stream(one, Version::new(2).unwrap()).await.unwrap()), [6, 8, 10]);
    let page = async |after, until, types: Option<&[&str]>| {
        positions(store.read_stream_page(&log(), one, (at(after), at(until)), types, 2).await.unwrap())
    };
    assert_eq!(page(0, 99, None).await, [2, 4]);
    assert_eq!(page(4, 99, None).await, [6, 8]);
    assert_eq!(page(5, 99, None).await, [6, 8]);
    assert_eq!(page(4, 7, None).await, [6]);
    assert_eq!(page(0, 99, Some(&["CallAnswered"])).await, [8, 10]);
    assert_eq!(page(10, 99, None).await, [0; 0]);
    assert_eq!(page(Position::MAX.get(), Position::MAX.get(), None).await, [0; 0]);
    let until = store.read_types_until(&log(), at(0), at(9), &["CallAnswered"], 9).await.unwrap();
    assert_eq!(positions(until), [7, 8, 9]);
    let both = store.read_streams(&[other, one, other]).await.unwrap();
    assert_eq!(both.len(), 10);
    assert!(both.is_sorted_by_key(|event| (event.stream, event.version)));
    assert_eq!(positions(store.read_at(&log(), &[at(9), at(2), at(99), at(2)]).await.unwrap()), [2, 9]);

    let event = &store.read_at(&log(), &[at(4)]).await.unwrap()[0];
    let envelope = Envelope::parse(&event.leaf).unwrap();
    assert_eq!((envelope.position, envelope.stream, envelope.version.get()), (at(4), one, 2));
    assert_eq!((envelope.ledger, &envelope.log), (store.ledger(), &log()));
    assert_eq!(envelope.body(), format!(r#"{{"note":"{one} 0"}}"#));

    let many: Vec<Position> = (1..=11).map(at).collect();
    assert_eq!(store.read_at(&log(), &many).await.unwrap().len(), 11);
    store.close().await;
}

async fn reads_streams_with_what_is_sealed(fresh: Fresh) {
    let store = fresh.store().await;
    let (one, other, none) = (stream(), stream(), stream());
    let owner = Subject::Caller(CallerId::from_uuid(uuid()));
    for target in [one, other] {
        let mut next = append(target, Expected::NoStream, 3);
        let secret = Map::from_iter([("text".to_owned(), Value::from(target.to_string()))]);
        let event = &mut next.events[1];
        event.sealed = Some(store.vault().seal(&log(), event.event_id, owner, &secret).await.unwrap());
        event.body.insert("text".to_owned(), serde_json::json!({"sealed": 0}));
        store.append(&log(), next).await.unwrap();
    }
    let read = store.read_streams_sealed(&log(), &[other, none, one, other]).await.unwrap();
    let alone: Vec<StoredEvent> = read.iter().map(|(event, _)| event.clone()).collect();
    assert_eq!(alone, store.read_streams(&[one, other]).await.unwrap());
    let sealed = store.sealed(&log(), &[at(3), at(6)]).await.unwrap();
    assert_eq!(sealed.len(), 2);
    for (event, part) in &read {
        assert_eq!(part.as_ref(), sealed.get(&event.position), "{}", event.position);
    }
    store.delete_sealed(&log(), &[at(3)]).await.unwrap();
    let read = store.read_streams_sealed(&log(), &[one]).await.unwrap();
    assert_eq!(read.len(), 3);
    assert!(read.iter().all(|(_, part)| part.is_none()));

    // A stream of another log is none of this one's.
    let elsewhere = LogId::main("yeongwol").unwrap();
    assert!(store.read_streams_sealed(&elsewhere, &[one]).await.unwrap().is_empty());
    store.create_log(&elsewhere, opening(&elsewhere)).await.unwrap();
    assert!(store.read_streams_sealed(&elsewhere, &[one]).await.unwrap().is_empty());
    store.close().await;
}

async fn a_log_is_known_once_it_has_events(fresh: Fresh) {
    let (store, elsewhere) = (fresh.store().await, LogId::main("yeongwol").unwrap());
    assert!(store.has_log(&log()).await.unwrap());
    assert!(!store.has_log(&elsewhere).await.unwrap());
    // Made by another process.
    let other = Store::open(fresh.config()).await.unwrap();
    assert!(other.has_log(&log()).await.unwrap());
    other.create_log(&elsewhere, opening(&elsewhere)).await.unwrap();
    assert!(store.has_log(&elsewhere).await.unwrap());
    other.close().await;
    store.close().await;
}

async fn reads_a_stretch_from_either_end(fresh: Fresh) {
    let store = fresh.store().await;
    for n in 0..10 {
        let mut next = append(stream(), Expected::NoStream, 1);
        next.events[0].event_type = if n % 2 == 0 { "CallOffered" } else { "CallAnswered" };
        store.append(&log(), next).await.unwrap();
    }
    let read = async |(after, last), types: &[&str], from, limit| {
        let stretch = Stretch { after: at(after), last: at(last), types };
        let events = store.read_stretch(&log(), stretch, from, limit).await.unwrap();
        events.iter().map(|event| event.position.get()).collect::<Vec<_>>()
    };
    assert_eq!(read((3, 7), &[], ReadFrom::Start, 9).await, [4, 5, 6, 7]);
    assert_eq!(read((3, 7), &[], ReadFrom::End, 9).await, [7, 6, 5, 4]);
    assert_eq!(read((0, 99), &[], ReadFrom::End, 2).await, [11, 10]);
    assert_eq!(read((0, 9), &["CallAnswered", "CallEnded"], ReadFrom::End, 3).await, [9, 7, 5]);
    assert_eq!(read((4, 9), &["CallAnswered"], ReadFrom::Start, 9).await, [5, 7, 9]);
    for (after, last) in [(7, 7), (8, 7), (11, 99), (1 << 40, (1 << 40) + 5), (0, 0)] {
        assert_eq!(read((after, last), &[], ReadFrom::Start, 9).await, [0; 0], "{after}..{last}");
        assert_eq!(read((after, last), &[], ReadFrom::End, 9).await, [0; 0], "{after}..{last}");
    }
    let whole = Stretch { after: at(0), last: Position::MAX, types: &[] };
    let none = sangdam_domain::log::LogId::main("taebaek").unwrap();
    let unknown = store.read_stretch(&none, whole, ReadFrom::Start, 1).await;
    assert!(matches!(unknown, Err(StoreError::NoSuchLog(_))), "{unknown:?}");
    store.close().await;
}

async fn reads_streams_in_parts(fresh: Fresh) {
    let store = fresh.store().await;
    let (one, other) = (stream(), stream());
    for n in 0..10 {
        let target = if n % 2 == 0 { one } else { other };
        store.append(&log(), append(target, Expected::Any, 1)).await.unwrap();
    }
    let version = |n| Version::new(n).unwrap();
    let versions = |events: Vec<StoredEvent>| events.iter().map(|e| e.version.get()).collect::<Vec<_>>();
    assert_eq!(versions(store.read_stream_part(one, version(1), 3).await.unwrap()), [2, 3, 4]);
    assert_eq!(versions(store.read_stream_part(one, version(4), 3).await.unwrap()), [5]);
    assert_eq!(versions(store.read_stream_part(stream(), version(0), 3).await.unwrap()), [0; 0]);
    let both = store.read_streams_to(&[other, one, other], version(2)).await.unwrap();
    assert_eq!(versions(both.clone()), [1, 2, 1, 2]);
    assert!(both.is_sorted_by_key(|event| (event.stream, event.version)));
    let positions = |found: Vec<Position>| found.iter().map(|position| position.get()).collect::<Vec<_>>();
    assert_eq!(positions(store.positions_of(&log(), &[other, other]).await.unwrap()), [3, 5, 7, 9, 11]);
    let all: Vec<u64> = (2..=11).collect();
    assert_eq!(positions(store.positions_of(&log(), &[other, stream(), one]).await.unwrap()), all);
    let second = sangdam_domain::log::LogId::main("taebaek").unwrap();
    store.create_log(&second, opening(&second)).await.unwrap();
    assert_eq!(positions(store.positions_of(&second, &[one]).await.unwrap()), [0; 0]);
    store.close().await;
}

async fn a_position_past_every_log_names_no_event(fresh: Fresh) {
    let store = fresh.store().await;
    for _ in 0..3 {
        store.append(&log(), append(stream(), Expected::NoStream, 1)).await.unwrap();
    }
    for beyond in [(1 << 40) - 1, 1 << 40, (1 << 40) + 2, (3 << 40) + 2, Position::MAX.get()] {
        assert_eq!(store.read(&log(), at(beyond), 9).await.unwrap(), [], "{beyond}");
        assert_eq!(store.read_types(&log(), at(beyond), &["LogOpened"], 9).await.unwrap(), [], "{beyond}");
        assert_eq!(store.read_at(&log(), &[at(beyond)]).await.unwrap(), [], "{beyond}");
    }
    store.close().await;
}

async fn what_is_written_cannot_be_changed(fresh: Fresh) {
    let store = fresh.store().await;
    let appends = (0..300).map(|_| append(stream(), Expected::NoStream, 1)).collect();
    assert!(store.append_bulk(&log(), appends).await.iter().all(Result::is_ok));
    let mut attempts = vec![
        "UPDATE events SET occurred_at = 0",
        "DELETE FROM events",
        "UPDATE commands SET version = 2",
        "DELETE FROM commands",
        "UPDATE tiles SET level = 5",
        "DELETE FROM tiles",
        "UPDATE heads SET position = position - 1",
        "DELETE FROM heads",
        "UPDATE meta SET name = 'x'",
        "DELETE FROM meta",
    ];
    if fresh.is_postgres() {
        attempts.extend(["TRUNCATE events", "TRUNCATE commands", "TRUNCATE tiles", "TRUNCATE sealed"]);
    }
    for sql in attempts {
        let told = fresh.refused(sql).await;
        assert!(
            told.contains("never")
                || told.contains("refused")
                || told.contains("grows")
                || told.contains("keeps"),
            "{sql}: {told}"
        );
    }
    assert_sound(&store).await;
    store.close().await;
}
