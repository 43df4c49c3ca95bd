//! `sangdam import`: takes over call records of another system.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;

use super::{CliError, Common, progress};
use crate::intake::csv::{IntakeError, import_csv};
use crate::intake::file::FileError;
use crate::intake::mapping::Mapping;
use crate::ledger::Ledger;

/// `sangdam import FORMAT FILE`
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    format: Format,
}

#[derive(Debug, Subcommand)]
enum Format {
    /// Calls in a text file, one a row; a mapping says what the columns mean
    ///
    /// A row that the ledger has already adds nothing; a bad row is reported with its line and stops nothing.
    Csv(CsvArgs),
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  sangdam import csv --mapping docs/imports/anonymous-bank.toml --centre anonymous-bank \
    calls.tsv\n\nThe format of mappings is described in docs/import.md. Running the same file again adds nothing."
)]
struct CsvArgs {
    /// What the columns mean: a TOML file (docs/import.md)
    #[arg(long, value_name = "MAPPING.toml")]
    mapping: PathBuf,

    /// Writes every rejected row to a file; without it the first 20 are printed
    #[arg(long, value_name = "FILE")]
    rejected: Option<PathBuf>,

    /// The calls: UTF-8 text with a header line
    #[arg(value_name = "FILE")]
    file: PathBuf,

    #[command(flatten)]
    common: Common,
}

pub(super) async fn run(args: Args) -> Result<ExitCode, CliError> {
    let Format::Csv(args) = args.format;
    let settings = args.common.settings()?;
    let mapping = read_mapping(&args.mapping)?;
    if !args.file.is_file() {
        return Err(CliError::Failed(format!("{}: there is no such file", args.file.display())));
    }
    let mut rejected = args.rejected.as_deref().map(create).transpose()?;
    let store = settings.open_or_make_store().await?;
    let ledger = Ledger::new(store.clone(), settings.log);
    let bar = progress::bytes("import");
    let result = import_csv(
        &ledger,
        &mapping,
        &args.file,
        rejected.as_mut().map(|file| file as &mut (dyn Write + Send)),
        |done, total| {
            bar.set_length(total);
            bar.set_position(done);
        },
    )
    .await;
    bar.finish_and_clear();
    let head = store.head(ledger.log()).await;
    store.close().await;
    let report = result.map_err(|error| match error {
        IntakeError::UnknownCentre(_) | IntakeError::Value(_) | IntakeError::File(FileError::Mapping(_)) => {
            CliError::Usage(error.to_string())
        }
        _ => CliError::failed(error),
    })?;
    if let Some(mut file) = rejected {
        file.flush().map_err(CliError::failed)?;
    }
    if report.completed_before {
        println!("this file was imported with this mapping before");
    }
    println!("{report}");
    let head = head.map_err(CliError::failed)?;
    println!("position         {:>10}\nroot             {}", head.position, hex::encode(head.root));
    Ok(ExitCode::SUCCESS)
}

fn read_mapping(path: &Path) -> Result<Mapping, CliError> {
    let wrong = |problem: String| CliError::Usage(format!("{}: {problem}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|e| wrong(e.to_string()))?;
    Mapping::parse(&text).map_err(|e| wrong(e.to_string()))
}

fn create(path: &Path) -> Result<BufWriter<File>, CliError> {
    File::create(path)
        .map(BufWriter::new)
        .map_err(|e| CliError::Usage(format!("--rejected {}: {e}", path.display())))
}
