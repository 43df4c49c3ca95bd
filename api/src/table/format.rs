//! The formats, and writing a document in one of them.

use std::fs::File;
use std::io::{self, BufWriter, Write};

use super::document::Document;
use super::{csv, html, json, parquet, text, xlsx};

/// In what a table is written.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, clap::ValueEnum)]
pub enum Format {
    /// A table for people at a terminal
    Table,
    /// CSV for spreadsheets: UTF-8 with a byte order mark, the receipt in each row
    Csv,
    /// JSON for programs
    Json,
    /// An Excel workbook: real numbers and dates, a chart, a sheet of definitions with the receipt
    Xlsx,
    /// Apache Parquet for analysis: typed columns, the receipt in the metadata
    Parquet,
    /// A page to be printed: A4, with a chart, definitions and the receipt
    Html,
}

/// A file that could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The disk said no, or the rows could not be read back.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The format's library said no.
    #[error("{0}")]
    Library(String),
}

impl Format {
    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Xlsx => "xlsx",
            Self::Parquet => "parquet",
            Self::Html => "html",
        }
    }

    /// Whether it is nothing for a terminal.
    pub const fn is_binary(self) -> bool {
        matches!(self, Self::Xlsx | Self::Parquet)
    }

    /// Writes a document to a file, from where the file stands; `written` hears how many rows are.
    ///
    /// # Errors
    /// Where the disk is full, the rows cannot be read back, or they do not fit the format.
    pub fn write(
        self,
        document: &Document,
        out: File,
        written: impl FnMut(u64) + Send,
    ) -> Result<(), WriteError> {
        let mut out = BufWriter::with_capacity(256 * 1024, out);
        match self {
            Self::Table => text::write(document, &mut out, written)?,
            Self::Csv => csv::write(document, &mut out, written)?,
            Self::Json => json::write(document, &mut out, written)?,
            Self::Xlsx => xlsx::write(document, &mut out, written)?,
            Self::Parquet => parquet::write(document, &mut out, written)?,
            Self::Html => html::write(document, &mut out, written)?,
        }
        Ok(out.flush()?)
    }
}
