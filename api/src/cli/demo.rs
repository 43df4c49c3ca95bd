//! `sangdam demo`: fills an empty ledger with a county's three years of calls, lived through on a simulated clock.

use std::fs::File;
use std::process::ExitCode;
use std::sync::Arc;

use indicatif::{ProgressBar, ProgressStyle};
use sangdam_demo::{Demo, DemoError, Item, YEARS};
use sangdam_domain::event::Event;
use sangdam_domain::log::LogId;
use sangdam_domain::time::Timestamp;
use sangdam_eventstore::{FixedClock, Location, SeededEntropy, Store, StoreConfig};
use sangdam_projections::ReadModels;
use tokio::sync::mpsc;

use super::rebuild::rebuild_all;
use super::{CliError, Common, Settings, progress, report};
use crate::ledger::{BulkItem, BulkUnderWay, CommandMeta, Draft, Ledger};
use crate::reports::{AsOf, Progress, Question, Sources, THRESHOLD, position_of, render};
use crate::table::{Format, Language};
use crate::telemetry;

/// Three years (2022 to 2024) of Jeongseon county's call centre: 102,318 consultations of invented people, the same on
/// every run and on both kinds of database. A ledger that holds anything is left alone.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  sangdam demo --data-dir ./data\n  \
    sangdam demo --database postgres://sangdam@localhost/sangdam\n\nIt takes less than a minute. If it is interrupted, remove \
    what it has written (the data directory, or the database) and start again.")]
pub struct Args {
    #[command(flatten)]
    common: Common,
    /// How many times as large as the county: so many times as many people, agents and calls in the same three years. For measuring.
    #[arg(long, value_name = "TIMES", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100))]
    scale: u32,
}

/// How many commands are appended at once.
const BATCH: usize = 2_000;
/// How many batches the county may be ahead.
const AHEAD: usize = 4;

pub(super) async fn run(args: Args) -> Result<ExitCode, CliError> {
    let settings = args.common.settings()?;
    telemetry::init(settings.log_format);
    let batches = live_through(settings.log.clone(), args.scale)?;
    let store = Store::open(seeded(&settings).await?).await.map_err(CliError::failed)?;
    let filled = match refuse_unless_empty(&store, &settings).await {
        Ok(()) => fill(&store, &settings, batches, args.scale).await,
        Err(error) => Err(error),
    };
    store.close().await;
    report::print(filled?)?;
    println!("\n{}", next_step(&settings));
    Ok(ExitCode::SUCCESS)
}

/// The store as the demo opens it: its ids, keys and nonces come from a seed, and its clock stands still, so that it is
/// the same on every run. Whoever opens it later uses the system's.
async fn seeded(settings: &Settings) -> Result<StoreConfig, CliError> {
    Ok(StoreConfig {
        clock: Arc::new(FixedClock::new(Timestamp::MIN)),
        entropy: Arc::new(SeededEntropy::new(sangdam_demo::SEED)),
        ledger: Some(sangdam_demo::ledger_id()),
        ..settings.store_config().await?
    })
}

async fn refuse_unless_empty(store: &Store, settings: &Settings) -> Result<(), CliError> {
    let logs = store.logs().await.map_err(CliError::failed)?;
    let place = &settings.location;
    if let Some(log) = logs.first() {
        let head = store.head(log).await.map_err(CliError::failed)?;
        return Err(CliError::Failed(format!(
            "{place} is not empty: its log `{log}` holds {} events. The demo fills an empty ledger only. If this is an \
             earlier demo that was interrupted, remove {place} and start again",
            head.position
        )));
    }
    if store.ledger() != sangdam_demo::ledger_id() {
        return Err(CliError::Failed(format!(
            "{place} holds a ledger that was begun for something else (though nothing was recorded in it). Give the demo \
             a place of its own"
        )));
    }
    Ok(())
}

async fn refuse_unless_new(models: &ReadModels, settings: &Settings) -> Result<(), CliError> {
    match models.status().await.map_err(CliError::failed)?.first() {
        Some(status) => Err(CliError::Failed(format!(
            "{} holds read models of another ledger (of its log `{}`). Give the demo a place of its own",
            settings.location, status.log
        ))),
        None => Ok(()),
    }
}

/// The county lives on a thread of its own, a little ahead of what is written.
fn live_through(log: LogId, scale: u32) -> Result<mpsc::Receiver<Result<Vec<Item>, DemoError>>, CliError> {
    let demo = Demo::new(&log, scale).map_err(CliError::failed)?;
    let (sender, receiver) = mpsc::channel(AHEAD);
    let live = move || {
        let mut batch = Vec::with_capacity(BATCH);
        for item in demo {
            match item {
                Ok(item) => batch.push(item),
                // Nobody listens any more where sending fails.
                Err(error) => return drop(sender.blocking_send(Err(error))),
            }
            if batch.len() == BATCH
                && sender.blocking_send(Ok(std::mem::replace(&mut batch, Vec::with_capacity(BATCH)))).is_err()
            {
                return;
            }
        }
        drop(sender.blocking_send(Ok(batch)));
    };
    std::thread::Builder::new().name("county".to_owned()).spawn(live).map_err(CliError::failed)?;
    Ok(receiver)
}

