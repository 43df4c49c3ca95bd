//! Writing a batch on SQLite within a transaction that has looked things up before, which began with `BEGIN IMMEDIATE`:
//! lists of values in few constant texts, each prepared once per connection.

use std::sync::LazyLock;

use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Sqlite, SqliteConnection};

use super::rows::{Rows, WriteError};
use crate::db::value_lists;

type Statement<'q> = Query<'q, Sqlite, SqliteArguments<'q>>;

/// An `INSERT` of 64, 16, 4 and 1 rows.
struct Texts([(usize, String); 4]);

impl Texts {
    fn new(insert: &str, columns: usize) -> Self {
        Self([64, 16, 4, 1].map(|size| (size, format!("{insert} VALUES {}", value_lists(size, columns)))))
    }
}

static EVENTS: LazyLock<Texts> = LazyLock::new(|| {
    let columns = "id, stream, version, event_id, type, occurred_at, recorded_at, leaf_check, leaf";
    Texts::new(&format!("INSERT INTO events ({columns})"), 9)
});
static SEALED: LazyLock<Texts> =
    LazyLock::new(|| Texts::new("INSERT INTO sealed (id, subject, key_version, bytes)", 4));
static COMMANDS: LazyLock<Texts> = LazyLock::new(|| {
    let columns = "command_id, fingerprint, first_id, event_count, version, recorded_at";
    Texts::new(&format!("INSERT INTO commands ({columns})"), 6)
});
static CLAIMS: LazyLock<Texts> =
    LazyLock::new(|| Texts::new("INSERT INTO claims (namespace, hmac, owner)", 3));
static TILES: LazyLock<Texts> =
    LazyLock::new(|| Texts::new("INSERT INTO tiles (log_no, level, tile, hashes)", 4));

const TAKE_HEAD: &str = "UPDATE heads SET position = $3, recorded_at = $4, frontier = $5, root = $6
    WHERE log_no = $1 AND position = $2";

pub(super) async fn write(connection: &mut SqliteConnection, rows: &Rows) -> Result<(), WriteError> {
    let taken = sqlx::query(TAKE_HEAD)
        .bind(rows.log_no)
        .bind(rows.from.cast_signed())
        .bind(rows.to.cast_signed())
        .bind(rows.recorded_at)
        .bind(rows.frontier.as_slice())
        .bind(rows.root.as_slice())
        .execute(&mut *connection)
        .await?;
    if taken.rows_affected() == 0 {
        return Err(WriteError::HeadMoved);
    }
    insert(connection, &EVENTS, &rows.events, |query, row| {
        query
            .bind(row.id)
            .bind(row.stream.as_slice())
            .bind(row.version)
            .bind(row.event_id.as_slice())
            .bind(row.event_type)
            .bind(row.occurred_at)
            .bind(row.recorded_at)
            .bind(row.leaf_check)
            .bind(row.leaf.as_slice())
    })
    .await?;
    insert(connection, &SEALED, &rows.sealed, |query, row| {
        query.bind(row.id).bind(row.subject.as_slice()).bind(row.key_version).bind(row.bytes.as_ref())
    })
    .await?;
    insert(connection, &COMMANDS, &rows.commands, |query, row| {
        query
            .bind(row.command_id.as_slice())
            .bind(row.fingerprint.as_slice())
            .bind(row.first_id)
            .bind(row.event_count)
            .bind(row.version)
            .bind(row.recorded_at)
    })
    .await?;
    insert(connection, &CLAIMS, &rows.claims, |query, row| {
        query.bind(row.namespace).bind(row.hmac.as_slice()).bind(row.owner.as_slice())
    })
    .await?;
    insert(connection, &TILES, &rows.tiles, |query, row| {
        query
            .bind(rows.log_no)
            .bind(i64::from(row.level))
            .bind(row.index.cast_signed())
            .bind(row.hashes.as_slice())
    })
    .await?;
    Ok(())
}

async fn insert<'q, T>(
    connection: &mut SqliteConnection,
    texts: &'static Texts,
    mut rows: &'q [T],
    bind: impl Fn(Statement<'q>, &'q T) -> Statement<'q>,
) -> Result<(), sqlx::Error> {
    for (size, text) in &texts.0 {
        while rows.len() >= *size {
            let (chunk, rest) = rows.split_at(*size);
            chunk.iter().fold(sqlx::query(text), &bind).execute(&mut *connection).await?;
            rows = rest;
        }
    }
    Ok(())
}
