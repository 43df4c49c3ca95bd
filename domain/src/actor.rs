//! Who did it, and whose personal data an event holds.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::id::{AgentId, CallId, CallerId, ConsultationId};

/// What kind of actor made a command.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    /// An agent at work.
    Agent,
    /// Staff of the county: administrators, auditors.
    Staff,
    /// The ledger itself.
    System,
    /// An import of earlier records.
    Import,
    /// The demo county.
    Demo,
    /// Anybody, on a server that runs open, on loopback.
    Open,
}

/// Who made a command: a kind and an opaque id, never a name.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Actor {
    /// The opaque id: an agent's or staff member's UUID, an import's, or `-`.
    pub id: String,
    /// What kind.
    pub kind: ActorKind,
}

impl Actor {
    /// An actor of a kind that has no ids.
    pub fn of(kind: ActorKind) -> Self {
        Self { id: "-".to_owned(), kind }
    }

    /// An agent.
    pub fn agent(agent: AgentId) -> Self {
        Self { id: agent.to_string(), kind: ActorKind::Agent }
    }
}

/// Whose personal data it is: a data subject has a key of its own, and is forgotten by destroying that key.
/// While nobody knows whose a call or consultation is, the call or consultation is its own subject.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// An agent, for the agent's own name.
    Agent(AgentId),
    /// A call of an unknown caller.
    Call(CallId),
    /// A caller.
    Caller(CallerId),
    /// A consultation of an unknown caller.
    Consultation(ConsultationId),
}

impl Subject {
    /// The 17 bytes that tables hold: a code, then the UUID.
    pub fn to_bytes(self) -> [u8; 17] {
        let (code, uuid) = match self {
            Self::Call(id) => (1, id.uuid()),
            Self::Consultation(id) => (2, id.uuid()),
            Self::Caller(id) => (4, id.uuid()),
            Self::Agent(id) => (5, id.uuid()),
        };
        let mut bytes = [0; 17];
        bytes[0] = code;
        bytes[1..].copy_from_slice(uuid.as_bytes());
        bytes
    }

    /// From the bytes of a table.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (code, uuid) = bytes.split_first()?;
        let uuid = Uuid::from_slice(uuid).ok()?;
        match code {
            1 => Some(Self::Call(CallId::from_uuid(uuid))),
            2 => Some(Self::Consultation(ConsultationId::from_uuid(uuid))),
            4 => Some(Self::Caller(CallerId::from_uuid(uuid))),
            5 => Some(Self::Agent(AgentId::from_uuid(uuid))),
            _ => None,
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Agent(id) => write!(f, "agent/{id}"),
            Self::Call(id) => write!(f, "call/{id}"),
            Self::Caller(id) => write!(f, "caller/{id}"),
            Self::Consultation(id) => write!(f, "consultation/{id}"),
        }
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text given names no data subject.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a data subject: expected agent/, call/, caller/ or consultation/ and a UUID")]
pub struct InvalidSubject(pub String);

impl FromStr for Subject {
    type Err = InvalidSubject;

    fn from_str(text: &str) -> Result<Self, InvalidSubject> {
        let invalid = || InvalidSubject(text.chars().take(80).collect());
        let (kind, uuid) = text.split_once('/').ok_or_else(invalid)?;
        let uuid = Uuid::try_parse(uuid).map_err(|_| invalid())?;
        match kind {
            "agent" => Ok(Self::Agent(AgentId::from_uuid(uuid))),
            "call" => Ok(Self::Call(CallId::from_uuid(uuid))),
            "caller" => Ok(Self::Caller(CallerId::from_uuid(uuid))),
            "consultation" => Ok(Self::Consultation(ConsultationId::from_uuid(uuid))),
            _ => Err(invalid()),
        }
    }
}

impl Serialize for Subject {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Subject {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
