use sangdam_domain::log::LogId;
use sangdam_eventstore::*;

use crate::harness::*;

on_both_engines!(
    positions_follow_each_other,
    a_log_is_made_once,
    versions_are_checked,
    guards_are_checked,
    a_command_has_one_effect,
    commands_of_a_ledger_from_before_are_known,
    a_command_whose_event_is_missing_is_damage_and_not_new,
    one_of_many_equal_commands_wins,
    a_list_is_written_as_a_whole_or_not_at_all,
    neighbours_are_unhurt,
    a_crowd_of_one_stream_is_put_in_order,
    what_cannot_be_a_leaf_is_refused,
    recorded_at_never_decreases,
    a_closed_store_refuses_and_a_new_one_goes_on,
    the_tree_is_taken_up_at_any_size,
);

async fn positions_follow_each_other(fresh: Fresh) {
    let store = fresh.store().await;
    assert_eq!(store.head(&log()).await.unwrap().position, at(1));
    let one = stream();
    let first = store.append(&log(), append(one, Expected::NoStream, 2)).await.unwrap();
    assert_eq!((first.first, first.last, first.version.get()), (at(2), at(3), 2));
    let second = store.append(&log(), append(one, version(2), 1)).await.unwrap();
    assert_eq!((second.first, second.last, second.version.get()), (at(4), at(4), 3));
    let any = store.append(&log(), append(one, Expected::Any, 1)).await.unwrap();
    assert_eq!((any.first, any.version.get()), (at(5), 4));
    assert_sound(&store).await;
    store.close().await;
}

async fn a_log_is_made_once(fresh: Fresh) {
    let store = fresh.store().await;
    let head = store.head(&log()).await.unwrap();
    assert_eq!(store.create_log(&log(), opening(&log())).await.unwrap(), head);
    let other = LogId::access("jeongseon").unwrap();
    assert!(matches!(store.head(&other).await, Err(StoreError::NoSuchLog(_))));
    let refused = store.append(&other, append(stream(), Expected::Any, 1)).await.unwrap_err();
    assert!(matches!(refused, AppendError::Store(StoreError::NoSuchLog(_))), "{refused}");
    let made = futures::future::join_all((0..8).map(|_| store.create_log(&other, opening(&other)))).await;
    assert!(made.iter().all(|head| head.as_ref().unwrap().position == at(1)), "{made:?}");
    assert_eq!(store.logs().await.unwrap(), [other.clone(), log()]);

    // A stream belongs to one log.
    let one = stream();
    store.append(&log(), append(one, Expected::Any, 1)).await.unwrap();
    let refused = store.append(&other, append(one, Expected::Any, 1)).await.unwrap_err();
    assert!(matches!(refused, AppendError::VersionConflict { .. }), "{refused}");
    // Nor does it become one of another log's by being refused there among appends that are written.
    let appends = || {
        vec![
            append(stream(), Expected::NoStream, 1),
            append(one, version(1), 1),
            append(one, Expected::Any, 1),
        ]
    };
    for _ in 0..3 {
        let results = store.append_bulk(&other, appends()).await;
        assert!(results[0].is_ok(), "{results:?}");
        for refused in &results[1..] {
            assert!(matches!(refused, Err(AppendError::VersionConflict { .. })), "{refused:?}");
        }
    }
    store.close().await;
}

async fn versions_are_checked(fresh: Fresh) {
    let store = fresh.store().await;
    let one = stream();
    store.append(&log(), append(one, Expected::NoStream, 3)).await.unwrap();
    for (expected, fits) in
        [(Expected::NoStream, false), (version(2), false), (version(4), false), (version(3), true)]
    {
        let before = store.head(&log()).await.unwrap();
        match store.append(&log(), append(one, expected, 1)).await {
            Ok(_) => assert!(fits, "{expected:?}"),
            Err(AppendError::VersionConflict { stream, expected: told, actual }) => {
                assert!(!fits);
                assert_eq!((stream, told, actual.get()), (one, expected, 3));
                assert_eq!(store.head(&log()).await.unwrap(), before);
            }
            Err(e) => panic!("{e}"),
        }
    }
    let absent = stream();
    let refused = store.append(&log(), append(absent, version(1), 1)).await.unwrap_err();
    assert!(matches!(refused, AppendError::VersionConflict { actual, .. } if actual.get() == 0), "{refused}");
    store.close().await;
}

