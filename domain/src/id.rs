//! Every kind of id, in one registry. No bare `Uuid` crosses a function's signature elsewhere.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The text given is not an id of the kind expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is not a {kind} id: expected a UUID like 0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b")]
pub struct InvalidId {
    /// What kind of id was expected.
    pub kind: &'static str,
    /// What was given instead.
    pub given: String,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident => $kind:literal),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// What this id names, as it stands in stream names and messages.
            pub const KIND: &'static str = $kind;

            /// Wraps a UUID that is known to name a thing of this kind.
            pub const fn from_uuid(uuid: Uuid) -> Self { Self(uuid) }

            /// The UUID inside.
            pub const fn uuid(self) -> Uuid { self.0 }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write!(f, "{}/{}", $kind, self.0) }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Uuid::try_parse(text)
                    .map(Self)
                    .map_err(|_| InvalidId { kind: $kind, given: text.chars().take(80).collect() })
            }
        }
    )*};
}

ids! {
    /// A person who answers calls.
    AgentId => "agent",
    /// A promise to call somebody back.
    CallbackId => "callback",
    /// A person, or an unknown number, who called. A pseudonym: it says nothing about who it is.
    CallerId => "caller",
    /// One telephone leg.
    CallId => "call",
    /// What makes a command safe to retry: the same id with the same content has one effect.
    CommandId => "command",
    /// One matter of one caller.
    ConsultationId => "consultation",
    /// One number of the telephone directory.
    DirectoryEntryId => "directory-entry",
    /// One event, worldwide.
    EventId => "event",
    /// One run of an import.
    ImportId => "import",
    /// One article of what is known.
    KnowledgeArticleId => "knowledge-article",
    /// One deployment of the ledger. It stands in every leaf, so that leaves of two ledgers never match.
    LedgerId => "ledger",
    /// One run of a scheduled report.
    ReportRunId => "report-run",
    /// When a report is due.
    ReportScheduleId => "report-schedule",
    /// One record of a telephone system that is kept as it stands.
    TelephoneRecordId => "telephone-record",
    /// One request for a transfer within a consultation.
    TransferId => "transfer",
}
