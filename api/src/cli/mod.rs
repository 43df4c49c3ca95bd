//! The command line: one file a command. A command has `Args`, with [`Common`] flattened into them where it needs the
//! ledger, and a `run` that answers with an exit code: 0 fine, 1 what was asked for failed, 2 wrong usage or
//! configuration.

mod asterisk;
mod common;
mod demo;
mod directory;
mod export;
mod follow;
mod import;
mod progress;
mod rebuild;
mod replay;
mod report;
mod schedule;
mod schema;
mod serve;
mod stop;
mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use common::{Common, Settings};

use crate::config::ConfigError;

/// Sangdam (상담): an event-sourced consultation ledger for a public call centre.
#[derive(Debug, Parser)]
#[command(name = "sangdam", version, propagate_version = true, max_term_width = 100)]
#[command(
    after_help = "Every option can also be given in the environment (SANGDAM_DATA_DIR=…) or in a TOML file named \
    by --config; a flag goes before the environment, and that before the file."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve GraphQL, health and metrics.
    Serve(serve::Args),
    /// Fill an empty ledger with a county's three years of calls.
    Demo(demo::Args),
    /// Take over call records of another system.
    Import(import::Args),
    /// Take in call records of a telephone system as it writes them.
    Follow(follow::Args),
    /// Print the numbers, with the position and root at which they were taken.
    Report(report::Args),
    /// Make the printed telephone directory: a booklet, a table or cards for telephones.
    Directory(directory::Args),
    /// Look after the reports that are made at set times.
    Schedule(schedule::Args),
    /// Hand events and consultations to other programs, once or for ever.
    Export(export::Args),
    /// Check every hash of the ledger.
    ///
    /// Recomputes every leaf hash, the Merkle tree and its root, and compares every column with its leaf and every
    /// sealed part with its hash. The exit code is 1 where anything is wrong, and the positions are told.
    Verify(verify::Args),
    /// Go through history step by step: each event, the state before and after it, and what changed.
    Replay(replay::Args),
    /// Build all read models anew from the events.
    ///
    /// They are built beside those that serve, and take over when they have caught up; queries are answered all the
    /// while.
    Rebuild(rebuild::Args),
    /// Print the GraphQL schema (SDL).
    Schema(schema::Args),
}

/// A command that could not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// It was told something that it cannot do. Exit code 2.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Used wrongly in another way. Exit code 2.
    #[error("{0}")]
    Usage(String),
    /// It failed. Exit code 1.
    #[error("{0}")]
    Failed(String),
}

impl CliError {
    /// It failed, and the error says why.
    pub fn failed(error: impl std::fmt::Display) -> Self {
        Self::Failed(error.to_string())
    }

    /// The process's exit code.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Config(_) | Self::Usage(_) => 2,
            Self::Failed(_) => 1,
        })
    }
}

impl Cli {
    /// Does what was asked for.
    pub async fn run(self) -> Result<ExitCode, CliError> {
        match self.command {
            Command::Serve(args) => serve::run(args).await,
            Command::Demo(args) => demo::run(args).await,
            Command::Import(args) => import::run(args).await,
            Command::Follow(args) => follow::run(args).await,
            Command::Report(args) => report::run(args).await,
            Command::Directory(args) => directory::run(args).await,
            Command::Schedule(args) => schedule::run(args).await,
            Command::Export(args) => export::run(args).await,
            Command::Verify(args) => verify::run(args).await,
            Command::Replay(args) => replay::run(args).await,
            Command::Rebuild(args) => rebuild::run(args).await,
            Command::Schema(args) => schema::run(args),
        }
    }
}

/// Reads the command line, does what it says, and tells on standard error what went wrong.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(4 << 20).build();
    let result = match runtime {
        Ok(runtime) => runtime.block_on(cli.run()),
        Err(error) => Err(CliError::failed(error)),
    };
    result.unwrap_or_else(|error| {
        eprintln!("error: {error}");
        error.exit_code()
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
