//! The telephone directory as it stands, and how often each of its numbers was given or asked for.

mod apply;
pub(crate) mod queries;
pub(crate) mod row;

pub(crate) use apply::Directory;
pub use queries::{by_ids, entries, mentions, ranking};
pub use row::{Act, EntryRow, Mention, RankRow};
