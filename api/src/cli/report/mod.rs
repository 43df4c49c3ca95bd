//! `sangdam report`: the numbers, with a receipt of what they follow from; and checking that receipt.

mod check;

use std::fs::File;
use std::io::{self, IsTerminal, Seek};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use jiff::civil::Date;
use sangdam_domain::log::Position;

use super::{CliError, Common, progress};
use crate::reports::{
    AsOf, Period, Question, Receipt, Sources, THRESHOLD_MAX, TOP_MAX, Target, last_full_year, position_of,
    render,
};
use crate::table::{Format, Language};
use crate::whole_file::WholeFile;

/// `sangdam report KIND`, or `sangdam report --check FILE`
#[derive(Debug, clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    arg_required_else_help = true,
    after_help = "Every report says at which position and root of the ledger it was taken, and has a SHA-256 of its own.\n\n\
    Examples:\n  sangdam report yearly\n  sangdam report monthly --from 2024-01-01 --to 2024-12-31\n  \
    sangdam report consultations --format parquet --output 2024.parquet\n  sangdam report --check 2024.parquet"
)]
pub struct Args {
    #[command(flatten)]
    check: check::CheckArgs,

    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Each year's consultations and calls, the cumulative count and the milestones
    ///
    /// Years before the records are unknown, never 0; the answer rate is answered ÷ offered within the opening hours, in
    /// percent with one decimal.
    #[command(after_help = "Examples:\n  sangdam report yearly\n  \
        sangdam report yearly --format json | jq .cumulative\n  \
        sangdam report yearly --format csv --language ko --output 연도별.csv\n  \
        sangdam report yearly --as-of 2024-06-30T23:59:59+09:00")]
    Yearly(YearlyArgs),
    /// Each month's consultations and calls, abandonment and answer rate
    Monthly(PeriodArgs),
    /// The numbers by day of the week and hour
    Hours(PeriodArgs),
    /// Consultations by category
    Categories(PeriodArgs),
    /// Consultations and calls by agent; agents have ids, their names are personal data
    Agents(PeriodArgs),
    /// How well calls were served: answer rate, waits, handling, transfers, callbacks, repeat callers, first-contact
    /// resolution
    ServiceLevel(PeriodArgs),
    /// How many agents the load takes by Erlang C, by day of the week and hour, beside those on duty
    #[command(after_help = "Examples:\n  sangdam report staffing\n  \
        sangdam report staffing --from 2024-07-01 --to 2024-09-30 --percent 90 --seconds 15")]
    Staffing(StaffingArgs),
    /// The numbers of the directory that were given most often
    Directory(DirectoryArgs),
    /// One row a consultation, as many as there are; no personal data
    #[command(
        after_help = "Examples:\n  sangdam report consultations --format parquet --output 2024.parquet\n  \
        sangdam report consultations --from 2022-01-01 --to 2024-12-31 --format csv --output 상담.csv"
    )]
    Consultations(PeriodArgs),
}

#[derive(Debug, clap::Args)]
struct YearlyArgs {
    /// A milestone to tell; can be given several times
    #[arg(long = "threshold", value_name = "COUNT", default_value = "100000",
        value_parser = clap::value_parser!(u64).range(1..=THRESHOLD_MAX))]
    thresholds: Vec<u64>,

    #[command(flatten)]
    output: OutputArgs,
}

#[derive(Debug, clap::Args)]
struct PeriodArgs {
    #[command(flatten)]
    days: DaysArgs,

    #[command(flatten)]
    output: OutputArgs,
}

#[derive(Debug, clap::Args)]
struct StaffingArgs {
    /// The share of the calls that is to be answered in time, in percent
    #[arg(long, value_name = "PERCENT", default_value_t = Target::USUAL.percent,
        value_parser = clap::value_parser!(u8).range(1..=99))]
    percent: u8,

    /// What in time means, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = Target::USUAL.seconds,
        value_parser = clap::value_parser!(u32).range(0..=i64::from(Target::SECONDS_MAX)))]
    seconds: u32,

    #[command(flatten)]
    days: DaysArgs,

    #[command(flatten)]
    output: OutputArgs,
}

#[derive(Debug, clap::Args)]
struct DirectoryArgs {
    /// At most so many numbers
    #[arg(long, value_name = "COUNT", default_value_t = crate::reports::TOP,
        value_parser = clap::value_parser!(u32).range(1..=i64::from(TOP_MAX)))]
    top: u32,

    #[command(flatten)]
    days: DaysArgs,

    #[command(flatten)]
    output: OutputArgs,
}

#[derive(Debug, clap::Args)]
struct DaysArgs {
    /// The first day, on the centre's clock [default: the first of the year of --to; without it, of the last full year
    /// that is known]
    #[arg(long, value_name = "DATE")]
    from: Option<Date>,

    /// The last day [default: the last of the year of --from]
    #[arg(long, value_name = "DATE")]
    to: Option<Date>,
}

#[derive(Debug, clap::Args)]
struct OutputArgs {
    /// The format
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,

    /// Writes to a file, which appears when it is whole; without it to standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// The language [default: ko; CSV: none, its header holds the keys of the JSON]
    #[arg(long, value_enum)]
    language: Option<Language>,

    /// As of a position, or a moment like 2024-12-31T18:30:00+09:00: what was known then [default: now]
    #[arg(long, value_name = "POSITION|TIME")]
    as_of: Option<AsOf>,

    #[command(flatten)]
    common: Common,
}

