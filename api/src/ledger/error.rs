//! How the ledger says no.

use sangdam_domain::actor::Subject;
use sangdam_domain::id::{CallerId, CommandId, ConsultationId};
use sangdam_domain::log::{Position, StreamId, StreamKind, Version};
use sangdam_domain::rejection::Rejection;
use sangdam_domain::time::Timestamp;
use sangdam_eventstore::{AppendError, LEAF_BYTES_MAX, StoreError};

use super::commit::{OPENED_BY, PHONE};

/// An aggregate could not be loaded: the system's fault, not the client's.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An event cannot be read.
    #[error("the event at position {position} cannot be read: {source}")]
    Unreadable {
        /// Where it stands.
        position: Position,
        /// Why.
        source: Box<sangdam_projections::FactError>,
    },
}

/// Why a command had no effect.
#[derive(Debug, thiserror::Error)]
pub enum ExecuteError {
    /// The state of things forbids it.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// The client expected another version.
    #[error("{stream} is at version {actual}, not {expected}; read it again and decide anew")]
    VersionConflict {
        /// The stream.
        stream: StreamId,
        /// What the client expected.
        expected: Version,
        /// What is.
        actual: Version,
    },
    /// The command id was used for something else.
    #[error("command {0} was carried out before with another content; use a new id for a new command")]
    CommandReused(CommandId),
    /// It is said to have happened in the future.
    #[error(
        "{given} lies in the future: the ledger's clock says {now}, and at most {FUTURE_SECONDS_MAX} seconds ahead of it are allowed"
    )]
    OccurredInFuture {
        /// What was given.
        given: Timestamp,
        /// What the ledger's clock says.
        now: Timestamp,
    },
    /// An event would be longer than a leaf may be.
    #[error("a `{event_type}` would take {bytes} bytes in the ledger; at most {LEAF_BYTES_MAX} are allowed")]
    TooLarge {
        /// The event's name.
        event_type: &'static str,
        /// How long it would be.
        bytes: usize,
    },
    /// Others kept writing to the stream.
    #[error("{0} is being written to by others all the time; try again")]
    Contended(StreamId),
    /// The decision contradicts what the ledger can keep: a defect of this program.
    #[error("the ledger cannot keep this: {0}")]
    Unkeepable(String),
    /// What is needed could not be loaded, or nothing could be stored.
    #[error(transparent)]
    Load(#[from] LoadError),
}

/// How far ahead of the ledger's clock a command may say that it happened.
pub(super) const FUTURE_SECONDS_MAX: i64 = 300;

impl ExecuteError {
    /// The client's own doing: a retry of something that was carried out may look like this.
    pub(super) fn is_refusal(&self) -> bool {
        !matches!(self, Self::Contended(_) | Self::Unkeepable(_) | Self::Load(_))
    }
}

impl From<StoreError> for ExecuteError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::SubjectErased(Subject::Caller(_) | Subject::Call(_) | Subject::Consultation(_)) => {
                Self::Rejected(Rejection::CallerErased)
            }
            other => Self::Load(LoadError::Store(other)),
        }
    }
}

impl From<AppendError> for ExecuteError {
    /// A lost race is [`ExecuteError::Contended`]: who can try again must look at it before.
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::VersionConflict { stream, .. } => Self::Contended(stream),
            AppendError::ClaimTaken { namespace, owner } => taken(&namespace, owner),
            AppendError::AlreadyAppended { recorded } => Self::CommandReused(recorded.command_id),
            AppendError::TooLarge { event_type, bytes } => Self::TooLarge { event_type, bytes },
            error @ (AppendError::NotCanonical { .. } | AppendError::Empty) => {
                Self::Unkeepable(error.to_string())
            }
            AppendError::Store(error) => error.into(),
        }
    }
}

fn taken(namespace: &str, owner: StreamId) -> ExecuteError {
    match (namespace, owner.kind) {
        (PHONE, StreamKind::Caller) => {
            Rejection::PhoneOfAnotherCaller { caller: CallerId::from_uuid(owner.uuid) }.into()
        }
        (OPENED_BY, StreamKind::Consultation) => {
            Rejection::CallInOtherConsultation { consultation: ConsultationId::from_uuid(owner.uuid) }.into()
        }
        _ => ExecuteError::Unkeepable(format!("`{namespace}` is claimed by {owner}")),
    }
}
