//! Why there is no report.

use sangdam_domain::log::{LogId, Position};
use sangdam_domain::time::Timestamp;
use sangdam_eventstore::StoreError;
use sangdam_projections::{CatchUpError, ReadError};

/// A report that could not be taken or written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The log could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The read models could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The read models could not catch up with the log.
    #[error(transparent)]
    CatchUp(#[from] CatchUpError),
    /// The position is none of the log's.
    #[error("{log} has no position {position}: it reaches from 1 to {head}")]
    NoSuchPosition {
        /// The log.
        log: LogId,
        /// What was asked for.
        position: Position,
        /// The last one there is.
        head: Position,
    },
    /// Nothing was recorded then.
    #[error("nothing was recorded in {log} at {time}: the first event came later")]
    BeforeTheBeginning {
        /// The log.
        log: LogId,
        /// What was asked for.
        time: Timestamp,
    },
    /// Nobody knows yet.
    #[error("{0} has not come yet: ask for a moment that has, or leave it out for now")]
    NotYet(Timestamp),
    /// Rows could not be kept or written.
    #[error("the report could not be written: {0}")]
    Write(#[from] std::io::Error),
    /// A format's library refused.
    #[error("the report could not be written as {format}: {problem}")]
    Format {
        /// The format.
        format: &'static str,
        /// What it said.
        problem: String,
    },
}
