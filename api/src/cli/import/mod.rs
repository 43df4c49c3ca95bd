//! `sangdam import`: takes over call records of another system.

mod cdr;
mod csv;
mod queue_log;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use indicatif::ProgressBar;

use super::{CliError, Common, progress};
use crate::intake::csv::IntakeError;
use crate::intake::file::FileError;
use crate::intake::report::ImportReport;
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
    Csv(csv::Args),
    /// The queue_log of an Asterisk telephone system
    ///
    /// A line that the ledger has already, from a file or from `sangdam follow queue-log`, adds nothing; a bad line is
    /// reported and stops nothing.
    QueueLog(queue_log::Args),
    /// Call detail records of an Asterisk telephone system (cdr-csv/Master.csv)
    ///
    /// A call that the ledger has already, from a file or from the queue_log of the same system, adds nothing; a bad row is
    /// reported and stops nothing. No row counts as a consultation.
    CdrCsv(cdr::Args),
}

pub(super) async fn run(args: Args) -> Result<ExitCode, CliError> {
    match args.format {
        Format::Csv(args) => csv::run(args).await,
        Format::QueueLog(args) => queue_log::run(args).await,
        Format::CdrCsv(args) => cdr::run(args).await,
    }
}

/// The options that every format has.
#[derive(Debug, clap::Args)]
struct FileArgs {
    /// Writes every rejected row to a file; without it the first 20 are printed
    #[arg(long, value_name = "FILE")]
    rejected: Option<PathBuf>,

    #[command(flatten)]
    common: Common,
}

/// The centre's ledger, where rejected rows go, and the bar that moves.
struct Opened {
    ledger: Ledger,
    rejected: Option<BufWriter<File>>,
    bar: ProgressBar,
}

impl FileArgs {
    /// Opens the ledger, making it where there is none.
    async fn open(&self, file: &Path) -> Result<Opened, CliError> {
        let settings = self.common.settings()?;
        if !file.is_file() {
            return Err(CliError::Failed(format!("{}: there is no such file", file.display())));
        }
        let rejected = self.rejected.as_deref().map(create).transpose()?;
        let store = settings.open_or_make_store().await?;
        let ledger = Ledger::new(store, settings.log);
        Ok(Opened { ledger, rejected, bar: progress::bytes("import") })
    }
}

impl Opened {
    /// Where rejected rows go.
    fn rejected(&mut self) -> Option<&mut (dyn Write + Send)> {
        self.rejected.as_mut().map(|file| file as &mut (dyn Write + Send))
    }

    /// Moves the bar.
    fn progress(&self) -> impl FnMut(u64, u64) + Send + use<> {
        let bar = self.bar.clone();
        move |done, total| {
            bar.set_length(total);
            bar.set_position(done);
        }
    }

    /// Says what the import came to, and where the ledger stands then.
    async fn tell(
        self,
        result: Result<ImportReport, IntakeError>,
        before: &str,
    ) -> Result<ExitCode, CliError> {
        self.bar.finish_and_clear();
        let store = self.ledger.store();
        let head = store.head(self.ledger.log()).await;
        store.close().await;
        let report = result.map_err(|error| match error {
            IntakeError::UnknownCentre(_)
            | IntakeError::NoCentre(_)
            | IntakeError::Value(_)
            | IntakeError::File(FileError::Mapping(_)) => CliError::Usage(error.to_string()),
            _ => CliError::failed(error),
        })?;
        if let Some(mut file) = self.rejected {
            file.flush().map_err(CliError::failed)?;
        }
        if report.completed_before {
            println!("{before}");
        }
        println!("{report}");
        let head = head.map_err(CliError::failed)?;
        println!("position         {:>10}\nroot             {}", head.position, hex::encode(head.root));
        Ok(ExitCode::SUCCESS)
    }
}

fn create(path: &Path) -> Result<BufWriter<File>, CliError> {
    File::create(path)
        .map(BufWriter::new)
        .map_err(|e| CliError::Usage(format!("--rejected {}: {e}", path.display())))
}
