//! `sangdam schema`: prints the GraphQL schema.

use std::process::ExitCode;

use super::CliError;
use crate::graphql;

/// `sangdam schema > schema.graphql`
#[derive(Debug, clap::Args)]
pub struct Args {}

pub(super) fn run(_: Args) -> Result<ExitCode, CliError> {
    print!("{}", graphql::sdl());
    Ok(ExitCode::SUCCESS)
}
