//! The aggregates: small state machines, each folded from its own stream.
//!
//! One file an aggregate: its state as people see it, its commands, `decide` and `evolve`. What a decision needs to
//! know of another aggregate travels in the command, as that aggregate's *standing*.

mod agent;
mod call;
mod callback;
mod caller;
mod centre;
mod consultation;
mod directory_editions;
mod directory_entry;
mod import;
mod knowledge_article;
mod report_run;
mod report_schedule;
mod telephone_record;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use agent::{Agent, AgentCommand, AgentStanding};
pub use call::{Call, CallCommand, CallStanding};
pub use callback::{Callback, CallbackCommand, CallbackStanding, CallbackStatus, PromiseFor};
pub use caller::{Caller, CallerCommand, CallerPhone, ErasureStatus};
pub use centre::{Centre, CentreCommand};
pub use consultation::{
    AttachedCall, Consultation, ConsultationCommand, ConsultationStatus, Note, OpenFrom, Transfer,
    TransferStatus,
};
pub use directory_editions::{DirectoryEditions, DirectoryEditionsCommand};
pub use directory_entry::{DirectoryEntry, DirectoryEntryCommand, EntryStanding};
pub use import::{Import, ImportCommand, ImportStatus};
pub use knowledge_article::{KnowledgeArticle, KnowledgeArticleCommand, SOURCES_MAX};
pub use report_run::{ReportRun, ReportRunCommand, ReportRunStatus};
pub use report_schedule::{ReportSchedule, ReportScheduleCommand};
pub use telephone_record::{TelephoneRecord, TelephoneRecordCommand};

use serde::Serialize;

use crate::actor::{Actor, Subject};
use crate::event::{Event, Fact};
use crate::log::{LogId, StreamId, StreamKind, Version};
use crate::rejection::Rejection;
use crate::time::Timestamp;

/// A state machine over one stream. `decide` says what a command makes happen, `evolve` what that changes; both are
/// pure, and neither knows where events are kept.
pub trait Aggregate: Clone + Serialize + Send + Sync + Sized + 'static {
    /// Which one of its kind. `()` for the kinds that a log has one of.
    type Id: Copy + Send + Sync;
    /// What can be asked of it.
    type Command: Send;

    /// Before anything happened.
    fn new(id: Self::Id) -> Self;

    /// The stream of the aggregate with this id. `log` matters only to the kinds that a log has one of.
    fn stream(id: Self::Id, log: &LogId) -> StreamId;

    /// What the command makes happen at the moment `at`, or why it cannot be. Nothing (an empty list) where what was
    /// asked for holds already and asking again is no mistake.
    fn decide(&self, command: Self::Command, at: Timestamp) -> Result<Vec<Event>, Rejection>;

    /// What a fact of this stream changes. Facts that were once accepted are never refused here.
    fn evolve(&mut self, fact: &Fact);

    /// Whose personal data an event of this stream holds, asked of the state *after* that event (a call that is
    /// offered with its caller known is sealed for that caller). `None` where its events hold none.
    fn subject(&self) -> Option<Subject>;
}

/// The aggregate as its facts left it.
pub fn fold<'a, A: Aggregate>(id: A::Id, facts: impl IntoIterator<Item = &'a Fact>) -> A {
    let mut state = A::new(id);
    for fact in facts {
        state.evolve(fact);
    }
    state
}

/// The kinds of streams whose id is the log's own (see [`StreamId::singleton`]).
pub const SINGLETONS: [StreamKind; 3] = [StreamKind::Log, StreamKind::DirectoryEditions, StreamKind::Centre];

/// What happened, with when, by whom and where in the stream.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Happened<T> {
    /// When it happened.
    pub at: Timestamp,
    /// Who made the command.
    pub by: Actor,
    /// Its place in the stream.
    pub version: Version,
    /// What.
    pub what: T,
}

impl<T> Happened<T> {
    fn new(fact: &Fact, what: T) -> Self {
        Self { at: fact.occurred_at, by: fact.actor.clone(), version: fact.version, what }
    }
}

/// One event, as a list.
fn one(event: impl Into<Event>) -> Result<Vec<Event>, Rejection> {
    Ok(vec![event.into()])
}

/// Nothing to do: it holds already.
fn nothing() -> Result<Vec<Event>, Rejection> {
    Ok(Vec::new())
}
