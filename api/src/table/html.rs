//! A page to be printed or sent on: A4, the header of the table on every sheet, a chart, definitions and the receipt. It
//! is one file that asks for nothing else; the receipt stands in it once more for programs.

use std::borrow::Cow;
use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use super::cell::{Cell, Row};
use super::column::{Column, Kind};
use super::document::{Chart, Document};
use super::json;
use super::shown::{is_to_the_right, shown};
use super::svg::Plot;
use super::words::Words;
use super::xlsx::number;

/// The element that holds the receipt for programs.
pub(super) const RECEIPT_ID: &str = "sangdam-receipt";

const RECEIPT: Words = Words::new("영수증", "Receipt");
const DEFINITIONS: Words = Words::new("용어", "Definitions");
const CHECK: Words = Words::new(
    "이 보고서가 원장에서 나온 그대로인지 확인하려면: sangdam report --check 파일",
    "To check that this report follows from the ledger: sangdam report --check FILE",
);

/// More columns than this do not fit on an upright sheet.
const UPRIGHT_COLUMNS_MAX: usize = 11;
/// More columns than this need small letters.
const ORDINARY_COLUMNS_MAX: usize = 8;
/// A word as long as this still stands on one line.
const UNBROKEN_MAX: usize = 16;

/// Writes a document.
///
/// # Errors
/// Where the rows cannot be read or `out` cannot be written.
pub fn write(document: &Document, out: &mut impl Write, mut written: impl FnMut(u64)) -> io::Result<()> {
    write_head(document, out)?;
    if let Some(chart) = &document.chart {
        let svg = plot(document, chart)?.svg();
        if !svg.is_empty() {
            writeln!(out, "<figure>\n{svg}</figure>")?;
        }
    }
    let columns = document.rows.columns();
    write_table_head(document, columns, out)?;
    for (row, done) in document.rows.rows().zip(1..) {
        write_row(document, columns, &row?, out)?;
        written(done);
    }
    writeln!(out, "</tbody></table>")?;
    for aside in &document.asides {
        writeln!(
            out,
            "<section class=\"aside\">\n<h2>{}</h2>",
            escaped(aside.name.words.pick(document.reader()))
        )?;
        write_table_head(document, aside.columns, out)?;
        aside.rows.iter().try_for_each(|row| write_row(document, aside.columns, row, out))?;
        writeln!(out, "</tbody></table>\n</section>")?;
    }
    write_notes(document, out)?;
    write_receipt(document, out)?;
    writeln!(out, "</body>\n</html>")
}

fn write_head(document: &Document, out: &mut impl Write) -> io::Result<()> {
    let language = document.reader();
    let wide = document.rows.columns().iter().filter(|column| column.is_for(Some(language))).count();
    let page = if wide > UPRIGHT_COLUMNS_MAX { "A4 landscape" } else { "A4" };
    let title = escaped(&document.title);
    writeln!(
        out,
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <style>\n@page {{ size: {page}; }}\n{STYLE}</style>\n</head>\n<body>\n<header>\n<h1>{title}</h1>",
        language.code()
    )?;
    for line in &document.lines {
        writeln!(out, "<p>{}</p>", escaped(line))?;
    }
    writeln!(out, "</header>")
}

fn write_table_head(document: &Document, columns: &[Column], out: &mut impl Write) -> io::Result<()> {
    let language = document.reader();
    let columns: Vec<&Column> = columns.iter().filter(|column| column.is_for(Some(language))).collect();
    let letters = match columns.len() {
        0..=ORDINARY_COLUMNS_MAX => "",
        count if count <= UPRIGHT_COLUMNS_MAX => " class=\"dense\"",
        _ => " class=\"denser\"",
    };
    writeln!(out, "<table{letters}><thead><tr>")?;
    for column in columns {
        let class = if is_to_the_right(column) { " class=\"n\"" } else { "" };
        writeln!(out, "<th{class}>{}</th>", escaped(column.words.pick(language)))?;
    }
    writeln!(out, "</tr></thead><tbody>")
}

fn write_row(document: &Document, columns: &[Column], row: &Row, out: &mut impl Write) -> io::Result<()> {
    let language = document.reader();
    out.write_all(b"<tr>")?;
    for (cell, column) in row.iter().zip(columns).filter(|(_, column)| column.is_for(Some(language))) {
        let cell = shown(cell, column, language, &document.zone);
        write!(out, "<td{}>{}</td>", class(column, &cell), escaped(&cell))?;
    }
    out.write_all(b"</tr>\n")
}

fn class(column: &Column, shown: &str) -> &'static str {
    let is_short = shown.width() <= UNBROKEN_MAX && !shown.contains(' ');
    match column.kind {
        _ if is_to_the_right(column) => " class=\"n\"",
        Kind::Date | Kind::Month | Kind::Time => " class=\"t\"",
        _ if is_short => " class=\"t\"",
        _ => "",
    }
}

fn write_notes(document: &Document, out: &mut impl Write) -> io::Result<()> {
    if document.notes.is_empty() {
        return Ok(());
    }
    writeln!(out, "<section class=\"notes\">\n<h2>{}</h2>\n<dl>", DEFINITIONS.pick(document.reader()))?;
    for note in &document.notes {
        writeln!(out, "<dt>{}</dt><dd>{}</dd>", escaped(&note.term), escaped(&note.meaning))?;
    }
    writeln!(out, "</dl>\n</section>")
}

