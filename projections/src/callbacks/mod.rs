//! Promises to call back, as they stand.

mod apply;
mod queries;
mod row;

pub(crate) use apply::Callbacks;
pub use queries::{by_ids, of, open, open_of_callers};
pub(crate) use row::TABLE;
pub use row::{CallbackRow, CallbackStatus};