/// On the slow way and on the fast one, whether the writer remembers the guard's stream or not, and within one batch.
async fn guards_are_checked(fresh: Fresh) {
    let guarded = |guard, n| {
        let version = sangdam_domain::log::Version::new(n).unwrap();
        Append { guards: vec![(guard, version)], ..append(stream(), Expected::NoStream, 1) }
    };
    let refused = |result: Result<Appended, AppendError>, guard, actual| {
        let Err(AppendError::VersionConflict { stream, actual: told, .. }) = result else {
            panic!("{result:?}")
        };
        assert_eq!((stream, told.get()), (guard, actual));
    };
    let store = fresh.store().await;
    let guard = stream();
    store.append(&log(), append(guard, Expected::NoStream, 2)).await.unwrap();
    store.append(&log(), guarded(guard, 2)).await.unwrap();
    refused(store.append(&log(), guarded(guard, 1)).await, guard, 2);
    let absent = stream();
    store.append(&log(), guarded(absent, 0)).await.unwrap();
    refused(store.append(&log(), guarded(absent, 1)).await, absent, 0);
    store.close().await;

    let store = Store::open(fresh.config()).await.unwrap();
    refused(store.append(&log(), guarded(guard, 3)).await, guard, 2);
    store.append(&log(), append(stream(), Expected::NoStream, 1)).await.unwrap();
    refused(store.append(&log(), guarded(guard, 3)).await, guard, 2);
    store.append(&log(), guarded(guard, 2)).await.unwrap();
    let batch = vec![guarded(guard, 2), append(guard, version(2), 1), guarded(guard, 2), guarded(guard, 3)];
    let results = store.append_bulk(&log(), batch).await;
    let fits: Vec<bool> = results.iter().map(Result::is_ok).collect();
    assert_eq!(fits, [true, true, false, true], "{results:?}");
    assert_sound(&store).await;
    store.close().await;
}

async fn a_command_has_one_effect(fresh: Fresh) {
    let store = fresh.store().await;
    let command = append(stream(), Expected::NoStream, 2);
    let first = store.append(&log(), command.clone()).await.unwrap();
    store.append(&log(), append(command.stream, version(2), 1)).await.unwrap();
    let again = |store: Store| {
        let command = command.clone();
        async move { store.append(&log(), command).await.unwrap_err() }
    };
    let AppendError::AlreadyAppended { recorded } = again(store.clone()).await else {
        panic!("a second effect")
    };
    assert_eq!((recorded.appended, recorded.fingerprint), (first, [1; 16]));
    assert_eq!(store.command(command.command_id).await.unwrap(), Some(recorded));
    store.close().await;

    let store = Store::open(fresh.config()).await.unwrap();
    let AppendError::AlreadyAppended { recorded } = again(store.clone()).await else {
        panic!("a second effect")
    };
    assert_eq!(recorded.appended, first);
    assert_eq!(store.head(&log()).await.unwrap().position, at(4));
    store.close().await;
}

/// The table of commands as version 1 of the ledger had it.
async fn put_commands_back(fresh: &Fresh) {
    let (bytes, int, keyed, whole) = if fresh.is_postgres() {
        ("BYTEA", "BIGINT", "", "fingerprint || decode(repeat('02', 16), 'hex')")
    } else {
        ("BLOB", "INTEGER", "WITHOUT ROWID", "CAST(fingerprint || zeroblob(16) AS BLOB)")
    };
    let statements = [
        format!(
            "CREATE TABLE before (command_id {bytes} PRIMARY KEY, fingerprint {bytes} NOT NULL, first_id {int} NOT NULL, \
             event_count {int} NOT NULL, version {int} NOT NULL, recorded_at {int} NOT NULL) {keyed}"
        ),
        format!(
            "INSERT INTO before SELECT c.command_id, {whole}, c.first_id, c.event_count, c.version, e.recorded_at \
             FROM commands c JOIN events e ON e.id = c.first_id"
        ),
        "DROP TABLE commands".to_owned(),
        "ALTER TABLE before RENAME TO commands".to_owned(),
        "DELETE FROM _sqlx_migrations WHERE version = 2".to_owned(),
    ];
    for sql in statements {
        fresh.tamper(&sql).await;
    }
}

async fn commands_of_a_ledger_from_before_are_known(fresh: Fresh) {
    let store = fresh.store().await;
    let command = append(stream(), Expected::NoStream, 2);
    store.append(&log(), command.clone()).await.unwrap();
    let recorded = store.command(command.command_id).await.unwrap().expect("it was carried out");
    store.close().await;
    put_commands_back(&fresh).await;

    let store = Store::open(fresh.config()).await.unwrap();
    assert_eq!(store.command(command.command_id).await.unwrap(), Some(recorded));
    let again = store.append(&log(), command).await;
    assert!(
        matches!(again, Err(AppendError::AlreadyAppended { recorded: before }) if before == recorded),
        "{again:?}"
    );
    store.append(&log(), append(stream(), Expected::NoStream, 1)).await.unwrap();
    if !fresh.is_postgres() {
        assert!(fresh.refused("UPDATE commands SET version = 2").await.contains("never"));
        assert!(fresh.refused("DELETE FROM commands").await.contains("never"));
    }
    assert_sound(&store).await;
    store.close().await;
}

