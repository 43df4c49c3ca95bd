//! One way of speaking SQL to both engines: the same text, with `$1` and columns of BIGINT, TEXT and bytes only.
//!
//! Times are microseconds, positions and versions are integers, ids and streams are bytes. Sums must be cast
//! (`CAST(sum(n) AS BIGINT)`), since PostgreSQL gives them another type.

mod arg;
mod begun;
mod bulk;
mod copied;
mod copy_out;
mod direct;
mod lending;
mod open;
mod reading;
mod refused;
mod together;
mod writing;

pub use arg::{Arg, Row};
pub use begun::Begun;
pub use copied::CopiedRow;
pub use direct::Direct;
pub use lending::Lending;
pub(crate) use lending::Lent;
pub use open::{Location, Room};
pub(crate) use refused::failed;
pub use together::Together;
pub use writing::Writing;

use futures::TryStreamExt;
use sqlx::PgConnection;
use tokio::sync::Mutex;

/// The statement's arguments, in order: `args![position, name]`.
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::Arg::from($value)),*] };
}

/// A database of either engine. Cloning it shares the connections.
#[derive(Clone, Debug)]
pub enum Db {
    /// SQLite in WAL mode: one connection writes, several read.
    Sqlite(Direct),
    /// PostgreSQL, with the room's schema as the search path.
    Postgres(Lending),
}

/// A transaction. Dropped without [`Tx::commit`], it is rolled back. Several may ask at once: it carries out one statement after the
/// other.
#[derive(Debug)]
pub enum Tx {
    /// Begun with `BEGIN IMMEDIATE`: nobody else writes until it ends.
    Sqlite(Writing),
    /// At `READ COMMITTED`.
    Postgres(Mutex<Begun>),
}

impl Db {
    /// All rows of a query that only reads: where a connection turns out to be lost, it is asked again on another.
    pub async fn fetch_all(&self, sql: &str, args: Vec<Arg>) -> Result<Vec<Row>, sqlx::Error> {
        match self {
            Self::Sqlite(direct) => direct.rows(sql, args, Row::of_sqlite).await,
            Self::Postgres(lending) => retried(lending, || lending.rows(sql, args.clone())).await,
        }
    }

    /// The first row of a query that only reads, if it has one.
    pub async fn fetch_optional(&self, sql: &str, args: Vec<Arg>) -> Result<Option<Row>, sqlx::Error> {
        Ok(self.fetch_all(sql, args).await?.into_iter().next())
    }

    /// Runs a statement in a transaction of its own; gives how many rows it touched.
    pub async fn execute(&self, sql: &str, args: Vec<Arg>) -> Result<u64, sqlx::Error> {
        match self {
            Self::Sqlite(direct) => {
                let sql = direct::by_number(sql);
                direct.write(1, true, move |connection| writing::execute(connection, &sql, &args)).await
            }
            Self::Postgres(lending) => lending.execute(sql, args).await,
        }
    }

    /// Begins a transaction that writes.
    pub async fn begin(&self) -> Result<Tx, sqlx::Error> {
        Ok(match self {
            Self::Sqlite(direct) => Tx::Sqlite(direct.begin().await?),
            Self::Postgres(lending) => Tx::Postgres(Mutex::new(Begun::on(lending).await?)),
        })
    }

    /// Lets nothing of what was deleted from these tables, or replaced in them, lie about: on SQLite the write-ahead log
    /// is put in place, where pages were overwritten, and cut to nothing; on PostgreSQL former versions of rows are
    /// removed. Where that must wait for readers, it happens later, by the next checkpoint or vacuum.
    pub(crate) async fn sweep(&self, tables: &[&str]) {
        let swept = match self {
            Self::Sqlite(direct) => direct.truncate().await,
            Self::Postgres(_) => {
                self.execute(&format!("VACUUM {}", tables.join(", ")), Vec::new()).await.map(|_| true)
            }
        };
        match swept {
            Ok(true) => {}
            Ok(false) => tracing::warn!("somebody reads: what was deleted is overwritten later"),
            Err(e) => tracing::warn!(error = %e, "what was deleted is overwritten later"),
        }
    }

    /// Has PostgreSQL go through a table that was filled; autovacuum would come some minute later. Until then an index is
    /// never read alone, and how many rows of which kind there are is guessed. SQLite needs nothing of this.
    pub async fn vacuum(&self, table: &str) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(lending) => {
                lending.execute(&format!("VACUUM (ANALYZE) {table}"), Vec::new()).await.map(drop)
            }
        }
    }

    /// Whether it is PostgreSQL, for the few statements that differ.
    pub fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// Closes all connections, waiting for those at work.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(direct) => direct.close().await,
            Self::Postgres(lending) => lending.close().await,
        }
    }
}

impl Tx {
    /// All rows of a query.
    pub async fn fetch_all(&self, sql: &str, args: Vec<Arg>) -> Result<Vec<Row>, sqlx::Error> {
        match self {
            Self::Sqlite(tx) => tx.rows(sql, args).await,
            Self::Postgres(tx) => postgres_rows(&mut *tx.lock().await, sql, args).await,
        }
    }

    /// The first row of a query, if it has one.
    pub async fn fetch_optional(&self, sql: &str, args: Vec<Arg>) -> Result<Option<Row>, sqlx::Error> {
        Ok(self.fetch_all(sql, args).await?.into_iter().next())
    }

    /// Runs a statement; gives how many rows it touched.
    pub async fn execute(&self, sql: &str, args: Vec<Arg>) -> Result<u64, sqlx::Error> {
        match self {
            Self::Sqlite(tx) => tx.execute(sql, args).await,
            Self::Postgres(tx) => postgres_execute(&mut *tx.lock().await, sql, args).await,
        }
    }

    /// Makes what was done durable (as durable as the room asks for).
    pub async fn commit(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(tx) => tx.commit().await,
            Self::Postgres(tx) => tx.into_inner().commit().await,
        }
    }

    /// Undoes what was done.
    pub async fn rollback(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(tx) => tx.rollback().await,
            Self::Postgres(tx) => tx.into_inner().rollback().await,
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

/// Asks, and asks again on another connection where one turns out to be lost.
async fn retried<T, F: Future<Output = Result<T, sqlx::Error>>>(
    lending: &Lending,
    ask: impl Fn() -> F,
) -> Result<T, sqlx::Error> {
    for _ in 0..lending.at_once_max() {
        match ask().await {
            Err(e) if is_lost(&e) => {}
            result => return result,
        }
    }
    ask().await
}

impl Lending {
    async fn rows(&self, sql: &str, args: Vec<Arg>) -> Result<Vec<Row>, sqlx::Error> {
        let mut lent = self.lend().await?;
        let rows = postgres_rows(&mut lent, sql, args).await;
        lent.done(rows)
    }

    async fn execute(&self, sql: &str, args: Vec<Arg>) -> Result<u64, sqlx::Error> {
        let mut lent = self.lend().await?;
        let done = postgres_execute(&mut lent, sql, args).await;
        lent.done(done)
    }
}

async fn postgres_rows(
    connection: &mut PgConnection,
    sql: &str,
    args: Vec<Arg>,
) -> Result<Vec<Row>, sqlx::Error> {
    arg::postgres(sql, args).fetch(connection).map_ok(Row::Postgres).try_collect().await
}

async fn postgres_execute(
    connection: &mut PgConnection,
    sql: &str,
    args: Vec<Arg>,
) -> Result<u64, sqlx::Error> {
    Ok(arg::postgres(sql, args).execute(connection).await?.rows_affected())
}
