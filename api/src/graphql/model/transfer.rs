//! Transfers to officers.

use async_graphql::{Enum, ID, SimpleObject};
use sangdam_domain::aggregate;
use sangdam_projections::At;

use super::{Actor, PersonalText};
use crate::graphql::code::{DeclineReason, TransferKind, UnansweredCause};
use crate::graphql::node::global;
use crate::graphql::scalar::DateTime;

/// What came of a request for a transfer.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum TransferStatus {
    /// Nothing yet.
    Requested,
    /// The officer took the call.
    Accepted,
    /// The officer would not.
    Declined,
    /// The officer could not be reached.
    Unanswered,
    /// The officer took the call and gave it back.
    Returned,
}

/// A request for a transfer to an officer.
#[derive(SimpleObject)]
pub struct Transfer {
    /// The global id.
    pub id: ID,
    /// Warm or cold.
    pub kind: TransferKind,
    /// The officer's department.
    pub department: String,
    /// The officer, if named.
    pub officer: Option<PersonalText>,
    /// What the agent told the officer.
    pub brief: Option<PersonalText>,
    /// When it was asked for.
    pub requested_at: DateTime,
    /// Who asked.
    pub requested_by: Actor,
    /// What came of it.
    pub status: TransferStatus,
    /// Why the officer would not.
    pub decline_reason: Option<DeclineReason>,
    /// Why the officer could not be reached.
    pub unanswered_cause: Option<UnansweredCause>,
    /// When something came of it.
    pub settled_at: Option<DateTime>,
}

impl Transfer {
    pub(super) fn new(at: &At, transfer: &aggregate::Transfer) -> Self {
        use aggregate::TransferStatus as Status;
        let what = &transfer.requested.what;
        let (status, decline_reason, unanswered_cause) = match transfer.status {
            Status::Requested => (TransferStatus::Requested, None, None),
            Status::Accepted => (TransferStatus::Accepted, None, None),
            Status::Declined(reason) => (TransferStatus::Declined, Some(reason.into()), None),
            Status::Unanswered(cause) => (TransferStatus::Unanswered, None, Some(cause.into())),
            Status::Returned => (TransferStatus::Returned, None, None),
        };
        Self {
            id: global(what.transfer),
            kind: what.kind.into(),
            department: what.department.as_str().to_owned(),
            officer: what.officer.as_ref().map(|name| PersonalText::of(name, |name| name.as_str())),
            brief: what.brief.as_ref().map(|brief| PersonalText::of(brief, |text| text.as_str())),
            requested_at: transfer.requested.at.into(),
            requested_by: Actor::new(at, &transfer.requested.by),
            status,
            decline_reason,
            unanswered_cause,
            settled_at: transfer.settled_at.map(Into::into),
        }
    }
}
