//! `sangdam rebuild`: builds all read models anew from the events.

use std::process::ExitCode;

use sangdam_projections::rebuild::rebuild;

use super::{CliError, Common, progress};

/// Builds every read model of every log (or of one centre) from nothing, beside those that serve; the new ones take over
/// when they have caught up. Queries are answered all the while.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  sangdam rebuild\n  sangdam rebuild --centre jeongseon --database postgres://sangdam@db/sangdam")]
pub struct Args {
    #[command(flatten)]
    common: Common,
}

pub(super) async fn run(args: Args) -> Result<ExitCode, CliError> {
    let settings = args.common.settings()?;
    let (store, models) = settings.open().await?;
    let mut logs = store.logs().await.map_err(CliError::failed)?;
    if args.common.centre.is_some() {
        logs.retain(|log| *log == settings.log);
        if logs.is_empty() {
            return Err(CliError::Failed(format!("this ledger has no log `{}`", settings.log)));
        }
    }
    let mut total = 0;
    for log in &logs {
        total += store.head(log).await.map_err(CliError::failed)?.position.get();
    }
    let bar = progress::events("rebuild", total);
    let result = rebuild(&store, &models, &logs, |_, progress| bar.set_position(progress.applied)).await;
    bar.finish_and_clear();
    models.close().await;
    store.close().await;
    result.map_err(CliError::failed)?;
    println!("all read models were built anew from {total} events");
    Ok(ExitCode::SUCCESS)
}
