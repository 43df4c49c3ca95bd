//! `sangdam report --check FILE`: whether a report still follows from the ledger, and what today's answer is.

use std::fs::File;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum;
use sangdam_domain::log::LogId;

use super::super::{CliError, Common, progress};
use crate::reports::check::{self, Checked};
use crate::reports::{Claim, Sources};
use crate::table::{Found, Language};

#[derive(Debug, clap::Args)]
pub(super) struct CheckArgs {
    /// Checks a report that was written earlier, in whichever format: whether it follows from this ledger as of its
    /// position, whether the file is as it was written, what the answer is today, and which later events can have changed
    /// it. The exit code is 0 where it follows and the file is whole (even if today's answer is another), 1 where not
    #[arg(long, value_name = "FILE", required = true)]
    check: Option<PathBuf>,

    /// How the answer is told
    #[arg(long, value_enum, default_value_t = CheckFormat::Table)]
    format: CheckFormat,

    /// The language of the answer
    #[arg(long, value_enum, default_value_t = Language::Ko)]
    language: Language,

    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum CheckFormat {
    /// For people
    Table,
    /// For programs
    Json,
}

pub(super) async fn run(args: CheckArgs) -> Result<ExitCode, CliError> {
    let path = args.check.as_deref().ok_or_else(|| CliError::Usage("--check: name a file".to_owned()))?;
    let failed = |error: &dyn std::fmt::Display| CliError::Failed(format!("{}: {error}", path.display()));
    let open = || File::open(path).map_err(|error| failed(&error));
    let (found, claim) = check::read(open()?).map_err(|error| failed(&error))?;
    let settings = args.common.settings()?;
    let (store, models) = settings.open().await?;
    let sources = Sources { store, models, log: log_of(&claim, settings.log) };
    let file = open()?;
    let checked = take(&sources, file, found, claim).await;
    sources.models.close().await;
    sources.store.close().await;
    let checked = checked.map_err(|error| failed(&error))?;
    match args.format {
        CheckFormat::Table => print!("{}", check::text(&checked, args.language)),
        CheckFormat::Json => println!("{:#}", check::json(&checked)),
    }
    Ok(if checked.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The main log of the centre that the receipt names; where it names none, of the centre that is meant.
fn log_of(claim: &Claim, meant: LogId) -> LogId {
    claim.centre.as_deref().and_then(|centre| LogId::main(centre).ok()).unwrap_or(meant)
}

async fn take(
    sources: &Sources,
    file: File,
    found: Found,
    claim: Claim,
) -> Result<Checked, check::CheckError> {
    let (bar, heard) = progress::of_report();
    let checked = check::check(sources, file, found, claim, &heard).await;
    bar.finish_and_clear();
    checked
}
