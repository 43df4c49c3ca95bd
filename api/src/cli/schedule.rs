//! `sangdam schedule`: looks after the reports that `sangdam serve --reports FILE` makes at set times.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use sangdam_domain::aggregate::ReportRunStatus;
use sangdam_domain::calendar::Zone;
use sangdam_domain::time::Timestamp;

use super::{CliError, Common};
use crate::reports::Sources;
use crate::schedule::Reports;
use crate::schedule::attempt::Outcome;
use crate::schedule::config::{self, Schedule};
use crate::schedule::outlook::{LastRun, outlook};
use crate::schedule::worker::{Worker, zone};

/// How many of the next runs are listed.
const NEXT: usize = 3;

/// `sangdam schedule WHAT FILE`
#[derive(Debug, clap::Args)]
#[command(after_help = "docs/scheduled-reports.md describes the file.")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Make sure that a file can be carried out
    ///
    /// Reads it, and looks whether folders can be written to and secrets are in the environment. Nothing is sent anywhere,
    /// and no ledger is needed.
    #[command(after_help = "Example:\n  sangdam schedule check reports.toml")]
    Check(CheckArgs),
    /// Tell when each report is due next, and what became of its latest run
    #[command(after_help = "Example:\n  sangdam schedule list reports.toml --data-dir /var/lib/sangdam")]
    List(ListArgs),
    /// Make a report now, or one that was due, and deliver it as its schedule says
    ///
    /// A run that was delivered already is left as it is.
    #[command(after_help = "Examples:\n  sangdam schedule run reports.toml daily\n  \
        sangdam schedule run reports.toml daily --due 2026-08-03T08:00:00+09:00")]
    Run(RunArgs),
}

#[derive(Debug, clap::Args)]
struct CheckArgs {
    /// The schedules
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

#[derive(Debug, clap::Args)]
struct ListArgs {
    /// The schedules
    #[arg(value_name = "FILE")]
    file: PathBuf,

    #[command(flatten)]
    common: Common,
}

#[derive(Debug, clap::Args)]
struct RunArgs {
    /// The schedules
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// The schedule whose report is made
    #[arg(value_name = "NAME")]
    name: String,

    /// The moment that it is made as of, to the second: when it was due [default: now]
    #[arg(long, value_name = "TIME")]
    due: Option<Timestamp>,

