//! The store (signatures).
use crate::clock::Clock;
use crate::contract::*;
use crate::db::Location;
use crate::entropy::Entropy;
use crate::kek::Kek;
use crate::vault::Vault;
use futures::Stream;
use sangdam_domain::id::{CommandId, LedgerId};
use sangdam_domain::log::{LogId, Position, StreamId, Version};
use sangdam_domain::time::Timestamp;
use std::collections::HashMap;
use std::sync::Arc;

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

/// Something wrong that verification found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// Where: the position, or the first of the positions concerned.
    pub position: Position,
    /// What is wrong.
    pub what: String,
}

/// What verification found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verification {
    /// The head that was verified: its position and root as stored.
    pub head: Head,
    /// How many events were read.
    pub events: u64,
    /// How many sealed parts are there and match.
    pub sealed: u64,
    /// How many sealed parts cannot be read any more because their subject was erased.
    pub erased: u64,
    /// What is wrong, by position; at most the first 100.
    pub problems: Vec<Problem>,
    /// How many more problems there are.
    pub more_problems: u64,
}

impl Verification {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.problems.is_empty()
    }
}

/// The store. Cloning shares it.
#[derive(Clone)]
pub struct Store(Arc<Inner>);
struct Inner {
    config: StoreConfig,
    vault: Vault,
}

impl Store {
    /// Opens the ledger, making it where there is none.
    pub async fn open(config: StoreConfig) -> Result<Self, StoreError> {
        Ok(Self(Arc::new(Inner { config, vault: Vault {} })))
    }
    /// Writes what is queued, then closes all connections.
    pub async fn close(&self) {}
    /// The id of this ledger.
    pub fn ledger(&self) -> LedgerId {
        LedgerId::from_uuid(uuid::Uuid::nil())
    }
    /// All logs.
    pub async fn logs(&self) -> Result<Vec<LogId>, StoreError> {
        Err(StoreError::Closed)
    }
    /// The head of a log.
    pub async fn head(&self, log: &LogId) -> Result<Head, StoreError> {
        Err(StoreError::NoSuchLog(log.clone()))
    }
    /// The clock.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.0.config.clock
    }
    /// The entropy.
    pub fn entropy(&self) -> &Arc<dyn Entropy> {
        &self.0.config.entropy
    }
    /// The vault.
    pub fn vault(&self) -> &Vault {
        &self.0.vault
    }
    /// Where the ledger lies.
    pub fn location(&self) -> &Location {
        &self.0.config.location
    }
    /// Makes a log, with its first events; nothing happens where it exists.
    pub async fn create_log(&self, log: &LogId, first: Append) -> Result<Head, AppendError> {
        let _ = (log, first);
        Err(AppendError::Empty)
    }
    /// Appends.
    pub async fn append(&self, log: &LogId, append: Append) -> Result<Appended, AppendError> {
        let _ = (log, append);
        Err(AppendError::Empty)
    }
    /// Appends all or none.
    pub async fn append_all(&self, log: &LogId, appends: Vec<Append>) -> Result<Vec<Appended>, AppendError> {
        let _ = (log, appends);
        Err(AppendError::Empty)
    }
    /// Appends each on its own, in order, many at once.
    pub async fn append_bulk(&self, log: &LogId, appends: Vec<Append>) -> Vec<Result<Appended, AppendError>> {
        let _ = (log, appends);
        Vec::new()
    }
    /// Appends lists, each atomic on its own, in order, many at once.
    pub async fn append_bulk_lists(
        &self,
        log: &LogId,
        lists: Vec<Vec<Append>>,
    ) -> Vec<Result<Vec<Appended>, AppendError>> {
        let _ = (log, lists);
        Vec::new()
    }
    /// Events after a position.
    pub async fn read(
        &self,
        log: &LogId,
        after: Position,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let _ = (log, after, limit);
        Err(StoreError::Closed)
    }
    /// Events of some types after a position.
    pub async fn read_types(
        &self,
        log: &LogId,
        after: Position,
        types: &[&str],
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let _ = (log, after, types, limit);
        Err(StoreError::Closed)
    }
    /// A stream's events after a version.
    pub async fn read_stream(
        &self,
        stream: StreamId,
        after: Version,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let _ = (stream, after);
        Err(StoreError::Closed)
    }
    /// The events of several streams: by stream, in the order of versions.
    pub async fn read_streams(&self, streams: &[StreamId]) -> Result<Vec<StoredEvent>, StoreError> {
        let _ = streams;
        Err(StoreError::Closed)
    }
    /// The events at these positions.
    pub async fn read_at(&self, log: &LogId, positions: &[Position]) -> Result<Vec<StoredEvent>, StoreError> {
        let _ = (log, positions);
        Err(StoreError::Closed)
    }
    /// Catch-up, then live.
    pub fn subscribe(
        &self,
        log: &LogId,
        after: Position,
    ) -> impl Stream<Item = Result<Vec<StoredEvent>, StoreError>> + Send + 'static + use<> {
        let _ = (log, after);
        futures::stream::empty()
    }
    /// Sealed parts at positions.
    pub async fn sealed(
        &self,
        log: &LogId,
        positions: &[Position],
    ) -> Result<HashMap<Position, Sealed>, StoreError> {
        let _ = (log, positions);
        Err(StoreError::Closed)
    }
    /// Deletes sealed parts.
    pub async fn delete_sealed(&self, log: &LogId, positions: &[Position]) -> Result<(), StoreError> {
        let _ = (log, positions);
        Err(StoreError::Closed)
    }
    /// A command that was carried out.
    pub async fn command(&self, command: CommandId) -> Result<Option<RecordedCommand>, StoreError> {
        let _ = command;
        Err(StoreError::Closed)
    }
    /// Who has a claimed thing.
    pub async fn claim(&self, namespace: &str, hmac: Hash) -> Result<Option<StreamId>, StoreError> {
        let _ = (namespace, hmac);
        Err(StoreError::Closed)
    }
    /// The last position recorded at or before a moment.
    pub async fn position_at(&self, log: &LogId, moment: Timestamp) -> Result<Position, StoreError> {
        let _ = (log, moment);
        Err(StoreError::Closed)
    }
    /// Verifies.
    pub async fn verify(
        &self,
        log: &LogId,
        progress: impl FnMut(Position) + Send,
    ) -> Result<Verification, StoreError> {
        let _ = (log, progress);
        Err(StoreError::Closed)
    }
}
