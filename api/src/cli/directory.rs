//! `sangdam directory`: the printed editions of the telephone directory.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use super::{CliError, Common};
use crate::directory::{Edition, booklet, cards, pdf, published, sheet};
use crate::ledger::Ledger;
use crate::whole_file::WholeFile;

/// `sangdam directory`, or `sangdam directory --edition NUMBER`
#[derive(Debug, clap::Args)]
#[command(
    after_help = "An edition is published with `publishDirectoryEdition`, and says for ever what it said then. The booklet has pages of \
    A5, as many as fill folded sheets of A4.\n\n\
    Examples:\n  sangdam directory\n  sangdam directory --edition 1 --output 전화번호부.html\n  \
    sangdam directory --edition 1 --format pdf --output 전화번호부.pdf\n  \
    sangdam directory --edition 1 --format vcard --output 전화번호부.vcf"
)]
pub struct Args {
    /// The edition to make; without it, the editions are listed
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    edition: Option<u32>,

    /// As what
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "html", requires = "edition")]
    format: Format,

    /// The file to write; it is there when it is whole [default: standard output]
    #[arg(long, value_name = "FILE", requires = "edition")]
    output: Option<PathBuf>,

    #[command(flatten)]
    common: Common,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
enum Format {
    /// A booklet to be printed from a browser
    Html,
    /// The same as PDF, by a Chromium that is installed
    Pdf,
    /// A table for spreadsheets
    Csv,
    /// Cards for telephones' address books
    Vcard,
}

pub(super) async fn run(args: Args) -> Result<ExitCode, CliError> {
    let settings = args.common.settings()?;
    if args.format == Format::Pdf && args.output.is_none() && io::stdout().is_terminal() {
        return Err(CliError::Usage("a PDF is nothing for a terminal: name a file with --output".to_owned()));
    }
    let whole = args.output.as_deref().map(WholeFile::begin).transpose().map_err(CliError::failed)?;
    let store = settings.open_store().await?;
    let ledger = Ledger::new(store.clone(), settings.log);
    let made = match args.edition {
        Some(number) => make(&ledger, number, args.format).await,
        None => list(&ledger).await,
    };
    store.close().await;
    let bytes = made?;
    match whole {
        None => io::stdout().write_all(&bytes).or_else(read_enough).map_err(CliError::failed)?,
        Some(whole) => {
            whole.handle().map_err(CliError::failed)?.write_all(&bytes).map_err(CliError::failed)?;
            whole.keep().map_err(CliError::failed)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Whoever read it has read enough.
fn read_enough(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error) }
}

async fn make(ledger: &Ledger, number: u32, format: Format) -> Result<Vec<u8>, CliError> {
    let edition = Edition::load(ledger, number).await.map_err(CliError::failed)?;
    let mut out = Vec::new();
    match format {
        Format::Html => out = booklet(&edition).into_bytes(),
        Format::Pdf => out = pdf(&booklet(&edition)).await.map_err(CliError::failed)?,
        Format::Csv => sheet(&edition, &mut out).map_err(CliError::failed)?,
        Format::Vcard => cards(&edition, &mut out).map_err(CliError::failed)?,
    }
    Ok(out)
}

async fn list(ledger: &Ledger) -> Result<Vec<u8>, CliError> {
    let editions = published(ledger).await.map_err(CliError::failed)?;
    if editions.is_empty() {
        eprintln!("no edition was published yet; `publishDirectoryEdition` publishes one");
    }
    let mut out = String::new();
    for of in editions {
        out.push_str(&format!(
            "edition {}  published {}  numbers {}  given {} to {}  counted at position {}\n",
            of.number, of.published_on, of.entries, of.from, of.to, of.counted_at
        ));
    }
    Ok(out.into_bytes())
}