fn write_receipt(document: &Document, out: &mut impl Write) -> io::Result<()> {
    let language = document.reader();
    writeln!(out, "<section class=\"receipt\">\n<h2>{}</h2>\n<dl>", RECEIPT.pick(language))?;
    for field in &document.stamp.fields {
        let value = field.value.to_string();
        writeln!(out, "<dt>{}</dt><dd>{}</dd>", escaped(field.name.words.pick(language)), escaped(&value))?;
    }
    let receipt = serde_json::Value::Object(json::stamp(&document.stamp)).to_string();
    writeln!(
        out,
        "</dl>\n<p>{}</p>\n</section>\n<script type=\"application/json\" id=\"{RECEIPT_ID}\">{}</script>",
        escaped(CHECK.pick(language)),
        // Nothing that a receipt says ends the element.
        receipt.replace('<', "\\u003c")
    )
}

/// What the chart shows of its table.
fn plot(document: &Document, chart: &Chart) -> io::Result<Plot> {
    let aside = document.asides.iter().find(|aside| aside.name.key == chart.table);
    let (columns, rows): (&[Column], Vec<Row>) = match aside {
        Some(aside) => (aside.columns, aside.rows.iter().take(chart.rows_max).cloned().collect()),
        None => {
            let rows = document.rows.rows().take(chart.rows_max).collect::<io::Result<_>>()?;
            (document.rows.columns(), rows)
        }
    };
    let place = |key: &str| columns.iter().position(|column| column.key == key);
    let language = document.reader();
    let category = place(chart.category).unwrap_or(0);
    let said = |row: &Row| shown(&row[category], &columns[category], language, &document.zone).into_owned();
    let series = chart.series.iter().filter_map(|key| {
        let index = place(key)?;
        let value = |row: &Row| match row[index] {
            Cell::Int(value) => Some(number(value, columns[index].kind)),
            _ => None,
        };
        let values: Vec<Option<f64>> = rows.iter().map(value).collect();
        let is_flat = values.iter().all(|value| value.unwrap_or(0.0) == 0.0);
        (!is_flat).then(|| (columns[index].words.pick(language).to_owned(), values))
    });
    Ok(Plot { kind: chart.kind, categories: rows.iter().map(said).collect(), series: series.collect() })
}

/// A text as it stands in HTML.
pub(crate) fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>', '"']) {
        return Cow::Borrowed(text);
    }
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    Cow::Owned(text)
}

const STYLE: &str = r#"@page {
  margin: 16mm 14mm 18mm;
  @bottom-center { content: counter(page) " / " counter(pages); font-size: 8pt; color: #555; }
}
:root { color-scheme: light; }
body {
  margin: 0 auto; padding: 24px; max-width: 1100px; color: #16202a; background: #fff;
  font: 10.5pt/1.5 "Pretendard", "Noto Sans KR", "Noto Sans CJK KR", "Malgun Gothic", "Apple SD Gothic Neo", sans-serif;
  word-break: keep-all; overflow-wrap: break-word;
}
h1 { margin: 0 0 4px; font-size: 18pt; }
h2 { margin: 20px 0 6px; font-size: 12pt; break-after: avoid; }
header { border-bottom: 2px solid #1f4e79; padding-bottom: 8px; margin-bottom: 14px; }
header p { margin: 0; color: #44505c; }
figure { margin: 0 0 14px; break-inside: avoid; }
svg { display: block; width: 100%; height: auto; max-height: 72mm; }
svg.bars { max-height: none; }
svg text { font-size: 11px; fill: #44505c; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 9.5pt; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
th { background: #1f4e79; color: #fff; font-weight: 600; text-align: left; padding: 5px 8px; vertical-align: bottom; }
td { border-bottom: 1px solid #d4d8dd; padding: 4px 8px; text-align: left; vertical-align: top; }
tbody tr:nth-child(even) td { background: #f5f7fa; }
.n { text-align: right; white-space: nowrap; }
.t { white-space: nowrap; }
th.n { white-space: normal; }
.dense { font-size: 8.5pt; }
.dense th, .dense td { padding: 3px 5px; }
.denser { font-size: 7pt; }
.denser th, .denser td { padding: 2px 4px; }
.aside table { width: auto; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 14px; margin: 0; font-size: 9pt; }
dt { color: #44505c; }
dd { margin: 0; }
.receipt { break-inside: avoid; border: 1px solid #9aa5b1; border-radius: 4px; padding: 4px 14px 10px; margin-top: 22px; }
.receipt h2 { margin-top: 8px; }
.receipt dd { font-family: ui-monospace, "D2Coding", "Noto Sans Mono CJK KR", monospace; font-size: 8pt; word-break: break-all; }
.receipt p { margin: 8px 0 0; font-size: 8.5pt; color: #44505c; }
@media print {
  body { padding: 0; max-width: none; }
  th, tbody tr:nth-child(even) td, svg { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::testing::document;
    use crate::table::words::Language;

    fn page(language: Option<Language>) -> String {
        let mut out = Vec::new();
        write(&document(language), &mut out, |_| ()).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_page_holds_rows_chart_definitions_and_receipt() {
        let page = page(None);
        assert!(page.starts_with("<!doctype html>\n<html lang=\"ko\">"), "{page}");
        for part in
            ["<svg ", "<td class=\"n\">39,685</td>", "무효가 되지 않은 상담 &lt;하나&gt;", "<h2>영수증</h2>"]
        {
            assert!(page.contains(part), "{part}: {page}");
        }
        assert!(
            page.contains("id=\"sangdam-receipt\">{\"position\":7,\"report\":\"yearly\"}</script>"),
            "{page}"
        );
    }

    #[test]
    fn what_is_said_is_no_markup() {
        assert_eq!(escaped("<a href=\"x\">&</a>"), "&lt;a href=&quot;x&quot;&gt;&amp;&lt;/a&gt;");
        assert!(page(Some(Language::En)).contains("<html lang=\"en\">"));
    }
}
