//! The room where earlier records come in: call records of other systems, row by row, as events.
//!
//! A row is read with a mapping ([`mapping`], [`row`]), gets ids that depend on nothing but itself ([`ids`]), and is
//! carried out through the ledger like any other command ([`csv`]). Nothing here knows of storage.

pub mod columns;
pub mod csv;
pub mod file;
pub mod ids;
pub mod mapping;
pub mod parties;
pub mod report;
pub mod row;
mod setup;
