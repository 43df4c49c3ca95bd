//! SQLite without a driver's task in between: a whole batch or page is handed to another thread at once, not each of its
//! statements and rows, and nothing is copied that is only looked at. Reading has a file of its own.
//!
//! Everybody who writes takes turns: SQLite's own lock knows no order, and could let somebody wait for ever. What the write-ahead
//! log holds is put in place beside the writing, so that no commit waits for it.

use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::task::spawn_blocking;

use super::open::{BUSY_TIMEOUT, WAL_PAGES_MAX};
use super::reading::{Statements, watch};
use super::refused::failed;
use super::writing::{Step, Writing};

/// How many prepared statements a connection keeps.
const STATEMENTS_CACHED_MAX: usize = 400;
/// What takes less is done where it is asked for: to wake another thread for it would take as long.
const QUICK: Duration = Duration::from_millis(1);
/// How often a checkpoint is made beside the writing before nobody may write meanwhile.
const ROUNDS_MAX: usize = 4;
/// How many pages may be in the write-ahead log, where the checkpoint beside the writing does not keep up, before the writer helps:
/// 256 MiB.
const WAL_PAGES_HELPED: u64 = 32_768;
/// How many frames a checkpoint may leave to the one that nobody may write beside.
const FRAMES_LEFT_MAX: i64 = 512;

/// Connections to one database. Cloning it shares them.
#[derive(Clone)]
pub struct Direct(pub(super) Arc<Inner>);

pub(super) struct Inner {
    file: PathBuf,
    pragmas: String,
    turns: Arc<Semaphore>,
    writer: Mutex<Option<Connection>>,
    readers: Mutex<Vec<Connection>>,
    readers_max: u32,
    pub(super) reading: Arc<Semaphore>,
    pub(super) statements: Statements,
    /// How long small transactions took lately, in microseconds.
    micros: AtomicU64,
    /// About how many pages were written since the last checkpoint began.
    pages: AtomicU64,
    checkpointing: AtomicBool,
}

impl fmt::Debug for Direct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Direct").field(&self.0.file).finish()
    }
}

/// The turn to write, until it is dropped.
#[derive(Debug)]
pub struct Turn {
    _permit: OwnedSemaphorePermit,
}

impl Direct {
    /// Connects when it is first needed, and sets these pragmas then.
    pub(super) fn new(file: PathBuf, pragmas: String, readers_max: u32) -> Self {
        Self(Arc::new(Inner {
            file,
            pragmas,
            turns: Arc::new(Semaphore::new(1)),
            writer: Mutex::default(),
            readers: Mutex::default(),
            readers_max,
            reading: Arc::new(Semaphore::new(readers_max as usize)),
            statements: Statements::default(),
            micros: AtomicU64::new(10 * micros(QUICK)),
            pages: AtomicU64::new(0),
            checkpointing: AtomicBool::new(false),
        }))
    }

    /// Waits for the turn to write: first come, first served.
    pub(super) async fn turn(&self) -> Result<Turn, sqlx::Error> {
        let permit = Arc::clone(&self.0.turns).acquire_owned().await;
        Ok(Turn { _permit: permit.map_err(|_| sqlx::Error::PoolClosed)? })
    }

