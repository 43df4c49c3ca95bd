//! Calls as a telephone system tells of them while they happen: the generic CTI interface that Zammad defined, and that
//! telephone systems already speak (docs/telephony.md).
//!
//! A message is read by [`sangdam_records::cti`] and means something by [`meaning`], both without any I/O; [`carry_out`] looks up who is
//! spoken of and writes.

pub mod agents;
pub mod carry_out;
pub mod meaning;

pub use carry_out::{CtiError, carry_out};
