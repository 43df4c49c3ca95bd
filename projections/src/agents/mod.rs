//! Agents: what they do, never who they are.

mod apply;
mod queries;
mod row;

pub(crate) use apply::Agents;
pub use queries::{all, by_ids};
pub use row::AgentRow;
