//! Making a run's report and bringing it to all places that it is to go.

use sangdam_domain::aggregate::{ReportRun, ReportRunCommand};
use sangdam_domain::calendar::Zone;
use sangdam_domain::event::ReportRunStarted;
use sangdam_domain::time::Timestamp;
use sangdam_domain::value::{Code, DeliveryKind, RunFailure, Sha256Hex};

use super::deliver::{Parcel, Undelivered};
use super::render::{self, Made};
use super::worker::Worker;
use crate::table::Format;

/// A report that is where it is to be.
pub(super) struct Delivered {
    made: Made,
    places: Vec<DeliveryKind>,
}

impl Delivered {
    /// What is said of it in the ledger.
    pub(super) fn complete(self, attempt: u32) -> ReportRunCommand {
        ReportRunCommand::Complete {
            attempt,
            root: Sha256Hex::of(self.made.root),
            content_sha256: Sha256Hex::of(self.made.content_sha256),
            file_sha256: Sha256Hex::of(self.made.file_sha256),
            bytes: self.made.content.bytes(),
            delivered: self.places,
        }
    }
}

/// Makes the report that a run was started with, and delivers it. A place that does not take it keeps no other from
/// getting it; where this process has delivered it in an earlier attempt, it is not delivered again.
pub(super) async fn make_and_deliver(worker: &mut Worker, run: &ReportRun) -> Result<Delivered, Undelivered> {
    let not_taken = |problem: String| Undelivered { failure: RunFailure::ReportNotTaken, problem };
    let Some(started) = run.started.as_ref().map(|started| &started.what) else {
        return Err(not_taken("the run was not started".to_owned()));
    };
    let format = render::format(started.format.as_str())
        .ok_or_else(|| not_taken(format!("this release knows no format `{}`", started.format.as_str())))?;
    let language = started.language.as_ref().map(Code::as_str).and_then(render::language);
    let made = render::make(&worker.sources, started.report.as_str(), started.as_of, format, language)
        .await
        .map_err(|problem| not_taken(problem.to_string()))?;
    let parcel = Parcel {
        run: run.id,
        attempt: run.attempt,
        schedule: started.schedule.clone(),
        due: started.due,
        name: file_name(started, &worker.zone, format),
        media_type: render::media_type(format),
        content: made.content.clone(),
        sha256: hex::encode(made.file_sha256),
    };
    let clock = worker.sources.store.clock().clone();
    let before = worker.delivered.entry(started.due).or_default();
    let mut failures: Vec<Undelivered> = Vec::new();
    for (index, target) in worker.schedule.targets.iter().enumerate() {
        if before.contains(&index) {
            continue;
        }
        match target.deliver(&parcel, &*clock).await {
            Ok(()) => {
                before.insert(index);
            }
            Err(error) => failures.push(error),
        }
    }
    match failures.first().map(|first| first.failure) {
        Some(failure) => {
            let problems: Vec<String> = failures.into_iter().map(|one| one.problem).collect();
            Err(Undelivered { failure, problem: problems.join("; ") })
        }
        None => {
            let places = worker.schedule.targets.iter().map(|target| target.kind()).collect();
            Ok(Delivered { made, places })
        }
    }
}

/// `daily-2026-08-03T08-00-00+0900.csv`: the schedule and when the run was due, on the centre's clock.
fn file_name(started: &ReportRunStarted, zone: &Zone, format: Format) -> String {
    format!("{}-{}.{}", started.schedule.as_str(), on_clock(started.due, zone), render::extension(format))
}

fn on_clock(due: Timestamp, zone: &Zone) -> String {
    due.jiff().to_zoned_datetime(zone.jiff().clone()).strftime("%Y-%m-%dT%H-%M-%S%z").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sangdam_domain::calendar::zone;

    #[test]
    fn a_due_time_is_told_on_the_centres_clock() {
        let due = "2026-08-02T23:00:00Z".parse().unwrap();
        assert_eq!(on_clock(due, &zone("Asia/Seoul").unwrap()), "2026-08-03T08-00-00+0900");
    }
}
