//! `sangdam replay`: history step by step, printed or walked through.

mod args;
mod interactive;
mod text;
mod view;
mod when;
mod words;

use std::io::{BufWriter, ErrorKind, IsTerminal, Write};
use std::process::ExitCode;

use indicatif::ProgressBar;
use sangdam_domain::aggregate::Centre;
use sangdam_domain::calendar::{Zone, zone};
use sangdam_domain::log::Position;
use sangdam_eventstore::Store;
use sangdam_projections::{ReadModels, runner};

pub use args::Args;
use args::{Format, Scope};
use text::Text;

use super::{CliError, Settings, progress};
use crate::ledger::Ledger;
use crate::replay::{Replay, ReplayError, Source, Span, Step};

/// How many steps are held in memory at once.
const STEPS_A_READ: usize = 256;

pub(super) async fn run(args: Args) -> Result<ExitCode, CliError> {
    args.check_terminal()?;
    let settings = args.common.settings()?;
    let store = settings.open_store().await?;
    let result = replay(&args, &settings, &store).await;
    store.close().await;
    result.map(|()| ExitCode::SUCCESS)
}

async fn replay(args: &Args, settings: &Settings, store: &Store) -> Result<(), CliError> {
    let ledger = Ledger::new(store.clone(), settings.log.clone());
    let head = store.head(&settings.log).await.map_err(CliError::failed)?.position;
    let zone = zone_of(&ledger).await?;
    let (from, to) = (args.from.map(|from| from.first(&zone)), args.to.map(|to| to.last(&zone)));
    let span = Span::find(&ledger, head, from.transpose()?, to.transpose()?).await.map_err(failed)?;
    let models =
        if args.scope().needs_read_models() { Some(caught_up(settings, store).await?) } else { None };
    let source = source(&ledger, args.scope(), models.as_ref(), span.last).await;
    let done = match source {
        Ok(source) => {
            let types = args.types();
            let way = Replay::new(ledger.clone(), source, span, types);
            go(args, way, Text::new(args.language, zone, settings.log.clone())).await
        }
        Err(error) => Err(failed(error)),
    };
    if let Some(models) = models {
        models.close().await;
    }
    done
}

/// The centre's time zone; UTC while it is not registered.
async fn zone_of(ledger: &Ledger) -> Result<Zone, CliError> {
    let centre = ledger.load::<Centre>(()).await.map_err(CliError::failed)?;
    let registered = centre.and_then(|centre| centre.registered);
    Ok(registered.and_then(|of| zone(of.what.time_zone.as_str())).unwrap_or(Zone::UTC))
}

/// The read models, which know of everything that the log holds.
async fn caught_up(settings: &Settings, store: &Store) -> Result<ReadModels, CliError> {
    let models = settings.models().await?;
    let bar = progress::events("catching up", 0);
    let result = runner::catch_up(store, &models, &settings.log, |progress| {
        bar.set_length(progress.head.get());
        bar.set_position(progress.applied.get());
    })
    .await;
    bar.finish_and_clear();
    result.map_err(CliError::failed)?;
    Ok(models)
}

async fn source(
    ledger: &Ledger,
    scope: Scope,
    models: Option<&ReadModels>,
    last: Position,
) -> Result<Source, ReplayError> {
    match (scope, models) {
        (Scope::Stream(stream), _) => Source::stream(ledger, stream.of(ledger.log()), last).await,
        (Scope::Caller(caller), Some(models)) => Source::caller(ledger, models, caller, last).await,
        (Scope::Agent(agent), Some(models)) => Source::agent(ledger, models, agent, last).await,
        _ => Ok(Source::log()),
    }
}

async fn go(args: &Args, way: Replay, text: Text) -> Result<(), CliError> {
    if args.interactive {
        return interactive::walk(way, &text, args.backwards).await;
    }
    let stdout = std::io::stdout();
    // A bar between the lines would only be in the way.
    let bar = match stdout.is_terminal() {
        true => ProgressBar::hidden(),
        false => progress::events("replay", way.span().positions()),
    };
    let mut out = BufWriter::with_capacity(256 * 1024, stdout);
    let written = print(args, way, &text, &mut out, &bar).await;
    bar.finish_and_clear();
    match written {
        // Whoever read it has read enough.
        Err(Unprinted::Write(error)) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(Unprinted::Write(error)) => {
            Err(CliError::failed(format!("the steps could not be written: {error}")))
        }
        Err(Unprinted::Replay(error)) => Err(failed(error)),
        Ok(()) => Ok(()),
    }
}

/// Why the steps were not printed to their end.
enum Unprinted {
    Write(std::io::Error),
    Replay(ReplayError),
}

async fn print(
    args: &Args,
    mut way: Replay,
    text: &Text,
    out: &mut (impl Write + Send),
    bar: &ProgressBar,
) -> Result<(), Unprinted> {
    let mut left = args.limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    let Span { first, last } = way.span();
    let begin = if args.backwards { last.next() } else { first.previous() };
    let mut at = begin;
    while left > 0 {
        let size = left.min(STEPS_A_READ);
        let page = if args.backwards { way.before(at, size).await } else { way.after(at, size).await };
        let page = page.map_err(Unprinted::Replay)?;
        for step in &page.steps {
            write_step(args.format, text, step, out).map_err(Unprinted::Write)?;
            at = step.position();
        }
        left -= page.steps.len();
        let done = if args.backwards { Span { first: at, last } } else { Span { first, last: at } };
        bar.set_position(done.positions());
        if !page.more {
            break;
        }
    }
    if at == begin && args.format == Format::Text {
        eprintln!("{}", text.nothing());
    }
    out.flush().map_err(Unprinted::Write)
}

fn write_step(format: Format, text: &Text, step: &Step, out: &mut impl Write) -> std::io::Result<()> {
    match format {
        Format::Text => writeln!(out, "{}", text.block(step)),
        Format::Json => {
            serde_json::to_writer(&mut *out, step)?;
            out.write_all(b"\n")
        }
    }
}

/// What was asked for wrongly is told as wrong usage.
fn failed(error: ReplayError) -> CliError {
    match error {
        ReplayError::NoSuchPosition { .. }
        | ReplayError::NothingRecorded { .. }
        | ReplayError::Reversed { .. } => CliError::Usage(error.to_string()),
        other => CliError::failed(other),
    }
}
