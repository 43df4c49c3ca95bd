//! The store: opening it, and its logs. Appending, reading, subscribing and verifying have files of their own.

mod ahead;
mod append;
mod events;
mod forget;
mod head_at;
mod notify;
mod opened;
mod read;
mod stretch;
mod subscribe;
mod verify;
mod whole_log;

pub use append::BulkUnderWay;
pub use stretch::{ReadFrom, Stretch};
pub use verify::{Problem, Verification};

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use sangdam_domain::id::LedgerId;
use sangdam_domain::log::{LogId, Position};
use sangdam_domain::time::Timestamp;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use crate::args;
use crate::clock::Clock;
use crate::contract::{Head, StoreError};
use crate::db::{Db, Location, Room};
use crate::entropy::{Entropy, new_uuid_v7};
use crate::kek::Kek;
use crate::vault::Vault;
use crate::writer::{HeadRow, QUEUE_UNITS_MAX, Unit, Writer, frontier_of};

/// What a store needs to open.
pub struct StoreConfig {
    /// Where the ledger lies.
    pub location: Location,
    /// The key that wraps the subjects' keys.
    pub kek: Kek,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Gives randomness.
    pub entropy: Arc<dyn Entropy>,
    /// The ledger's id, should it be made now. `None` makes a random one.
    pub ledger: Option<LedgerId>,
}

/// The event store. Cloning it shares it.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    db: Db,
    location: Location,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    ledger: LedgerId,
    vault: Vault,
    logs: Mutex<HashMap<LogId, Arc<Log>>>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
    closing: watch::Sender<bool>,
    notify: Option<mpsc::UnboundedSender<(i64, u64)>>,
}

/// A log at work in this process.
struct Log {
    no: i64,
    id: LogId,
    /// How far it is known to reach.
    head: watch::Sender<u64>,
    queue: mpsc::Sender<Unit>,
}

impl Store {
    /// Opens the ledger, making it where there is none.
    ///
    /// # Errors
    /// Where the database cannot be reached or brought up to date, or the key is not the one that the ledger's keys are
    /// wrapped under.
    pub async fn open(config: StoreConfig) -> Result<Self, StoreError> {
        let StoreConfig { location, kek, clock, entropy, ledger } = config;
        let vault = Vault::start(&location, kek, Arc::clone(&clock), Arc::clone(&entropy)).await?;
        let (sqlite, postgres) =
            (sqlx::migrate!("../migrations/sqlite/ledger"), sqlx::migrate!("../migrations/postgres/ledger"));
        let db = Db::open(&location, Room::LEDGER, &sqlite, &postgres).await?;
        let made = ledger.unwrap_or_else(|| LedgerId::from_uuid(new_uuid_v7(&*clock, &*entropy)));
        let ledger = ledger_id(&db, made).await?;
        let closing = watch::Sender::new(false);
        let notify = match &db {
            Db::Postgres(lending) => Some(notify::spawn_notifier(lending.clone(), closing.subscribe())),
            Db::Sqlite(_) => None,
        };
        let store = Self(Arc::new(Inner {
            db,
            location,
            clock,
            entropy,
            ledger,
            vault,
            logs: Mutex::default(),
            tasks: Mutex::default(),
            closing,
            notify,
        }));
        store.listen();
        Ok(store)
    }

    /// Writes what is queued, ends subscriptions, then closes all connections. Appends after it get
    /// [`StoreError::Closed`].
    pub async fn close(&self) {
        self.0.closing.send_replace(true);
        let tasks = std::mem::take(&mut *self.0.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        for task in tasks {
            // A task that panicked has nothing more to write.
            let _ = task.await;
        }
        self.0.vault.close().await;
        self.0.db.close().await;
    }

    /// The id of this ledger.
    pub fn ledger(&self) -> LedgerId {
        self.0.ledger
    }

    /// The clock.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.0.clock
    }

    /// The source of randomness.
    pub fn entropy(&self) -> &Arc<dyn Entropy> {
        &self.0.entropy
    }

    /// The vault.
    pub fn vault(&self) -> &Vault {
        &self.0.vault
    }

    /// Where the ledger lies.
    pub fn location(&self) -> &Location {
        &self.0.location
    }