    /// Carries out a transaction that writes about so many pages, when it is its turn; it is committed where `work`
    /// succeeds, and else rolled back. A small one is carried out at once where small ones have been quick lately, and
    /// nobody else holds the database; any other on a thread of its own.
    pub(crate) async fn write<T: Send + 'static, E: From<sqlx::Error> + Send + 'static>(
        &self,
        pages: u64,
        small: bool,
        work: impl Fn(&Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        let turn = self.turn().await?;
        let quick = small && self.0.micros.load(Ordering::Relaxed) < micros(QUICK);
        let at_once = if quick { self.0.transaction(Duration::ZERO, small, &work)? } else { None };
        let done = match at_once {
            Some(done) => done,
            None => {
                let inner = Arc::clone(&self.0);
                let worked = spawn_blocking(move || {
                    let done = inner.transaction(BUSY_TIMEOUT, small, &work);
                    drop(turn);
                    done
                });
                let busy = || sqlx::Error::PoolTimedOut;
                worked.await.map_err(|_| sqlx::Error::WorkerCrashed)??.ok_or_else(busy)?
            }
        };
        self.wrote(pages);
        done
    }

    /// Begins a transaction that writes, when it is its turn.
    pub(super) async fn begin(&self) -> Result<Writing, sqlx::Error> {
        let (turn, inner) = (self.turn().await?, Arc::clone(&self.0));
        let (steps, coming) = mpsc::channel::<Step>();
        let (told, begun) = oneshot::channel();
        spawn_blocking(move || {
            let began = inner.begun();
            // Where nobody waits for it any more, no step comes either.
            match began {
                Ok(connection) => {
                    drop(told.send(Ok(())));
                    for step in coming {
                        step(&connection);
                        // It has ended, or SQLite has undone it: what was asked for behind that would be written on its own.
                        if connection.is_autocommit() {
                            break;
                        }
                    }
                    inner.give_back(connection);
                }
                Err(e) => drop(told.send(Err(failed(e)))),
            }
            drop(turn);
        });
        begun.await.map_err(|_| sqlx::Error::WorkerCrashed)??;
        Ok(Writing::begun(self.clone(), steps))
    }

    /// Puts what the write-ahead log holds in place, and cuts the log to nothing. `false` where somebody still reads of it.
    pub(super) async fn truncate(&self) -> Result<bool, sqlx::Error> {
        let (turn, inner) = (self.turn().await?, Arc::clone(&self.0));
        let busy = spawn_blocking(move || {
            let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
            let busy =
                inner.with_reader(|connection| connection.query_row(sql, [], |row| row.get::<_, i64>(0)));
            drop(turn);
            busy
        });
        Ok(busy.await.map_err(|_| sqlx::Error::WorkerCrashed)?.map_err(failed)? == 0)
    }

    /// About so many pages were written: from time to time, they are put in place.
    pub(super) fn wrote(&self, pages: u64) {
        let written = self.0.pages.fetch_add(pages, Ordering::Relaxed) + pages;
        if written >= WAL_PAGES_MAX && !self.0.checkpointing.swap(true, Ordering::AcqRel) {
            self.0.pages.store(0, Ordering::Relaxed);
            tokio::spawn(self.clone().checkpoint());
        }
    }

    /// Puts what the write-ahead log holds in place beside the writing, then the last of it while nobody writes: whoever
    /// writes next begins at the log's start again.
    async fn checkpoint(self) {
        let work = async {
            // Asked for before the turn: nobody who may write waits for those who read.
            let permit = self.0.reading.acquire().await.map_err(|_| sqlx::Error::PoolClosed)?;
            for _ in 0..ROUNDS_MAX {
                if self.checkpoint_once().await? <= FRAMES_LEFT_MAX {
                    break;
                }
            }
            let turn = self.turn().await?;
            self.checkpoint_once().await?;
            drop((turn, permit));
            Ok::<_, sqlx::Error>(())
        };
        if let Err(e) = work.await {
            tracing::debug!(error = %e, "the write-ahead log is put in place later");
        }
        self.0.checkpointing.store(false, Ordering::Release);
    }

    /// How many frames are not in place yet.
    async fn checkpoint_once(&self) -> Result<i64, sqlx::Error> {
        let inner = Arc::clone(&self.0);
        let left = spawn_blocking(move || {
            inner.with_reader(|connection| {
                connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| {
                    Ok(row.get::<_, i64>(1)? - row.get::<_, i64>(2)?)
                })
            })
        });
        left.await.map_err(|_| sqlx::Error::WorkerCrashed)?.map_err(failed)
    }

    /// Closes the connections when those at work are done.
    pub(super) async fn close(&self) {
        // Where it fails, it was closed already.
        let turn = self.turn().await;
        self.0.turns.close();
        let all = self.0.reading.acquire_many(self.0.readers_max).await;
        self.0.reading.close();
        let inner = Arc::clone(&self.0);
        let closed = spawn_blocking(move || {
            lock(&inner.readers).clear();
            lock(&inner.writer).take();
        });
        // What panicked is closed by then.
        let _ = closed.await;
        drop((turn, all));
    }
}

