//! One run of a scheduled report: a due time has one stream, so it is started once, by whoever comes first.
//!
//! Who starts a run has a lease. Who is not heard of again until it ends may be taken over from; what an attempt that was
//! taken over has to say is refused. What the report is of is settled by the start, so that every attempt makes the same.

use serde::Serialize;

use super::report_schedule::digest;
use super::{Aggregate, Happened, one};
use crate::actor::Subject;
use crate::event::{Event, Fact, ReportRunCompleted, ReportRunFailed, ReportRunRetried, ReportRunStarted};
use crate::id::ReportRunId;
use crate::log::{LogId, Position, StreamId, StreamKind, Version};
use crate::rejection::Rejection;
use crate::time::Timestamp;
use crate::value::{Code, DeliveryKind, DisplayText, RunFailure, Sha256Hex};

/// One run of a scheduled report.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ReportRun {
    /// Which one.
    pub id: ReportRunId,
    /// How many events its stream has.
    pub version: Version,
    /// What is made.
    pub started: Option<Happened<ReportRunStarted>>,
    /// The latest attempt, from 1; 0 before the start.
    pub attempt: u32,
    /// Until when the latest attempt has the run to itself.
    pub lease_until: Timestamp,
    /// How many attempts were taken over from, unheard of.
    pub unheard: u32,
    /// How the latest attempt failed, if it has.
    pub failed: Option<Happened<ReportRunFailed>>,
    /// The receipt.
    pub completed: Option<Happened<ReportRunCompleted>>,
}

/// How a run stands at a moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReportRunStatus {
    /// Nobody has started it.
    NotStarted,
    /// Somebody is making it.
    UnderWay {
        /// Until then it is theirs.
        lease_until: Timestamp,
    },
    /// Who was making it was not heard of again.
    Unheard,
    /// The latest attempt failed.
    Failed {
        /// When it is tried again; `None`: not unless somebody asks for it.
        retry_at: Option<Timestamp>,
    },
    /// It was delivered.
    Completed,
}

/// What can be asked of a run.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "fields are those of the events of the same names")]
pub enum ReportRunCommand {
    /// The first attempt begins.
    Start {
        schedule: Code,
        definition: u32,
        due: Timestamp,
        report: DisplayText,
        format: Code,
        language: Option<Code>,
        as_of: Position,
        lease_seconds: u32,
    },
    /// Another attempt begins.
    Retry { lease_seconds: u32 },
    /// This attempt failed.
    Fail { attempt: u32, reason: RunFailure, retry_at: Option<Timestamp> },
    /// This attempt delivered the report.
    Complete {
        attempt: u32,
        root: Sha256Hex,
        content_sha256: Sha256Hex,
        file_sha256: Sha256Hex,
        bytes: u64,
        delivered: Vec<DeliveryKind>,
    },
}

