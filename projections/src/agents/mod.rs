//! Agents: what they do, never who they are.

mod apply;
mod duty;
mod figures;
mod queries;
mod row;
mod spells;

pub(crate) use apply::Agents;
pub use duty::{DutyHour, on_duty};
pub use figures::{AgentFigures, figures};
pub use queries::{all, by_ids};
pub use row::AgentRow;
pub(crate) use spells::{SPELLS, overlapping};
