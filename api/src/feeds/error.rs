//! Why a feed broke off, or did not begin.

use std::path::PathBuf;

use sangdam_domain::log::{LogId, Position};
use sangdam_eventstore::StoreError;
use sangdam_projections::CatchUpError;

use crate::table::WriteError;
use crate::whole_file::CannotWrite;

/// A feed that broke off, or did not begin.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// The log could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is stored is no envelope.
    #[error("the event at position {position} cannot be handed on: {problem}; `sangdam verify` tells more")]
    Unreadable {
        /// Where.
        position: Position,
        /// Why.
        problem: serde_json::Error,
    },
    /// It was to go on behind a position that the log does not have.
    #[error(
        "there is no position {since} in {log}: it ends at {head}. Was {since} given out by another ledger, or by this one \
         before it was restored from a backup? What came after {head} then is not known here: begin anew, from 0"
    )]
    Beyond {
        /// The log.
        log: LogId,
        /// Where it was to go on.
        since: Position,
        /// Where the log ends.
        head: Position,
    },
    /// The read models could not be brought up to date, or failed.
    #[error(transparent)]
    CatchUp(#[from] CatchUpError),
    /// It could not be written as a table.
    #[error("what was exported could not be written: {0}")]
    Table(#[from] WriteError),
    /// The file cannot be written.
    #[error(transparent)]
    WholeFile(#[from] CannotWrite),
    /// It could not be written.
    #[error("what was exported could not be written: {0}")]
    Write(#[from] std::io::Error),
    /// The file that it is followed to cannot be used.
    #[error("{path} cannot be used: {problem}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        problem: std::io::Error,
    },
    /// The file that it is to be followed to holds something else.
    #[error(
        "{path} is not gone on with, and is left as it is: {problem}. Name another file, or move this one away"
    )]
    OtherFile {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
}
