//! The room of reports that are made at set times.

pub mod cron;
pub mod deliver;
pub mod due;
