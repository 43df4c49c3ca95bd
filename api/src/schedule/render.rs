//! Reports, as this room needs them: a question in a text, taken as of a position into a file that nobody else sees.

use std::fs::File;
use std::io;

use clap::ValueEnum;
use sangdam_domain::log::Position;
use sangdam_eventstore::Hash;
use serde::{Deserialize, Deserializer};
use sha2::{Digest, Sha256};

use super::deliver::Content;
use crate::reports::{self, AsOf, Question, ReportError, Sources, position_of};
use crate::table::{Format, Language};

/// A report that was made.
pub(super) struct Made {
    /// The file's content.
    pub(super) content: Content,
    /// SHA-256 of the file.
    pub(super) file_sha256: Hash,
    /// SHA-256 of what it says.
    pub(super) content_sha256: Hash,
    /// The Merkle root over the events that it was taken from.
    pub(super) root: Hash,
}

/// A report that could not be made.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotMade {
    #[error(transparent)]
    Question(#[from] reports::InvalidQuestion),
    #[error(transparent)]
    Report(#[from] ReportError),
    #[error("the report could not be kept meanwhile: {0}")]
    Spool(#[from] io::Error),
}

/// Takes a report as of a position and writes it in a format, in a temporary file without a name.
pub(super) async fn make(
    sources: &Sources,
    question: &str,
    as_of: Position,
    format: Format,
    language: Option<Language>,
) -> Result<Made, NotMade> {
    let question: Question = question.parse()?;
    let nobody = reports::unheard();
    position_of(sources, AsOf::Position(as_of), &nobody).await?;
    let file = tempfile::tempfile()?;
    let out = file.try_clone()?;
    let receipt = reports::render(sources, &question, as_of, format, language, out, &nobody).await?;
    let (content, file_sha256) = read_back(file).await?;
    Ok(Made { content, file_sha256, content_sha256: receipt.sha256, root: receipt.root })
}

async fn read_back(file: File) -> io::Result<(Content, Hash)> {
    let read = tokio::task::spawn_blocking(move || {
        let content = Content::new(file)?;
        let (mut hash, mut offset) = (Sha256::new(), 0);
        loop {
            let piece = content.piece(offset)?;
            if piece.is_empty() {
                return Ok((content, hash.finalize().into()));
            }
            hash.update(&piece);
            offset += piece.len() as u64;
        }
    });
    read.await.map_err(io::Error::other)?
}

/// Whether there is such a report.
pub(super) fn check(question: &str) -> Result<(), reports::InvalidQuestion> {
    question.parse::<Question>().map(drop)
}

/// The format of a name.
pub(super) fn format(name: &str) -> Option<Format> {
    Format::value_variants().iter().copied().find(|format| format.as_str() == name)
}

/// The language of a code.
pub(super) fn language(code: &str) -> Option<Language> {
    Language::ALL.into_iter().find(|language| language.code() == code)
}

/// What a file in this format ends with.
pub(super) const fn extension(format: Format) -> &'static str {
    match format {
        Format::Table => "txt",
        Format::Csv | Format::Json | Format::Xlsx | Format::Parquet | Format::Html => format.as_str(),
    }
}

/// What a file in this format is, as HTTP calls it.
pub(super) const fn media_type(format: Format) -> &'static str {
    match format {
        Format::Table => "text/plain; charset=utf-8",
        Format::Csv => "text/csv; charset=utf-8",
        Format::Json => "application/json",
        Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        Format::Parquet => "application/vnd.apache.parquet",
        Format::Html => "text/html; charset=utf-8",
    }
}

pub(super) fn format_of<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Format, D::Error> {
    let name = String::deserialize(deserializer)?;
    format(&name).ok_or_else(|| {
        let known: Vec<_> = Format::value_variants().iter().map(|format| format.as_str()).collect();
        serde::de::Error::custom(format!("there is no format `{name}`; there are {}", known.join(", ")))
    })
}

pub(super) fn language_of<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Language>, D::Error> {
    let code = String::deserialize(deserializer)?;
    let found = language(&code);
    found.map(Some).ok_or_else(|| serde::de::Error::custom(format!("`{code}` is neither `ko` nor `en`")))
}
