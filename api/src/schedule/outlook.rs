//! How a schedule stands: when it is due next, and what became of its latest run.

use sangdam_domain::aggregate::{ReportRun, ReportRunStatus, ReportSchedule};
use sangdam_domain::calendar::Zone;
use sangdam_domain::time::Timestamp;

use super::config::Schedule;
use super::due;
use crate::ledger::{Ledger, LoadError};
use crate::reports::Sources;

/// How a schedule stands.
#[derive(Debug)]
pub struct Outlook {
    /// When it is due next, as the file says.
    pub next: Vec<Timestamp>,
    /// When it was due last, as the ledger knows; `None` where it has not been yet.
    pub last: Option<LastRun>,
}

/// What became of a run.
#[derive(Debug)]
pub struct LastRun {
    /// When it was due.
    pub due: Timestamp,
    /// How it stands.
    pub status: ReportRunStatus,
    /// All that is known of it; `None` where it was not started.
    pub run: Option<ReportRun>,
}

/// How a schedule stands now, with so many of its next runs.
pub async fn outlook(
    sources: &Sources,
    schedule: &Schedule,
    zone: &Zone,
    next: usize,
) -> Result<Outlook, LoadError> {
    let ledger = Ledger::new(sources.store.clone(), sources.log.clone());
    let now = ledger.now();
    let known = ledger.load::<ReportSchedule>(ReportSchedule::id(ledger.log(), &schedule.name)).await?;
    let latest = known.iter().flat_map(|known| due::latest(known, zone, Timestamp::MIN, now, 1)).next();
    let last = match latest {
        None => None,
        Some(due) => {
            let run = ledger.load::<ReportRun>(ReportRun::id(ledger.log(), &schedule.name, due.at)).await?;
            let status = run.as_ref().map_or(ReportRunStatus::NotStarted, |run| run.status(now));
            Some(LastRun { due: due.at, status, run })
        }
    };
    let following = |at: &Timestamp| schedule.cron.after(zone, *at);
    let next = std::iter::successors(schedule.cron.after(zone, now), following).take(next).collect();
    Ok(Outlook { next, last })
}
