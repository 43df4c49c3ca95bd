//! One schedule at work: makes what is due, oldest first, and leaves alone what others are making.

use std::collections::{BTreeMap, BTreeSet};

use sangdam_domain::actor::{Actor, ActorKind};
use sangdam_domain::aggregate::{Centre, ReportRun, ReportRunStatus, ReportSchedule, ReportScheduleCommand};
use sangdam_domain::calendar::{self, Zone};
use sangdam_domain::id::{ReportRunId, ReportScheduleId};
use sangdam_domain::rejection::Rejection;
use sangdam_domain::time::Timestamp;
use sangdam_domain::value::{Code, DisplayText, Invalid};
use sangdam_eventstore::StoreError;

use super::attempt::Outcome;
use super::config::Schedule;
use super::cron::Cron;
use super::due::{self, Due};
use crate::ledger::{CommandMeta, ExecuteError, Executed, Kept, Ledger, LoadError};
use crate::reports::Sources;
use crate::table::Language;

/// How long a schedule rests that another process runs by another definition, or that is never due again, in seconds.
const REST_SECONDS: i64 = 60;

/// A schedule could not be gone on with.
#[derive(Debug, thiserror::Error)]
pub enum WorkError {
    /// The ledger refused or failed.
    #[error(transparent)]
    Execute(#[from] ExecuteError),
    /// The ledger could not be read.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// There is no such thing.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// The log could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Something is longer than the ledger keeps it.
    #[error(transparent)]
    Value(#[from] Invalid),
}

/// What was done when a schedule was looked at.
#[derive(Clone, PartialEq, Debug)]
pub struct Turn {
    /// What each attempt came to.
    pub outcomes: Vec<Outcome>,
    /// When to look again.
    pub wake: Timestamp,
}

/// A schedule at work.
pub struct Worker {
    pub(super) sources: Sources,
    pub(super) schedule: Schedule,
    pub(super) zone: Zone,
    pub(super) ledger: Ledger,
    pub(super) lease_seconds: u32,
    /// To which of the schedule's places, by their index, runs that are not completed were delivered by this process.
    pub(super) delivered: BTreeMap<Timestamp, BTreeSet<usize>>,
    /// All runs that were due up to then are settled.
    settled_until: Timestamp,
    superseded: bool,
}

/// What there is to do.
struct Look<'a> {
    /// The oldest run that can be made now, as far as it is known.
    next: Option<(Due<'a>, Option<ReportRun>)>,
    /// When one may be made that cannot be now.
    wake: Option<Timestamp>,
}

/// The centre's time zone; `None` before the centre is registered.
pub async fn zone(sources: &Sources) -> Result<Option<Zone>, LoadError> {
    let centre = Ledger::new(sources.store.clone(), sources.log.clone()).load::<Centre>(()).await?;
    let registered = centre.and_then(|centre| centre.registered);
    Ok(registered.and_then(|registered| calendar::zone(registered.what.time_zone.as_str())))
}

impl Worker {
    /// Puts a schedule to work, in the centre's time zone: has the ledger know what it is from now on.
    ///
    /// # Errors
    /// Where the ledger fails; the schedule comes back, to be tried again.
    pub async fn begin(
        sources: Sources,
        schedule: Schedule,
        lease_seconds: u32,
        zone: Zone,
    ) -> Result<Self, (Schedule, WorkError)> {
        let ledger = Ledger::new(sources.store.clone(), sources.log.clone());
        let worker = Self {
            sources,
            schedule,
            zone,
            ledger,
            lease_seconds,
            delivered: BTreeMap::new(),
            settled_until: Timestamp::MIN,
            superseded: false,
        };
        match worker.define().await {
            Ok(()) => Ok(worker),
            Err(error) => Err((worker.schedule, error)),
        }
    }

    /// The schedule's name.
    pub fn name(&self) -> &str {
        self.schedule.name.as_str()
    }

    /// Makes all that is due and that nobody else is making, while it may go on.
    ///
    /// # Errors
    /// Where the ledger fails. What was begun is gone on with once its lease is over.
    pub async fn turn(&mut self, go_on: impl Fn() -> bool) -> Result<Turn, WorkError> {
        let mut outcomes = Vec::new();
        loop {
            let now = self.ledger.now();
            let known = self.ledger.load::<ReportSchedule>(self.id()).await?;
            let Some(known) = known.filter(|known| self.is_mine(known)) else {
                return Ok(Turn { outcomes, wake: now.plus_seconds(REST_SECONDS) });
            };
            let Look { next, wake } = self.look(&known, now).await?;
            let Some((due, run)) = next.filter(|_| go_on()) else {
                let due = self.schedule.cron.after(&self.zone, now);
                let wake = wake.into_iter().chain(due).min();
                return Ok(Turn { outcomes, wake: wake.unwrap_or(now.plus_seconds(REST_SECONDS)) });
            };
            outcomes.push(self.attempt(due, run.as_ref(), true).await?);
        }
    }

    /// Makes the report that was due at a moment, to the second, or that is due now, unless that was done. Returns when that
    /// was and what came of it.
    ///
    /// # Errors
    /// Where the ledger fails, or the moment has not come.
    pub async fn make_now(&mut self, due: Option<Timestamp>) -> Result<(Timestamp, Outcome), WorkError> {
        let at = whole_second(due.unwrap_or_else(|| self.ledger.now()));
        let known = self.ledger.load::<ReportSchedule>(self.id()).await?;
        let definitions = known.iter().flat_map(|known| &known.definitions);
        let in_force = definitions.clone().rev().find(|definition| definition.at < at);
        let definition = in_force.or(definitions.clone().next()).map(|definition| &definition.what);
        let definition = definition.ok_or(Rejection::NotFound { kind: "report schedule" })?;
        let run = self.ledger.load::<ReportRun>(self.run_id(at)).await?;
        if let Some(completed) = run.as_ref().and_then(|run| run.completed.as_ref()) {
            return Ok((at, Outcome::Completed(completed.what.clone())));
        }
        // Somebody waits for the answer; only what is due anyhow is tried again behind their back.
        let cron = Cron::parse(definition.cron.as_str());
        let is_regular = cron.is_ok_and(|cron| cron.until(&self.zone, at) == Some(at));
        let retry = is_regular && !is_settled(run.as_ref(), self.ledger.now());
        Ok((at, self.attempt(Due { at, definition }, run.as_ref(), retry).await?))
    }

    /// The run that is due at a moment.
    pub(super) fn run_id(&self, due: Timestamp) -> ReportRunId {
        ReportRun::id(self.ledger.log(), &self.schedule.name, due)
    }

    pub(super) async fn execute<A: Kept>(
        &self,
        id: A::Id,
        name: &'static str,
        command: A::Command,
    ) -> Result<Executed<A>, WorkError> {
        let meta = CommandMeta::new(Actor::of(ActorKind::System), name);
        Ok(self.ledger.execute::<A>(&meta, id, command).await?)
    }

    fn id(&self) -> ReportScheduleId {
        ReportSchedule::id(self.ledger.log(), &self.schedule.name)
    }

    async fn define(&self) -> Result<(), WorkError> {
        let Schedule { name, cron, report, format, language, .. } = &self.schedule;
        let command = ReportScheduleCommand::Define {
            schedule: name.clone(),
            cron: DisplayText::parse(cron.as_str())?,
            report: DisplayText::parse(report.as_str())?,
            format: Code::parse(format.as_str())?,
            language: language.map(|language| Code::parse(language.code())).transpose()?,
        };
        self.execute::<ReportSchedule>(self.id(), "defineReportSchedule", command).await?;
        Ok(())
    }

    /// Whether what the ledger knows is what this process was told. Where another process was told otherwise since, it is
    /// theirs.
    fn is_mine(&mut self, known: &ReportSchedule) -> bool {
        let Some(latest) = known.definition().map(|latest| &latest.what) else { return false };
        let mine = latest.cron.as_str() == self.schedule.cron.as_str()
            && latest.report.as_str() == self.schedule.report.as_str()
            && latest.format.as_str() == self.schedule.format.as_str()
            && latest.language.as_ref().map(Code::as_str) == self.schedule.language.map(Language::code);
        if !mine && !self.superseded {
            tracing::warn!(
                schedule = self.name(),
                definition = latest.definition,
                "another process defined this schedule otherwise; it is left to that one until this one is started anew"
            );
        }
        self.superseded = !mine;
        mine
    }

    async fn look<'a>(&mut self, known: &'a ReportSchedule, now: Timestamp) -> Result<Look<'a>, WorkError> {
        let mut look = Look { next: None, wake: None };
        let mut all_settled = true;
        for (due, run) in self.window(known, now).await? {
            if is_settled(run.as_ref(), now) {
                if all_settled {
                    self.settled_until = due.at;
                }
                continue;
            }
            all_settled = false;
            match waits_until(run.as_ref(), now) {
                Some(at) => look.wake = Some(look.wake.map_or(at, |earlier| earlier.min(at))),
                None if look.next.is_none() => look.next = Some((due, run)),
                None => {}
            }
        }
        self.delivered = self.delivered.split_off(&self.settled_until);
        Ok(look)
    }

