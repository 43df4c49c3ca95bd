//! `sangdam rebuild`: builds all read models anew from the events.

use std::process::ExitCode;

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

/// Builds anew what the read models know, then lets them catch up with logs that they have never seen. How many events
/// that were.
async fn rebuild_all(store: &Store, models: &ReadModels) -> Result<u64, CliError> {
    let bar = progress::events("rebuild", 0);
    let show = |progress: Progress| {
        bar.set_length(progress.head.get());
        bar.set_position(progress.applied.get());
    };
    rebuild(store, models, |log, progress| {
        bar.set_prefix(log.as_str().to_owned());
        show(progress);
    })
    .await
    .map_err(CliError::failed)?;
    let mut events = 0;
    for log in store.logs().await.map_err(CliError::failed)? {
        if log.as_str().ends_with("/main") {
            events += catch_up(store, models, &log, show).await.map_err(CliError::failed)?.get();
        }
    }
    bar.finish_and_clear();
    Ok(events)
}