    /// All logs, by name.
    pub async fn logs(&self) -> Result<Vec<LogId>, StoreError> {
        let rows =
            self.0.db.fetch_all("SELECT log FROM heads WHERE position > 0 ORDER BY log", args![]).await?;
        let mut logs = Vec::with_capacity(rows.len());
        for row in rows {
            let name = row.text(0)?;
            let log = name.parse().map_err(|e| StoreError::Damaged {
                position: Position::ZERO,
                problem: format!("the name of a log is none: {e}"),
            })?;
            logs.push(log);
        }
        Ok(logs)
    }

    /// The head of a log.
    ///
    /// # Errors
    /// [`StoreError::NoSuchLog`].
    pub async fn head(&self, log: &LogId) -> Result<Head, StoreError> {
        let sql = "SELECT position, recorded_at, frontier, root FROM heads WHERE log = $1 AND position > 0";
        let row = self.0.db.fetch_optional(sql, args![log.as_str()]).await?;
        let head = HeadRow::from_row(&row.ok_or_else(|| StoreError::NoSuchLog(log.clone()))?)?;
        let position = Position::new(head.position).unwrap_or(Position::MAX);
        if frontier_of(&head).is_none_or(|frontier| frontier.root() != head.root) {
            return Err(StoreError::Damaged {
                position,
                problem: "the head's root is not its frontier's".into(),
            });
        }
        Ok(Head {
            ledger: self.0.ledger,
            log: log.clone(),
            position,
            recorded_at: Timestamp::from_micros(head.recorded_at).unwrap_or(Timestamp::MIN),
            root: head.root,
        })
    }

    async fn log_no(&self, log: &LogId) -> Result<Option<(i64, u64)>, StoreError> {
        let sql = "SELECT log_no, position FROM heads WHERE log = $1";
        let row = self.0.db.fetch_optional(sql, args![log.as_str()]).await?;
        Ok(row.map(|row| Ok::<_, sqlx::Error>((row.int(0)?, row.count(1)?))).transpose()?)
    }

    /// Whether there is a log with events. One that was seen at work here is not looked up: logs are never deleted.
    pub async fn has_log(&self, log: &LogId) -> Result<bool, StoreError> {
        let known = self.0.logs.lock().unwrap_or_else(PoisonError::into_inner).get(log).cloned();
        if known.is_some_and(|known| *known.head.borrow() > 0) {
            return Ok(true);
        }
        Ok(self.log_no(log).await?.is_some_and(|(_, position)| position > 0))
    }

    /// The log at work, put to work if it was not.
    async fn log(&self, id: &LogId) -> Result<Arc<Log>, StoreError> {
        let inner = &self.0;
        if let Some(log) = inner.logs.lock().unwrap_or_else(PoisonError::into_inner).get(id) {
            return Ok(Arc::clone(log));
        }
        let (no, position) = self.log_no(id).await?.ok_or_else(|| StoreError::NoSuchLog(id.clone()))?;
        let mut logs = inner.logs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(log) = logs.get(id) {
            return Ok(Arc::clone(log));
        }
        if *inner.closing.borrow() {
            return Err(StoreError::Closed);
        }
        let head = watch::Sender::new(position);
        let (queue, units) = mpsc::channel(QUEUE_UNITS_MAX);
        let notify = inner.notify.clone();
        let writer = Writer::new(inner.db.clone(), Arc::clone(&inner.clock), no, head.clone(), notify);
        let task = tokio::spawn(writer.run(units, inner.closing.subscribe()));
        inner.tasks.lock().unwrap_or_else(PoisonError::into_inner).push(task);
        let log = Arc::new(Log { no, id: id.clone(), head, queue });
        logs.insert(id.clone(), Arc::clone(&log));
        Ok(log)
    }
}

/// The ledger's id: the one it has, or `made`, kept from now on.
async fn ledger_id(db: &Db, made: LedgerId) -> Result<LedgerId, StoreError> {
    let sql = "INSERT INTO meta (name, value) VALUES ('ledger', $1) ON CONFLICT (name) DO NOTHING";
    db.execute(sql, args![made.uuid()]).await?;
    let row = db.fetch_optional("SELECT value FROM meta WHERE name = 'ledger'", args![]).await?;
    row.map_or(Ok(made), |row| Ok(LedgerId::from_uuid(row.uuid(0)?)))
}
