//! CSV (RFC 4180) for spreadsheets and programs: UTF-8 with a byte order mark, so that Excel reads Korean.
//!
//! Each row ends with what the document says of itself, since CSV has no place apart for it. The header holds the keys
//! of the columns, or words where a language is asked for; codes are said in words then, too. What is empty is empty.
//!
//! **No cell becomes a formula.** A text that begins with `=`, `+`, `-`, `@`, a tab or a carriage return gets an
//! apostrophe in front, which spreadsheets take as "this is text" (as OWASP advises). It stands in the cell: a program
//! that wants such a text exactly reads JSON or Parquet.

use std::borrow::Cow;
use std::io::{self, Write};

use super::cell::{Cell, decimal, month};
use super::column::{Column, Kind};
use super::document::Document;
use super::words::Language;

/// UTF-8's byte order mark.
pub(super) const MARK: &str = "\u{FEFF}";

/// Writes a document's table of many rows.
///
/// # Errors
/// Where the rows cannot be read or `out` cannot be written.
pub fn write(document: &Document, out: &mut impl Write, mut written: impl FnMut(u64)) -> io::Result<()> {
    out.write_all(MARK.as_bytes())?;
    let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    let language = document.language;
    let columns: Vec<(usize, &Column)> =
        document.rows.columns().iter().enumerate().filter(|(_, column)| column.is_for(language)).collect();
    let trailing = document.stamp.trailing();
    let headings = columns.iter().map(|(_, column)| column.heading(language));
    let trailing_headings = trailing.iter().map(|field| field.name.heading(language));
    csv.write_record(headings.chain(trailing_headings))?;
    let trailing: Vec<String> =
        trailing.iter().map(|field| harmless(&field.value.to_string()).into()).collect();
    for (row, done) in document.rows.rows().zip(1..) {
        let row = row?;
        for (index, column) in &columns {
            csv.write_field(field(&row[*index], column, language).as_bytes())?;
        }
        csv.write_record(&trailing)?;
        written(done);
    }
    csv.flush()
}

fn field<'a>(cell: &'a Cell, column: &Column, language: Option<Language>) -> Cow<'a, str> {
    match (cell, column.kind) {
        (Cell::Empty, _) => Cow::Borrowed(""),
        (Cell::Text(code), Kind::Code(wording)) => match language {
            None => harmless(code),
            Some(language) => Cow::Owned(harmless(&wording(code, language)).into_owned()),
        },
        (Cell::Text(text), _) => harmless(text),
        (Cell::Int(scaled), Kind::Decimal(digits)) => Cow::Owned(decimal(*scaled, digits)),
        (Cell::Int(number), _) => Cow::Owned(number.to_string()),
        (Cell::Date(day), Kind::Month) => Cow::Owned(month(*day)),
        (Cell::Date(day), _) => Cow::Owned(day.to_string()),
        (Cell::Time(at), _) => Cow::Owned(at.to_string()),
        (Cell::Flag(flag), _) => Cow::Borrowed(if *flag { "true" } else { "false" }),
    }
}

/// A text that no spreadsheet takes for a formula.
fn harmless(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::testing::document;

    fn text(language: Option<Language>) -> String {
        let mut out = Vec::new();
        write(&document(language), &mut out, |_| ()).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn keeps_the_unknown_empty_and_starts_with_a_mark() {
        assert_eq!(
            text(None),
            "\u{FEFF}year,consultations,basis,recorded_at,position,report\r\n\
             2021,,unknown,,7,yearly\r\n\
             2022,39685,'=recorded,2024-01-31T03:04:05.000000Z,7,yearly\r\n"
        );
        assert!(
            text(Some(Language::Ko))
                .starts_with("\u{FEFF}연도,상담,근거,기록 시각,위치,보고서\r\n2021,,모름,")
        );
    }

    #[test]
    fn nothing_that_is_said_becomes_a_formula() {
        for text in ["=1+1", "+82", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            assert_eq!(harmless(text), format!("'{text}"));
        }
        assert_eq!(harmless("a=1"), "a=1");
    }
}
