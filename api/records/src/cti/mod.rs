//! The generic CTI interface that Zammad defined: a message's fields, and what its causes say (docs/telephony.md).

pub mod cause;
mod form;
mod parse;

pub use parse::{CALL_ID_CHARS_MAX, Event, Invalid, Push, parse};
