//! The event store: append, read, subscribe, a Merkle log and a vault of per-subject keys; one contract, with SQLite or
//! PostgreSQL beneath it. It knows no event's meaning.

pub mod clock;
pub mod contract;
pub mod db;
pub mod entropy;
pub mod envelope;
pub mod kek;
mod leaf;
pub mod merkle;
mod store;
pub mod vault;
mod writer;

pub use clock::{Clock, FixedClock, SystemClock};
pub use contract::*;
pub use db::{Arg, Db, Location, Room, Row, Tx};
pub use entropy::{Entropy, SeededEntropy, SystemEntropy, new_uuid_v7};
pub use envelope::Envelope;
pub use kek::Kek;
pub use store::{BulkUnderWay, Problem, ReadFrom, Store, StoreConfig, Stretch, Verification};
pub use vault::Vault;
