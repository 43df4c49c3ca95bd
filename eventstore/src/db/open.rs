//! Opening a database and bringing its tables up to date.

use std::fmt;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::pool::PoolConnectionMetadata;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, PgConnection};

use super::{Db, Direct, RESTED};
use crate::contract::StoreError;

/// Where the ledger lies.
#[derive(Clone, Debug)]
pub enum Location {
    /// SQLite files in a folder, which is created where it is missing, for its owner alone.
    Sqlite {
        /// The folder.
        dir: PathBuf,
    },
    /// A PostgreSQL database.
    Postgres {
        /// `postgres://user:password@host:port/database`.
        url: String,
    },
}

/// One of the databases of a deployment: a file on SQLite, a schema on PostgreSQL.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    /// The schema's name.
    pub schema: &'static str,
    /// The file's name.
    pub file: &'static str,
    /// Whether a commit is on disk when it is answered. What can be rebuilt need not be.
    pub durable: bool,
    /// How many connections to open at most (reading ones, on SQLite).
    pub connections_max: u32,
}

impl Room {
    /// The truth.
    pub const LEDGER: Self = Self { schema: "ledger", file: "ledger.db", durable: true, connections_max: 6 };
    /// The subjects' keys.
    pub const VAULT: Self = Self { schema: "vault", file: "keys.db", durable: true, connections_max: 4 };
    /// The read models.
    pub const READ: Self = Self { schema: "read", file: "read.db", durable: false, connections_max: 6 };
}

pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(30);
/// How many pages SQLite collects in the write-ahead log before it puts them in place: 64 MiB.
pub(super) const WAL_PAGES_MAX: u64 = 8192;
const SQLITE_PAGE_BYTES: u32 = 8192;
const STATEMENTS_CACHED_MAX: usize = 400;

impl Location {
    /// Whether the room was made there.
    ///
    /// # Errors
    /// Where the folder or the server cannot be reached.
    pub async fn has(&self, room: Room) -> Result<bool, StoreError> {
        match self {
            Self::Sqlite { dir } => Ok(dir.join(room.file).try_exists().map_err(sqlx::Error::Io)?),
            Self::Postgres { url } => {
                let mut connection = PgConnectOptions::from_str(url)?.connect().await?;
                let schema = sqlx::query("SELECT 1 FROM pg_namespace WHERE nspname = $1").bind(room.schema);
                let found = schema.fetch_optional(&mut connection).await?;
                connection.close().await?;
                Ok(found.is_some())
            }
        }
    }
}

/// The place as an operator knows it, without a password.
impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite { dir } => write!(f, "the folder {}", dir.display()),
            Self::Postgres { url } => match PgConnectOptions::from_str(url) {
                Ok(options) => write!(
                    f,
                    "the PostgreSQL database {} at {}:{}",
                    options.get_database().unwrap_or("of its user's name"),
                    options.get_host(),
                    options.get_port()
                ),
                Err(_) => f.write_str("the PostgreSQL database"),
            },
        }
    }
}

impl Db {
    /// Opens a room and brings its tables up to date. Processes that start at once wait for each other.
    ///
    /// # Errors
    /// Where the folder or the server cannot be reached, or a migration fails.
    pub async fn open(
        location: &Location,
        room: Room,
        sqlite: &Migrator,
        postgres: &Migrator,
    ) -> Result<Self, StoreError> {
        match location {
            Location::Sqlite { dir } => open_sqlite(dir.clone(), room, sqlite).await,
            Location::Postgres { url } => open_postgres(url, room, postgres).await,
        }
    }
}

