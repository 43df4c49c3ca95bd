//! How many: consultations and calls by day, month, year, hour, agent and category.

mod queries;
mod tally;

pub use queries::{By, CountRow, Key, YearRow, counts, yearly_counts};
pub(crate) use tally::Tally;
