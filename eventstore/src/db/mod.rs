//! One way of speaking SQL to both engines: the same text, with `$1` and columns of BIGINT, TEXT and bytes only.
//!
//! Times are microseconds, positions and versions are integers, ids and streams are bytes. Sums must be cast
//! (`CAST(sum(n) AS BIGINT)`), since PostgreSQL gives them another type.

mod arg;
mod bulk;
mod direct;
mod open;

pub use arg::{Arg, Row};
pub(crate) use bulk::value_lists;
pub use direct::{Direct, Turn};
pub use open::{Location, Room};

use std::time::Duration;

use futures::TryStreamExt;
use sqlx::{Executor, PgPool, Postgres, Sqlite, SqlitePool, Transaction};

/// The statement's arguments, in order: `args![position, name]`.
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::Arg::from($value)),*] };
}

/// A database of either engine. Cloning it shares the connections.
#[derive(Clone, Debug)]
pub enum Db {
    /// SQLite in WAL mode: one connection writes, several read.
    Sqlite {
        /// The reading connections of transactions.
        read: SqlitePool,
        /// The writing connection.
        write: SqlitePool,
        /// For batches of appends, and for all that is read outside of a transaction.
        direct: Direct,
    },
    /// PostgreSQL, with the room's schema as the search path.
    Postgres(PgPool),
}

/// A transaction. Dropped without [`Tx::commit`], it is rolled back.
#[derive(Debug)]
pub enum Tx {
    /// Begun with `BEGIN IMMEDIATE`: nobody else writes until it ends. One that only reads has no turn.
    Sqlite(Transaction<'static, Sqlite>, Option<Turn>),
    /// At `READ COMMITTED`.
    Postgres(Transaction<'static, Postgres>),
}

/// A transaction that was dropped is rolled back a moment later: a connection that is taken again before that still counts
/// as being in it, and refuses. It is asked again then.
async fn begin_sqlite(write: &SqlitePool) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
    const TRIES_MAX: u32 = 200;
    let mut tries = 0;
    loop {
        match write.begin_with("BEGIN IMMEDIATE").await {
            Err(sqlx::Error::InvalidSavePointStatement) if tries < TRIES_MAX => {
                tries += 1;
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            begun => return begun,
        }
    }
}

impl Db {
    /// All rows of a query that only reads: where a connection turns out to be lost, it is asked again on another.
    pub async fn fetch_all(&self, sql: &str, args: Vec<Arg>) -> Result<Vec<Row>, sqlx::Error> {
        match self {
            Self::Sqlite { direct, .. } => direct.rows(sql, args, Row::direct).await,
            Self::Postgres(pool) => {
                for _ in 0..pool.options().get_max_connections() {
                    match postgres_rows(pool, sql, args.clone()).await {
                        Err(e) if is_lost(&e) => {}
                        result => return result,
                    }
                }
                postgres_rows(pool, sql, args).await
            }
        }
    }

    /// The first row of a query that only reads, if it has one.
    pub async fn fetch_optional(&self, sql: &str, args: Vec<Arg>) -> Result<Option<Row>, sqlx::Error> {
        Ok(self.fetch_all(sql, args).await?.into_iter().next())
    }

    /// Runs a statement in a transaction of its own; gives how many rows it touched.
    pub async fn execute(&self, sql: &str, args: Vec<Arg>) -> Result<u64, sqlx::Error> {
        match self {
            Self::Sqlite { write, direct, .. } => {
                let _turn = direct.turn().await?;
                sqlite_execute(write, sql, args).await
            }
            Self::Postgres(pool) => postgres_execute(pool, sql, args).await,
        }
    }

    /// Begins a transaction that writes.
    pub async fn begin(&self) -> Result<Tx, sqlx::Error> {
        Ok(match self {
            Self::Sqlite { write, direct, .. } => {
                let turn = direct.turn().await?;
                Tx::Sqlite(begin_sqlite(write).await?, Some(turn))
            }
            Self::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }

    /// Begins a transaction that only reads, and sees one state of the database throughout.
    pub async fn begin_read(&self) -> Result<Tx, sqlx::Error> {
        Ok(match self {
            Self::Sqlite { read, .. } => Tx::Sqlite(read.begin().await?, None),
            Self::Postgres(pool) => {
                Tx::Postgres(pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?)
            }
        })
    }

    /// Lets nothing of what was deleted from these tables, or replaced in them, lie about: on SQLite the write-ahead log
    /// is put in place, where pages were overwritten, and cut to nothing; on PostgreSQL former versions of rows are
    /// removed. Where that must wait for readers, it happens later, by the next checkpoint or vacuum.
    pub(crate) async fn sweep(&self, tables: &[&str]) {
        let swept = match self {
            Self::Sqlite { write, direct, .. } => {
                let _turn = direct.turn().await;
                let told = sqlite_rows(write, "PRAGMA wal_checkpoint(TRUNCATE)", Vec::new()).await;
                told.and_then(|rows| rows.first().map_or(Ok(0), |row| row.int(0)))
            }
            Self::Postgres(pool) => {
                let sql = format!("VACUUM {}", tables.join(", "));
                postgres_execute(pool, &sql, Vec::new()).await.map(|_| 0)
            }
        };
        match swept {
            Ok(0) => {}
            Ok(_) => tracing::warn!("somebody reads: what was deleted is overwritten later"),
            Err(e) => tracing::warn!(error = %e, "what was deleted is overwritten later"),
        }
    }

    /// Whether it is PostgreSQL, for the few statements that differ.
    pub fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// Closes all connections, waiting for those at work.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { read, write, direct } => {
                direct.close().await;
                read.close().await;
                write.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Tx {
    /// All rows of a query.
    pub async fn fetch_all(&mut self, sql: &str, args: Vec<Arg>) -> Result<Vec<Row>, sqlx::Error> {
        match self {
            Self::Sqlite(tx, _) => sqlite_rows(&mut **tx, sql, args).await,
            Self::Postgres(tx) => postgres_rows(&mut **tx, sql, args).await,
        }
    }

    /// The first row of a query, if it has one.
    pub async fn fetch_optional(&mut self, sql: &str, args: Vec<Arg>) -> Result<Option<Row>, sqlx::Error> {
        Ok(self.fetch_all(sql, args).await?.into_iter().next())
    }

    /// Runs a statement; gives how many rows it touched.
    pub async fn execute(&mut self, sql: &str, args: Vec<Arg>) -> Result<u64, sqlx::Error> {
        match self {
            Self::Sqlite(tx, _) => sqlite_execute(&mut **tx, sql, args).await,
            Self::Postgres(tx) => postgres_execute(&mut **tx, sql, args).await,
        }
    }

    /// Makes what was done durable (as durable as the room asks for).
    pub async fn commit(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(tx, _turn) => tx.commit().await,
            Self::Postgres(tx) => tx.commit().await,
        }
    }

    /// Undoes what was done.
    pub async fn rollback(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(tx, _turn) => tx.rollback().await,
            Self::Postgres(tx) => tx.rollback().await,
        }
    }

    /// Whether it is PostgreSQL, for the few statements that differ.
    pub fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }
}

/// `($first,$first+1,…)`, for an `IN` over `count` values.
pub fn placeholders(first: usize, count: usize) -> String {
    let list: Vec<String> = (first..first + count).map(|n| format!("${n}")).collect();
    format!("({})", list.join(","))
}

/// Cuts values into lists of 256, 64, 16, 4 or 1, so that statements over lists have few texts.
pub fn in_chunks<T>(mut values: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let size = [256, 64, 16, 4, 1].into_iter().find(|size| values.len() >= *size)?;
        let (chunk, rest) = values.split_at(size);
        values = rest;
        Some(chunk)
    })
}

