//! Excel workbooks: real numbers and dates, a header that stays in sight, a native chart, and a sheet of definitions
//! with the receipt.
//!
//! The table of many rows is written row by row in the library's constant-memory mode; past what a sheet holds it goes on
//! on the next one. Tables beside it have a sheet each. No cell is ever a formula: texts are written as texts. Moments
//! stand on the centre's clock, as the header says; what is empty is blank, so that sums and charts leave it out.
//! Nothing depends on when it is written, so that the same document gives the same bytes.

use std::io::{Seek, Write};

use jiff::civil::{Date, DateTime};
use rust_xlsxwriter::{
    Chart, ChartType, Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook,
    Worksheet, XlsxError,
};
use sangdam_domain::calendar::Zone;
use unicode_width::UnicodeWidthStr;

use super::cell::{Cell, Row};
use super::column::{Column, Kind};
use super::document::{ChartKind, Document};
use super::format::WriteError;
use super::shown::shown;
use super::words::{Language, Words};

/// The sheet of definitions.
pub(super) const NOTES: Words = Words::new("설명", "Notes");
const RECEIPT: Words = Words::new("영수증", "Receipt");
const DEFINITIONS: Words = Words::new("용어", "Definitions");

/// How many rows a sheet holds, its header left out.
const SHEET_ROWS: u32 = 1_048_575;
/// How many rows are looked at to find how wide a column should be.
const ROWS_MEASURED: usize = 1_000;
const WIDTH_MAX: usize = 60;

/// Writes a document.
///
/// # Errors
/// Where the rows cannot be read, temporary files or `out` cannot be written, or a text is longer than a cell holds.
pub fn write(
    document: &Document,
    out: &mut (impl Write + Seek + Send),
    written: impl FnMut(u64),
) -> Result<(), WriteError> {
    write_with(document, out, written, SHEET_ROWS)
}

fn write_with(
    document: &Document,
    out: &mut (impl Write + Seek + Send),
    mut written: impl FnMut(u64),
    sheet_rows: u32,
) -> Result<(), WriteError> {
    let mut workbook = Workbook::new();
    workbook.set_properties(&properties(document)?);
    let looks = Looks::of(document, document.rows.columns());
    let mut rows = document.rows.rows().peekable();
    let (mut sheet_number, mut done) = (1, 0);
    loop {
        let sheet = workbook.add_worksheet_with_constant_memory()?;
        set_up(sheet, &sheet_name(document, sheet_number), &looks)?;
        let mut row_number = 0;
        while row_number < sheet_rows {
            let Some(row) = rows.next() else { break };
            (row_number, done) = (row_number + 1, done + 1);
            looks.write_row(sheet, row_number, &row?)?;
            written(done);
        }
        if sheet_number == 1 {
            draw(document, document.name.key, &looks, row_number, sheet)?;
        }
        if rows.peek().is_none() {
            break;
        }
        sheet_number += 1;
    }
    write_asides(document, &mut workbook)?;
    write_notes(document, workbook.add_worksheet())?;
    workbook.save_to_writer(out).map_err(WriteError::from)
}

fn properties(document: &Document) -> Result<DocProperties, XlsxError> {
    let dated = Zone::UTC.local(document.stamp.dated);
    let mut properties =
        DocProperties::new().set_title(&document.title).set_company(document.lines.join(" "));
    if let Some(at) = excel_time(dated.date.to_datetime(dated.time)) {
        properties = properties.set_creation_datetime(&at);
    }
    for field in &document.stamp.fields {
        properties = properties.set_custom_property(field.name.key, field.value.to_string());
    }
    Ok(properties)
}

fn sheet_name(document: &Document, number: u32) -> String {
    let name = document.name.words.pick(document.reader());
    if number == 1 { name.to_owned() } else { format!("{name} ({number})") }
}

/// Writes the header, sets the columns' widths, and prepares the sheet for print: A4, its header on every page.
fn set_up(sheet: &mut Worksheet, name: &str, looks: &Looks<'_>) -> Result<(), XlsxError> {
    sheet.set_name(name)?;
    sheet.set_freeze_panes(1, 0)?;
    for (place, look) in (0..).zip(&looks.columns) {
        sheet.set_column_width(place, look.width)?;
        sheet.write_string_with_format(0, place, &look.heading, &looks.header)?;
    }
    sheet.set_repeat_rows(0, 0)?;
    sheet.set_paper_size(9).set_landscape().set_print_fit_to_pages(1, 0).set_footer("&C&P / &N");
    Ok(())
}

