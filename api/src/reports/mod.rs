//! The room of numbers that are handed on: reports and exports. They say at which position and root they were taken, and
//! read what the read models and the log tell; they count nothing themselves.

pub mod events;
pub mod format;
pub mod yearly;
