//! `sangdam rebuild`: builds all read models anew from the events.

use std::process::ExitCode;

use sangdam_projections::rebuild::rebuild;

use super::{CliError, Common, progress};

/// Builds every read model of all centres from nothing, beside those that serve; the new ones take over
/// when they have caught up. Queries are answered all the while.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  sangdam rebuild\n  sangdam rebuild --database postgres://sangdam@db/sangdam")]
pub struct Args {
    #[command(flatten)]
    common: Common,
}

pub(super) async fn run(args: Args) -> Result<ExitCode, CliError> {
    let settings = args.common.settings()?;
    let (store, models) = settings.open().await?;
    let bar = progress::events("rebuild", 0);
    let result = rebuild(&store, &models, |log, progress| {
        bar.set_prefix(log.as_str().to_owned());
        bar.set_length(progress.head.get());
        bar.set_position(progress.applied.get());
    })
    .await;
    bar.finish_and_clear();
    models.close().await;
    store.close().await;
    result.map_err(CliError::failed)?;
    println!("all read models were built anew");
    Ok(ExitCode::SUCCESS)
}
