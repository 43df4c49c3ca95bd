//! `sangdam export events`

use std::process::ExitCode;

use clap::ValueEnum;
use clap::builder::PossibleValuesParser;
use sangdam_domain::event::Event;
use sangdam_eventstore::Store;

use super::lines::{self, FeedArgs};
use crate::cli::stop::stop_signal;
use crate::cli::{CliError, Settings};
use crate::feeds::cloud_event::source_of_log;
use crate::feeds::events::{Events, Wanted};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    sangdam export events --output events.jsonl\n  \
    sangdam export events --since 120000 | jq -r .type | sort | uniq -c\n  \
    sangdam export events --types ConsultationOpened,ConsultationVoided --follow --output counted.jsonl")]
pub(super) struct Args {
    /// Only events of these types, as in ConsultationOpened,ConsultationVoided
    #[arg(long, value_name = "TYPE", value_delimiter = ',', hide_possible_values = true,
        value_parser = PossibleValuesParser::new(Event::TYPES))]
    types: Option<Vec<String>>,

    /// The format
    #[arg(long, value_enum, default_value_t = Format::Jsonl)]
    format: Format,

    #[command(flatten)]
    feed: FeedArgs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// JSON Lines: one CloudEvent a line
    Jsonl,
}

pub(super) async fn run(args: Args) -> Result<ExitCode, CliError> {
    let Format::Jsonl = args.format;
    let settings = args.feed.common.settings()?;
    let stop = stop_signal().map_err(CliError::failed)?;
    let store = settings.open_store().await?;
    let result = export(&args, &settings, &store, stop).await;
    store.close().await;
    result.map(|()| ExitCode::SUCCESS)
}

async fn export(
    args: &Args,
    settings: &Settings,
    store: &Store,
    stop: impl Future<Output = ()>,
) -> Result<(), CliError> {
    let source = source_of_log(store.ledger(), &settings.log);
    let (output, since) = args.feed.begin(settings, store, &source).await.map_err(CliError::failed)?;
    let wanted = Wanted { since, types: args.types.clone(), follow: args.feed.follow };
    let mut events = Events::of(store, &settings.log, wanted).await.map_err(CliError::failed)?;
    let within = (since, events.head());
    lines::write(&mut events, output, within, args.feed.follow, stop).await
}
