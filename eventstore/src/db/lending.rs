//! Connections to PostgreSQL, lent to one who asks at a time. What is given back is lent again as it is; sqlx's pool asks the server
//! behind each use whether it still answers, which takes the server as long as looking something up. So the pool only makes
//! connections here, which it goes on trying while the server starts up.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sqlx::{Connection, PgConnection, PgPool};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::open::BUSY_TIMEOUT;

/// A connection that has rested for so long is asked whether it still answers.
const RESTED: Duration = Duration::from_secs(5);
/// How long a connection is used: what the server keeps for it grows.
const AGE_MAX: Duration = Duration::from_secs(30 * 60);

/// Connections to one database. Cloning it shares them.
#[derive(Clone, Debug)]
pub struct Lending(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    makes: PgPool,
    at_once_max: u32,
    permits: Arc<Semaphore>,
    resting: Mutex<Vec<Resting>>,
    closed: AtomicBool,
}

#[derive(Debug)]
struct Resting {
    connection: PgConnection,
    made: Instant,
    since: Instant,
}

/// A connection, for whoever has it alone. Dropped without [`Lent::give_back`] or [`Lent::done`] it is closed, which undoes what was
/// begun on it: nobody knows what it would answer next.
#[derive(Debug)]
pub struct Lent {
    /// Stands before the permit, so that it is closed before another may be made.
    connection: PgConnection,
    made: Instant,
    of: Lending,
    _permit: OwnedSemaphorePermit,
}

impl Lending {
    /// Lends so many at once that this pool makes.
    pub(super) fn of(makes: PgPool, at_once_max: u32) -> Self {
        let permits = Arc::new(Semaphore::new(at_once_max as usize));
        Self(Arc::new(Inner {
            makes,
            at_once_max,
            permits,
            resting: Mutex::default(),
            closed: AtomicBool::new(false),
        }))
    }

    /// Lends a connection, waiting where as many as may be are lent.
    pub(crate) async fn lend(&self) -> Result<Lent, sqlx::Error> {
        if self.0.closed.load(Ordering::Acquire) {
            return Err(sqlx::Error::PoolClosed);
        }
        let waited = timeout(BUSY_TIMEOUT, Arc::clone(&self.0.permits).acquire_owned()).await;
        let waited = waited.map_err(|_| sqlx::Error::PoolTimedOut)?;
        let permit = waited.map_err(|_| sqlx::Error::PoolClosed)?;
        loop {
            // The lock ends before anything is waited for.
            let rested = self.resting().pop();
            let Some(Resting { mut connection, made, since }) = rested else { break };
            if since.elapsed() < RESTED || connection.ping().await.is_ok() {
                return Ok(Lent { connection, made, of: self.clone(), _permit: permit });
            }
        }
        let connection = self.0.makes.acquire().await?.detach();
        Ok(Lent { connection, made: Instant::now(), of: self.clone(), _permit: permit })
    }

    /// How many are lent at once, at most.
    pub(super) fn at_once_max(&self) -> u32 {
        self.0.at_once_max
    }

    /// What makes the connections, for who needs one that is not given back.
    pub(crate) fn makes(&self) -> &PgPool {
        &self.0.makes
    }

    /// Lends no more, and closes all when those at work are done.
    pub(super) async fn close(&self) {
        self.0.closed.store(true, Ordering::Release);
        // Where it fails, it was closed already.
        let all = self.0.permits.acquire_many(self.0.at_once_max).await;
        self.0.permits.close();
        drop(all);
        let resting = std::mem::take(&mut *self.resting());
        for Resting { connection, .. } in resting {
            // It is gone either way.
            let _ = connection.close().await;
        }
        self.0.makes.close().await;
    }

    fn resting(&self) -> MutexGuard<'_, Vec<Resting>> {
        self.0.resting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lent {
    /// For others to be lent: what was asked has been answered to its end, and no transaction is open.
    pub(crate) fn give_back(self) {
        let Self { connection, made, of, _permit } = self;
        if made.elapsed() < AGE_MAX {
            of.resting().push(Resting { connection, made, since: Instant::now() });
        }
    }

    /// The same, where a statement outside of a transaction had this result: it was carried out or refused, or the connection is lost.
    pub(crate) fn done<T>(self, result: Result<T, sqlx::Error>) -> Result<T, sqlx::Error> {
        match &result {
            Ok(_) => self.give_back(),
            Err(e) if was_refused(e) => self.give_back(),
            Err(_) => {}
        }
        result
    }
}

/// Whether the server refused a statement, and goes on answering.
fn was_refused(e: &sqlx::Error) -> bool {
    matches!(e, sqlx::Error::Database(_)) && !super::is_lost(e)
}

impl Deref for Lent {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.connection
    }
}

impl DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.connection
    }
}
