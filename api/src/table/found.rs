//! Finding again what a file says of itself. The format is recognised by what the file holds, not by its name.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek};

use calamine::{Data, Reader, Xlsx};
use parquet::file::reader::{FileReader, SerializedFileReader};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::csv::MARK;
use super::document::StampName;
use super::format::Format;
use super::html::RECEIPT_ID;
use super::parquet::PREFIX;
use super::words::Language;
use super::{text, xlsx};

/// What was found in a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// What it is.
    pub format: Format,
    /// Its language; `None` where it has none.
    pub language: Option<Language>,
    /// What it says of itself, by key.
    pub stamp: BTreeMap<String, String>,
}

/// A file that tells nothing of itself.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// It cannot be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It is in none of the formats, or says nothing of itself.
    #[error("it holds no receipt: it is no report of this program, or what it began or ended with is gone")]
    Nothing,
    /// It is in a format, but broken.
    #[error("it looks like {format}, but cannot be read: {problem}")]
    Broken {
        /// The format.
        format: &'static str,
        /// What is wrong.
        problem: String,
    },
}

/// Finds what a file says of itself, of the things with these names.
///
/// # Errors
/// Where it cannot be read, or says nothing.
pub fn find(mut file: File, names: &[StampName]) -> Result<Found, FindError> {
    let format = recognise(&mut file)?;
    file.rewind()?;
    let (language, stamp) = match format {
        Format::Parquet => (None, in_parquet(file)?),
        Format::Xlsx => in_xlsx(file)?,
        Format::Json => (None, in_json(file)?),
        Format::Html => in_html(file)?,
        Format::Csv => in_csv(file, names)?,
        Format::Table => in_text(file, names)?,
    };
    if stamp.is_empty() { Err(FindError::Nothing) } else { Ok(Found { format, language, stamp }) }
}

/// The format that the first bytes speak of.
fn recognise(file: &mut File) -> io::Result<Format> {
    let mut head = Vec::new();
    file.take(64).read_to_end(&mut head)?;
    let begins = |with: &[u8]| head.starts_with(with);
    Ok(if begins(b"PAR1") {
        Format::Parquet
    } else if begins(b"PK\x03\x04") {
        Format::Xlsx
    } else if begins(b"<!doctype html") {
        Format::Html
    } else if begins(b"{") {
        Format::Json
    } else if begins(MARK.as_bytes()) {
        Format::Csv
    } else {
        Format::Table
    })
}

type Stamp = BTreeMap<String, String>;

fn in_parquet(file: File) -> Result<Stamp, FindError> {
    let reader = SerializedFileReader::new(file).map_err(|problem| broken(Format::Parquet, &problem))?;
    let metadata = reader.metadata().file_metadata().key_value_metadata().cloned().unwrap_or_default();
    let pairs = metadata.into_iter().filter_map(|pair| {
        let key = pair.key.strip_prefix(PREFIX)?.to_owned();
        Some((key, pair.value?))
    });
    Ok(pairs.collect())
}

fn in_xlsx(file: File) -> Result<(Option<Language>, Stamp), FindError> {
    let broken = |problem: calamine::XlsxError| broken(Format::Xlsx, &problem);
    let mut workbook = Xlsx::new(BufReader::new(file)).map_err(broken)?;
    for language in Language::ALL {
        let name = xlsx::NOTES.pick(language);
        if workbook.sheet_names().iter().any(|sheet| sheet == name) {
            let sheet = workbook.worksheet_range(name).map_err(broken)?;
            let pairs = sheet.rows().filter_map(|row| match row {
                [_, value, Data::String(key), ..] => Some((key.clone(), value.to_string())),
                _ => None,
            });
            return Ok((Some(language), pairs.collect()));
        }
    }
    Err(FindError::Nothing)
}

/// Only the receipt is kept: the rows may be many.
#[derive(Deserialize)]
struct OnlyReceipt {
    receipt: Map<String, Value>,
}

fn in_json(file: File) -> Result<Stamp, FindError> {
    let read: OnlyReceipt =
        serde_json::from_reader(BufReader::new(file)).map_err(|problem| broken(Format::Json, &problem))?;
    Ok(texts(read.receipt))
}

fn in_html(file: File) -> Result<(Option<Language>, Stamp), FindError> {
    let begin = format!("id=\"{RECEIPT_ID}\">");
    let (mut language, mut stamp) = (None, Stamp::new());
    for line in lines(file, Format::Html) {
        let line = line?;
        if let Some((_, rest)) = line.split_once("<html lang=\"") {
            language = Language::ALL.into_iter().find(|language| rest.starts_with(language.code()));
        }
        if let Some((_, rest)) = line.split_once(&begin) {
            let receipt = rest.split("</script>").next().unwrap_or_default();
            let receipt = serde_json::from_str(receipt).map_err(|problem| broken(Format::Html, &problem))?;
            stamp = texts(receipt);
        }
    }
    Ok((language, stamp))
}

