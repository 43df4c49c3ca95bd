//! The same question asked by many at once: each gets their own answer, and on PostgreSQL few statements are made of it.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::FutureExt;
use futures::future::join_all;
use sangdam_eventstore::db::Together;
use sangdam_eventstore::*;

use crate::harness::*;

on_both_engines!(
    each_gets_their_own_answer,
    what_fails_for_one_is_answered_to_the_others,
    who_gives_up_holds_up_nobody,
    many_are_answered_by_few_statements,
    what_nobody_waits_for_any_more_is_not_asked,
);

const ASKING: i64 = 300;
const NEXT: &str = "SELECT n, word FROM many WHERE n >= $1 AND word <> $2 AND mark = $3 ORDER BY n LIMIT 3";

async fn table(fresh: &Fresh) -> Db {
    let db = fresh.bare().await;
    let bytes = if fresh.is_postgres() { "BYTEA" } else { "BLOB" };
    db.execute(&format!("CREATE TABLE many (n BIGINT, word TEXT, mark {bytes})"), args![]).await.unwrap();
    let rows = (0..ASKING).map(|n| args![n, format!("낱말 {}", n % 7), [(n % 2) as u8]]).collect();
    let tx = db.begin().await.unwrap();
    tx.bulk_insert("many", &["n", "word", "mark"], rows, "").await.unwrap();
    tx.commit().await.unwrap();
    db
}

fn asked(n: i64) -> Vec<Arg> {
    args![n, format!("낱말 {}", n % 5), [(n % 2) as u8]]
}

fn answer(rows: &[Row]) -> Vec<(i64, String)> {
    let mut all: Vec<_> =
        rows.iter().map(|row| (row.int(0).unwrap(), row.text(1).unwrap().to_owned())).collect();
    all.sort();
    all
}

async fn each_gets_their_own_answer(fresh: Fresh) {
    let db = table(&fresh).await;
    let together = Together::of(db.clone());
    // The last ones ask behind all rows, and several the same.
    let numbers = || (0..ASKING).chain([7, 7, ASKING, ASKING + 1]);
    let answers = join_all(numbers().map(|n| together.rows(NEXT, asked(n)))).await;
    for (n, rows) in numbers().zip(answers) {
        let alone = db.fetch_all(NEXT, asked(n)).await.unwrap();
        assert_eq!(answer(&rows.unwrap()), answer(&alone), "{n}");
    }
    db.close().await;
}

async fn what_fails_for_one_is_answered_to_the_others(fresh: Fresh) {
    let db = table(&fresh).await;
    let together = Together::of(db.clone());
    let sql = "SELECT n FROM many WHERE n = CAST($1 AS BIGINT)";
    let texts = (0..50).map(|n| if n == 20 { "no number".to_owned() } else { n.to_string() });
    let answers = join_all(texts.map(|text| together.rows(sql, args![text]))).await;
    for (n, rows) in (0..).zip(answers) {
        match rows {
            // SQLite makes 0 of it.
            Err(_) => assert_eq!(n, 20),
            Ok(rows) => assert_eq!(rows[0].int(0).unwrap(), if n == 20 { 0 } else { n }),
        }
    }
    db.close().await;
}

async fn who_gives_up_holds_up_nobody(fresh: Fresh) {
    let db = table(&fresh).await;
    let together = Together::of(db.clone());
    for round in 0..20 {
        let mut leaving: Vec<_> = (0..10).map(|n| Box::pin(together.rows(NEXT, asked(n)))).collect();
        for asking in &mut leaving {
            drop(asking.as_mut().now_or_never());
        }
        let (staying, _) = tokio::join!(together.rows(NEXT, asked(round)), async { drop(leaving) });
        assert_eq!(answer(&staying.unwrap()).len(), 3);
    }
    db.close().await;
}

async fn many_are_answered_by_few_statements(fresh: Fresh) {
    if !fresh.is_postgres() {
        return;
    }
    let db = table(&fresh).await;
    let together = Together::of(db.clone());
    let sql =
        "SELECT CAST(extract(epoch FROM statement_timestamp()) * 1000000 AS BIGINT) FROM many WHERE n = $1";
    let answers = join_all((0..ASKING).map(|n| together.rows(sql, args![n]))).await;
    let statements: BTreeSet<i64> =
        answers.iter().map(|rows| rows.as_ref().unwrap()[0].int(0).unwrap()).collect();
    assert!(statements.len() < 30, "{} statements for {ASKING} who ask at once", statements.len());
    db.close().await;
}

async fn what_nobody_waits_for_any_more_is_not_asked(fresh: Fresh) {
    if !fresh.is_postgres() {
        return;
    }
    let db = table(&fresh).await;
    db.execute("CREATE SEQUENCE asked", args![]).await.unwrap();
    let together = Together::of(db.clone());
    // The first two take a second, and are all that may be on their way.
    let sql = "SELECT nextval('asked'), CAST(pg_sleep(CASE WHEN n < 2 THEN 1 ELSE 0 END) AS TEXT) FROM many WHERE n = $1";
    let ask = |n: i64| {
        let together = together.clone();
        tokio::spawn(async move { together.rows(sql, args![n]).await.unwrap().len() })
    };
    let mut asking = Vec::new();
    for n in [0, 1] {
        asking.push(ask(n));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    for n in 2..20 {
        assert!(together.rows(sql, args![n]).now_or_never().is_none());
    }
    asking.push(ask(20));
    for asked in asking {
        assert_eq!(asked.await.unwrap(), 1);
    }
    let asked = db.fetch_all("SELECT last_value FROM asked", args![]).await.unwrap();
    assert_eq!(asked[0].int(0).unwrap(), 3);
    db.close().await;
}
