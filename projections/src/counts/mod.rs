//! How many: consultations and calls by day, month, year, hour, agent and category.

mod calls;
mod consultations;
mod queries;
mod tally;
mod weekdays;

pub(crate) use calls::{
    CALL_AGENTS, CALL_HOURS, CALL_TABLES, CALL_WAITS, CALL_YEARS, CallCounts, CountedCall,
};
pub(crate) use consultations::{
    CONSULTATION_AGENTS, CONSULTATION_CATEGORIES, CONSULTATION_HOURS, CONSULTATION_TABLES,
    CONSULTATION_YEARS, ConsultationCounts, Counted,
};
pub use queries::{By, CountRow, Key, YearRow, counts, yearly_counts};
pub(crate) use tally::Tally;
pub use weekdays::{DayCount, WeekHour, by_hour_and_weekday};
pub(crate) use weekdays::{days_of_week, of_week, slot_of_day, slot_of_hour};
