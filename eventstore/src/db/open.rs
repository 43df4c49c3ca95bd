//! Opening a database and bringing its tables up to date.

use std::fmt;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{ConnectOptions, Connection, PgConnection};

use super::{Db, Direct, Lending};
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
    /// Whether all that is asked of it is looked up by keys, or read in their order. PostgreSQL then plans a statement once for a
    /// connection: each row by an index, however small the table was at the time, and however large another. It asks no other of its
    /// processes for help: to start them takes longer than to look up a thousand rows.
    pub by_key: bool,
    /// How many connections to open at most: reading ones, on SQLite; on PostgreSQL, where the ledger has one more to listen for notices.
    pub connections_max: u32,
}

impl Room {
    /// The truth.
    pub const LEDGER: Self =
        Self { schema: "ledger", file: "ledger.db", durable: true, by_key: true, connections_max: 6 };
    /// The subjects' keys.
    pub const VAULT: Self =
        Self { schema: "vault", file: "keys.db", durable: true, by_key: true, connections_max: 4 };
    /// The read models.
    pub const READ: Self =
        Self { schema: "read", file: "read.db", durable: false, by_key: false, connections_max: 6 };
}

pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(30);
/// How many pages SQLite collects in the write-ahead log before they are put in place beside the writing: 8 MiB. With eight times as
/// many, commits waited for the disk eight times as long while these were written.
pub(super) const WAL_PAGES_MAX: u64 = 1024;
const SQLITE_PAGE_BYTES: u32 = 8192;

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
    let lock = std::fs::File::create(dir.join(".lock")).map_err(sqlx::Error::Io)?;
    let locked = tokio::task::spawn_blocking(move || lock.lock().map(|()| lock)).await;
    let lock = locked.map_err(|e| sqlx::Error::Io(std::io::Error::other(e)))?.map_err(sqlx::Error::Io)?;
    // Migrations are sqlx's; everything else goes to SQLite directly.
    let mut connection = SqliteConnectOptions::new()
        .filename(dir.join(room.file))
        .create_if_missing(true)
        .page_size(SQLITE_PAGE_BYTES)
        .journal_mode(SqliteJournalMode::Wal)
        .busy_timeout(BUSY_TIMEOUT)
        .disable_statement_logging()
        .connect()
        .await?;
    migrations.run(&mut connection).await?;
    connection.close().await?;
    drop(lock);
    Ok(Db::Sqlite(Direct::new(dir.join(room.file), pragmas(room), room.connections_max)))
}

/// What each connection to SQLite sets. What is deleted from the ledger is overwritten: sealed bytes and keys must not linger in
/// free pages. Without recursive triggers, INSERT OR REPLACE would delete a row without asking the triggers.
fn pragmas(room: Room) -> String {
    let (synchronous, secure_delete) = if room.durable { ("FULL", "ON") } else { ("NORMAL", "OFF") };
    format!(
        "PRAGMA synchronous = {synchronous}; PRAGMA secure_delete = {secure_delete}; \
         PRAGMA recursive_triggers = ON; PRAGMA cache_size = -16000;"
    )
}

async fn open_postgres(url: &str, room: Room, migrations: &Migrator) -> Result<Db, StoreError> {
    let mut options =
        PgConnectOptions::from_str(url)?.application_name("sangdam").disable_statement_logging().options([
            ("search_path", room.schema),
            ("synchronous_commit", if room.durable { "on" } else { "off" }),
        ]);
    if room.by_key {
        options = options.options([
            ("plan_cache_mode", "force_generic_plan"),
            ("enable_seqscan", "off"),
            ("enable_hashjoin", "off"),
            ("enable_mergejoin", "off"),
            ("jit", "off"),
            ("max_parallel_workers_per_gather", "0"),
        ]);
    }
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
        .connect_with(options)
        .await?;
    Ok(Db::Postgres(Lending::of(pool, room.connections_max)))
}
