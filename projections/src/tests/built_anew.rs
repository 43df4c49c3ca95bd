//! Tables that are built beside the serving ones: which indexes they have, and when they may take over.

use std::time::Duration;

use sangdam_domain::log::LogId;
use sangdam_eventstore::args;
use tokio::time::timeout;

use super::harness::*;
use super::keeping_up::{MORNING, eventful};
use super::on_every_engine;
use crate::checkpoint::Checkpoints;
use crate::error::CatchUpError;
use crate::models::ReadModels;
use crate::pass::PROJECTIONS;
use crate::runner::{catch_up, through};
use crate::table::{Generation, NEXT_PREFIX};
use crate::{dump_all_tables, next, rebuild};

on_every_engine! {
    what_was_built_anew_has_the_schema_of_what_was_migrated,
    a_table_has_the_indexes_that_it_is_filled_by_and_no_others,
    tables_without_all_their_indexes_do_not_take_over,
    what_was_interrupted_between_two_indexes_goes_on,
    what_was_built_anew_needs_not_wait_for_autovacuum,
    what_came_in_meanwhile_is_caught_up_with_as_they_take_over,
    a_log_that_came_up_meanwhile_keeps_them_from_taking_over,
    what_cannot_be_applied_keeps_them_from_taking_over,
    what_another_release_builds_does_not_take_over,
    where_another_process_had_one_take_over_the_others_do_too,
    who_waits_for_another_to_take_over_makes_no_checkpoint_behind_it,
    what_was_vacuumed_once_is_not_vacuumed_each_time,
    who_writes_all_the_while_does_not_keep_tables_from_taking_over,
    what_another_process_had_take_over_is_done,
    projections_that_are_not_equally_far_are_all_built_to_the_end,
}

