//! SQLite without a driver's task in between, for the two ways on which every microsecond counts: writing batches and
//! reading events. sqlx hands each statement and each row from one thread to another; here that is done once for a whole
//! batch or page, and nothing is copied that is only looked at.
//!
//! Whoever writes takes turns with those who write through sqlx by holding its one writing connection meanwhile: SQLite's
//! own lock knows no order, and could let somebody wait for ever.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OpenFlags};
use sqlx::SqlitePool;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::task::spawn_blocking;

/// How many prepared statements a connection keeps.
const STATEMENTS_CACHED_MAX: usize = 100;

/// Connections to one database. Cloning it shares them.
#[derive(Clone)]
pub struct Direct(Arc<Inner>);

struct Inner {
    file: PathBuf,
    pragmas: String,
    /// Whose one connection is the turn to write.
    turn: SqlitePool,
    writer: Mutex<Option<Connection>>,
    readers: Mutex<Vec<Connection>>,
    readers_max: u32,
    reading: Semaphore,
}

impl fmt::Debug for Direct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Direct").field(&self.0.file).finish()
    }
}

impl Direct {
    /// Connects when it is first needed, and sets these pragmas then.
    pub(super) fn new(file: PathBuf, pragmas: String, readers_max: u32, turn: SqlitePool) -> Self {
        let reading = Semaphore::new(readers_max as usize);
        let (writer, readers) = (Mutex::default(), Mutex::default());
        Self(Arc::new(Inner { file, pragmas, turn, writer, readers, readers_max, reading }))
    }

    /// Works with the writing connection, when it is its turn. What is begun there must be ended there.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> T + Send + 'static,
    ) -> Result<T, sqlx::Error> {
        let turn = self.0.turn.acquire().await?;
        let inner = Arc::clone(&self.0);
        let worked = spawn_blocking(move || {
            let mut writer = lock(&inner.writer);
            let connection = match writer.take() {
                Some(connection) => connection,
                None => inner.connect("OFF").map_err(failed)?,
            };
            let done = work(&connection);
            // One that is still in a transaction could not end it: another is made next time.
            if connection.is_autocommit() {
                *writer = Some(connection);
            }
            Ok(done)
        });
        let done = worked.await.map_err(|_| sqlx::Error::WorkerCrashed)?;
        drop(turn);
        done
    }

    /// Works with a reading connection.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, sqlx::Error> {
        let permit: SemaphorePermit<'_> =
            self.0.reading.acquire().await.map_err(|_| sqlx::Error::PoolClosed)?;
        let inner = Arc::clone(&self.0);
        let worked = spawn_blocking(move || {
            let known = lock(&inner.readers).pop();
            let connection = match known {
                Some(connection) => connection,
                None => inner.connect("ON")?,
            };
            let done = work(&connection);
            lock(&inner.readers).push(connection);
            done
        });
        let done = worked.await.map_err(|_| sqlx::Error::WorkerCrashed)?;
        drop(permit);
        done.map_err(failed)
    }

    /// Closes the connections when those at work are done.
    pub(super) async fn close(&self) {
        // Closed already, if it fails.
        let all = self.0.reading.acquire_many(self.0.readers_max).await;
        self.0.reading.close();
        drop(all);
        let inner = Arc::clone(&self.0);
        let closed = spawn_blocking(move || {
            lock(&inner.readers).clear();
            lock(&inner.writer).take();
        });
        // What panicked is closed by then.
        let _ = closed.await;
    }
}

impl Inner {
    fn connect(&self, query_only: &str) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.file, flags)?;
        connection.busy_timeout(super::BUSY_TIMEOUT)?;
        connection.execute_batch(&format!("{} PRAGMA query_only = {query_only};", self.pragmas))?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS_CACHED_MAX);
        Ok(connection)
    }
}

fn failed(e: rusqlite::Error) -> sqlx::Error {
    sqlx::Error::AnyDriverError(e.into())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
