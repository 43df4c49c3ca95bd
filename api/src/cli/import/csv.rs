//! `sangdam import csv`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::{CliError, FileArgs};
use crate::intake::csv::import_csv;
use crate::intake::mapping::Mapping;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  sangdam import csv --mapping docs/imports/anonymous-bank.toml --centre anonymous-bank \
    calls.tsv\n\nThe format of mappings is described in docs/import.md. Running the same file again adds nothing."
)]
pub(super) struct Args {
    /// What the columns mean: a TOML file (docs/import.md)
    #[arg(long, value_name = "MAPPING.toml")]
    mapping: PathBuf,

    /// The calls: UTF-8 text with a header line
    #[arg(value_name = "FILE")]
    file: PathBuf,

    #[command(flatten)]
    of_file: FileArgs,
}

pub(super) async fn run(args: Args) -> Result<ExitCode, CliError> {
    let mapping = read_mapping(&args.mapping)?;
    let mut opened = args.of_file.open(&args.file).await?;
    let (ledger, progress) = (opened.ledger.clone(), opened.progress());
    let result = import_csv(&ledger, &mapping, &args.file, opened.rejected(), progress).await;
    opened.tell(result, "this file was imported with this mapping before").await
}

fn read_mapping(path: &Path) -> Result<Mapping, CliError> {
    let wrong = |problem: String| CliError::Usage(format!("{}: {problem}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|e| wrong(e.to_string()))?;
    Mapping::parse(&text).map_err(|e| wrong(e.to_string()))
}
