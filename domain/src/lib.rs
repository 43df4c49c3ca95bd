//! The consultation ledger's domain: events, aggregates and the rules of counting.
//!
//! Everything here is pure: no I/O, no clock, no randomness. Time and ids are parameters.

pub mod actor;
pub mod aggregate;
pub mod calendar;
pub mod counting;
pub mod erlang;
pub mod event;
pub mod id;
pub mod log;
pub mod personal;
pub mod rejection;
pub mod time;
pub mod value;