impl ReportRun {
    /// The id of the run of a centre's schedule that is due at a moment: a UUIDv8, 48 bits of the moment's Unix
    /// milliseconds, then bits of SHA-256. It depends on nothing else, so that every process means the same.
    pub fn id(log: &LogId, schedule: &Code, due: Timestamp) -> ReportRunId {
        let mut bytes = digest(StreamKind::ReportRun, log, schedule, Some(due));
        bytes[..6].copy_from_slice(&(due.micros() / 1000).to_be_bytes()[2..]);
        ReportRunId::from_uuid(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }

    /// How it stands at a moment.
    pub fn status(&self, at: Timestamp) -> ReportRunStatus {
        match (&self.started, &self.completed, &self.failed) {
            (_, Some(_), _) => ReportRunStatus::Completed,
            (None, ..) => ReportRunStatus::NotStarted,
            (Some(_), None, Some(failed)) => ReportRunStatus::Failed { retry_at: failed.what.retry_at },
            (Some(_), None, None) if at < self.lease_until => {
                ReportRunStatus::UnderWay { lease_until: self.lease_until }
            }
            (Some(_), None, None) => ReportRunStatus::Unheard,
        }
    }

    fn start(&self, start: ReportRunStarted, at: Timestamp) -> Result<Vec<Event>, Rejection> {
        if self.started.is_some() {
            return Err(Rejection::ReportRunAlreadyStarted);
        }
        if start.due > at {
            return Err(Rejection::ReportRunNotDue { due: start.due });
        }
        one(start)
    }

    fn retry(&self, lease_seconds: u32, at: Timestamp) -> Result<Vec<Event>, Rejection> {
        let started = self.begun()?;
        if let ReportRunStatus::UnderWay { lease_until } = self.status(at) {
            return Err(Rejection::ReportRunUnderWay { lease_until });
        }
        one(ReportRunRetried {
            schedule: started.schedule.clone(),
            due: started.due,
            attempt: self.attempt.saturating_add(1),
            lease_until: lease(at, lease_seconds),
        })
    }

    fn fail(
        &self,
        attempt: u32,
        reason: RunFailure,
        retry_at: Option<Timestamp>,
    ) -> Result<Vec<Event>, Rejection> {
        let started = self.attempted(attempt)?;
        one(ReportRunFailed {
            schedule: started.schedule.clone(),
            due: started.due,
            attempt,
            reason,
            retry_at,
        })
    }

    /// What was started and is not completed.
    fn begun(&self) -> Result<&ReportRunStarted, Rejection> {
        match (&self.started, &self.completed) {
            (None, _) => Err(Rejection::ReportRunNotStarted),
            (Some(_), Some(_)) => Err(Rejection::ReportRunAlreadyCompleted),
            (Some(started), None) => Ok(&started.what),
        }
    }

    /// The same, where this attempt is the latest and has not failed: only that one is heard.
    fn attempted(&self, attempt: u32) -> Result<&ReportRunStarted, Rejection> {
        let started = self.begun()?;
        if attempt != self.attempt || self.failed.is_some() {
            return Err(Rejection::ReportRunAttemptOver { attempt, latest: self.attempt });
        }
        Ok(started)
    }
}

impl Aggregate for ReportRun {
    type Id = ReportRunId;
    type Command = ReportRunCommand;

    fn new(id: ReportRunId) -> Self {
        Self {
            id,
            version: Version::ZERO,
            started: None,
            attempt: 0,
            lease_until: Timestamp::MIN,
            unheard: 0,
            failed: None,
            completed: None,
        }
    }

    fn stream(id: ReportRunId, _log: &LogId) -> StreamId {
        StreamId::new(StreamKind::ReportRun, id.uuid())
    }

    fn decide(&self, command: ReportRunCommand, at: Timestamp) -> Result<Vec<Event>, Rejection> {
        match command {
            ReportRunCommand::Start {
                schedule,
                definition,
                due,
                report,
                format,
                language,
                as_of,
                lease_seconds,
            } => {
                let lease_until = lease(at, lease_seconds);
                let start = ReportRunStarted {
                    schedule,
                    definition,
                    due,
                    report,
                    format,
                    language,
                    as_of,
                    lease_until,
                };
                self.start(start, at)
            }
            ReportRunCommand::Retry { lease_seconds } => self.retry(lease_seconds, at),
            ReportRunCommand::Fail { attempt, reason, retry_at } => self.fail(attempt, reason, retry_at),
            ReportRunCommand::Complete { attempt, root, content_sha256, file_sha256, bytes, delivered } => {
                let ReportRunStarted { schedule, due, as_of, .. } = self.attempted(attempt)?.clone();
                one(ReportRunCompleted {
                    schedule,
                    due,
                    attempt,
                    as_of,
                    root,
                    content_sha256,
                    file_sha256,
                    bytes,
                    delivered,
                })
            }
        }
    }

    fn evolve(&mut self, fact: &Fact) {
        self.version = fact.version;
        match &fact.event {
            Event::ReportRunStarted(started) => {
                self.attempt = 1;
                self.lease_until = started.lease_until;
                self.started = Some(Happened::new(fact, started.clone()));
            }
            Event::ReportRunRetried(retried) => {
                if self.failed.take().is_none() {
                    self.unheard = self.unheard.saturating_add(1);
                }
                self.attempt = retried.attempt;
                self.lease_until = retried.lease_until;
            }
            Event::ReportRunFailed(failed) => self.failed = Some(Happened::new(fact, failed.clone())),
            Event::ReportRunCompleted(completed) => {
                self.completed = Some(Happened::new(fact, completed.clone()));
            }
            _ => {}
        }
    }

    fn subject(&self) -> Option<Subject> {
        None
    }
}

fn lease(at: Timestamp, seconds: u32) -> Timestamp {
    at.plus_seconds(i64::from(seconds))
}

#[cfg(test)]
mod tests;