fn write_asides(document: &Document, workbook: &mut Workbook) -> Result<(), WriteError> {
    for aside in &document.asides {
        let looks = Looks::of_rows(document, aside.columns, aside.rows.iter());
        let sheet = workbook.add_worksheet();
        set_up(sheet, aside.name.words.pick(document.reader()), &looks)?;
        let mut last = 0;
        for (number, row) in (1..).zip(&aside.rows) {
            looks.write_row(sheet, number, row)?;
            last = number;
        }
        draw(document, aside.name.key, &looks, last, sheet)?;
    }
    Ok(())
}

/// What it is, the receipt, the definitions. The receipt's third column holds the keys, by which it is found again.
fn write_notes(document: &Document, sheet: &mut Worksheet) -> Result<(), XlsxError> {
    let language = document.reader();
    let (heading, wrapped) =
        (Format::new().set_bold(), Format::new().set_text_wrap().set_align(FormatAlign::Top));
    let faint = Format::new().set_font_color(Color::Gray);
    sheet.set_name(NOTES.pick(language))?;
    sheet.set_column_width(0, 26)?.set_column_width(1, 80)?.set_column_width(2, 14)?;
    sheet.write_string_with_format(0, 0, &document.title, &heading.clone().set_font_size(14))?;
    let mut row = 1;
    for line in &document.lines {
        sheet.write_string(row, 0, line)?;
        row += 1;
    }
    row += 1;
    sheet.write_string_with_format(row, 0, RECEIPT.pick(language), &heading)?;
    for field in &document.stamp.fields {
        row += 1;
        sheet.write_string(row, 0, field.name.words.pick(language))?;
        sheet.write_string_with_format(row, 1, field.value.to_string(), &wrapped)?;
        sheet.write_string_with_format(row, 2, field.name.key, &faint)?;
    }
    row += 2;
    sheet.write_string_with_format(row, 0, DEFINITIONS.pick(language), &heading)?;
    for note in &document.notes {
        row += 1;
        sheet.write_string_with_format(row, 0, &note.term, &wrapped)?;
        sheet.write_string_with_format(row, 1, &note.meaning, &wrapped)?;
    }
    sheet.set_paper_size(9).set_print_fit_to_pages(1, 0).set_footer("&C&P / &N");
    Ok(())
}

/// Draws the chart beside the table that it is drawn from.
fn draw(
    document: &Document,
    table: &str,
    looks: &Looks<'_>,
    rows: u32,
    sheet: &mut Worksheet,
) -> Result<(), XlsxError> {
    let Some(wanted) = document.chart.filter(|chart| chart.table == table) else { return Ok(()) };
    let last = rows.min(u32::try_from(wanted.rows_max).unwrap_or(u32::MAX));
    let Some(category) = looks.place_of(wanted.category).filter(|_| last > 0) else { return Ok(()) };
    let mut chart = Chart::new(match wanted.kind {
        ChartKind::Columns => ChartType::Column,
        ChartKind::Bars => ChartType::Bar,
        ChartKind::Lines => ChartType::Line,
    });
    let name = sheet.name();
    for place in wanted.series.iter().filter_map(|key| looks.place_of(key)) {
        chart
            .add_series()
            .set_name((name.as_str(), 0, place))
            .set_categories((name.as_str(), 1, category, last, category))
            .set_values((name.as_str(), 1, place, last, place));
    }
    chart.title().set_name(&document.title);
    if let Some(shown) = looks.columns.get(usize::from(category)).and_then(|look| dates(look.column.kind)) {
        chart.x_axis().set_num_format(shown);
    }
    if wanted.kind == ChartKind::Bars {
        chart.y_axis().set_reverse();
    }
    if wanted.series.len() == 1 {
        chart.legend().set_hidden();
    }
    let height = if wanted.kind == ChartKind::Bars { 160 + 22 * last } else { 400 };
    chart.set_width(760).set_height(height.max(320));
    let beside = u16::try_from(looks.columns.len()).unwrap_or(0) + 1;
    sheet.insert_chart(1, beside, &chart)?;
    Ok(())
}

