//! The telephone directory as it stands, and how often each of its numbers was given.

mod apply;
mod queries;
mod row;

pub(crate) use apply::Directory;
pub use queries::{by_ids, entries, ranking};
pub use row::{EntryRow, RankRow};