fn in_csv(file: File, names: &[StampName]) -> Result<(Option<Language>, Stamp), FindError> {
    let broken = |problem: csv::Error| broken(Format::Csv, &problem);
    let mut reader = csv::Reader::from_reader(BufReader::new(file));
    let header: Vec<String> = reader.headers().map_err(broken)?.iter().map(str::to_owned).collect();
    let trailing: Vec<&StampName> = names.iter().filter(|name| name.trailing.is_some()).collect();
    let languages = [None, Some(Language::Ko), Some(Language::En)];
    // Names stand behind the columns, which may be called the same.
    let place = |name: &StampName, language| {
        header.iter().rposition(|heading| heading.trim_start_matches(MARK) == name.heading(language))
    };
    let language = languages
        .into_iter()
        .find(|language| trailing.iter().all(|name| place(name, *language).is_some()))
        .ok_or(FindError::Nothing)?;
    let Some(first) = reader.records().next() else { return Err(FindError::Nothing) };
    let first = first.map_err(broken)?;
    let pairs = trailing.iter().filter_map(|name| {
        let value = first.get(place(name, language)?)?;
        Some((name.key.to_owned(), value.to_owned()))
    });
    Ok((language, pairs.collect()))
}

fn in_text(file: File, names: &[StampName]) -> Result<(Option<Language>, Stamp), FindError> {
    let (mut language, mut stamp) = (None, Stamp::new());
    for line in lines(file, Format::Table) {
        let line = line.map_err(|_| FindError::Nothing)?;
        if let Some(begun) = Language::ALL.into_iter().find(|language| line == text::STAMP.pick(*language)) {
            (language, stamp) = (Some(begun), Stamp::new());
        } else if let Some(language) = language {
            let name = names.iter().find_map(|name| {
                let value = line.strip_prefix(name.words.pick(language))?;
                value.starts_with("  ").then(|| (name.key.to_owned(), value.trim().to_owned()))
            });
            stamp.extend(name);
        }
    }
    Ok((language, stamp))
}

fn lines(file: File, format: Format) -> impl Iterator<Item = Result<String, FindError>> {
    BufReader::new(file).lines().map(move |line| match line {
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(broken(format, &error)),
        line => Ok(line?),
    })
}

fn texts(receipt: Map<String, Value>) -> Stamp {
    let text = |value: Value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    receipt.into_iter().map(|(key, value)| (key, text(value))).collect()
}

fn broken(format: Format, problem: &dyn std::fmt::Display) -> FindError {
    FindError::Broken { format: format.as_str(), problem: problem.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::testing::{NAMES, document};
    use std::io::Write;

    const FORMATS: [Format; 6] =
        [Format::Table, Format::Csv, Format::Json, Format::Xlsx, Format::Parquet, Format::Html];

    fn file(bytes: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file.rewind().unwrap();
        file
    }

    #[test]
    fn every_format_says_of_itself_what_it_was_given() {
        for format in FORMATS {
            for language in [None, Some(Language::Ko), Some(Language::En)] {
                let mut out = tempfile::tempfile().unwrap();
                format.write(&document(language), out.try_clone().unwrap(), |_| ()).unwrap();
                out.rewind().unwrap();
                let found = find(out, &NAMES).unwrap();
                assert_eq!(found.format, format);
                let stamp: Vec<_> =
                    found.stamp.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
                let own: Vec<_> = stamp.into_iter().filter(|(key, _)| *key != "cumulative").collect();
                assert_eq!(own, [("position", "7"), ("report", "yearly")], "{format:?}");
                match format {
                    Format::Json | Format::Parquet => assert_eq!(found.language, None),
                    Format::Csv => assert_eq!(found.language, language),
                    _ => assert_eq!(found.language, language.or(Some(Language::Ko)), "{format:?}"),
                }
            }
        }
    }

    #[test]
    fn what_is_no_report_is_refused() {
        for bytes in
            [&b""[..], b"hello", b"\xff\xfe\x00", "\u{FEFF}a,b\r\n1,2\r\n".as_bytes(), b"<!doctype html>"]
        {
            assert!(matches!(find(file(bytes), &NAMES), Err(FindError::Nothing)), "{bytes:?}");
        }
        for bytes in [&b"PAR1PAR1"[..], b"PK\x03\x04 is no archive", b"{\"a\": 1}", b"{"] {
            assert!(matches!(find(file(bytes), &NAMES), Err(FindError::Broken { .. })), "{bytes:?}");
        }
    }
}