    #[command(flatten)]
    common: Common,
}

pub(super) async fn run(args: Args) -> Result<ExitCode, CliError> {
    match args.what {
        What::Check(args) => {
            read(&args.file)?.schedules.iter().for_each(|schedule| println!("{}", described(schedule)));
            Ok(ExitCode::SUCCESS)
        }
        What::List(args) => {
            let reports = read(&args.file)?;
            with_ledger(&args.common, async |sources, zone| list(&reports, &sources, &zone).await).await
        }
        What::Run(args) => {
            let Reports { schedules, lease_seconds } = read(&args.file)?;
            let known: Vec<String> =
                schedules.iter().map(|schedule| schedule.name.as_str().to_owned()).collect();
            let named = schedules.into_iter().find(|schedule| schedule.name.as_str() == args.name);
            let schedule = named.ok_or_else(|| {
                let (name, file) = (&args.name, args.file.display());
                CliError::Usage(format!("{file} has no schedule `{name}`; it has {}", known.join(", ")))
            })?;
            let due = args.due;
            let make = async |sources, zone| make(sources, schedule, lease_seconds, zone, due).await;
            with_ledger(&args.common, make).await
        }
    }
}

/// The schedules of a file, ready for use.
pub(super) fn read(file: &Path) -> Result<Reports, CliError> {
    Reports::read(file, &config::environment).map_err(|problem| CliError::Usage(problem.to_string()))
}

/// Does something with the ledger open, and closes it.
async fn with_ledger(
    common: &Common,
    work: impl AsyncFnOnce(Sources, Zone) -> Result<ExitCode, CliError>,
) -> Result<ExitCode, CliError> {
    let settings = common.settings()?;
    let (store, models) = settings.open().await?;
    let sources = Sources { store: store.clone(), models: models.clone(), log: settings.log };
    let result = match zone(&sources).await {
        Ok(Some(zone)) => work(sources, zone).await,
        Ok(None) => Err(CliError::Failed(format!(
            "the centre `{}` is not registered yet: its time zone says when a report is due",
            sources.log.centre()
        ))),
        Err(error) => Err(CliError::failed(error)),
    };
    models.close().await;
    store.close().await;
    result
}

async fn list(reports: &Reports, sources: &Sources, zone: &Zone) -> Result<ExitCode, CliError> {
    for schedule in &reports.schedules {
        let outlook = outlook(sources, schedule, zone, NEXT).await.map_err(CliError::failed)?;
        println!("{}", described(schedule));
        let next: Vec<String> = outlook.next.iter().map(|due| shown(*due, zone)).collect();
        println!("  next     {}", next.join("\n           "));
        if let Some(last) = &outlook.last {
            println!("  last     {}: {}", shown(last.due, zone), became(last, zone));
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn make(
    sources: Sources,
    schedule: Schedule,
    lease_seconds: u32,
    zone: Zone,
    due: Option<Timestamp>,
) -> Result<ExitCode, CliError> {
    let begun = Worker::begin(sources, schedule, lease_seconds, zone.clone()).await;
    let mut worker = begun.map_err(|(_, error)| CliError::failed(error))?;
    let (due, outcome) = worker.make_now(due).await.map_err(CliError::failed)?;
    let due = shown(due, &zone);
    match outcome {
        Outcome::Completed(completed) => {
            let places: Vec<_> = completed.delivered.iter().map(|kind| kind.as_str()).collect();
            println!("due          {due}\ndelivered    {}", places.join(", "));
            println!("position     {}\nroot         {}", completed.as_of, completed.root.as_str());
            println!("sha256       {}", completed.content_sha256.as_str());
            println!("file sha256  {}", completed.file_sha256.as_str());
            Ok(ExitCode::SUCCESS)
        }
        Outcome::Failed(failed) => {
            let reason = failed.reason.as_str();
            Err(CliError::Failed(format!("the report that was due {due} was not delivered: {reason}")))
        }
        Outcome::Theirs => {
            Err(CliError::Failed(format!("another process is making the report that was due {due}")))
        }
        Outcome::TooLong => {
            let problem = "took longer than its lease; try again, or raise `lease` in the file";
            Err(CliError::Failed(format!("the report that was due {due} {problem}")))
        }
    }
}

/// What a schedule says, without when.
fn described(schedule: &Schedule) -> String {
    let places: Vec<_> = schedule.targets.iter().map(|target| target.kind().as_str()).collect();
    format!(
        "{}\n  report   {} as {} to {}\n  due      {}",
        schedule.name.as_str(),
        schedule.report,
        schedule.format.as_str(),
        places.join(", "),
        schedule.cron
    )
}

fn became(last: &LastRun, zone: &Zone) -> String {
    match last.status {
        ReportRunStatus::NotStarted => "not started yet".to_owned(),
        ReportRunStatus::UnderWay { lease_until } => {
            format!("under way, until {} at the latest", shown(lease_until, zone))
        }
        ReportRunStatus::Unheard => "not heard of again; it will be made anew".to_owned(),
        ReportRunStatus::Failed { retry_at } => {
            let failed = last.run.as_ref().and_then(|run| run.failed.as_ref());
            let reason = failed.map_or("", |failed| failed.what.reason.as_str());
            match retry_at {
                Some(at) => format!("failed ({reason}); tried again at {}", shown(at, zone)),
                None => format!("failed ({reason}), and given up"),
            }
        }
        ReportRunStatus::Completed => {
            let completed = last.run.as_ref().and_then(|run| run.completed.as_ref());
            completed.map_or_else(String::new, |completed| {
                format!(
                    "delivered at {}, position {}, sha256 {}",
                    shown(completed.at, zone),
                    completed.what.as_of,
                    completed.what.content_sha256.as_str()
                )
            })
        }
    }
}

/// A moment on the centre's clock.
fn shown(moment: Timestamp, zone: &Zone) -> String {
    moment.jiff().to_zoned_datetime(zone.jiff().clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}
