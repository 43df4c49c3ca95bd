//! `sangdam rebuild`: builds all read models anew from the events.

use std::process::ExitCode;

use sangdam_domain::log::LogId;
use sangdam_eventstore::Store;
use sangdam_projections::ReadModels;
use sangdam_projections::rebuild::rebuild;
use sangdam_projections::runner::{Progress, catch_up};

use super::{CliError, Common, progress};

/// `sangdam rebuild`
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sangdam rebuild\n  sangdam rebuild --database postgres://sangdam@db/sangdam"
)]
pub struct Args {
    #[command(flatten)]
    common: Common,
}

pub(super) async fn run(args: Args) -> Result<ExitCode, CliError> {
    let (store, models) = args.common.open().await?;
    let result = rebuild_all(&store, &models).await;
    models.close().await;
    store.close().await;
    let events = result?;
    println!("all read models were built anew from {events} events");
    Ok(ExitCode::SUCCESS)
}

/// Builds them anew, behind a bar. How many events that were.
pub(super) async fn rebuild_all(store: &Store, models: &ReadModels) -> Result<u64, CliError> {
    let bar = progress::events("rebuild", 0);
    let show = |log: &LogId, progress: Progress| {
        bar.set_prefix(log.as_str().to_owned());
        bar.set_length(progress.head.get());
        bar.set_position(progress.applied.get());
    };
    rebuild(store, models, show).await.map_err(CliError::failed)?;
    let mut events = 0;
    for log in store.logs().await.map_err(CliError::failed)?.iter().filter(|log| log.is_main()) {
        // With what was appended meanwhile.
        let applied = catch_up(store, models, log, |progress| show(log, progress)).await;
        events += applied.map_err(CliError::failed)?.get();
    }
    bar.finish_and_clear();
    Ok(events)
}
