//! `sangdam follow`: takes in call records as they are written.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;

use super::asterisk::AsteriskArgs;
use super::stop::stop_signal;
use super::{CliError, Common};
use crate::intake::csv::IntakeError;
use crate::intake::follow::tail::News;
use crate::intake::follow::{FollowError, Said, follow_queue_log};
use crate::ledger::Ledger;

/// `sangdam follow FORMAT FILE`
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    format: Format,
}

#[derive(Debug, Subcommand)]
enum Format {
    /// The queue_log of an Asterisk telephone system, as it grows
    ///
    /// Goes on until it is stopped (SIGINT, SIGTERM), through rotations of the file, and from where it stopped when it is
    /// started again. A line that the ledger has already adds nothing.
    QueueLog(QueueLogArgs),
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sangdam follow queue-log /var/log/asterisk/queue_log\n  sangdam follow queue-log \
    --centre jeongseon --queue 민원=main /var/log/asterisk/queue_log\n\nWhat was written before it was first started is \
    taken over by sangdam import queue-log. Both may read the same file; docs/telephone-records.md says more."
)]
struct QueueLogArgs {
    #[command(flatten)]
    asterisk: AsteriskArgs,

    /// Where it is written down how far the file was read [default: a file in ~/.local/state/sangdam]
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,

    /// The queue_log
    #[arg(value_name = "FILE")]
    file: PathBuf,

    #[command(flatten)]
    common: Common,
}

pub(super) async fn run(args: Args) -> Result<ExitCode, CliError> {
    let Format::QueueLog(args) = args.format;
    let settings = args.asterisk.settings(false)?;
    let of_ledger = args.common.settings()?;
    let path = std::path::absolute(&args.file).map_err(CliError::failed)?;
    let stop = stop_signal().map_err(CliError::failed)?;
    let store = of_ledger.open_or_make_store().await?;
    let ledger = Ledger::new(store.clone(), of_ledger.log);
    let state = match args.state {
        Some(state) => state,
        None => state_file(&ledger, settings.source.as_str())?,
    };
    println!("following {} as `{}` for {}", path.display(), settings.source.as_str(), ledger.centre());
    let result = follow_queue_log(&ledger, settings, &path, &state, stop, tell).await;
    store.close().await;
    let followed = result.map_err(|error| match error {
        FollowError::Intake(IntakeError::NoCentre(_)) => CliError::Usage(error.to_string()),
        _ => CliError::failed(error),
    })?;
    println!("stopped: {followed}");
    Ok(ExitCode::SUCCESS)
}

fn tell(said: Said) {
    match said {
        Said::News(News::Reads(path, 0)) => println!("reading {}", path.display()),
        Said::News(News::Reads(path, from)) => println!("reading {} from byte {from}", path.display()),
        Said::News(News::Waits(path)) => println!("{} is not there yet: waiting for it", path.display()),
        Said::News(News::CopyMissing(path)) => eprintln!(
            "warning: {} was emptied, and no copy of what was in it stands beside it: lines may be missing",
            path.display()
        ),
        Said::News(News::Packed(path)) => eprintln!(
            "warning: {} is packed and cannot be read: unpack it and take it over with sangdam import queue-log",
            path.display()
        ),
        Said::News(News::CutOff(path)) => {
            eprintln!("warning: {}: its last line was never ended, and is left out", path.display());
        }
        Said::Rejected { path, at, reason } => eprintln!("{}: byte {at}: {reason}", path.display()),
        Said::Failed { problem, seconds } => {
            eprintln!("error: {problem}; it is tried again in {seconds} s");
        }
    }
}

/// A file of this ledger, centre and telephone system, in the user's folder for such things.
fn state_file(ledger: &Ledger, source: &str) -> Result<PathBuf, CliError> {
    let folder = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let states = folder("XDG_STATE_HOME").or_else(|| folder("HOME").map(|home| home.join(".local/state")));
    let states = states.ok_or_else(|| {
        CliError::Usage("neither XDG_STATE_HOME nor HOME is set: name a file with --state".to_owned())
    })?;
    let name = format!("follow-{}-{}-{source}.json", ledger.store().ledger(), ledger.centre());
    Ok(states.join(Path::new("sangdam")).join(name))
}
