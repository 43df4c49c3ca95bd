//! One run of an import: started once, completed once, every row accounted for.

use serde::Serialize;

use super::{Aggregate, Happened, nothing, one};
use crate::actor::Subject;
use crate::event::{Event, Fact, ImportCompleted, ImportStarted, SkippedRows};
use crate::id::ImportId;
use crate::log::{LogId, StreamId, StreamKind, Version};
use crate::rejection::Rejection;
use crate::time::Timestamp;
use crate::value::{Code, Sha256Hex};

/// One run of an import.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Import {
    /// Which one.
    pub id: ImportId,
    /// How many events its stream has.
    pub version: Version,
    /// The file and where it comes from.
    pub started: Option<Happened<ImportStarted>>,
    /// The numbers.
    pub completed: Option<Happened<ImportCompleted>>,
}

/// How an import stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ImportStatus {
    /// It has not begun.
    None,
    /// It is under way, or was cut off.
    Started,
    /// It ended.
    Completed,
}

/// What can be asked of an import.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "fields are those of the events of the same names")]
pub enum ImportCommand {
    /// It begins.
    Start { format: Code, source: Code, file_sha256: Sha256Hex, mapping_sha256: Option<Sha256Hex> },
    /// It ended.
    Complete { read: u64, accepted: u64, already_present: u64, skipped: Vec<SkippedRows>, rejected: u64 },
}

impl Import {
    /// How it stands.
    pub fn status(&self) -> ImportStatus {
        match (&self.started, &self.completed) {
            (None, _) => ImportStatus::None,
            (Some(_), None) => ImportStatus::Started,
            (Some(_), Some(_)) => ImportStatus::Completed,
        }
    }

    fn start(&self, start: ImportStarted) -> Result<Vec<Event>, Rejection> {
        match &self.started {
            None => one(start),
            Some(before) if before.what == start => nothing(),
            Some(_) => Err(Rejection::ImportAlreadyStarted),
        }
    }

    fn complete(&self, end: ImportCompleted) -> Result<Vec<Event>, Rejection> {
        if self.started.is_none() {
            return Err(Rejection::ImportNotStarted);
        }
        if let Some(before) = &self.completed {
            return if before.what == end { nothing() } else { Err(Rejection::ImportAlreadyCompleted) };
        }
        let parts = [end.accepted, end.already_present, end.rejected];
        let rows = parts.into_iter().chain(end.skipped.iter().map(|skipped| skipped.rows));
        let accounted = rows.fold(0, u64::saturating_add);
        if accounted != end.read {
            return Err(Rejection::ImportNumbersDisagree { read: end.read, accounted });
        }
        one(end)
    }
}

impl Aggregate for Import {
    type Id = ImportId;
    type Command = ImportCommand;

    fn new(id: ImportId) -> Self {
        Self { id, version: Version::ZERO, started: None, completed: None }
    }

    fn stream(id: ImportId, _log: &LogId) -> StreamId {
        StreamId::new(StreamKind::Import, id.uuid())
    }

    fn decide(&self, command: ImportCommand, _at: Timestamp) -> Result<Vec<Event>, Rejection> {
        match command {
            ImportCommand::Start { format, source, file_sha256, mapping_sha256 } => {
                self.start(ImportStarted { format, source, file_sha256, mapping_sha256 })
            }
            ImportCommand::Complete { read, accepted, already_present, skipped, rejected } => {
                self.complete(ImportCompleted { read, accepted, already_present, skipped, rejected })
            }
        }
    }

    fn evolve(&mut self, fact: &Fact) {
        self.version = fact.version;
        match &fact.event {
            Event::ImportStarted(started) => self.started = Some(Happened::new(fact, started.clone())),
            Event::ImportCompleted(completed) => {
                self.completed = Some(Happened::new(fact, completed.clone()))
            }
            _ => {}
        }
    }

    fn subject(&self) -> Option<Subject> {
        None
    }
}

#[cfg(test)]
mod tests;
