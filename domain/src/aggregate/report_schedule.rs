//! When a report is due: what was said of it when, and what of it is not made up.

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{Aggregate, Happened, nothing, one};
use crate::actor::Subject;
use crate::event::{Event, Fact, ReportRunsSkipped, ReportScheduleDefined};
use crate::id::ReportScheduleId;
use crate::log::{LogId, StreamId, StreamKind, Version};
use crate::rejection::Rejection;
use crate::time::Timestamp;
use crate::value::{Code, DisplayText};

/// A schedule of a report.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ReportSchedule {
    /// Which one.
    pub id: ReportScheduleId,
    /// How many events its stream has.
    pub version: Version,
    /// What was said of it, the latest last. Each is in force until the next.
    pub definitions: Vec<Happened<ReportScheduleDefined>>,
    /// Runs due up to this moment are not made up any more.
    pub skipped_until: Option<Timestamp>,
}

/// What can be asked of a schedule.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "fields are those of the events of the same names")]
pub enum ReportScheduleCommand {
    /// From now on it is this.
    Define { schedule: Code, cron: DisplayText, report: DisplayText, format: Code, language: Option<Code> },
    /// What was due up to then is not made up.
    SkipRuns { due_until: Timestamp },
}

impl ReportSchedule {
    /// The id of a centre's schedule of this name. It depends on nothing else, so that every process means the same.
    pub fn id(log: &LogId, name: &Code) -> ReportScheduleId {
        let bytes = digest(StreamKind::ReportSchedule, log, name, None);
        ReportScheduleId::from_uuid(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }

    /// What is in force now.
    pub fn definition(&self) -> Option<&Happened<ReportScheduleDefined>> {
        self.definitions.last()
    }

    fn define(&self, mut defined: ReportScheduleDefined) -> Result<Vec<Event>, Rejection> {
        if let Some(before) = self.definition() {
            defined.definition = before.what.definition;
            if before.what == defined {
                return nothing();
            }
        }
        defined.definition = defined.definition.saturating_add(1);
        one(defined)
    }

    fn skip_runs(&self, due_until: Timestamp, at: Timestamp) -> Result<Vec<Event>, Rejection> {
        let Some(definition) = self.definition() else {
            return Err(Rejection::NotFound { kind: "report schedule" });
        };
        if due_until > at {
            return Err(Rejection::ReportRunNotDue { due: due_until });
        }
        if self.skipped_until.is_some_and(|before| before >= due_until) {
            return nothing();
        }
        one(ReportRunsSkipped { schedule: definition.what.schedule.clone(), due_until })
    }
}

impl Aggregate for ReportSchedule {
    type Id = ReportScheduleId;
    type Command = ReportScheduleCommand;

    fn new(id: ReportScheduleId) -> Self {
        Self { id, version: Version::ZERO, definitions: Vec::new(), skipped_until: None }
    }

    fn stream(id: ReportScheduleId, _log: &LogId) -> StreamId {
        StreamId::new(StreamKind::ReportSchedule, id.uuid())
    }

    fn decide(&self, command: ReportScheduleCommand, at: Timestamp) -> Result<Vec<Event>, Rejection> {
        match command {
            ReportScheduleCommand::Define { schedule, cron, report, format, language } => {
                self.define(ReportScheduleDefined { schedule, definition: 0, cron, report, format, language })
            }
            ReportScheduleCommand::SkipRuns { due_until } => self.skip_runs(due_until, at),
        }
    }

    fn evolve(&mut self, fact: &Fact) {
        self.version = fact.version;
        match &fact.event {
            Event::ReportScheduleDefined(defined) => {
                self.definitions.push(Happened::new(fact, defined.clone()));
            }
            Event::ReportRunsSkipped(skipped) => {
                self.skipped_until = self.skipped_until.max(Some(skipped.due_until));
            }
            _ => {}
        }
    }

    fn subject(&self) -> Option<Subject> {
        None
    }
}

/// The first 16 bytes of a SHA-256 of what a stream stands for.
pub(super) fn digest(kind: StreamKind, log: &LogId, schedule: &Code, due: Option<Timestamp>) -> [u8; 16] {
    let due = due.map(|due| due.to_string()).unwrap_or_default();
    let hash = Sha256::digest(format!("{}\0{}\0{}\0{due}", log.as_str(), kind.as_str(), schedule.as_str()));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    bytes
}

#[cfg(test)]
mod tests;
