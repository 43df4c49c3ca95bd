//! The only way to write. A command goes one way: load and fold its stream, decide, seal what is personal, append, and
//! answer with the state that its events left. GraphQL, imports and the demo county all write through here.
//!
//! Commands of one stream go through [`Ledger::execute`]; those that touch several streams at once have a method each
//! (`identify_caller`, `merge_callers`, `erase_caller`, …); imports use [`Ledger::execute_bulk`].

mod bulk;
mod callbacks;
mod callers;
mod commit;
mod erasure;
mod error;
mod execute;
mod facts;
mod fold;
mod kept;
mod meta;
mod retry;
mod setup;
mod telephony;
mod theirs;

pub use bulk::{BulkDone, BulkItem, BulkUnderWay, Draft, Live};
pub use callbacks::{CompletedCallback, Opening};
pub use erasure::{Unforgotten, UnforgottenError, complete_erasures};
pub use error::{ExecuteError, LoadError};
pub use execute::Executed;
pub use kept::Kept;
pub use meta::CommandMeta;
pub use telephony::{Telling, Told};
pub use theirs::Whose;

use sangdam_domain::log::{InvalidCentre, LogId};
use sangdam_domain::time::Timestamp;
use sangdam_eventstore::{Store, new_uuid_v7};
use uuid::Uuid;

/// One centre's ledger: where its commands go and its aggregates are loaded from. Cheap to clone.
#[derive(Clone)]
pub struct Ledger {
    store: Store,
    log: LogId,
}

impl Ledger {
    /// The ledger of the centre whose main log is `log`.
    pub fn new(store: Store, log: LogId) -> Self {
        Self { store, log }
    }

    /// The ledger of another centre in the same store. Whether the centre exists is told by
    /// [`Ledger::exists`].
    pub fn of_centre(&self, centre: &str) -> Result<Self, InvalidCentre> {
        Ok(Self { store: self.store.clone(), log: LogId::main(centre)? })
    }

    /// The store beneath.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The log that is written.
    pub fn log(&self) -> &LogId {
        &self.log
    }

    /// The centre's name, as in `jeongseon`.
    pub fn centre(&self) -> &str {
        self.log.centre()
    }

    /// This moment, by the store's clock.
    pub fn now(&self) -> Timestamp {
        self.store.clock().now()
    }

    /// A new id (UUIDv7) from the store's clock and entropy.
    pub fn new_uuid(&self) -> Uuid {
        new_uuid_v7(&**self.store.clock(), &**self.store.entropy())
    }
}
