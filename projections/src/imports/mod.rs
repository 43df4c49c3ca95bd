//! Imports and their numbers.

mod apply;
mod queries;

pub(crate) use apply::Imports;
pub use queries::{ImportRow, all, by_ids};
