//! What an agent does.

use serde::{Deserialize, Serialize};

use crate::personal::Personal;
use crate::value::{AgentState, Code, PersonName};

/// An agent works here.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AgentRegistered {
    /// The agent's name, sealed under the agent's own key.
    pub name: Personal<PersonName>,
    /// The agent's extension in the telephone system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension: Option<Code>,
}

/// A shift began; the agent is available.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ShiftStarted {}

/// The agent does something else now.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AgentStateChanged {
    /// What.
    pub state: AgentState,
}

/// The shift is over.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ShiftEnded {}

/// The agent works here no longer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AgentRetired {}
