//! The room of numbers that are handed on: reports. They say at which position and root they were taken, and
//! read what the read models and the log tell; they count nothing themselves.
//!
//! A report answers a [`Question`] as of a position: [`position_of`] says which, [`render`] takes the report, writes it in
//! a format and gives its [`Receipt`]; [`check`] says what has become of a file since.

pub mod check;

mod error;
mod kinds;
mod moment;
mod question;
mod receipt;
mod render;

pub use error::ReportError;
pub use moment::{AsOf, InvalidAsOf, last_full_year, position_of};
pub use question::{
    InvalidPeriod, InvalidQuestion, Kind, Period, Question, THRESHOLD, THRESHOLD_MAX, TOP, TOP_MAX, Target,
};
pub use receipt::{Claim, InvalidClaim, Receipt};
pub use render::{Progress, Sources, Step, render, unheard};