async fn a_command_whose_event_is_missing_is_damage_and_not_new(fresh: Fresh) {
    let store = fresh.store().await;
    let command = append(stream(), Expected::NoStream, 1);
    store.append(&log(), command.clone()).await.unwrap();
    store.close().await;
    fresh.tamper("DELETE FROM events WHERE id & 1099511627775 = 2").await;

    let store = Store::open(fresh.config()).await.unwrap();
    let told = store.command(command.command_id).await.unwrap_err().to_string();
    assert!(told.contains("position 2") && told.contains("verify"), "{told}");
    let told = store.append(&log(), command).await.unwrap_err().to_string();
    assert!(told.contains("position 2") && told.contains("verify"), "{told}");
    store.close().await;
}

async fn one_of_many_equal_commands_wins(fresh: Fresh) {
    let (store, log) = (fresh.store().await, log());
    for round in 0..5 {
        let command = append(stream(), Expected::Any, 1);
        let retries = (0..20).map(|_| store.append(&log, command.clone()));
        let results = futures::future::join_all(retries).await;
        let won: Vec<_> = results.iter().flatten().collect();
        assert_eq!(won.len(), 1, "round {round}: {results:?}");
        for result in &results {
            if let Err(e) = result {
                let AppendError::AlreadyAppended { recorded } = e else { panic!("{e}") };
                assert_eq!(&recorded.appended, won[0]);
            }
        }
    }
    assert_eq!(store.head(&log).await.unwrap().position, at(6));
    store.close().await;
}

async fn a_list_is_written_as_a_whole_or_not_at_all(fresh: Fresh) {
    let store = fresh.store().await;
    let (one, other) = (stream(), stream());
    store.append(&log(), append(other, Expected::NoStream, 1)).await.unwrap();
    let list = vec![append(one, Expected::NoStream, 2), append(other, version(7), 1)];
    let refused = store.append_all(&log(), list).await.unwrap_err();
    assert!(matches!(refused, AppendError::VersionConflict { stream, .. } if stream == other), "{refused}");
    assert_eq!(store.head(&log()).await.unwrap().position, at(2));
    assert!(store.read_stream(one, sangdam_domain::log::Version::ZERO).await.unwrap().is_empty());

    let list =
        vec![append(one, Expected::NoStream, 2), append(other, version(1), 1), append(one, version(2), 1)];
    let command = list[0].command_id;
    let appended = store.append_all(&log(), list).await.unwrap();
    let places: Vec<_> = appended.iter().map(|one| (one.first, one.last, one.version.get())).collect();
    assert_eq!(places, [(at(3), at(4), 2), (at(5), at(5), 2), (at(6), at(6), 3)]);
    let recorded = store.command(command).await.unwrap().unwrap();
    assert_eq!((recorded.appended.first, recorded.appended.last), (at(3), at(6)));
    assert!(matches!(store.append_all(&log(), Vec::new()).await, Err(AppendError::Empty)));
    assert_sound(&store).await;
    store.close().await;
}

