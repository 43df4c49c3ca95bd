//! Where in the log there are events of a type: the log itself has no index by type, which would cost every append. This one
//! is coarse, so that it stays small and is written seldom.

mod apply;
pub(crate) mod queries;

pub(crate) use apply::EventTypes;
pub use queries::events;
