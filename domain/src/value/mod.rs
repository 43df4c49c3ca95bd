//! Parsed values: made at the edge from what people and machines send, valid ever after.

mod code;
mod mobile;
mod phone;
mod resident;
mod spelling;
mod text;

pub use code::*;
pub use phone::{DialledNumber, PhoneNumber};
pub use text::{ArticleText, DisplayText, ExternalReference, NoteText, PersonName, ReasonText, RecordText};

/// A value that could not be parsed: which field it was meant for, what was expected, and why it did not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}: {problem}")]
pub struct Invalid {
    /// What was to be parsed, in words: `phone number`, `note`.
    pub what: &'static str,
    /// What is wrong and what was expected. Never repeats personal data.
    pub problem: String,
}
