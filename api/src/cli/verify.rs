//! `sangdam verify`: checks every hash of the ledger.

use std::process::ExitCode;

use sangdam_domain::log::LogId;
use sangdam_eventstore::{Store, Verification};

use super::{CliError, Common, progress};

/// `sangdam verify`
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sangdam verify\n  sangdam verify --centre jeongseon --data-dir /var/lib/sangdam\n\n\
    Write position and root down elsewhere: a later ledger that is the same up to there has the same root there."
)]
pub struct Args {
    #[command(flatten)]
    common: Common,
}

pub(super) async fn run(args: Args) -> Result<ExitCode, CliError> {
    let settings = args.common.settings()?;
    let store = settings.open_store().await?;
    let result = verify_logs(&store, args.common.centre.as_ref().map(|_| &settings.log)).await;
    store.close().await;
    Ok(if result? { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Whether all is well: with all logs, or with those of one centre.
async fn verify_logs(store: &Store, only: Option<&LogId>) -> Result<bool, CliError> {
    let mut logs = store.logs().await.map_err(CliError::failed)?;
    if let Some(only) = only {
        logs.retain(|log| log.centre() == only.centre());
        if logs.is_empty() {
            return Err(CliError::Failed(format!(
                "this ledger has no log of the centre `{}`",
                only.centre()
            )));
        }
    }
    println!("ledger {}", store.ledger());
    let mut sound = true;
    for log in &logs {
        let head = store.head(log).await.map_err(CliError::failed)?;
        let bar = progress::events(log.as_str(), head.position.get());
        let found = store.verify(log, |position| bar.set_position(position.get())).await;
        bar.finish_and_clear();
        let found = found.map_err(CliError::failed)?;
        print_found(log, &found);
        sound &= found.is_sound();
    }
    if logs.is_empty() {
        println!("there are no logs yet");
    }
    Ok(sound)
}

fn print_found(log: &LogId, found: &Verification) {
    println!("{log}");
    println!("  position  {}", found.head.position);
    println!("  root      {}", hex::encode(found.head.root));
    println!(
        "  checked   {} leaves and their columns, the tree over them, {} sealed parts ({} more are erased)",
        found.events, found.sealed, found.erased
    );
    if found.is_sound() {
        println!("  sound");
        return;
    }
    println!("  DAMAGED");
    for problem in &found.problems {
        println!("  at {}: {}", problem.position, problem.what);
    }
    if found.more_problems > 0 {
        println!("  and {} problems more", found.more_problems);
    }
}
