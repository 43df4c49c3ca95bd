//! `sangdam report`: the numbers, with the position and root at which they were taken.

use std::process::ExitCode;

use clap::{Subcommand, ValueEnum};
use sangdam_domain::log::LogId;
use sangdam_eventstore::Store;
use sangdam_projections::ReadModels;

use super::{CliError, Common, progress};
use crate::reports::format::{self, Language};
use crate::reports::yearly::yearly;

/// `sangdam report WHAT`
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Each year's consultations and calls, the cumulative count and the milestones
    ///
    /// Read models catch up with the log first. Years before the records are unknown, never 0; the answer rate is
    /// answered ÷ offered within the opening hours, in percent with one decimal.
    Yearly(YearlyArgs),
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sangdam report yearly\n  sangdam report yearly --format json | jq .cumulative\n  \
    sangdam report yearly --format csv --language ko > 연도별.csv"
)]
struct YearlyArgs {
    /// `table` for people, `json` for programs, `csv` (years only; UTF-8 with a byte order mark) for spreadsheets
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,

    /// The language of the table [default: ko] and of the CSV header [default: the keys of the JSON]
    #[arg(long, value_enum)]
    language: Option<Language>,

    /// A milestone to tell; can be given several times
    #[arg(long = "threshold", value_name = "COUNT", default_value = "100000",
        value_parser = clap::value_parser!(u64).range(1..=1_000_000_000_000))]
    thresholds: Vec<u64>,

    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// A table for people
    Table,
    /// JSON for programs
    Json,
    /// CSV for spreadsheets
    Csv,
}

pub(super) async fn run(args: Args) -> Result<ExitCode, CliError> {
    let What::Yearly(args) = args.what;
    let settings = args.common.settings()?;
    let (store, models) = settings.open().await?;
    let result = print_yearly(&args, &store, &models, &settings.log).await;
    models.close().await;
    store.close().await;
    result.map(|()| ExitCode::SUCCESS)
}

async fn print_yearly(
    args: &YearlyArgs,
    store: &Store,
    models: &ReadModels,
    log: &LogId,
) -> Result<(), CliError> {
    let bar = progress::events("catching up", 0);
    let report = yearly(store, models, log, &args.thresholds, |progress| {
        bar.set_length(progress.head.get());
        bar.set_position(progress.applied.get());
    })
    .await;
    bar.finish_and_clear();
    let report = report.map_err(CliError::failed)?;
    let text = match args.format {
        Format::Table => format::table(&report, args.language.unwrap_or(Language::Ko)),
        Format::Json => format::json(&report).map_err(CliError::failed)?,
        Format::Csv => format::csv(&report, args.language),
    };
    print!("{text}");
    Ok(())
}
