//! Many rows written at once, whatever is in them, and whether or not somebody waits for the end.

use std::time::Duration;

use sangdam_eventstore::*;

use crate::harness::*;

on_both_engines!(
    rows_come_back_as_they_went_in,
    one_row_that_does_not_fit_leaves_none,
    nothing_is_written_behind_the_end_of_a_transaction,
    what_is_given_up_cannot_be_committed,
    what_is_given_up_in_the_middle_leaves_nothing_behind,
);

const COLUMNS: [&str; 4] = ["n", "small", "words", "bytes"];

/// A database with one table.
async fn table(fresh: &Fresh) -> Db {
    let db = fresh.bare().await;
    let bytes = if fresh.is_postgres() { "BYTEA" } else { "BLOB" };
    // SQLite's integers have no size: the check is for it.
    let sql = format!(
        "CREATE TABLE many (n BIGINT, small INTEGER CHECK (small < 2147483648), words TEXT, bytes {bytes})"
    );
    db.execute(&sql, args![]).await.unwrap();
    db
}

fn rows(count: i64) -> Vec<Vec<Arg>> {
    let words = ["", "\\N", "\\.", "a\tb\\t", "line\nline\r\n", "정선군 상담", "\u{1}\u{7f}\"'"];
    let row = |n: i64| {
        let text = (n % 8 != 7).then(|| words[(n % 7) as usize]);
        let bytes = (n % 5 != 4).then(|| (0..=(n % 256) as u8).rev().collect::<Vec<u8>>());
        args![n - 50 + (n << 40), (n % 3 != 2).then_some(-n), text, bytes]
    };
    (0..count).map(row).collect()
}

async fn count(db: &Db) -> i64 {
    db.fetch_optional("SELECT COUNT(*) FROM many", args![]).await.unwrap().unwrap().int(0).unwrap()
}

async fn rows_come_back_as_they_went_in(fresh: Fresh) {
    let db = table(&fresh).await;
    for size in [1, 99, 3_000] {
        let tx = db.begin().await.unwrap();
        tx.execute("DELETE FROM many", args![]).await.unwrap();
        tx.bulk_insert("many", &COLUMNS, rows(size), "").await.unwrap();
        tx.commit().await.unwrap();
        let sql = "SELECT n, CAST(small AS BIGINT), words, bytes FROM many ORDER BY n";
        let back = db.fetch_all(sql, args![]).await.unwrap();
        let back: Vec<Vec<Arg>> = back
            .iter()
            .map(|row| {
                let bytes = row.opt_bytes(3).unwrap();
                args![row.int(0).unwrap(), row.opt_int(1).unwrap(), row.opt_text(2).unwrap(), bytes]
            })
            .collect();
        assert_eq!(back, rows(size));
    }
    db.close().await;
}

async fn one_row_that_does_not_fit_leaves_none(fresh: Fresh) {
    let db = table(&fresh).await;
    let mut many = rows(500);
    many[300][1] = Arg::from(1_i64 << 31);
    let tx = db.begin().await.unwrap();
    let refused = tx.bulk_insert("many", &COLUMNS, many, "").await.unwrap_err();
    assert!(refused.as_database_error().is_some(), "{refused}");
    tx.rollback().await.unwrap();
    assert_eq!(count(&db).await, 0);
    db.close().await;
}

async fn nothing_is_written_behind_the_end_of_a_transaction(fresh: Fresh) {
    let db = table(&fresh).await;
    // As an error of the disk ends it, which each engine has its own way of telling.
    let ends = if fresh.is_postgres() { "SELECT 1 / 0" } else { "ROLLBACK" };
    let tx = db.begin().await.unwrap();
    let (_, behind) = tokio::join!(tx.execute(ends, args![]), tx.bulk_insert("many", &COLUMNS, rows(3), ""));
    behind.unwrap_err();
    drop(tx);
    assert_eq!(count(&db).await, 0);
    let tx = db.begin().await.unwrap();
    tx.bulk_insert("many", &COLUMNS, rows(3), "").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(count(&db).await, 3);
    db.close().await;
}

async fn what_is_given_up_in_the_middle_leaves_nothing_behind(fresh: Fresh) {
    let db = table(&fresh).await;
    let mut given_up_rounds = 0;
    for round in 0..60 {
        let tx = db.begin().await.unwrap();
        let mut insert = Box::pin(tx.bulk_insert("many", &COLUMNS, rows(2_000), ""));
        // Every third one as soon as it is begun: however busy the machine is, some are not through.
        let mut given_up = futures::poll!(&mut insert).is_pending();
        if given_up && round % 3 > 0 {
            given_up = tokio::time::timeout(Duration::from_micros(100 * round), &mut insert).await.is_err();
        }
        drop(insert);
        given_up_rounds += u32::from(given_up);
        drop(tx);
        // Whatever connection answers, it answers this.
        for n in 0..8_i64 {
            let row = db.fetch_optional("SELECT CAST($1 AS BIGINT)", args![n]).await.unwrap().unwrap();
            assert_eq!(row.int(0).unwrap(), n, "round {round}, given up: {given_up}");
        }
    }
    assert!(given_up_rounds > 0, "all were through before they could be given up");
    assert_eq!(count(&db).await, 0);
    db.close().await;
}

async fn what_is_given_up_cannot_be_committed(fresh: Fresh) {
    let db = table(&fresh).await;
    for polls in 1..40 {
        let tx = db.begin().await.unwrap();
        let mut insert = Box::pin(tx.bulk_insert("many", &COLUMNS, rows(2_000), ""));
        let mut through = false;
        for _ in 0..polls {
            through = through || futures::poll!(&mut insert).is_ready();
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
        drop(insert);
        let before = count(&db).await;
        let committed = tx.commit().await;
        let added = count(&db).await - before;
        // All or nothing, and where it is told that all is well, the connection is.
        assert!(added == 0 || (added == 2_000 && committed.is_ok()), "{polls}: {added}, {committed:?}");
        assert!(!through || added == 2_000, "{polls}: {committed:?}");
        for n in 0..8_i64 {
            let row = db.fetch_optional("SELECT CAST($1 AS BIGINT)", args![n]).await.unwrap().unwrap();
            assert_eq!(row.int(0).unwrap(), n, "{polls}");
        }
    }
    db.close().await;
}
