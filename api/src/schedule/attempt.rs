//! One attempt at a run: starting it or taking it up again, making the report, bringing it where it is to go, and saying in
//! the ledger what came of it.

use std::time::Duration;

use sangdam_domain::aggregate::{ReportRun, ReportRunCommand};
use sangdam_domain::event::{ReportRunCompleted, ReportRunFailed};
use sangdam_domain::id::ReportRunId;
use sangdam_domain::log::Position;
use sangdam_domain::rejection::Rejection;
use sangdam_domain::time::Timestamp;
use sangdam_domain::value::DisplayText;

use super::due::Due;
use super::making::make_and_deliver;
use super::template::Template;
use super::worker::{WorkError, Worker};
use crate::ledger::{ExecuteError, Executed};

/// After so many attempts a run is given up.
pub const ATTEMPTS_MAX: u32 = 30;
/// How long after a first failure it is tried again, in seconds; each further time twice as long, up to an hour. Thirty
/// attempts take a day.
const RETRY_SECONDS: i64 = 30;
const RETRY_SECONDS_MAX: i64 = 3_600;
/// How often a lease is doubled at most.
const DOUBLINGS_MAX: u32 = 8;

/// What an attempt came to.
#[derive(Clone, PartialEq, Debug)]
pub enum Outcome {
    /// The report was delivered.
    Completed(ReportRunCompleted),
    /// It was not.
    Failed(ReportRunFailed),
    /// Somebody else is making it, or has made it.
    Theirs,
    /// It took longer than its lease.
    TooLong,
}

impl Outcome {
    /// In a word, for metrics.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Completed(_) => "completed",
            Self::Failed(_) => "failed",
            Self::Theirs => "theirs",
            Self::TooLong => "too_long",
        }
    }
}

impl Worker {
    /// One attempt at a run: the first, or another one. A run that fails for good is not tried again by itself.
    pub async fn attempt(
        &mut self,
        due: Due<'_>,
        run: Option<&ReportRun>,
        retry: bool,
    ) -> Result<Outcome, WorkError> {
        let id = self.run_id(due.at);
        let begun = match run {
            Some(run) if run.started.is_some() => {
                let command =
                    ReportRunCommand::Retry { lease_seconds: lease_seconds(self.lease_seconds, run) };
                self.execute::<ReportRun>(id, "retryReportRun", command).await
            }
            _ => self.start(id, due).await,
        };
        let run = match begun {
            Ok(executed) => executed.state,
            Err(WorkError::Execute(error)) if is_theirs(&error) => return Ok(Outcome::Theirs),
            Err(error) => return Err(error),
        };
        self.carry_out(run, retry).await
    }

    async fn start(&self, id: ReportRunId, due: Due<'_>) -> Result<Executed<ReportRun>, WorkError> {
        let Due { at, definition } = due;
        let day = self.zone.local(at).date;
        // A report that this release does not know any more is told so, by the attempt.
        let question = Template::parse(definition.report.as_str())
            .map_or_else(|_| definition.report.as_str().to_owned(), |report| report.question(day));
        let as_of = self.sources.store.position_at(self.ledger.log(), at).await?;
        let command = ReportRunCommand::Start {
            schedule: definition.schedule.clone(),
            definition: definition.definition,
            due: at,
            report: DisplayText::parse(&question)?,
            format: definition.format.clone(),
            language: definition.language.clone(),
            as_of: as_of.max(Position::ZERO.next()),
            lease_seconds: self.lease_seconds,
        };
        self.execute::<ReportRun>(id, "startReportRun", command).await
    }

    async fn carry_out(&mut self, run: ReportRun, retry: bool) -> Result<Outcome, WorkError> {
        let (id, attempt) = (run.id, run.attempt);
        let left = run.lease_until.micros() - self.ledger.now().micros();
        let left = Duration::from_micros(u64::try_from(left).unwrap_or(0));
        let made = tokio::time::timeout(left, make_and_deliver(self, &run)).await;
        let command = match made {
            Err(_) => {
                self.tell(&run, "took longer than its lease; the next attempt gets twice the time");
                return Ok(Outcome::TooLong);
            }
            Ok(Ok(delivered)) => delivered.complete(attempt),
            Ok(Err(error)) => {
                self.tell(&run, &error.problem);
                let retry_at =
                    (retry && attempt < ATTEMPTS_MAX).then(|| retry_at(self.ledger.now(), attempt));
                ReportRunCommand::Fail { attempt, reason: error.failure, retry_at }
            }
        };
        let run = match self.execute::<ReportRun>(id, "endReportRun", command).await {
            Ok(executed) => executed.state,
            Err(WorkError::Execute(error)) if is_theirs(&error) => return Ok(Outcome::Theirs),
            Err(error) => return Err(error),
        };
        Ok(match (run.completed, run.failed) {
            (Some(completed), _) => {
                let (due, position) = (completed.what.due, completed.what.as_of);
                tracing::info!(schedule = self.name(), %due, %position, "a scheduled report was delivered");
                self.delivered.remove(&due);
                Outcome::Completed(completed.what)
            }
            (None, Some(failed)) => Outcome::Failed(failed.what),
            (None, None) => Outcome::Theirs,
        })
    }

    fn tell(&self, run: &ReportRun, problem: &str) {
        let due = run.started.as_ref().map(|started| started.what.due.to_string());
        tracing::warn!(
            schedule = self.name(),
            due,
            attempt = run.attempt,
            problem,
            "a scheduled report was not delivered"
        );
    }
}

/// Whether somebody else was quicker.
fn is_theirs(error: &ExecuteError) -> bool {
    matches!(
        error,
        ExecuteError::Rejected(
            Rejection::ReportRunAlreadyStarted
                | Rejection::ReportRunAlreadyCompleted
                | Rejection::ReportRunUnderWay { .. }
                | Rejection::ReportRunAttemptOver { .. }
        )
    )
}

/// How long the next attempt has: where attempts were not heard of again, they may have needed more time.
fn lease_seconds(first: u32, run: &ReportRun) -> u32 {
    let unheard = run.unheard + u32::from(run.failed.is_none());
    first.saturating_mul(1 << unheard.min(DOUBLINGS_MAX))
}

fn retry_at(now: Timestamp, attempt: u32) -> Timestamp {
    let doubled = RETRY_SECONDS << attempt.saturating_sub(1).min(DOUBLINGS_MAX);
    now.plus_seconds(doubled.min(RETRY_SECONDS_MAX))
}