/// A connection that has rested is asked whether it still lives; one at work is not, which saves a round trip.
const RESTED: Duration = Duration::from_secs(5);

/// Whether the connection was lost, as opposed to the statement being refused.
pub(crate) fn is_lost(e: &sqlx::Error) -> bool {
    match e {
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => {
            true
        }
        // The server is shutting down or starting up, or says that the connection failed (classes 57P and 08).
        sqlx::Error::Database(database) => database
            .code()
            .is_some_and(|code| code.starts_with("57P") || (code.len() == 5 && code.starts_with("08"))),
        _ => false,
    }
}

async fn sqlite_rows<'e, E: Executor<'e, Database = Sqlite>>(
    executor: E,
    sql: &str,
    args: Vec<Arg>,
) -> Result<Vec<Row>, sqlx::Error> {
    arg::sqlite(sql, args).fetch(executor).map_ok(Row::Sqlite).try_collect().await
}

async fn postgres_rows<'e, E: Executor<'e, Database = Postgres>>(
    executor: E,
    sql: &str,
    args: Vec<Arg>,
) -> Result<Vec<Row>, sqlx::Error> {
    arg::postgres(sql, args).fetch(executor).map_ok(Row::Postgres).try_collect().await
}

async fn sqlite_execute<'e, E: Executor<'e, Database = Sqlite>>(
    executor: E,
    sql: &str,
    args: Vec<Arg>,
) -> Result<u64, sqlx::Error> {
    Ok(arg::sqlite(sql, args).execute(executor).await?.rows_affected())
}

async fn postgres_execute<'e, E: Executor<'e, Database = Postgres>>(
    executor: E,
    sql: &str,
    args: Vec<Arg>,
) -> Result<u64, sqlx::Error> {
    Ok(arg::postgres(sql, args).execute(executor).await?.rows_affected())
}
