//! The events: immutable facts in the past tense. Names, fields and codes are final once written; new meaning means a
//! new event, or a new schema version with an upcaster in [`upcast`].

mod agent;
mod call;
mod callback;
mod caller;
mod centre;
mod consultation;
mod directory;
mod knowledge;
mod report;
mod telephone;
pub mod upcast;

use serde_json::{Map, Value};

pub use agent::*;
pub use call::*;
pub use callback::*;
pub use caller::*;
pub use centre::*;
pub use consultation::*;
pub use directory::*;
pub use knowledge::*;
pub use report::*;
pub use telephone::*;

use crate::actor::Actor;
use crate::id::EventId;
use crate::log::{Position, StreamKind, Version};
use crate::time::Timestamp;

/// An event as an aggregate or a projection meets it: what happened, when, and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// The event's own id.
    pub event_id: EventId,
    /// Its place in the log.
    pub position: Position,
    /// Its place in its stream.
    pub version: Version,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// When the ledger learnt it.
    pub recorded_at: Timestamp,
    /// Who made the command.
    pub actor: Actor,
    /// What happened.
    pub event: Event,
}

/// A body that does not fit its event's type and schema version.
#[derive(Debug, thiserror::Error)]
pub enum UnreadableEvent {
    /// No event has that name.
    #[error("no event is called `{0}`")]
    UnknownType(String),
    /// A later release wrote it.
    #[error("`{event_type}` has schema version {given}, but this release knows versions 1 to {known}")]
    LaterSchema {
        /// The event's name.
        event_type: &'static str,
        /// The version it was written with.
        given: u32,
        /// The latest known here.
        known: u32,
    },
    /// The body does not fit.
    #[error("the body of a `{event_type}` does not fit its schema: {source}")]
    Body {
        /// The event's name.
        event_type: String,
        /// What does not fit.
        source: serde_json::Error,
    },
}

macro_rules! events {
    ($($kind:ident: $($name:ident = $schema:literal),+;)+) => {
        /// Any event of a centre's main log.
        #[derive(Clone, PartialEq, Debug)]
        #[expect(missing_docs, reason = "each variant is documented at the payload of the same name")]
        pub enum Event { $($($name($name),)+)+ }

        impl Event {
            /// The names of all events, in the order of their declaration.
            pub const TYPES: &'static [&'static str] = &[$($(stringify!($name),)+)+];

            /// The event's name.
            pub const fn event_type(&self) -> &'static str {
                match self { $($(Self::$name(_) => stringify!($name),)+)+ }
            }

            /// The schema version that is written today.
            pub const fn schema_version(&self) -> u32 {
                match self { $($(Self::$name(_) => $schema,)+)+ }
            }

            /// The schema version in which events of this name are written today.
            pub fn schema_of(event_type: &str) -> Option<u32> {
                match event_type { $($(stringify!($name) => Some($schema),)+)+ _ => None }
            }

            /// The body, personal fields included (see [`crate::personal::split`]).
            pub fn body(&self) -> Map<String, Value> {
                let value = match self { $($(Self::$name(payload) => serde_json::to_value(payload),)+)+ };
                match value {
                    Ok(Value::Object(map)) => map,
                    _ => Map::new(),
                }
            }

            /// From a body as it was written, of whichever schema version.
            pub fn from_body(event_type: &str, schema: u32, body: &str) -> Result<Self, UnreadableEvent> {
                match event_type {
                    $($(stringify!($name) => {
                        upcast::read(stringify!($name), schema, $schema, body).map(Self::$name)
                    })+)+
                    other => Err(UnreadableEvent::UnknownType(other.to_owned())),
                }
            }

            /// The kind of stream that an event of this name is written to first. (`CallerIdentified` also stands in
            /// the stream of the call or consultation that it identifies.)
            pub fn stream_kind(event_type: &str) -> Option<StreamKind> {
                match event_type { $($(stringify!($name) => Some(StreamKind::$kind),)+)+ _ => None }
            }
        }

        $($(impl From<$name> for Event {
            fn from(payload: $name) -> Self { Self::$name(payload) }
        })+)+
    };
}

events! {
    Log: LogOpened = 1;
    Call: CallOffered = 1, CallAnswered = 1, CallAbandoned = 1, CallLeftQueue = 1, CallCameOutOfHours = 1,
        CallDropped = 1, CallEnded = 1, CallNeededNoConsultation = 1, CallRangUnanswered = 1;
    Consultation: ConsultationOpened = 1, CallAttached = 1, ConsultationCategorised = 1, NoteRecorded = 1,
        GuidanceGiven = 1, NumberGiven = 1, NumberAskedFor = 1, TransferRequested = 1, TransferAccepted = 1, TransferDeclined = 1,
        TransferUnanswered = 1, TransferReturned = 1, ConsultationReassigned = 1, ConsultationResolved = 1,
        ConsultationReopened = 1, ConsultationLinked = 1, ConsultationCorrected = 1, ConsultationVoided = 1;
    Callback: CallbackPromised = 1, CallbackAttempted = 1, CallbackCompleted = 1, CallbackCancelled = 1;
    Caller: CallerRegistered = 1, CallerIdentified = 1, CallerPhoneAdded = 1, CallerPhoneMoved = 1, CallerNamed = 1,
        CallersMerged = 1, CallersUnmerged = 1, ErasureRequested = 1, ErasureApproved = 1, ErasureRefused = 1,
        CallerErased = 1;
    Agent: AgentRegistered = 1, ShiftStarted = 1, AgentStateChanged = 1, ShiftEnded = 1, AgentRetired = 1;
    DirectoryEntry: DirectoryEntryAdded = 1, DirectoryEntryChanged = 1, DirectoryEntryRetired = 1;
    DirectoryEditions: DirectoryEditionPublished = 1;
    KnowledgeArticle: KnowledgeArticlePublished = 1, KnowledgeArticleRetired = 1;
    Centre: CentreRegistered = 1, LegacyBalanceDeclared = 1, CountingDefinitionPublished = 1,
        OperatingCalendarPublished = 1, CategoryTaxonomyPublished = 1;
    Import: ImportStarted = 1, ImportCompleted = 1;
    ReportSchedule: ReportScheduleDefined = 1, ReportRunsSkipped = 1;
    ReportRun: ReportRunStarted = 1, ReportRunRetried = 1, ReportRunFailed = 1, ReportRunCompleted = 1;
    TelephoneRecord: TelephoneRecordKept = 1;
}