async fn neighbours_are_unhurt(fresh: Fresh) {
    let store = fresh.store().await;
    let claim = |owner| ClaimChange::Take(Claim { namespace: "phone", hmac: [3; 32], owner });
    let mut appends = Vec::new();
    for n in 0..60 {
        let one = stream();
        appends.push(match n % 6 {
            0 => append(one, version(9), 1),
            1 => Append { claims: vec![claim(one)], ..append(one, Expected::NoStream, 1) },
            2 => appends.last().cloned().unwrap(),
            3 => Append { events: Vec::new(), ..append(one, Expected::Any, 1) },
            _ => append(one, Expected::NoStream, 2),
        });
    }
    let results = store.append_bulk(&log(), appends).await;
    let mut next = 2;
    for (n, result) in results.iter().enumerate() {
        match (n, n % 6, result) {
            (1, _, Ok(appended)) => {
                assert_eq!(appended.first, at(next));
                next += 1;
            }
            (_, 0, Err(AppendError::VersionConflict { .. }))
            | (_, 1, Err(AppendError::ClaimTaken { .. }))
            | (2, _, Err(AppendError::AlreadyAppended { .. }))
            | (_, 2, Err(AppendError::ClaimTaken { .. }))
            | (_, 3, Err(AppendError::Empty)) => {}
            (_, 4 | 5, Ok(appended)) => {
                assert_eq!((appended.first, appended.last), (at(next), at(next + 1)), "append {n}");
                next += 2;
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(store.head(&log()).await.unwrap().position, at(next - 1));
    assert_sound(&store).await;
    store.close().await;
}

/// Appends of a list depend on each other, and keep their order whatever is refused between them.
async fn a_crowd_of_one_stream_is_put_in_order(fresh: Fresh) {
    let store = fresh.store().await;
    let one = stream();
    let mut appends = vec![append(one, Expected::NoStream, 1)];
    for n in 1..100 {
        appends.push(append(one, version(n), 1));
        appends.push(append(one, Expected::NoStream, 1));
    }
    let results = store.append_bulk(&log(), appends).await;
    let versions: Vec<u64> = results.iter().flatten().map(|appended| appended.version.get()).collect();
    assert_eq!(versions, (1..=100).collect::<Vec<_>>());

    let log = log();
    let crowd = (0..50).map(|_| store.append(&log, append(one, version(100), 1)));
    let won = futures::future::join_all(crowd).await.into_iter().filter(Result::is_ok).count();
    assert_eq!(won, 1);
    assert_sound(&store).await;
    store.close().await;
}

async fn what_cannot_be_a_leaf_is_refused(fresh: Fresh) {
    let store = fresh.store().await;
    let with = |text: &str, key: &str, value: serde_json::Value| {
        let mut one = append(stream(), Expected::Any, 1);
        one.events[0].body.insert(key.to_owned(), value);
        one.events[0].body.insert("text".to_owned(), text.into());
        one
    };
    let fits = with(&"가".repeat(21_000), "n", 1.into());
    store.append(&log(), fits).await.unwrap();
    let too_long = store.append(&log(), with(&"가".repeat(22_000), "n", 1.into())).await.unwrap_err();
    assert!(matches!(too_long, AppendError::TooLarge { bytes, .. } if bytes > LEAF_BYTES_MAX), "{too_long}");
    for (key, value) in [
        ("fraction", serde_json::json!(1.5)),
        ("too big", serde_json::json!(9_007_199_254_740_992_u64)),
        ("nested", serde_json::json!([{"a": 0.1}])),
        ("날짜", serde_json::json!(1)),
        ("nested key", serde_json::json!({"날짜": 1})),
    ] {
        let result = store.append(&log(), with("", key, value)).await;
        assert!(matches!(result, Err(AppendError::NotCanonical { .. })), "{key}: {result:?}");
    }
    assert_eq!(store.head(&log()).await.unwrap().position, at(2));
    store.close().await;
}

async fn recorded_at_never_decreases(fresh: Fresh) {
    let store = fresh.store().await;
    let start = store.clock().now();
    let one = store.append(&log(), append(stream(), Expected::Any, 1)).await.unwrap();
    assert_eq!(one.recorded_at, start);
    fresh.clock.set(start.plus_seconds(-3600));
    let earlier = store.append(&log(), append(stream(), Expected::Any, 1)).await.unwrap();
    assert_eq!(earlier.recorded_at, start);
    let told = Append { recorded_at: Some(start.plus_seconds(10)), ..append(stream(), Expected::Any, 1) };
    assert_eq!(store.append(&log(), told).await.unwrap().recorded_at, start.plus_seconds(10));
    let late = Append { recorded_at: Some(start.plus_seconds(5)), ..append(stream(), Expected::Any, 1) };
    assert_eq!(store.append(&log(), late).await.unwrap().recorded_at, start.plus_seconds(10));

    for (moment, position) in [(-1, 0), (0, 3), (9, 3), (10, 5), (3600, 5)] {
        assert_eq!(
            store.position_at(&log(), start.plus_seconds(moment)).await.unwrap(),
            at(position),
            "{moment}"
        );
    }
    store.close().await;
}

async fn a_closed_store_refuses_and_a_new_one_goes_on(fresh: Fresh) {
    let store = fresh.store().await;
    let ledger = store.ledger();
    let one = stream();
    store.append(&log(), append(one, Expected::NoStream, 1)).await.unwrap();
    store.close().await;
    let refused = store.append(&log(), append(one, version(1), 1)).await.unwrap_err();
    assert!(matches!(refused, AppendError::Store(StoreError::Closed)), "{refused}");

    let store = Store::open(fresh.config()).await.unwrap();
    assert_eq!(store.ledger(), ledger);
    store.append(&log(), append(one, version(1), 1)).await.unwrap();
    assert_sound(&store).await;
    store.close().await;
}

async fn the_tree_is_taken_up_at_any_size(fresh: Fresh) {
    fresh.store().await.close().await;
    for size in [2, 255, 256, 257, 300, 511, 512, 700] {
        let store = Store::open(fresh.config()).await.unwrap();
        let have = store.head(&log()).await.unwrap().position.get();
        let appends = (have..size).map(|_| append(stream(), Expected::NoStream, 1)).collect();
        let results = store.append_bulk(&log(), appends).await;
        assert!(results.iter().all(Result::is_ok));
        assert_eq!(store.head(&log()).await.unwrap().position, at(size));
        assert_sound(&store).await;
        store.close().await;
    }
}
