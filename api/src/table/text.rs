//! Tables for people at a terminal: columns aligned, a Hangul syllable taking two places.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use super::cell::Row;
use super::column::Column;
use super::document::Document;
use super::shown::{is_to_the_right, shown};
use super::words::{Language, Words};

/// The line above the stamp.
pub(super) const STAMP: Words = Words::new("영수증", "Receipt");

/// Writes a document, its definitions left out.
///
/// # Errors
/// Where the rows cannot be read or `out` cannot be written.
pub fn write(document: &Document, out: &mut impl Write, mut written: impl FnMut(u64)) -> io::Result<()> {
    let language = document.reader();
    writeln!(out, "{}", document.title)?;
    for line in &document.lines {
        writeln!(out, "{line}")?;
    }
    out.write_all(b"\n")?;
    let lines = Lines::of(document.rows.columns(), document, document.rows.rows())?;
    lines.write_heading(out)?;
    for (row, done) in document.rows.rows().zip(1..) {
        lines.write_row(&row?, out)?;
        written(done);
    }
    for aside in &document.asides {
        writeln!(out, "\n{}", aside.name.words.pick(language))?;
        let lines = Lines::of(aside.columns, document, aside.rows.iter().cloned().map(Ok))?;
        lines.write_heading(out)?;
        aside.rows.iter().try_for_each(|row| lines.write_row(row, out))?;
    }
    write_stamp(document, out)
}

fn write_stamp(document: &Document, out: &mut impl Write) -> io::Result<()> {
    let language = document.reader();
    writeln!(out, "\n{}", STAMP.pick(language))?;
    let names = document.stamp.fields.iter().map(|field| field.name.words.pick(language).width());
    let width = names.max().unwrap_or(0);
    for field in &document.stamp.fields {
        let name = field.name.words.pick(language);
        writeln!(out, "{name}{}  {}", " ".repeat(width - name.width()), field.value)?;
    }
    Ok(())
}

/// How the lines of one table are laid out.
struct Lines<'a> {
    document: &'a Document,
    language: Language,
    /// The columns that are shown: the place in a row, and how wide.
    columns: Vec<(usize, &'a Column, usize)>,
}

impl<'a> Lines<'a> {
    fn of(
        columns: &'a [Column],
        document: &'a Document,
        rows: impl Iterator<Item = io::Result<Row>>,
    ) -> io::Result<Self> {
        let language = document.reader();
        let all = columns.iter().enumerate().filter(|(_, column)| column.is_for(Some(language)));
        let mut columns: Vec<_> =
            all.map(|(index, column)| (index, column, column.words.pick(language).width())).collect();
        for row in rows {
            let row = row?;
            for (index, column, width) in &mut columns {
                *width = shown(&row[*index], column, language, &document.zone).width().max(*width);
            }
        }
        Ok(Self { document, language, columns })
    }

    fn write_heading(&self, out: &mut impl Write) -> io::Result<()> {
        self.write_line(|_, column| column.words.pick(self.language).into(), out)
    }

    fn write_row(&self, row: &Row, out: &mut impl Write) -> io::Result<()> {
        self.write_line(|index, column| shown(&row[index], column, self.language, &self.document.zone), out)
    }

    fn write_line<'b>(
        &self,
        cell: impl Fn(usize, &Column) -> std::borrow::Cow<'b, str>,
        out: &mut impl Write,
    ) -> io::Result<()> {
        let mut line = String::new();
        for (place, (index, column, width)) in self.columns.iter().enumerate() {
            let cell = cell(*index, column);
            let padding = " ".repeat(width.saturating_sub(cell.width()));
            let gap = if place == 0 { "" } else { "  " };
            let (before, after) =
                if is_to_the_right(column) { (padding.as_str(), "") } else { ("", padding.as_str()) };
            for piece in [gap, before, &cell, after] {
                line.push_str(piece);
            }
        }
        writeln!(out, "{}", line.trim_end())
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
    fn columns_line_up_under_hangul() {
        let korean = text(None);
        let lines: Vec<&str> = korean.lines().skip(3).take(3).collect();
        assert_eq!(
            lines,
            [
                "연도        상담  근거   기록 시각",
                "2021  알 수 없음  모름   -",
                "2022      39,685  =기록  2024-01-31 12:04:05",
            ]
        );
        assert!(text(Some(Language::En)).contains("unknown  not known"), "{}", text(Some(Language::En)));
    }

    #[test]
    fn the_stamp_stands_at_the_end() {
        let korean = text(Some(Language::Ko));
        assert!(korean.ends_with("\n영수증\n보고서  yearly\n위치    7\n"), "{korean}");
    }
}