/// How a table's cells look.
struct Looks<'a> {
    document: &'a Document,
    header: Format,
    columns: Vec<Look<'a>>,
}

struct Look<'a> {
    /// The place in a row.
    index: usize,
    column: &'a Column,
    heading: String,
    width: f64,
    format: Format,
}

impl<'a> Looks<'a> {
    fn of(document: &'a Document, columns: &'a [Column]) -> Self {
        let first: Vec<Row> = document.rows.rows().take(ROWS_MEASURED).filter_map(Result::ok).collect();
        Self::of_rows(document, columns, first.iter())
    }

    fn of_rows<'b>(
        document: &'a Document,
        columns: &'a [Column],
        rows: impl Iterator<Item = &'b Row> + Clone,
    ) -> Self {
        let language = document.reader();
        let shown_columns = columns.iter().enumerate().filter(|(_, column)| column.is_for(Some(language)));
        let columns = shown_columns.map(|(index, column)| {
            let heading = heading(column, document, language);
            let widths = rows.clone().map(|row| shown(&row[index], column, language, &document.zone).width());
            // Two more than the text, for the edges.
            let width = widths.chain([heading.width()]).max().unwrap_or(0).min(WIDTH_MAX) + 2;
            let width = f64::from(u32::try_from(width).unwrap_or(0));
            Look { index, column, heading, width, format: format(column.kind) }
        });
        let header = Format::new()
            .set_bold()
            .set_font_color(Color::White)
            .set_background_color(Color::RGB(0x1F_4E_79))
            .set_align(FormatAlign::Center)
            .set_align(FormatAlign::VerticalCenter)
            .set_border_bottom(FormatBorder::Thin);
        Self { document, header, columns: columns.collect() }
    }

    /// Where a column stands in the sheet.
    fn place_of(&self, key: &str) -> Option<u16> {
        self.columns
            .iter()
            .position(|look| look.column.key == key)
            .and_then(|place| u16::try_from(place).ok())
    }

    fn write_row(&self, sheet: &mut Worksheet, number: u32, row: &[Cell]) -> Result<(), XlsxError> {
        for (place, look) in (0..).zip(&self.columns) {
            self.write_cell(sheet, number, place, &row[look.index], look)?;
        }
        Ok(())
    }

    fn write_cell(
        &self,
        sheet: &mut Worksheet,
        row: u32,
        place: u16,
        cell: &Cell,
        look: &Look<'_>,
    ) -> Result<(), XlsxError> {
        let zone = &self.document.zone;
        match (cell, look.column.kind) {
            (Cell::Empty, _) => return Ok(()),
            (Cell::Int(scaled), kind) => {
                sheet.write_number_with_format(row, place, number(*scaled, kind), &look.format)?
            }
            (Cell::Flag(flag), _) => sheet.write_boolean(row, place, *flag)?,
            (Cell::Date(day), _) => match excel_time(day.to_datetime(jiff::civil::Time::midnight())) {
                Some(day) => sheet.write_datetime_with_format(row, place, day, &look.format)?,
                None => sheet.write_string(row, place, day.to_string())?,
            },
            (Cell::Time(at), _) => {
                let local = zone.local(*at);
                match excel_time(local.date.to_datetime(local.time)) {
                    Some(at) => sheet.write_datetime_with_format(row, place, at, &look.format)?,
                    None => sheet.write_string(row, place, at.to_string())?,
                }
            }
            (text, _) => {
                let text = shown(text, look.column, self.document.reader(), zone);
                sheet.write_string_with_format(row, place, text, &look.format)?
            }
        };
        Ok(())
    }
}

/// Moments stand on the centre's clock, which the header says.
fn heading(column: &Column, document: &Document, language: Language) -> String {
    let words = column.words.pick(language);
    match column.kind {
        Kind::Time => format!("{words} ({})", document.zone_name),
        _ => words.to_owned(),
    }
}

