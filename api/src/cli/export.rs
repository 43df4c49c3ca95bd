//! `sangdam export`: hands the ledger's events to other programs.

use std::fs::File;
use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Subcommand, ValueEnum};
use sangdam_domain::log::{LogId, Position};
use sangdam_eventstore::Store;

use super::{CliError, Common, progress};
use crate::reports::events::{ExportError, export};

/// `sangdam export WHAT`
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Events in log order, as CloudEvents 1.0
    ///
    /// Everything from which the reported numbers can be counted again. Personal data is not exported: what was sealed
    /// stands as {"sealed":0}. `data` of each line is the leaf, byte for byte as it was hashed.
    Events(EventsArgs),
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sangdam export events --output events.jsonl\n  sangdam export events --since 120000 | \
    jq -r .type | sort | uniq -c"
)]
struct EventsArgs {
    /// Only events after this position; 0 is all of them
    #[arg(long, value_name = "POSITION", default_value_t = 0)]
    since: u64,

    /// Writes to a file, which appears when it is whole; without it to standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// The format
    #[arg(long, value_enum, default_value_t = EventsFormat::Jsonl)]
    format: EventsFormat,

    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum EventsFormat {
    /// JSON Lines: one CloudEvent a line
    Jsonl,
}

pub(super) async fn run(args: Args) -> Result<ExitCode, CliError> {
    let What::Events(args) = args.what;
    let EventsFormat::Jsonl = args.format;
    let after = Position::new(args.since)
        .ok_or_else(|| CliError::Usage(format!("--since: expected 0 to {}", Position::MAX)))?;
    let settings = args.common.settings()?;
    let store = settings.open_store().await?;
    let result = match &args.output {
        Some(path) => to_file(&store, &settings.log, after, path).await,
        None => match write(&store, &settings.log, after, &mut std::io::stdout()).await {
            // Whoever read it has read enough.
            Err(ExportError::Write(error)) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            result => result,
        },
    };
    store.close().await;
    result.map_err(CliError::failed)?;
    Ok(ExitCode::SUCCESS)
}

/// Writes beside the file first, so that a file of this name is always whole.
async fn to_file(store: &Store, log: &LogId, after: Position, path: &Path) -> Result<(), ExportError> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    let mut file = File::create(&part)?;
    let written = write(store, log, after, &mut file).await;
    let kept = written.and_then(|()| Ok(file.sync_all().and_then(|()| std::fs::rename(&part, path))?));
    if kept.is_err() {
        // What is half written is of no use; the first error is the one to tell.
        let _ = std::fs::remove_file(&part);
    }
    kept
}

async fn write(
    store: &Store,
    log: &LogId,
    after: Position,
    out: &mut (impl Write + Send),
) -> Result<(), ExportError> {
    let bar = progress::events("export", store.head(log).await?.position.get());
    let mut out = BufWriter::with_capacity(256 * 1024, out);
    export(store, log, after, &mut out, |position| bar.set_position(position.get())).await?;
    bar.finish_and_clear();
    Ok(())
}