    /// The runs that are looked at, oldest first: those that may be made up, and the one that was due last. That older ones
    /// are not made up is said in the ledger, where there are any that were not done.
    async fn window<'a>(
        &mut self,
        known: &'a ReportSchedule,
        now: Timestamp,
    ) -> Result<Vec<(Due<'a>, Option<ReportRun>)>, WorkError> {
        let after = self.settled_until.max(known.skipped_until.unwrap_or(Timestamp::MIN));
        let count = usize::try_from(self.schedule.catch_up).unwrap_or(usize::MAX).saturating_add(1);
        // One more tells whether there are older ones.
        let dues = due::latest(known, &self.zone, after, now, count.saturating_add(1));
        let ids: Vec<ReportRunId> = dues.iter().map(|due| self.run_id(due.at)).collect();
        let runs = self.ledger.load_many::<ReportRun>(&ids).await?;
        let mut window: Vec<_> = dues.into_iter().zip(runs).collect();
        if window.len() > count {
            let (older, run) = window.remove(0);
            if !is_settled(run.as_ref(), now) {
                self.skip(older.at).await?;
            }
            self.settled_until = older.at;
        }
        Ok(window)
    }

    /// Says in the ledger that what was due up to a moment and was not done is not made up.
    async fn skip(&self, due_until: Timestamp) -> Result<(), WorkError> {
        tracing::warn!(
            schedule = self.name(),
            %due_until,
            catch_up = self.schedule.catch_up,
            "more runs were missed than are made up; the older ones are left out"
        );
        let command = ReportScheduleCommand::SkipRuns { due_until };
        self.execute::<ReportSchedule>(self.id(), "skipReportRuns", command).await?;
        Ok(())
    }
}

fn whole_second(moment: Timestamp) -> Timestamp {
    Timestamp::from_micros(moment.micros() / 1_000_000 * 1_000_000).unwrap_or(moment)
}

fn status(run: Option<&ReportRun>, at: Timestamp) -> ReportRunStatus {
    run.map_or(ReportRunStatus::NotStarted, |run| run.status(at))
}

/// Whether nothing more is to be done about a run.
fn is_settled(run: Option<&ReportRun>, at: Timestamp) -> bool {
    matches!(status(run, at), ReportRunStatus::Completed | ReportRunStatus::Failed { retry_at: None })
}

/// When an attempt at a run may begin that cannot begin now.
fn waits_until(run: Option<&ReportRun>, now: Timestamp) -> Option<Timestamp> {
    match status(run, now) {
        ReportRunStatus::UnderWay { lease_until } => Some(lease_until),
        ReportRunStatus::Failed { retry_at } => retry_at.filter(|at| *at > now),
        _ => None,
    }
}
