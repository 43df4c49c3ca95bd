//! `sangdam export events`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum;
use clap::builder::PossibleValuesParser;
use sangdam_domain::event::Event;
use sangdam_domain::log::Position;
use sangdam_eventstore::Store;

use super::output::{Output, is_enough};
use crate::cli::stop::stop_signal;
use crate::cli::{CliError, Common, Settings, progress};
use crate::feeds::cloud_event::source_of_log;
use crate::feeds::events::{Events, Wanted};
use crate::feeds::file::FeedFile;
use crate::feeds::{End, FeedError, pump};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    sangdam export events --output events.jsonl\n  \
    sangdam export events --since 120000 | jq -r .type | sort | uniq -c\n  \
    sangdam export events --types ConsultationOpened,ConsultationVoided --follow --output counted.jsonl")]
pub(super) struct Args {
    /// Only events behind this position; 0 is all of them
    #[arg(long, value_name = "POSITION", default_value_t = 0, value_parser = clap::value_parser!(u64).range(0..=Position::MAX.get()))]
    since: u64,

    /// Only events of these types, as in ConsultationOpened,ConsultationVoided
    #[arg(long, value_name = "TYPE", value_delimiter = ',', hide_possible_values = true,
        value_parser = PossibleValuesParser::new(Event::TYPES))]
    types: Option<Vec<String>>,

    /// Goes on for ever: what is there first, then each event as it is recorded. Ends at SIGINT or SIGTERM
    #[arg(long)]
    follow: bool,

    /// Writes to a file, which appears when it is whole; without it to standard output. With --follow the file grows, and a
    /// file that is there already is gone on with behind its last line
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// The format
    #[arg(long, value_enum, default_value_t = Format::Jsonl)]
    format: Format,

    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// JSON Lines: one CloudEvent a line
    Jsonl,
}

pub(super) async fn run(args: Args) -> Result<ExitCode, CliError> {
    let Format::Jsonl = args.format;
    let settings = args.common.settings()?;
    let stop = stop_signal().map_err(CliError::failed)?;
    let store = settings.open_store().await?;
    let result = export(&args, &settings, &store, stop).await;
    store.close().await;
    result?;
    Ok(ExitCode::SUCCESS)
}

async fn export(
    args: &Args,
    settings: &Settings,
    store: &Store,
    stop: impl Future<Output = ()>,
) -> Result<(), CliError> {
    let (mut output, wanted) = begin(args, settings, store).await.map_err(CliError::failed)?;
    let mut at = wanted.since;
    let mut events = Events::of(store, &settings.log, wanted).await.map_err(CliError::failed)?;
    let bar = progress::events("export", events.head().get());
    let ended = pump(
        &mut events,
        |batch| {
            output.write(&batch.lines)?;
            at = batch.position;
            bar.set_position(at.get());
            Ok(())
        },
        stop,
    )
    .await;
    bar.finish_and_clear();
    match ended {
        Ok(End::Stopped) if !args.follow => Err(CliError::Failed(format!(
            "stopped after position {at}, before the end; --since {at} goes on from there"
        ))),
        Ok(_) => output.finish().map_err(CliError::failed),
        Err(error) if is_enough(&error) => Ok(()),
        Err(error) => Err(CliError::failed(error)),
    }
}

/// Where it goes, and from where on.
async fn begin(args: &Args, settings: &Settings, store: &Store) -> Result<(Output, Wanted), FeedError> {
    let head = store.head(&settings.log).await?.position;
    let mut wanted = Wanted {
        since: Position::new(args.since).unwrap_or(Position::MAX),
        types: args.types.clone(),
        follow: args.follow,
    };
    if wanted.since > head {
        return Err(FeedError::Beyond { log: settings.log.clone(), since: wanted.since, head });
    }
    let output = match &args.output {
        Some(path) if args.follow => {
            let file = FeedFile::open(path, &source_of_log(store.ledger(), &settings.log))?;
            wanted.since = file.goes_on_behind(wanted.since, head)?;
            Output::Followed(file)
        }
        path => Output::once(path.as_deref())?,
    };
    Ok((output, wanted))
}
