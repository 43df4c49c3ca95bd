//! What can go wrong between the log and a query's answer.

use sangdam_domain::event::UnreadableEvent;
use sangdam_domain::log::{LogId, Position};
use sangdam_eventstore::StoreError;

/// A question to the read models that got no answer.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The database said no, or could not be reached.
    #[error("the read models' database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// The read models have not come so far yet.
    #[error(
        "the read models of {log} have come to position {applied}, not to {wanted} yet; ask again in a moment, or as of an \
         earlier position"
    )]
    NotYet {
        /// The log.
        log: LogId,
        /// Where they are.
        applied: Position,
        /// Where they were asked to be.
        wanted: Position,
    },
    /// The tables that are read were made by a release that kept no past.
    #[error(
        "the read model `{projection}` of {log} is one of an earlier release, which kept no past; it is being built anew, \
         or `sangdam rebuild` does it: ask again after that"
    )]
    NoPast {
        /// The log.
        log: LogId,
        /// Of which projection.
        projection: String,
    },
    /// The tables could not be brought up to date, or the ledger could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// An event that cannot be decoded.
#[derive(Debug, thiserror::Error)]
pub enum FactError {
    /// Its leaf is not the envelope that it should be.
    #[error("the envelope at position {position} cannot be read: {problem}")]
    Envelope {
        /// Where.
        position: Position,
        /// What is wrong.
        problem: String,
    },
    /// Its body does not fit its type.
    #[error("the event at position {position} cannot be read: {source}")]
    Body {
        /// Where.
        position: Position,
        /// What does not fit.
        source: UnreadableEvent,
    },
}

impl FactError {
    /// Where the event stands.
    pub fn position(&self) -> Position {
        match self {
            Self::Envelope { position, .. } | Self::Body { position, .. } => *position,
        }
    }
}

/// An event that a projection cannot apply: the rows that it is about are not there, or contradict it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct Inapplicable(pub String);

/// Why the read models stopped short of a position.
#[derive(Debug, thiserror::Error)]
pub enum CatchUpError {
    /// The database or the store failed.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// An event cannot be applied; the projection stands before it until it is mended and started again.
    #[error(
        "the projection `{projection}` of {log} cannot apply the event at position {position}: {problem}"
    )]
    Stopped {
        /// The projection.
        projection: String,
        /// The log.
        log: LogId,
        /// The event's position.
        position: Position,
        /// Why.
        problem: String,
    },
    /// The position was not reached in time.
    #[error("the read models of {log} are at position {applied}; {wanted} was not reached in time")]
    Timeout {
        /// The log.
        log: LogId,
        /// Where they are.
        applied: Position,
        /// Where they should be.
        wanted: Position,
    },
    /// The read models hold more events than the log has.
    #[error(
        "the read models of {log} hold {applied} events, but the ledger has {head} of it: they were made from another \
         ledger, or from a later state of this one. Remove them (`read.db`, or the schema `read`) and rebuild"
    )]
    Ahead {
        /// The log.
        log: LogId,
        /// Where they are.
        applied: Position,
        /// The log's last position.
        head: Position,
    },
    /// The runner has been shut down.
    #[error("the read models of {0} are no longer kept up to date: the process is shutting down")]
    Closed(LogId),
}

impl From<sqlx::Error> for CatchUpError {
    fn from(error: sqlx::Error) -> Self {
        Self::Read(ReadError::Database(error))
    }
}

impl From<StoreError> for CatchUpError {
    fn from(error: StoreError) -> Self {
        Self::Read(ReadError::Store(error))
    }
}
