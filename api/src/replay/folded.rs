//! An aggregate of any kind, folded from its stream.

use sangdam_domain::actor::Subject;
use sangdam_domain::aggregate::{
    Agent, Aggregate, Call, Callback, Caller, Centre, Consultation, DirectoryEditions, DirectoryEntry,
    Import, KnowledgeArticle, ReportRun, ReportSchedule, TelephoneRecord,
};
use sangdam_domain::event::{Event, Fact};
use sangdam_domain::log::{LogId, StreamId, StreamKind, Version};
use sangdam_domain::personal;
use sangdam_domain::time::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::ledger::Kept;

/// The log itself: no aggregate, since nothing is asked of it.
#[derive(Clone, Default, Serialize)]
pub(super) struct TheLog {
    version: Version,
    log: Option<LogId>,
    opened_at: Option<Timestamp>,
}

impl TheLog {
    fn evolve(&mut self, fact: &Fact) {
        self.version = fact.version;
        if let Event::LogOpened(opened) = &fact.event {
            self.log = Some(opened.log.clone());
            self.opened_at = Some(fact.occurred_at);
        }
    }

    fn version(&self) -> Version {
        self.version
    }

    fn subject(&self) -> Option<Subject> {
        None
    }
}

macro_rules! folded {
    ($($kind:ident),+) => {
        /// What a stream's events come to.
        #[derive(Clone)]
        pub(super) enum Folded { Log(TheLog), $($kind($kind)),+ }

        impl Folded {
            /// Before anything happened.
            pub(super) fn new(stream: StreamId) -> Self {
                match stream.kind {
                    StreamKind::Log | StreamKind::Access => Self::Log(TheLog::default()),
                    $(StreamKind::$kind => Self::$kind($kind::new($kind::id_of(stream.uuid)))),+
                }
            }

            pub(super) fn evolve(&mut self, fact: &Fact) {
                match self {
                    Self::Log(log) => log.evolve(fact),
                    $(Self::$kind(state) => state.evolve(fact)),+
                }
            }

            /// Of the last event folded.
            pub(super) fn version(&self) -> Version {
                match self {
                    Self::Log(log) => log.version(),
                    $(Self::$kind(state) => state.version()),+
                }
            }

            /// Whose key opens what is personal in it.
            pub(super) fn subject(&self) -> Option<Subject> {
                match self {
                    Self::Log(log) => log.subject(),
                    $(Self::$kind(state) => state.subject()),+
                }
            }

            /// As people read it: personal data as the value itself, or `{"erased":true}`.
            pub(super) fn shown(&self) -> Result<Value, serde_json::Error> {
                let mut shown = match self {
                    Self::Log(log) => serde_json::to_value(log),
                    $(Self::$kind(state) => serde_json::to_value(state)),+
                }?;
                personal::reveal(&mut shown);
                Ok(shown)
            }
        }
    };
}

folded! { Agent, Call, Callback, Caller, Centre, Consultation, DirectoryEditions, DirectoryEntry, Import, KnowledgeArticle, ReportRun, ReportSchedule, TelephoneRecord }
