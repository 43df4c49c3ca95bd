//! `sangdam export`: hands the ledger's events and consultations to other programs.

mod consultations;
mod events;
mod lines;
mod output;

use std::process::ExitCode;

use clap::Subcommand;

use super::CliError;

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
    /// stands as {"sealed":0}. `data` of each line is the leaf, byte for byte as it was hashed; `sequence` is the position, to
    /// be given to --since to go on behind it.
    Events(events::Args),
    /// Consultations as they stand, in the order of their last changes; no personal data
    ///
    /// Behind --since come those that changed, each once and as it stands now. Replaced by `id` in a copy, they make it whole;
    /// the copy goes on behind the highest `last_position` that it has. Read models catch up first.
    Consultations(consultations::Args),
}

pub(super) async fn run(args: Args) -> Result<ExitCode, CliError> {
    match args.what {
        What::Events(args) => events::run(args).await,
        What::Consultations(args) => consultations::run(args).await,
    }
}
