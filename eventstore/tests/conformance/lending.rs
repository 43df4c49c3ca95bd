//! Connections to PostgreSQL go from one to the next as they are, unless nobody knows what they would answer next.

use std::time::Duration;

use futures::future::join_all;
use sangdam_eventstore::*;
use tokio::time::timeout;

use crate::harness::*;

on_both_engines!(
    a_refused_statement_costs_no_connection,
    what_is_given_up_answers_nobody_else,
    what_is_given_up_holds_up_nobody_else,
    a_transaction_that_is_dropped_is_undone,
    those_at_work_are_waited_for_and_nobody_comes_behind,
);

const WHO: &str = "SELECT CAST(pg_backend_pid() AS BIGINT)";

async fn number(db: &Db, sql: &str) -> i64 {
    db.fetch_all(sql, args![]).await.unwrap()[0].int(0).unwrap()
}

async fn a_refused_statement_costs_no_connection(fresh: Fresh) {
    let db = fresh.bare().await;
    let first = if fresh.is_postgres() { number(&db, WHO).await } else { 0 };
    for _ in 0..20 {
        assert!(db.fetch_all("SELECT n FROM nowhere", args![]).await.is_err());
        assert!(db.execute("INSERT INTO nowhere VALUES ($1)", args![1_i64]).await.is_err());
        assert_eq!(number(&db, "SELECT CAST(7 AS BIGINT)").await, 7);
    }
    if fresh.is_postgres() {
        assert_eq!(number(&db, WHO).await, first);
    }
    db.close().await;
}

/// Many give up at different moments; whoever comes next on the same connection gets their own answer.
async fn what_is_given_up_answers_nobody_else(fresh: Fresh) {
    let db = fresh.bare().await;
    let slow = if fresh.is_postgres() {
        "SELECT CAST($1 AS BIGINT) FROM generate_series(1, 20000)"
    } else {
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT $1 FROM n"
    };
    for micros in (0..60).map(|n| n * 200) {
        let _ = timeout(Duration::from_micros(micros), db.fetch_all(slow, args![-1_i64])).await;
        let asked =
            (0..8_i64).map(|n| {
                let db = db.clone();
                async move {
                    db.fetch_all("SELECT CAST($1 AS BIGINT)", args![n]).await.unwrap()[0].int(0).unwrap()
                }
            });
        assert_eq!(join_all(asked).await, (0..8).collect::<Vec<_>>());
    }
    db.close().await;
}

/// On SQLite a statement that was begun is carried to its end on its own thread.
async fn what_is_given_up_holds_up_nobody_else(fresh: Fresh) {
    if !fresh.is_postgres() {
        return;
    }
    let db = fresh.bare().await;
    let given_up = db.fetch_all("SELECT CAST(1 AS BIGINT) FROM pg_sleep(60)", args![]);
    assert!(timeout(Duration::from_millis(100), given_up).await.is_err());
    let next = timeout(Duration::from_secs(30), number(&db, "SELECT CAST(7 AS BIGINT)")).await;
    assert_eq!(next.expect("it waits for what was given up"), 7);
    db.close().await;
}

async fn a_transaction_that_is_dropped_is_undone(fresh: Fresh) {
    let db = fresh.bare().await;
    db.execute("CREATE TABLE dropped (n BIGINT)", args![]).await.unwrap();
    for n in 0..20_i64 {
        let tx = db.begin().await.unwrap();
        tx.execute("INSERT INTO dropped VALUES ($1)", args![n]).await.unwrap();
        drop(tx);
        let tx = db.begin().await.unwrap();
        assert!(tx.execute("INSERT INTO nowhere VALUES ($1)", args![n]).await.is_err());
        drop(tx);
        db.execute("INSERT INTO dropped VALUES ($1)", args![-n]).await.unwrap();
    }
    assert_eq!(number(&db, "SELECT count(*) FROM dropped WHERE n > 0").await, 0);
    assert_eq!(number(&db, "SELECT count(*) FROM dropped").await, 20);
    db.close().await;
}

async fn those_at_work_are_waited_for_and_nobody_comes_behind(fresh: Fresh) {
    let db = fresh.bare().await;
    db.execute("CREATE TABLE late (n BIGINT)", args![]).await.unwrap();
    let tx = db.begin().await.unwrap();
    let mut closing = tokio::spawn({
        let db = db.clone();
        async move { db.close().await }
    });
    assert!(timeout(Duration::from_millis(50), &mut closing).await.is_err(), "it waits for the transaction");
    tx.execute("INSERT INTO late VALUES ($1)", args![1_i64]).await.unwrap();
    tx.commit().await.unwrap();
    timeout(Duration::from_secs(20), closing).await.expect("it is closed").unwrap();
    assert!(db.fetch_all("SELECT n FROM late", args![]).await.is_err());
    let db = fresh.bare().await;
    assert_eq!(number(&db, "SELECT n FROM late").await, 1);
    db.close().await;
}
