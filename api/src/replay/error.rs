//! Why there is nothing to replay.

use sangdam_domain::log::{LogId, Position};
use sangdam_domain::time::Timestamp;
use sangdam_eventstore::StoreError;
use sangdam_projections::ReadError;

use crate::ledger::LoadError;

/// Why a replay cannot be, or cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// There is no such thing.
    #[error("{log} has no {what} up to position {last}")]
    NotFound {
        /// What was asked for: `caller 0190a1b2-…`.
        what: String,
        /// The log.
        log: LogId,
        /// Where the replay was to end.
        last: Position,
    },
    /// A position that the log does not have.
    #[error("`{end}`: {log} has positions 1 to {head}, not {given}")]
    NoSuchPosition {
        /// Which end of the range: `from` or `to`.
        end: &'static str,
        /// The log.
        log: LogId,
        /// What was given.
        given: Position,
        /// The last position.
        head: Position,
    },
    /// A range that begins after everything, or ends before.
    #[error("`{end}`: {log} was written from {first} to {last}, not at {given}")]
    NothingRecorded {
        /// Which end of the range: `from` or `to`.
        end: &'static str,
        /// The log.
        log: LogId,
        /// What was given.
        given: Timestamp,
        /// When its first event was recorded.
        first: Timestamp,
        /// When its last event was recorded.
        last: Timestamp,
    },
    /// The range ends before it begins.
    #[error("`from` is after `to`: the range would begin at position {first} and end at {last}")]
    Reversed {
        /// Where it would begin.
        first: Position,
        /// Where it would end.
        last: Position,
    },
    /// Nothing was recorded yet.
    #[error("{0} is empty: there is nothing to replay")]
    Empty(LogId),
    /// The log could not be read.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The read models could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}

impl From<StoreError> for ReplayError {
    fn from(error: StoreError) -> Self {
        Self::Load(error.into())
    }
}
