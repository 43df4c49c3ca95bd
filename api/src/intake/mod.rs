//! The room where other systems' records come in: a telephone system's messages while it happens ([`cti`]), and call records of other
//! systems, row by row, as events.
//!
//! A row of a text file is read with a mapping ([`mapping`], [`row`]), gets ids that depend on nothing but itself
//! ([`ids`]), and is carried out through the ledger like any other command ([`csv`]). The files of Asterisk need no
//! mapping: [`queue_log`], [`cdr`]. Nothing here knows of storage.

mod agents;
pub mod cdr;
pub mod columns;
pub mod csv;
pub mod cti;
pub mod file;
pub mod follow;
pub mod ids;
pub mod mapping;
mod numbers;
pub mod parties;
pub mod queue_log;
pub mod report;
pub mod row;
mod run;
mod setup;
