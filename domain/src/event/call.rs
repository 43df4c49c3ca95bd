//! What happens to one telephone leg.

use serde::{Deserialize, Serialize};

use crate::id::{AgentId, CallerId};
use crate::personal::Personal;
use crate::value::{
    Code, DialledNumber, Direction, EndedBy, Evidence, ExternalReference, NoConsultationReason, PhoneNumber,
    QueueExit, RingEnd,
};

/// A call reached the centre, or the centre placed one.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CallOffered {
    /// Which way it went.
    pub direction: Direction,
    /// Who called (or was called); absent where the number was withheld.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Personal<PhoneNumber>>,
    /// Whose number it is, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller: Option<CallerId>,
    /// The number dialled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dialled: Option<DialledNumber>,
    /// The queue it waited in, if it waited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<Code>,
    /// Its id in the telephone system or an import.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_reference: Option<Personal<ExternalReference>>,
    /// How this is known.
    pub evidence: Evidence,
}

/// An agent answered.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CallAnswered {
    /// Who answered, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentId>,
    /// From the offer to the answer.
    pub wait_seconds: u32,
    /// How this is known.
    pub evidence: Evidence,
}

/// The caller hung up before anybody answered.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CallAbandoned {
    /// From the offer to the hang-up.
    pub wait_seconds: u32,
    /// How this is known.
    pub evidence: Evidence,
}

/// The call left its queue without an answer or a hang-up.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CallLeftQueue {
    /// Why.
    pub reason: QueueExit,
    /// How this is known.
    pub evidence: Evidence,
}

/// The call was offered outside the opening hours.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CallCameOutOfHours {
    /// The operating calendar that says so.
    pub calendar_version: u32,
}

/// The line broke.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CallDropped {
    /// How this is known.
    pub evidence: Evidence,
}

/// The call is over.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CallEnded {
    /// Who ended it.
    pub by: EndedBy,
    /// From the answer to the end, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub talk_seconds: Option<u32>,
    /// The telephone system's cause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Code>,
    /// How this is known.
    pub evidence: Evidence,
}

/// An answered call was no consultation: nothing is missing from the ledger for it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CallNeededNoConsultation {
    /// Why.
    pub reason: NoConsultationReason,
}

/// The call rang at an agent who did not answer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CallRangUnanswered {
    /// At whom, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentId>,
    /// How long it rang.
    pub ring_milliseconds: u32,
    /// Why it stopped.
    pub end: RingEnd,
    /// How this is known.
    pub evidence: Evidence,
}
