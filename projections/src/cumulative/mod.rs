//! The cumulative count and its milestones, on two bases: since the records are complete, and since the centre opened,
//! with what was handled before the records as it was declared, or unknown.

mod queries;
mod steps;

pub use queries::{Basis, BasisKind, Cumulative, Milestone, bases, cumulative, milestones};
pub(crate) use steps::{STEPS, Steps};
