//! One record of a telephone system, kept as it stands: a stream of one event.

use serde::Serialize;

use super::{Aggregate, Happened, nothing, one};
use crate::actor::Subject;
use crate::event::{Event, Fact, TelephoneRecordKept};
use crate::id::{CallId, TelephoneRecordId};
use crate::log::{LogId, StreamId, StreamKind, Version};
use crate::rejection::Rejection;
use crate::time::Timestamp;

/// One record of a telephone system.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct TelephoneRecord {
    /// Which one.
    pub id: TelephoneRecordId,
    /// How many events its stream has.
    pub version: Version,
    /// The record.
    pub kept: Option<Happened<TelephoneRecordKept>>,
}

/// What can be asked of a record.
#[derive(Clone, Debug)]
pub enum TelephoneRecordCommand {
    /// It is to be kept. A record that is kept already stays as it is.
    Keep(TelephoneRecordKept),
}

impl Aggregate for TelephoneRecord {
    type Id = TelephoneRecordId;
    type Command = TelephoneRecordCommand;

    fn new(id: TelephoneRecordId) -> Self {
        Self { id, version: Version::ZERO, kept: None }
    }

    fn stream(id: TelephoneRecordId, _log: &LogId) -> StreamId {
        StreamId::new(StreamKind::TelephoneRecord, id.uuid())
    }

    fn decide(&self, command: TelephoneRecordCommand, _at: Timestamp) -> Result<Vec<Event>, Rejection> {
        let TelephoneRecordCommand::Keep(record) = command;
        if self.kept.is_some() { nothing() } else { one(record) }
    }

    fn evolve(&mut self, fact: &Fact) {
        self.version = fact.version;
        if let Event::TelephoneRecordKept(record) = &fact.event {
            self.kept = Some(Happened::new(fact, record.clone()));
        }
    }

    /// Whose call it is about; while nobody knows, the call; else the agent that it names. A record of none of them is
    /// a subject of its own.
    fn subject(&self) -> Option<Subject> {
        let record = &self.kept.as_ref()?.what;
        Some(match (record.caller, record.call, record.agent) {
            (Some(caller), ..) => Subject::Caller(caller),
            (None, Some(call), _) => Subject::Call(call),
            (None, None, Some(agent)) => Subject::Agent(agent),
            (None, None, None) => Subject::Call(CallId::from_uuid(self.id.uuid())),
        })
    }
}

#[cfg(test)]
mod tests;