impl Inner {
    fn connect(&self, query_only: &str) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.file, flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        let pragmas = &self.pragmas;
        connection.execute_batch(&format!(
            "{pragmas} PRAGMA wal_autocheckpoint = {WAL_PAGES_HELPED}; PRAGMA query_only = {query_only};"
        ))?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS_CACHED_MAX);
        watch(&connection);
        Ok(connection)
    }

    /// The connection that writes, for whoever has the turn.
    fn writer(&self) -> rusqlite::Result<Connection> {
        lock(&self.writer).take().map_or_else(|| self.connect("OFF"), Ok)
    }

    /// The same, a transaction begun on it.
    fn begun(&self) -> rusqlite::Result<Connection> {
        let connection = self.writer()?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        run(&connection, "BEGIN IMMEDIATE")?;
        Ok(connection)
    }

    /// Undoes what was not committed. What cannot be rolled back ends with its connection: another is made next time.
    fn give_back(&self, connection: Connection) {
        if connection.is_autocommit() || run(&connection, "ROLLBACK").is_ok() {
            *lock(&self.writer) = Some(connection);
        }
    }

    pub(super) fn with_reader<T>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        let known = lock(&self.readers).pop();
        let connection = known.map_or_else(|| self.connect("ON"), Ok)?;
        let done = work(&connection);
        lock(&self.readers).push(connection);
        done
    }

    /// `None` where somebody else held the database for so long; nothing was done then.
    fn transaction<T, E: From<sqlx::Error>>(
        &self,
        wait: Duration,
        small: bool,
        work: impl Fn(&Connection) -> Result<T, E>,
    ) -> Result<Option<Result<T, E>>, sqlx::Error> {
        let before = Instant::now();
        let connection = self.writer().map_err(failed)?;
        connection.busy_timeout(wait).map_err(failed)?;
        let done = match run(&connection, "BEGIN IMMEDIATE") {
            Ok(()) => Some(
                work(&connection)
                    .and_then(|done| run(&connection, "COMMIT").map(|()| done).map_err(|e| failed(e).into())),
            ),
            Err(e) if e.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => None,
            Err(e) => return Err(failed(e)),
        };
        self.give_back(connection);
        if small {
            let lately = self.micros.load(Ordering::Relaxed);
            self.micros.store((7 * lately + micros(before.elapsed())) / 8, Ordering::Relaxed);
        }
        Ok(done)
    }
}

/// What is `$1` to both engines is `?1` to SQLite where it shall go by its number.
pub(super) fn by_number(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        out.push(if after.starts_with(|next: char| next.is_ascii_digit()) { '?' } else { '$' });
        rest = after;
    }
    out.push_str(rest);
    out
}

pub(super) fn run(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.execute([]).map(drop)
}

pub(super) fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::by_number;

    /// `.cargo/config.toml` sets it; a build that is begun elsewhere, or with `LIBSQLITE3_FLAGS` of its own, may not.
    #[test]
    fn each_connection_to_sqlite_keeps_pages_by_itself() {
        let connection = Connection::open_in_memory().unwrap();
        let mut statement = connection.prepare("PRAGMA compile_options").unwrap();
        let options = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
        let options: Vec<String> = options.collect::<Result<_, _>>().unwrap();
        assert!(!options.contains(&"ENABLE_MEMORY_MANAGEMENT".to_owned()), "{options:?}");
        assert!(options.contains(&"DEFAULT_MEMSTATUS=0".to_owned()), "{options:?}");
    }

    #[test]
    fn arguments_go_by_their_number_and_nothing_else_changes() {
        let sql = "SELECT $2, '$.body', a FROM t WHERE b = $1 AND c > $12";
        assert_eq!(by_number(sql), "SELECT ?2, '$.body', a FROM t WHERE b = ?1 AND c > ?12");
    }
}