async fn open_sqlite(dir: PathBuf, room: Room, migrations: &Migrator) -> Result<Db, StoreError> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&dir).map_err(sqlx::Error::Io)?;
    let synchronous = if room.durable { SqliteSynchronous::Full } else { SqliteSynchronous::Normal };
    let options = SqliteConnectOptions::new()
        .filename(dir.join(room.file))
        .create_if_missing(true)
        .page_size(SQLITE_PAGE_BYTES)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        .busy_timeout(BUSY_TIMEOUT)
        .row_buffer_size(1024)
        // Lists of values come in several lengths for each table: too small a cache prepares them over and over.
        .statement_cache_capacity(STATEMENTS_CACHED_MAX)
        .optimize_on_close(false, None)
        // Whole-log checks and rebuilds are slow by nature.
        .disable_statement_logging();
    let pragmas = pragmas(room);
    let options = pragmas.iter().fold(options, |options, (name, value)| options.pragma(*name, value.clone()));

    let lock = std::fs::File::create(dir.join(".lock")).map_err(sqlx::Error::Io)?;
    let locked = tokio::task::spawn_blocking(move || lock.lock().map(|()| lock)).await;
    let lock = locked.map_err(|e| sqlx::Error::Io(std::io::Error::other(e)))?.map_err(sqlx::Error::Io)?;
    let write = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(BUSY_TIMEOUT)
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(options.clone())
        .await?;
    migrations.run(&write).await?;
    drop(lock);

    let read = SqlitePoolOptions::new()
        .max_connections(room.connections_max)
        .acquire_timeout(BUSY_TIMEOUT)
        .test_before_acquire(false)
        .connect_with(options.pragma("query_only", "ON"))
        .await?;
    let synchronous = if room.durable { "FULL" } else { "NORMAL" };
    let pragmas = pragmas.iter().map(|(name, value)| format!("PRAGMA {name} = {value};")).collect::<String>();
    let pragmas = format!("{pragmas} PRAGMA synchronous = {synchronous};");
    let direct = Direct::new(dir.join(room.file), pragmas, room.connections_max);
    Ok(Db::Sqlite { read, write, direct })
}

/// What each connection to SQLite sets.
fn pragmas(room: Room) -> [(&'static str, String); 4] {
    [
        // What is deleted is overwritten: sealed bytes and keys must not linger in free pages.
        ("secure_delete", if room.durable { "ON" } else { "OFF" }.to_owned()),
        // Without it, INSERT OR REPLACE deletes a row without asking the triggers.
        ("recursive_triggers", "ON".to_owned()),
        ("cache_size", "-16000".to_owned()),
        // Ids are random, so that indexes change all over: the more commits a checkpoint takes together, the fewer pages
        // are written twice.
        ("wal_autocheckpoint", WAL_PAGES_MAX.to_string()),
    ]
}

async fn open_postgres(url: &str, room: Room, migrations: &Migrator) -> Result<Db, StoreError> {
    let options =
        PgConnectOptions::from_str(url)?.application_name("sangdam").disable_statement_logging().options([
            ("search_path", room.schema),
            ("synchronous_commit", if room.durable { "on" } else { "off" }),
        ]);
    let mut connection = PgConnection::connect_with(&options).await?;
    let mut tx = connection.begin().await?;
    // Two CREATE SCHEMA IF NOT EXISTS at once can fail; the lock ends with the transaction.
    sqlx::query("SELECT pg_advisory_xact_lock(7320143)").execute(&mut *tx).await?;
    let exists = sqlx::query("SELECT 1 FROM pg_namespace WHERE nspname = $1").bind(room.schema);
    if exists.fetch_optional(&mut *tx).await?.is_none() {
        sqlx::query(&format!("CREATE SCHEMA {}", room.schema)).execute(&mut *tx).await?;
    }
    tx.commit().await?;
    migrations.run(&mut connection).await?;
    connection.close().await?;

    let pool = PgPoolOptions::new()
        .max_connections(room.connections_max)
        .acquire_timeout(BUSY_TIMEOUT)
        .test_before_acquire(false)
        .before_acquire(|connection, meta: PoolConnectionMetadata| {
            Box::pin(async move {
                if meta.idle_for > RESTED {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_with(options)
        .await?;
    Ok(Db::Postgres(pool))
}
