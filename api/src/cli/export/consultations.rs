//! `sangdam export consultations`

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use clap::ValueEnum;
use sangdam_domain::log::Position;
use sangdam_eventstore::Store;
use sangdam_projections::ReadModels;
use sangdam_projections::runner::Progress;

use super::lines::{self, FeedArgs, stopped};
use crate::cli::report::print;
use crate::cli::stop::stop_signal;
use crate::cli::{CliError, Settings, progress};
use crate::feeds::consultations::{Consultations, source_of_consultations};
use crate::feeds::taken::{self, Taken};
use crate::feeds::{FeedError, check_since};
use crate::table;
use crate::whole_file::WholeFile;

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    sangdam export consultations --format parquet --output consultations.parquet\n  \
    sangdam export consultations --since 120000 --format csv --output 상담.csv\n  \
    sangdam export consultations --follow --output consultations.jsonl")]
pub(super) struct Args {
    /// The format
    #[arg(long, value_enum, default_value_t = Format::Jsonl)]
    format: Format,

    #[command(flatten)]
    feed: FeedArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// JSON Lines: one CloudEvent a line, its `data` the row
    Jsonl,
    /// CSV for spreadsheets and programs: UTF-8 with a byte order mark
    Csv,
    /// Apache Parquet: typed columns, positions in the metadata
    Parquet,
}

impl Format {
    /// What it is written by, if as a table.
    fn of_table(self) -> Option<table::Format> {
        match self {
            Self::Jsonl => None,
            Self::Csv => Some(table::Format::Csv),
            Self::Parquet => Some(table::Format::Parquet),
        }
    }
}

pub(super) async fn run(args: Args) -> Result<ExitCode, CliError> {
    let table = args.format.of_table();
    if args.feed.follow && table.is_some() {
        return Err(CliError::Usage("--follow writes lines: leave --format out, or give jsonl".to_owned()));
    }
    if args.format == Format::Parquet && args.feed.output.is_none() && io::stdout().is_terminal() {
        return Err(CliError::Usage(
            "parquet is nothing for a terminal: name a file with --output".to_owned(),
        ));
    }
    let settings = args.feed.common.settings()?;
    let stop = stop_signal().map_err(CliError::failed)?;
    let (store, models) = settings.open().await?;
    let result = match table {
        None => export_lines(&args, &settings, &store, &models, stop).await,
        Some(format) => export_table(&args, format, &settings, &store, &models, stop).await,
    };
    models.close().await;
    store.close().await;
    result.map(|()| ExitCode::SUCCESS)
}

async fn export_lines(
    args: &Args,
    settings: &Settings,
    store: &Store,
    models: &ReadModels,
    stop: impl Future<Output = ()>,
) -> Result<(), CliError> {
    let source = source_of_consultations(store.ledger(), &settings.log);
    let (output, since) = args.feed.begin(settings, store, &source).await.map_err(CliError::failed)?;
    let mut stop = std::pin::pin!(stop);
    let changed = tokio::select! {
        () = &mut stop => return if args.feed.follow { Ok(()) } else { Err(stopped(since)) },
        changed = catch_up(store, models, settings, since) => changed.map_err(CliError::failed)?,
    };
    let mut changed = if args.feed.follow { changed.followed() } else { changed };
    let within = (since, changed.as_of());
    let written = lines::write(&mut changed, output, within, args.feed.follow, stop).await;
    changed.close().await;
    written
}

async fn export_table(
    args: &Args,
    format: table::Format,
    settings: &Settings,
    store: &Store,
    models: &ReadModels,
    stop: impl Future<Output = ()>,
) -> Result<(), CliError> {
    let since = args.feed.since();
    check_since(store, &settings.log, since).await.map_err(CliError::failed)?;
    let whole = args.feed.output.as_deref().map(WholeFile::begin).transpose().map_err(CliError::failed)?;
    let taken = tokio::select! {
        () = stop => return Err(stopped(since)),
        taken = take(store, models, settings, since) => taken.map_err(CliError::failed)?,
    };
    let (count, position) = (taken.count(), taken.position());
    let Some(whole) = whole else {
        let file = tempfile::tempfile().map_err(CliError::failed)?;
        let handle = file.try_clone().map_err(CliError::failed)?;
        taken.write(format, handle).map_err(CliError::failed)?;
        return print(file);
    };
    taken.write(format, whole.handle().map_err(CliError::failed)?).map_err(CliError::failed)?;
    whole.keep().map_err(CliError::failed)?;
    let path = args.feed.output.as_deref().map(|path| path.display().to_string()).unwrap_or_default();
    eprintln!(
        "{path}: {count} consultations that changed behind position {since}, as of position {position}; go on with \
         --since {position}"
    );
    Ok(())
}

async fn take(
    store: &Store,
    models: &ReadModels,
    settings: &Settings,
    since: Position,
) -> Result<Taken, FeedError> {
    let mut changed = catch_up(store, models, settings, since).await?;
    let head = store.head_at(&settings.log, changed.as_of()).await?;
    let bar = progress::events("export", head.position.get());
    let taken = taken::take(&mut changed, since, head, |at| bar.set_position(at.get())).await;
    bar.finish_and_clear();
    taken
}

async fn catch_up(
    store: &Store,
    models: &ReadModels,
    settings: &Settings,
    since: Position,
) -> Result<Consultations, FeedError> {
    let bar = progress::events("catching up", 0);
    let show = |progress: Progress| {
        bar.set_length(progress.head.get());
        bar.set_position(progress.applied.get());
    };
    let changed = Consultations::up_to_head(store, models, &settings.log, since, show).await;
    bar.finish_and_clear();
    changed
}
