//! Callers, and what happened with each of them in one order. No names, no numbers: those stay sealed in the ledger.

mod apply;
pub(crate) mod persons;
pub(crate) mod queries;
mod row;

pub(crate) use apply::Callers;
pub(crate) use persons::Persons;
pub use queries::{aliases, aliases_of, by_ids, history, known};
#[cfg(test)]
pub(crate) use row::CONTACTS;
pub use row::{CallerRow, Contact, ContactKind, KnownCaller};