/// All columns, constraints, indexes and storage parameters, as the database tells them.
async fn schema(models: &ReadModels) -> Vec<String> {
    let db = models.db();
    let sql = if db.is_postgres() {
        "SELECT indexname::TEXT, indexdef FROM pg_indexes WHERE schemaname = 'read' UNION ALL \
         SELECT conrelid::regclass || '.' || conname, pg_get_constraintdef(oid) FROM pg_constraint \
         WHERE connamespace = 'read'::regnamespace UNION ALL \
         SELECT table_name || '.' || column_name, ordinal_position || data_type || is_nullable || COALESCE(column_default, '') \
         FROM information_schema.columns WHERE table_schema = 'read' UNION ALL \
         SELECT relname::TEXT, 'WITH ' || array_to_string(reloptions, ', ') FROM pg_class \
         WHERE relnamespace = 'read'::regnamespace AND reloptions IS NOT NULL"
    } else {
        "SELECT name, COALESCE(sql, tbl_name) FROM sqlite_master"
    };
    let rows = db.fetch_all(sql, args![]).await.unwrap();
    let line = |row: &sangdam_eventstore::Row| {
        let words = row.text(1).unwrap().replace('"', "");
        format!("{}: {}", row.text(0).unwrap(), words.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    let mut schema: Vec<String> = rows.iter().map(line).collect();
    schema.sort_unstable();
    schema
}

/// Without what tells the names of SQLite's indexes from those of the tables before.
fn plain(schema: &[String]) -> Vec<String> {
    let mut plain: Vec<String> =
        schema.iter().map(|line| line.replace("_b:", ":").replace("_b ON", " ON")).collect();
    plain.sort_unstable();
    plain
}

async fn what_was_built_anew_has_the_schema_of_what_was_migrated(history: History) {
    let h = &history;
    eventful(h, false).await;
    h.caught_up().await;
    let migrated = schema(&h.models).await;
    assert!(migrated.iter().any(|line| line.starts_with("calls_by_caller: CREATE INDEX")), "{migrated:#?}");
    let has_room = migrated.iter().any(|line| line == "consultations: WITH fillfactor=85");
    assert_eq!(has_room, h.models.db().is_postgres(), "{migrated:#?}");
    for round in 1..=2 {
        rebuild::rebuild(&h.store, &h.models, |_, _| {}).await.unwrap();
        let rebuilt = schema(&h.models).await;
        assert_eq!(plain(&rebuilt), migrated);
        if round == 2 || h.models.db().is_postgres() {
            assert_eq!(rebuilt, migrated);
        }
    }
}

async fn a_table_has_the_indexes_that_it_is_filled_by_and_no_others(history: History) {
    let h = &history;
    h.caught_up().await;
    rebuild::begin(&h.models, PROJECTIONS).await.unwrap();
    let tx = h.models.db().begin().await.unwrap();
    for table in rebuild::tables(PROJECTIONS) {
        let mut has: Vec<String> = Vec::new();
        for index in next::indexes(&tx, &format!("{NEXT_PREFIX}{table}")).await.unwrap() {
            if !index.name.contains("_pkey") {
                has.push(index.body);
            } else {
                assert!(!table.ends_with("_past"), "{table}: {}", index.name);
            }
        }
        let needed: Vec<&str> =
            next::NEEDED.iter().filter(|(of, _)| *of == table).map(|(_, body)| *body).collect();
        assert_eq!(has, needed, "{table}");
    }
}

async fn tables_without_all_their_indexes_do_not_take_over(history: History) {
    let h = &history;
    eventful(h, false).await;
    h.caught_up().await;
    let followed = dump_all_tables(&h.models).await.unwrap();
    rebuild::begin(&h.models, PROJECTIONS).await.unwrap();
    let as_far = "UPDATE checkpoints SET position = 1000000 WHERE generation = 'next'";
    h.models.db().execute(as_far, args![]).await.unwrap();
    assert!(!rebuild::take_over(&h.store, &h.models, PROJECTIONS).await.unwrap());
    assert_eq!(dump_all_tables(&h.models).await.unwrap(), followed);
}

async fn what_was_interrupted_between_two_indexes_goes_on(history: History) {
    let h = &history;
    eventful(h, true).await;
    h.caught_up().await;
    let (followed, migrated) = (dump_all_tables(&h.models).await.unwrap(), schema(&h.models).await);
    h.models.db().execute("UPDATE checkpoints SET version = 0", args![]).await.unwrap();
    rebuild::begin(&h.models, PROJECTIONS).await.unwrap();
    // Made before the rows are: what is applied from here on meets all indexes of these tables, and few of others.
    let some = ["consultations", "consultations_past"].map(str::to_owned).to_vec();
    next::complete(h.models.db(), some).await.unwrap();
    h.caught_up().await;
    assert_eq!(dump_all_tables(&h.models).await.unwrap(), followed);
    assert_eq!(plain(&schema(&h.models).await), migrated);
}

/// Whether rows are seen by all is not asked of PostgreSQL here: that waits for transactions of other databases, too.
async fn what_was_built_anew_needs_not_wait_for_autovacuum(history: History) {
    let h = &history;
    let db = h.models.db();
    if !db.is_postgres() {
        return;
    }
    eventful(h, false).await;
    h.caught_up().await;
    rebuild::rebuild(&h.store, &h.models, |_, _| {}).await.unwrap();
    for table in rebuild::tables(PROJECTIONS) {
        let sql = "SELECT vacuum_count, analyze_count, (SELECT reltuples::BIGINT FROM pg_class c WHERE c.oid = relid) \
             FROM pg_stat_user_tables WHERE relid = to_regclass($1)";
        let found = db.fetch_optional(sql, args![table.as_str()]).await.unwrap().unwrap();
        let rows =
            db.fetch_optional(&format!("SELECT COUNT(*) FROM {table}"), args![]).await.unwrap().unwrap();
        let found = [0, 1, 2].map(|column| found.int(column).unwrap());
        assert_eq!(found, [1, 1, rows.int(0).unwrap()], "{table}");
    }
}

/// Built to the end, with all indexes.
async fn built(h: &History) {
    rebuild::begin(&h.models, PROJECTIONS).await.unwrap();
    for log in h.store.logs().await.unwrap() {
        let log_no = h.models.log_no_made(&log).await.unwrap();
        let mut next = Checkpoints::load(&h.models, Generation::Next, log_no, PROJECTIONS).await.unwrap();
        through(&h.store, &h.models, &log, &mut next, &mut |_| {}).await.unwrap();
    }
    next::complete(h.models.db(), rebuild::tables(PROJECTIONS).collect()).await.unwrap();
}

async fn what_came_in_meanwhile_is_caught_up_with_as_they_take_over(history: History) {
    let h = &history;
    eventful(h, false).await;
    h.caught_up().await;
    let other = LogId::main("taebaek").unwrap();
    h.open_log(&other).await;
    catch_up(&h.store, &h.models, &other, |_| {}).await.unwrap();
    built(h).await;
    for n in 7..=9 {
        h.consultation(n, MORNING, Some(caller_id(1)), None).await;
        h.happens(consultation(n - 5), MORNING, voided()).await;
    }
    h.happens_in(&other, call(20), MORNING, offered(None)).await;
    catch_up(&h.store, &h.models, &other, |_| {}).await.unwrap();
    let last = h.caught_up().await;
    let followed = dump_all_tables(&h.models).await.unwrap();
    assert!(rebuild::take_over(&h.store, &h.models, PROJECTIONS).await.unwrap());
    assert_eq!(dump_all_tables(&h.models).await.unwrap(), followed);
    assert_eq!(h.models.applied(&h.log).await.unwrap(), last);
}

async fn a_log_that_came_up_meanwhile_keeps_them_from_taking_over(history: History) {
    let h = &history;
    eventful(h, false).await;
    h.caught_up().await;
    built(h).await;
    let other = LogId::main("taebaek").unwrap();
    h.open_log(&other).await;
    catch_up(&h.store, &h.models, &other, |_| {}).await.unwrap();
    let followed = dump_all_tables(&h.models).await.unwrap();
    assert!(!rebuild::take_over(&h.store, &h.models, PROJECTIONS).await.unwrap());
    assert_eq!(dump_all_tables(&h.models).await.unwrap(), followed);
    rebuild::rebuild(&h.store, &h.models, |_, _| {}).await.unwrap();
    assert_eq!(dump_all_tables(&h.models).await.unwrap(), followed);
}

async fn what_cannot_be_applied_keeps_them_from_taking_over(history: History) {
    let h = &history;
    eventful(h, false).await;
    h.caught_up().await;
    built(h).await;
    let bad = h.happens(consultation(99), MORNING, categorised("roads")).await;
    h.consultation(7, MORNING, None, None).await;
    catch_up(&h.store, &h.models, &h.log, |_| {}).await.unwrap_err();
    let followed = dump_all_tables(&h.models).await.unwrap();
    assert!(!rebuild::take_over(&h.store, &h.models, PROJECTIONS).await.unwrap());
    assert_eq!(dump_all_tables(&h.models).await.unwrap(), followed);
    let error = rebuild::rebuild(&h.store, &h.models, |_, _| {}).await.unwrap_err();
    assert!(matches!(error, CatchUpError::Stopped { position, .. } if position == bad), "{error}");
}

async fn what_another_release_builds_does_not_take_over(history: History) {
    let h = &history;
    eventful(h, false).await;
    h.caught_up().await;
    built(h).await;
    let newer = "UPDATE checkpoints SET version = 1000 WHERE generation = 'next' AND projection = 'calls'";
    h.models.db().execute(newer, args![]).await.unwrap();
    h.consultation(7, MORNING, None, None).await;
    h.caught_up().await;
    assert!(!rebuild::take_over(&h.store, &h.models, PROJECTIONS).await.unwrap());
}

async fn next_checkpoints(h: &History) -> i64 {
    let sql = "SELECT COUNT(*) FROM checkpoints WHERE generation = 'next'";
    h.models.db().fetch_optional(sql, args![]).await.unwrap().unwrap().int(0).unwrap()
}

/// Another process found one of them outdated, helped to build it, and was first.
async fn where_another_process_had_one_take_over_the_others_do_too(history: History) {
    let h = &history;
    eventful(h, false).await;
    h.caught_up().await;
    let followed = dump_all_tables(&h.models).await.unwrap();
    built(h).await;
    assert!(rebuild::take_over(&h.store, &h.models, &PROJECTIONS[3..4]).await.unwrap());
    assert_eq!(next_checkpoints(h).await, PROJECTIONS.len() as i64 - 1);
    assert!(rebuild::take_over(&h.store, &h.models, PROJECTIONS).await.unwrap());
    assert_eq!(next_checkpoints(h).await, 0);
    assert_eq!(dump_all_tables(&h.models).await.unwrap(), followed);
}

/// Waits until somebody waits for such a lock in this database, or nobody does.
async fn until_locked_out(h: &History, such: &str, is_somebody: bool) {
    let sql = format!(
        "SELECT COUNT(*) FROM pg_locks JOIN pg_stat_activity USING (pid) \
         WHERE NOT granted AND datname = current_database() AND {such}"
    );
    let waiting =
        async || h.models.db().fetch_optional(&sql, args![]).await.unwrap().unwrap().int(0).unwrap();
    while (waiting().await > 0) != is_somebody {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// SQLite has one transaction that writes at a time.
async fn who_waits_for_another_to_take_over_makes_no_checkpoint_behind_it(history: History) {
    let h = &history;
    if !h.models.db().is_postgres() {
        return;
    }
    h.caught_up().await;
    built(h).await;
    let tx = h.models.db().begin().await.unwrap();
    rebuild::lock_checkpoints(&tx).await.unwrap();
    tx.execute("DELETE FROM checkpoints WHERE generation = 'next'", args![]).await.unwrap();
    let including = rebuild::include_new_logs(&h.models, PROJECTIONS);
    let taking_over = async {
        until_locked_out(h, "TRUE", true).await;
        tx.commit().await
    };
    let (included, took_over) =
        timeout(Duration::from_secs(20), async { tokio::join!(including, taking_over) })
            .await
            .expect("the statement waits");
    included.unwrap();
    took_over.unwrap();
    assert_eq!(next_checkpoints(h).await, 0);
}

/// A query holds a table, so that they cannot take over at once.
async fn what_was_vacuumed_once_is_not_vacuumed_each_time(history: History) {
    let h = &history;
    if !h.models.db().is_postgres() {
        return;
    }
    eventful(h, false).await;
    h.caught_up().await;
    let asking = h.models.db().begin().await.unwrap();
    asking.fetch_all("SELECT 1 FROM calls", args![]).await.unwrap();
    let asking = async {
        for waits in [true, false, true] {
            until_locked_out(h, "relation = to_regclass('calls')", waits).await;
        }
        asking.rollback().await
    };
    let rebuilding = rebuild::rebuild(&h.store, &h.models, |_, _| {});
    let (asked, rebuilt) = timeout(Duration::from_secs(60), async { tokio::join!(asking, rebuilding) })
        .await
        .expect("they take over when nobody asks any more");
    asked.unwrap();
    rebuilt.unwrap();
    let sql = "SELECT max(vacuum_count) FROM pg_stat_user_tables WHERE schemaname = 'read'";
    let most = h.models.db().fetch_optional(sql, args![]).await.unwrap().unwrap();
    assert_eq!(most.int(0).unwrap(), 1);
}

/// The serving tables are ahead again and again.
async fn who_writes_all_the_while_does_not_keep_tables_from_taking_over(history: History) {
    let h = &history;
    eventful(h, false).await;
    h.caught_up().await;
    let log_no = h.models.log_no(&h.log).await.unwrap().unwrap();
    let writing = async {
        for n in 10_000.. {
            h.happens(call(n), MORNING, offered(None)).await;
            // As a server does that follows the log.
            let serving = Checkpoints::load(&h.models, Generation::Serving, log_no, PROJECTIONS).await;
            through(&h.store, &h.models, &h.log, &mut serving.unwrap(), &mut |_| {}).await.unwrap();
        }
    };
    let rebuilding = rebuild::rebuild(&h.store, &h.models, |_, _| {});
    tokio::select! {
        rebuilt = timeout(Duration::from_secs(120), rebuilding) => rebuilt.expect("they take over").unwrap(),
        () = writing => {}
    }
}

async fn what_another_process_had_take_over_is_done(history: History) {
    let h = &history;
    eventful(h, false).await;
    h.caught_up().await;
    rebuild::rebuild(&h.store, &h.models, |_, _| {}).await.unwrap();
    let built = schema(&h.models).await;
    next::complete(h.models.db(), rebuild::tables(PROJECTIONS).collect()).await.unwrap();
    assert!(rebuild::take_over(&h.store, &h.models, PROJECTIONS).await.unwrap());
    assert_eq!(schema(&h.models).await, built);
}

async fn projections_that_are_not_equally_far_are_all_built_to_the_end(history: History) {
    let h = &history;
    eventful(h, true).await;
    h.caught_up().await;
    let followed = dump_all_tables(&h.models).await.unwrap();
    let log_no = h.models.log_no_made(&h.log).await.unwrap();
    for from in 0..PROJECTIONS.len() {
        h.models.db().execute("UPDATE checkpoints SET version = 0", args![]).await.unwrap();
        rebuild::begin(&h.models, PROJECTIONS).await.unwrap();
        // As where one of two transactions was written, and the other was not.
        let some = &PROJECTIONS[from..(from + 5).min(PROJECTIONS.len())];
        let mut checkpoints = Checkpoints::load(&h.models, Generation::Next, log_no, some).await.unwrap();
        through(&h.store, &h.models, &h.log, &mut checkpoints, &mut |_| {}).await.unwrap();
        h.caught_up().await;
        assert_eq!(dump_all_tables(&h.models).await.unwrap(), followed, "from {from}");
    }
}
