//! One row for each call, as it stands now.

mod apply;
pub(crate) mod queries;
mod row;

pub(crate) use apply::Calls;
pub use queries::{by_ids, cut_off, of_callers, page, unaccounted, under_way};
pub(crate) use row::TABLE;
pub use row::{CallFilter, CallRow, CallStatus};
