//! What can go wrong between the log and a similar inquiry.

use std::path::PathBuf;

use sangdam_domain::log::{LogId, Position};
use sangdam_eventstore::StoreError;
use sangdam_projections::FactError;
use tantivy::TantivyError;

/// The index could not be kept up to date, or gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The index itself failed: its files are damaged, or the disk is full.
    #[error("the search index failed: {0}")]
    Index(#[from] TantivyError),
    /// A file or folder beside the index failed.
    #[error("the search index's folder {folder} cannot be used: {source}")]
    Folder {
        /// Which folder.
        folder: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The ledger could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An event cannot be decoded: the index stands before it until a release can.
    #[error("the search index cannot go on: {0}")]
    Fact(#[from] FactError),
    /// There is no index to ask yet: it is being opened, or built anew.
    #[error("the search index of {0} is being opened; ask again in a moment")]
    NotOpen(LogId),
    /// The position was not reached in time.
    #[error("the search index of {log} is at position {applied}; {wanted} was not reached in time")]
    Timeout {
        /// The log.
        log: LogId,
        /// Where it is.
        applied: Position,
        /// Where it should be.
        wanted: Position,
    },
    /// Another process writes to this index.
    #[error("another process keeps the search index in {0} up to date; stop it, or name another folder")]
    Busy(PathBuf),
    /// What is indexed is not what it should be, so it is built anew.
    #[error("the search index is damaged and is being built anew: {0}")]
    Damaged(String),
    /// The work was given up, because the process is shutting down or something is broken inside.
    #[error("work on the search index ended early: {0}")]
    Ended(String),
}

impl From<tokio::task::JoinError> for SearchError {
    fn from(error: tokio::task::JoinError) -> Self {
        Self::Ended(error.to_string())
    }
}
