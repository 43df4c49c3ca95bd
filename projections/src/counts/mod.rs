//! How many: consultations and calls by day, month, year, hour, agent and category.

mod calls;
mod consultations;
mod queries;
mod tally;

pub(crate) use calls::{CALL_TABLES, CallCounts, CountedCall};
pub(crate) use consultations::{CONSULTATION_TABLES, ConsultationCounts, Counted};
pub use queries::{By, CountRow, Key, YearRow, counts, yearly_counts};
pub(crate) use tally::Tally;