fn format(kind: Kind) -> Format {
    match kind {
        Kind::Text | Kind::Code(_) | Kind::Flag => Format::new(),
        Kind::Count => Format::new().set_num_format("#,##0"),
        Kind::Number | Kind::Decimal(0) => Format::new().set_num_format("0"),
        Kind::Decimal(digits) => Format::new().set_num_format(format!("#,##0.{}", "0".repeat(digits.into()))),
        Kind::Date | Kind::Month | Kind::Time => {
            Format::new().set_num_format(dates(kind).unwrap_or_default())
        }
    }
}

/// How days, months and moments are shown.
const fn dates(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Date => Some("yyyy-mm-dd"),
        Kind::Month => Some("yyyy-mm"),
        Kind::Time => Some("yyyy-mm-dd hh:mm:ss"),
        _ => None,
    }
}

/// As Excel has it: a binary fraction, which holds whole numbers up to 2^53 exactly.
#[expect(clippy::cast_precision_loss, reason = "Excel has no other numbers")]
pub(super) fn number(scaled: i64, kind: Kind) -> f64 {
    match kind {
        Kind::Decimal(digits) => scaled as f64 / 10_f64.powi(digits.into()),
        _ => scaled as f64,
    }
}

/// `None` before 1900, which Excel has no dates for.
fn excel_time(at: DateTime) -> Option<ExcelDateTime> {
    let (day, time): (Date, _) = (at.date(), at.time());
    let year = u16::try_from(day.year()).ok()?;
    let excel = ExcelDateTime::from_ymd(year, day.month().unsigned_abs(), day.day().unsigned_abs()).ok()?;
    let milliseconds = u16::try_from(time.subsec_nanosecond() / 1_000_000).ok()?;
    let (hour, minute) = (u16::try_from(time.hour()).ok()?, time.minute().unsigned_abs());
    excel.and_hms_milli(hour, minute, time.second().unsigned_abs(), milliseconds).ok()
}

impl From<XlsxError> for WriteError {
    fn from(error: XlsxError) -> Self {
        match error {
            XlsxError::IoError(error) => Self::Io(error),
            other => Self::Library(other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::testing::document;
    use calamine::{Data, Reader, Xlsx};
    use std::io::Cursor;

    fn bytes(language: Option<Language>, sheet_rows: u32) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        write_with(&document(language), &mut out, |_| (), sheet_rows).unwrap();
        out.into_inner()
    }

    fn sheet(workbook: &mut Xlsx<Cursor<Vec<u8>>>, name: &str) -> Vec<Vec<Data>> {
        workbook.worksheet_range(name).unwrap().rows().map(<[Data]>::to_vec).collect()
    }

    #[test]
    fn numbers_are_numbers_and_texts_are_never_formulas() {
        let mut workbook = Xlsx::new(Cursor::new(bytes(None, SHEET_ROWS))).unwrap();
        assert_eq!(workbook.sheet_names(), ["연도별", "누적", "설명"]);
        let rows = sheet(&mut workbook, "연도별");
        assert_eq!(rows[0][3], Data::String("기록 시각 (Asia/Seoul)".into()));
        assert_eq!(rows[1][..2], [Data::Float(2021.0), Data::Empty]);
        assert_eq!(rows[2][1..3], [Data::Float(39_685.0), Data::String("=기록".into())]);
        let Data::DateTime(at) = &rows[2][3] else { panic!("{:?}", rows[2][3]) };
        assert_eq!(at.to_ymd_hms_milli(), (2024, 1, 31, 12, 4, 5, 0));
        assert!(workbook.worksheet_formula("연도별").unwrap().is_empty());
        let notes = sheet(&mut workbook, "설명");
        assert!(
            notes.iter().any(|row| row[1..3] == [Data::String("7".into()), Data::String("position".into())])
        );
    }

    #[test]
    fn what_is_more_than_a_sheet_holds_goes_on_on_the_next() {
        let mut workbook = Xlsx::new(Cursor::new(bytes(Some(Language::En), 1))).unwrap();
        assert_eq!(workbook.sheet_names(), ["Years", "Years (2)", "cumulative", "Notes"]);
        assert_eq!(sheet(&mut workbook, "Years (2)")[1][0], Data::Float(2022.0));
    }

    #[test]
    fn the_same_document_gives_the_same_bytes() {
        assert!(bytes(None, SHEET_ROWS) == bytes(None, SHEET_ROWS));
    }
}
