//! The room of reports that are made at set times: what `reports.toml` says ([`config`]), when it is due, and bringing each
//! report where it is to go ([`deliver`]).
//!
//! A run is due once on however many processes: whoever appends its start first has it ([`worker`], [`attempt`]). Bringing it may happen
//! twice, where a process ends in between, and comes out as if it had happened once.

pub mod attempt;
pub mod config;
pub mod cron;
pub mod deliver;
pub mod due;
pub mod outlook;
pub mod scheduler;
pub mod template;
pub mod worker;

mod making;
mod render;

pub use config::{Reports, ReportsFileError};
pub use scheduler::Scheduler;
