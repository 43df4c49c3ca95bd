//! What a telephone system wrote that no other event says.

use serde::{Deserialize, Serialize};

use crate::id::{AgentId, CallId, CallerId};
use crate::personal::Personal;
use crate::value::{Code, Evidence, RecordText};

/// A record of a telephone system was kept as it stands: of a kind that is not known here, or one that says more than
/// the events made of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TelephoneRecordKept {
    /// The kind of file: `queue-log`.
    pub format: Code,
    /// The telephone system, as the import or the tail names it.
    pub source: Code,
    /// What the record calls itself, in lower case; absent where that is no word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Code>,
    /// The call that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<CallId>,
    /// Whose call that is, if the offer said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller: Option<CallerId>,
    /// The agent that it names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentId>,
    /// The record itself.
    pub record: Personal<RecordText>,
    /// How this is known.
    pub evidence: Evidence,
}
