//! The raw limit: the same rows into the same tables, 256 appends to a durable transaction, one connection, nothing else.
//! On PostgreSQL a transaction is one statement, on SQLite lists of 64 values, as in the store.

use std::time::{Duration, Instant};

use sangdam_eventstore::{Db, Entropy, SystemClock, SystemEntropy, new_uuid_v7};

/// As large as those that the store's side of the benchmark writes.
pub(crate) const LEAF_BYTES: usize = 756;
pub(crate) const SEALED_BYTES: usize = 148;
const BATCH: usize = 256;
const CHUNK: usize = 64;

pub(crate) struct Raw {
    db: Db,
    position: i64,
}

struct Row {
    id: i64,
    stream: [u8; 17],
    event_id: [u8; 16],
    command_id: [u8; 16],
    leaf: Vec<u8>,
    sealed: Vec<u8>,
}

impl Raw {
    pub(crate) fn new(db: Db) -> Self {
        Self { db, position: 1 }
    }

    /// Rows for `batches` transactions, with keys in order of time as the store's are.
    fn rows(&mut self, batches: usize) -> Vec<Vec<Row>> {
        let uuid = || *new_uuid_v7(&SystemClock, &SystemEntropy).as_bytes();
        let mut make = || {
            self.position += 1;
            let mut stream = [2; 17];
            stream[1..].copy_from_slice(&uuid());
            let bytes = |count: usize| {
                let mut bytes = vec![0; count];
                SystemEntropy.fill(&mut bytes);
                bytes
            };
            let (leaf, sealed) = (hex::encode(bytes(LEAF_BYTES / 2)).into_bytes(), bytes(SEALED_BYTES));
            Row { id: (1 << 40) + self.position, stream, event_id: uuid(), command_id: uuid(), leaf, sealed }
        };
        (0..batches).map(|_| (0..BATCH).map(|_| make()).collect()).collect()
    }

    /// Appends per second over about `length`; making the rows is not counted.
    pub(crate) async fn run(&mut self, length: Duration) -> f64 {
        let (mut spent, mut appends) = (Duration::ZERO, 0);
        while spent < length {
            let batches = self.rows(16);
            let begin = Instant::now();
            for rows in &batches {
                match &self.db {
                    Db::Sqlite { write, .. } => sqlite(write, rows).await.unwrap(),
                    Db::Postgres(pool) => postgres(pool, rows).await.unwrap(),
                }
                appends += rows.len();
            }
            spent += begin.elapsed();
        }
        appends as f64 / spent.as_secs_f64()
    }
}

const HASH: [u8; 32] = [7; 32];

async fn sqlite(pool: &sqlx::SqlitePool, rows: &[Row]) -> Result<(), sqlx::Error> {
    let lists = |columns: usize| vec![format!("({})", vec!["?"; columns].join(",")); CHUNK].join(",");
    let last = rows[rows.len() - 1].id;
    let (frontier, tile) = ([7_u8; 320], [7_u8; 8192]);
    let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
    sqlx::query(
        "UPDATE heads SET position = $2, recorded_at = $3, frontier = $4, root = $5 WHERE log_no = $1",
    )
    .bind(1_i64)
    .bind(last - (1 << 40))
    .bind(1_i64)
    .bind(frontier.as_slice())
    .bind(HASH.as_slice())
    .execute(&mut *tx)
    .await?;
    let events = format!("INSERT INTO events VALUES {}", lists(9));
    for chunk in rows.chunks(CHUNK) {
        let mut query = sqlx::query(&events);
        for row in chunk {
            query = query
                .bind(row.id)
                .bind(row.stream.as_slice())
                .bind(1_i64)
                .bind(row.event_id.as_slice())
                .bind("NoteRecorded")
                .bind(1_700_000_000_000_000_i64)
                .bind(1_700_000_000_000_000_i64)
                .bind(row.id)
                .bind(row.leaf.as_slice());
        }
        query.execute(&mut *tx).await?;
    }
    let sealed = format!("INSERT INTO sealed VALUES {}", lists(4));
    for chunk in rows.chunks(CHUNK) {
        let mut query = sqlx::query(&sealed);
        for row in chunk {
            query = query.bind(row.id).bind(row.stream.as_slice()).bind(1_i64).bind(row.sealed.as_slice());
        }
        query.execute(&mut *tx).await?;
    }
    let commands = format!("INSERT INTO commands VALUES {}", lists(6));
    for chunk in rows.chunks(CHUNK) {
        let mut query = sqlx::query(&commands);
        for row in chunk {
            query = query
                .bind(row.command_id.as_slice())
                .bind(HASH.as_slice())
                .bind(row.id)
                .bind(1_i64)
                .bind(1_i64)
                .bind(1_700_000_000_000_000_i64);
        }
        query.execute(&mut *tx).await?;
    }
    sqlx::query("INSERT INTO tiles VALUES ($1, $2, $3, $4)")
        .bind(1_i64)
        .bind(0_i64)
        .bind(last)
        .bind(tile.as_slice())
        .execute(&mut *tx)
        .await?;
    tx.commit().await
}

const POSTGRES: &str = "
WITH head AS (
    UPDATE heads SET position = $1, recorded_at = $2, frontier = $3, root = $4 WHERE log_no = 1 RETURNING log_no
), event_rows AS (
    INSERT INTO events SELECT * FROM unnest($5::bigint[], $6::bytea[], $7::bigint[], $8::bytea[], $9::text[],
        $10::bigint[], $10::bigint[], $5::bigint[], $11::bytea[])
), sealed_rows AS (
    INSERT INTO sealed SELECT * FROM unnest($5::bigint[], $6::bytea[], $7::bigint[], $12::bytea[])
), command_rows AS (
    INSERT INTO commands SELECT * FROM unnest($13::bytea[], $14::bytea[], $5::bigint[], $7::bigint[], $7::bigint[],
        $10::bigint[])
)
INSERT INTO tiles VALUES (1, 0, $1, $15)";

async fn postgres(pool: &sqlx::PgPool, rows: &[Row]) -> Result<(), sqlx::Error> {
    macro_rules! column {
        ($row:ident => $value:expr) => {
            rows.iter().map(|$row| $value).collect::<Vec<_>>()
        };
    }
    let last = rows[rows.len() - 1].id;
    let (frontier, tile) = ([7_u8; 320], [7_u8; 8192]);
    let mut connection = pool.acquire().await?;
    sqlx::query(POSTGRES)
        .bind(last - (1 << 40))
        .bind(1_i64)
        .bind(frontier.as_slice())
        .bind(HASH.as_slice())
        .bind(column!(row => row.id))
        .bind(column!(row => row.stream))
        .bind(vec![1_i64; rows.len()])
        .bind(column!(row => row.event_id))
        .bind(vec!["NoteRecorded"; rows.len()])
        .bind(vec![1_700_000_000_000_000_i64; rows.len()])
        .bind(column!(row => row.leaf.as_slice()))
        .bind(column!(row => row.sealed.as_slice()))
        .bind(column!(row => row.command_id))
        .bind(vec![HASH; rows.len()])
        .bind(tile.as_slice())
        .execute(&mut *connection)
        .await?;
    Ok(())
}