pub(super) async fn run(args: Args) -> Result<ExitCode, CliError> {
    let Some(what) = args.what else { return check::run(args.check).await };
    let (asked, output) = what.take_apart();
    if output.format.is_binary() && output.output.is_none() && io::stdout().is_terminal() {
        return Err(CliError::Usage(format!(
            "{} is nothing for a terminal: name a file with --output",
            output.format.as_str()
        )));
    }
    asked.check()?;
    let settings = output.common.settings()?;
    let (store, models) = settings.open().await?;
    let sources = Sources { store, models, log: settings.log };
    let result = report(&sources, &asked, &output).await;
    sources.models.close().await;
    sources.store.close().await;
    result.map(|()| ExitCode::SUCCESS)
}

/// What is asked for, the days perhaps left open.
struct Asked {
    days: Option<DaysArgs>,
    question: fn(Period, &Self) -> Question,
    thresholds: Vec<u64>,
    top: u32,
    target: Target,
}

impl What {
    fn take_apart(self) -> (Asked, OutputArgs) {
        let asked =
            |days, question| Asked { days, question, thresholds: Vec::new(), top: 0, target: Target::USUAL };
        let of_days = |args: PeriodArgs, question| (asked(Some(args.days), question), args.output);
        match self {
            Self::Yearly(args) => {
                let question = |_, asked: &Asked| Question::yearly(asked.thresholds.clone());
                (Asked { thresholds: args.thresholds, ..asked(None, question) }, args.output)
            }
            Self::Monthly(args) => of_days(args, |period, _| Question::Monthly(period)),
            Self::Hours(args) => of_days(args, |period, _| Question::Hours(period)),
            Self::Categories(args) => of_days(args, |period, _| Question::Categories(period)),
            Self::Agents(args) => of_days(args, |period, _| Question::Agents(period)),
            Self::ServiceLevel(args) => of_days(args, |period, _| Question::ServiceLevel(period)),
            Self::Consultations(args) => of_days(args, |period, _| Question::Consultations(period)),
            Self::Staffing(args) => {
                let question = |period, asked: &Asked| Question::Staffing { period, target: asked.target };
                let target = Target { percent: args.percent, seconds: args.seconds };
                (Asked { target, ..asked(Some(args.days), question) }, args.output)
            }
            Self::Directory(args) => {
                let question = |period, asked: &Asked| Question::Directory { period, top: asked.top };
                (Asked { top: args.top, ..asked(Some(args.days), question) }, args.output)
            }
        }
    }
}

impl Asked {
    /// Refuses days that are none before anything is opened.
    fn check(&self) -> Result<(), CliError> {
        match self.days.as_ref().map(DaysArgs::period) {
            Some(Err(error)) => Err(error),
            _ => Ok(()),
        }
    }

    async fn settle(&self, sources: &Sources, position: Position) -> Result<Question, CliError> {
        let period = match self.days.as_ref().map(DaysArgs::period).transpose()?.flatten() {
            Some(period) => period,
            None => last_full_year(sources, position).await.map_err(CliError::failed)?,
        };
        Ok((self.question)(period, self))
    }
}

impl DaysArgs {
    /// The days, where at least one end is named.
    fn period(&self) -> Result<Option<Period>, CliError> {
        let (from, to) = match (self.from, self.to) {
            (None, None) => return Ok(None),
            (from, to) => (from.or(to.map(Date::first_of_year)), to.or(from.map(Date::last_of_year))),
        };
        let Some((from, to)) = from.zip(to) else { return Ok(None) };
        Period::new(from, to).map(Some).map_err(|problem| CliError::Usage(format!("--from, --to: {problem}")))
    }
}

async fn report(sources: &Sources, asked: &Asked, output: &OutputArgs) -> Result<(), CliError> {
    let whole = output.output.as_deref().map(WholeFile::begin).transpose().map_err(CliError::failed)?;
    let (bar, heard) = progress::of_report();
    let written = async {
        let as_of = output.as_of.unwrap_or_default();
        let position = position_of(sources, as_of, &heard).await.map_err(CliError::failed)?;
        let question = asked.settle(sources, position).await?;
        let file = match &whole {
            Some(whole) => whole.handle().map_err(CliError::failed)?,
            None => tempfile::tempfile().map_err(CliError::failed)?,
        };
        let out = file.try_clone().map_err(CliError::failed)?;
        let receipt = render(sources, &question, position, output.format, output.language, out, &heard)
            .await
            .map_err(CliError::failed)?;
        Ok::<_, CliError>((receipt, file))
    };
    let written = written.await;
    bar.finish_and_clear();
    let (receipt, file) = written?;
    match whole {
        None => print(file),
        Some(whole) => {
            whole.keep().map_err(CliError::failed)?;
            tell(&receipt, output);
            Ok(())
        }
    }
}

/// To standard output.
pub(super) fn print(mut file: File) -> Result<(), CliError> {
    file.rewind().map_err(CliError::failed)?;
    match io::copy(&mut file, &mut io::stdout()) {
        // Whoever read it has read enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        copied => copied.map(drop).map_err(CliError::failed),
    }
}

fn tell(receipt: &Receipt, output: &OutputArgs) {
    let path = output.output.as_deref().map(|path| path.display().to_string()).unwrap_or_default();
    eprintln!(
        "{path}: {}, {} rows, as of position {}, SHA-256 {}",
        receipt.report,
        receipt.rows,
        receipt.position,
        hex::encode(receipt.sha256)
    );
}
