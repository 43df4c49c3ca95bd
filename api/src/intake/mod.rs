//! The room where other systems' records come in: a telephone system's messages while it happens ([`cti`]), and earlier call
//! records, row by row, as events.
//!
//! A row is read with a mapping ([`mapping`], [`row`]), gets ids that depend on nothing but itself ([`ids`]), and is
//! carried out through the ledger like any other command ([`csv`]). Nothing here knows of storage.

pub mod columns;
pub mod csv;
pub mod cti;
pub mod file;
pub mod ids;
pub mod lines;
pub mod mapping;
pub mod parties;
pub mod report;
pub mod row;
mod setup;
