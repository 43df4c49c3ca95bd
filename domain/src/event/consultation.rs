//! What happens in one matter of one caller.

use serde::{Deserialize, Serialize};

use crate::id::{AgentId, CallId, CallerId, ConsultationId, DirectoryEntryId, TransferId};
use crate::log::Version;
use crate::personal::Personal;
use crate::value::*;

/// A consultation began: an answered call, or a completed callback to a missed call.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ConsultationOpened {
    /// Whose matter it is, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller: Option<CallerId>,
    /// Who took it, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentId>,
    /// Through what it came.
    pub channel: Channel,
    /// Why they called.
    pub contact_reason: ContactReason,
    /// The call or callback; no two consultations have the same.
    pub opened_by: OpenedBy,
}

/// A further call belongs to the consultation. It counts as no further consultation.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CallAttached {
    /// The call.
    pub call: CallId,
    /// Why it belongs here.
    pub reason: AttachReason,
}

/// The matter was put in a category.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ConsultationCategorised {
    /// The category.
    pub code: Code,
    /// The taxonomy it is taken from.
    pub taxonomy_version: u32,
}

/// A note was written.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct NoteRecorded {
    /// What it holds.
    pub kind: NoteKind,
    /// What it says.
    pub text: Personal<NoteText>,
}

/// The caller was told about something.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct GuidanceGiven {
    /// About what.
    pub kind: GuidanceKind,
}

/// The caller was given a number of the directory.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct NumberGiven {
    /// Whose number.
    pub entry: DirectoryEntryId,
    /// The entry's version that was read out.
    pub entry_version: u32,
}

/// The caller asked for a number of the directory by name, whether it was given, connected or neither.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct NumberAskedFor {
    /// Whose number.
    pub entry: DirectoryEntryId,
    /// The entry's version at that moment.
    pub entry_version: u32,
}

/// The agent asked an officer to take the call.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TransferRequested {
    /// This request.
    pub transfer: TransferId,
    /// Warm or cold.
    pub kind: TransferKind,
    /// The officer's department.
    pub department: DisplayText,
    /// The officer, if named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub officer: Option<Personal<PersonName>>,
    /// What the agent told the officer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brief: Option<Personal<NoteText>>,
}

/// The officer took the call.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TransferAccepted {
    /// Which request.
    pub transfer: TransferId,
}

/// The officer would not take the call.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TransferDeclined {
    /// Which request.
    pub transfer: TransferId,
    /// Why.
    pub reason: DeclineReason,
}

/// The officer could not be reached.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TransferUnanswered {
    /// Which request.
    pub transfer: TransferId,
    /// Why.
    pub cause: UnansweredCause,
}

/// The officer gave the call back to the agent.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TransferReturned {
    /// Which request.
    pub transfer: TransferId,
}

/// Another agent goes on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ConsultationReassigned {
    /// Who had it, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<AgentId>,
    /// Who has it now.
    pub to: AgentId,
}

/// The matter is settled.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ConsultationResolved {
    /// Who settled it.
    pub by: ResolvedBy,
    /// How.
    pub outcome: Outcome,
}

/// A settled matter was taken up again.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ConsultationReopened {
    /// Why.
    pub reason: ReopenReason,
}

/// Two consultations belong together.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ConsultationLinked {
    /// The other one.
    pub other: ConsultationId,
    /// How they belong together.
    pub kind: LinkKind,
}

/// Something recorded earlier was wrong.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ConsultationCorrected {
    /// What is right.
    pub what: Correction,
    /// Why, in free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Personal<ReasonText>>,
    /// A corrected note's text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Personal<NoteText>>,
}

/// The consultation does not count and never did.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ConsultationVoided {
    /// Why.
    pub reason: VoidReason,
    /// More about it, in free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Personal<ReasonText>>,
}

/// What a correction sets right. Days never move: what was recorded on a wrong day is voided and recorded anew.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "field", rename_all = "snake_case")]
pub enum Correction {
    /// Who took the consultation.
    Agent {
        /// The right agent.
        agent: AgentId,
    },
    /// Why they called.
    ContactReason {
        /// The right reason.
        contact_reason: ContactReason,
    },
    /// What a note says; the text stands beside, sealed.
    Note {
        /// The version in this stream at which the note was recorded.
        note: Version,
    },
}