async fn fill(
    store: &Store,
    settings: &Settings,
    batches: mpsc::Receiver<Result<Vec<Item>, DemoError>>,
    scale: u32,
) -> Result<File, CliError> {
    let models = ReadModels::open(settings.location.clone()).await.map_err(CliError::failed)?;
    let report = match refuse_unless_new(&models, settings).await {
        Ok(()) => fill_both(store, &models, settings, batches, scale).await,
        Err(error) => Err(error),
    };
    models.close().await;
    report
}

async fn fill_both(
    store: &Store,
    models: &ReadModels,
    settings: &Settings,
    batches: mpsc::Receiver<Result<Vec<Item>, DemoError>>,
    scale: u32,
) -> Result<File, CliError> {
    let ledger = Ledger::new(store.clone(), settings.log.clone());
    let bar = bar(scale);
    let written = write(&ledger, batches, &bar).await;
    bar.finish_and_clear();
    written?;
    // Sooner than if they had followed: rows and indexes are made once, when all events are there.
    rebuild_all(store, models).await.map_err(|error| {
        CliError::Failed(format!(
            "{error}. All events are in the ledger; `sangdam rebuild` builds the read models"
        ))
    })?;
    let sources = Sources { store: store.clone(), models: models.clone(), log: settings.log.clone() };
    let (bar, heard) = progress::of_report();
    let report = yearly(&sources, &heard).await;
    bar.finish_and_clear();
    report
}

/// The yearly report, as people read it.
async fn yearly(sources: &Sources, heard: &Progress) -> Result<File, CliError> {
    let file = tempfile::tempfile().map_err(CliError::failed)?;
    let out = file.try_clone().map_err(CliError::failed)?;
    let position = position_of(sources, AsOf::Now, heard).await.map_err(CliError::failed)?;
    let question = Question::yearly(vec![THRESHOLD]);
    render(sources, &question, position, Format::Table, Some(Language::Ko), out, heard)
        .await
        .map_err(CliError::failed)?;
    Ok(file)
}

/// Appends what the county does: while one batch is written, the next one is sealed.
async fn write(
    ledger: &Ledger,
    mut batches: mpsc::Receiver<Result<Vec<Item>, DemoError>>,
    bar: &ProgressBar,
) -> Result<(), CliError> {
    let mut before: Option<BulkUnderWay<'_>> = None;
    let mut is_open = false;
    while let Some(batch) = batches.recv().await {
        let mut batch = batch.map_err(CliError::failed)?;
        if !is_open {
            open_log(ledger, &mut batch).await?;
            is_open = true;
        }
        show(&batch, bar);
        let items = batch.into_iter().map(bulk_item).collect();
        let next = ledger.begin_bulk(items).await;
        if let Some(before) = before.take() {
            all_done(before).await?;
        }
        before = Some(next.map_err(CliError::failed)?);
    }
    match before {
        Some(last) => all_done(last).await,
        None => Ok(()),
    }
}

async fn all_done(bulk: BulkUnderWay<'_>) -> Result<(), CliError> {
    let done = bulk.done().await.map_err(CliError::failed)?;
    done.into_iter().try_for_each(|item| item.map(drop)).map_err(CliError::failed)
}

/// The first item opens the log.
async fn open_log(ledger: &Ledger, batch: &mut Vec<Item>) -> Result<(), CliError> {
    if batch.is_empty() {
        return Err(CliError::Failed("the demo county hands out nothing".to_owned()));
    }
    let first = batch.remove(0);
    ledger.ensure_log_by(first.command_id, first.actor, Some(first.at)).await.map_err(CliError::failed)?;
    Ok(())
}

fn bulk_item(item: Item) -> BulkItem {
    let Item { command_id, at, actor, parts } = item;
    let mut bulk =
        BulkItem::new(CommandMeta::new(actor.clone(), *b"demo").with_id(command_id)).recorded_at(at);
    for part in parts {
        let events = part.events.into_iter().map(|staged| (staged.event, staged.subject)).collect();
        bulk.push(Draft::decided(part.stream, part.before, events, at, &actor));
    }
    bulk
}

fn bar(scale: u32) -> ProgressBar {
    let template = "{msg} {wide_bar} {human_pos} of {human_len} consultations, {eta} left";
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    let total: u64 = YEARS.iter().map(|(_, consultations)| u64::from(*consultations)).sum();
    ProgressBar::new(total * u64::from(scale)).with_style(style).with_message("opening the centre")
}

fn show(batch: &[Item], bar: &ProgressBar) {
    let events = batch.iter().flat_map(|item| &item.parts).flat_map(|part| &part.events);
    for staged in events {
        match staged.event {
            Event::ConsultationOpened(_) => bar.inc(1),
            Event::ConsultationVoided(_) => bar.set_position(bar.position().saturating_sub(1)),
            _ => {}
        }
    }
    if let Some(item) = batch.last() {
        bar.set_message(item.at.jiff().strftime("%B %Y").to_string());
    }
}

fn next_step(settings: &Settings) -> String {
    let whereabouts = match &settings.location {
        Location::Sqlite { dir } => format!("--data-dir {}", dir.display()),
        Location::Postgres { .. } => "--database (the same as here)".to_owned(),
    };
    format!("The county is ready. Look at it with:\n  sangdam serve --open {whereabouts}")
}
