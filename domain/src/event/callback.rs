//! What becomes of a promise to call back.

use serde::{Deserialize, Serialize};

use crate::id::{AgentId, CallId, CallerId};
use crate::time::Timestamp;
use crate::value::{AttemptResult, CallbackFor, CancelReason};

/// A callback was promised.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CallbackPromised {
    /// Until when.
    pub due: Timestamp,
    /// For what: a consultation, or a missed call.
    pub promised_for: CallbackFor,
    /// Whom to call, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller: Option<CallerId>,
    /// Who promised it, if anybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentId>,
}

/// Somebody tried to call back.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CallbackAttempted {
    /// What came of it.
    pub result: AttemptResult,
    /// The outbound call, if recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<CallId>,
}

/// The promise was kept.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CallbackCompleted {
    /// The call that kept it.
    pub call: CallId,
}

/// The callback will not be made.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CallbackCancelled {
    /// Why.
    pub reason: CancelReason,
}
