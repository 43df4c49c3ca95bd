//! Whether a file is what was written, and where it is not.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek};

use calamine::{Cell, DataRef, Reader, Xlsx, XlsxError};
use parquet::file::reader::{FileReader, SerializedFileReader};

use super::format::Format;

/// How a file stands to what was written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Comparison {
    /// Byte by byte the same.
    Same,
    /// Other bytes, but the same value in every cell: another program saved it again.
    SameCells,
    /// Something was changed.
    Changed(Difference),
}

/// The first place where a file is not what was written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Difference {
    /// A line of text, counted from 1; `None` where one of them has ended.
    Line {
        /// Which line.
        line: u64,
        /// What was written.
        written: Option<String>,
        /// What stands there.
        found: Option<String>,
    },
    /// A cell of a workbook; `None` where it is empty.
    Cell {
        /// The sheet.
        sheet: String,
        /// The cell: `B3`.
        cell: String,
        /// What was written.
        written: Option<String>,
        /// What stands there.
        found: Option<String>,
    },
    /// A sheet of a workbook that is gone.
    Sheet(String),
    /// A row of a Parquet file, counted from 1; `None` where one of them has ended.
    Row {
        /// Which row.
        row: u64,
        /// What was written.
        written: Option<String>,
        /// What stands there.
        found: Option<String>,
    },
    /// A byte, counted from 0, of something that is nothing for people.
    Byte(u64),
}

/// At most so many characters of a line or cell are told.
const TOLD_MAX: usize = 200;

/// Compares what was written with a file that is to be the same. Both are read from the start.
///
/// # Errors
/// Where one of them cannot be read.
pub fn compare(format: Format, mut written: File, mut found: File) -> io::Result<Comparison> {
    let Some(byte) = first_byte(&mut written, &mut found)? else { return Ok(Comparison::Same) };
    written.rewind()?;
    found.rewind()?;
    let difference = match format {
        Format::Xlsx => match cells(written, found) {
            Ok(None) => return Ok(Comparison::SameCells),
            Ok(Some(difference)) => difference,
            Err(_) => Difference::Byte(byte),
        },
        Format::Parquet => rows(written, found).ok().flatten().unwrap_or(Difference::Byte(byte)),
        Format::Table | Format::Csv | Format::Json | Format::Html => {
            line(written, found)?.unwrap_or(Difference::Byte(byte))
        }
    };
    Ok(Comparison::Changed(difference))
}

/// The first byte that differs; `None` where there is none.
fn first_byte(written: &mut File, found: &mut File) -> io::Result<Option<u64>> {
    written.rewind()?;
    found.rewind()?;
    let (mut one, mut other) = (BufReader::new(written), BufReader::new(found));
    let mut at = 0;
    loop {
        let (left, right) = (one.fill_buf()?, other.fill_buf()?);
        let both = left.len().min(right.len());
        if let Some(byte) = left.iter().zip(right).position(|(left, right)| left != right) {
            return Ok(Some(at + byte as u64));
        }
        if both == 0 {
            return Ok((left.len() != right.len()).then_some(at));
        }
        one.consume(both);
        other.consume(both);
        at += both as u64;
    }
}

fn line(written: File, found: File) -> io::Result<Option<Difference>> {
    let (mut one, mut other) = (BufReader::new(written), BufReader::new(found));
    for line in 1.. {
        let (written, found) = (next_line(&mut one)?, next_line(&mut other)?);
        if written != found {
            let told = |line: Option<Vec<u8>>| line.map(|line| told(&String::from_utf8_lossy(&line)));
            return Ok(Some(Difference::Line { line, written: told(written), found: told(found) }));
        }
        if written.is_none() {
            break;
        }
    }
    Ok(None)
}

fn next_line(reader: &mut BufReader<File>) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    // A file that was tampered with may be one endless line.
    let read = reader.take(1 << 20).read_until(b'\n', &mut line)?;
    Ok((read > 0).then_some(line))
}

/// The first cell that differs. Sheets are read one cell at a time.
fn cells(written: File, found: File) -> Result<Option<Difference>, XlsxError> {
    let mut written = Xlsx::new(BufReader::new(written))?;
    let mut found = Xlsx::new(BufReader::new(found))?;
    for sheet in written.sheet_names() {
        if !found.sheet_names().contains(&sheet) {
            return Ok(Some(Difference::Sheet(sheet)));
        }
        let mut one = written.worksheet_cells_reader(&sheet)?;
        let mut other = found.worksheet_cells_reader(&sheet)?;
        loop {
            let (left, right) = (filled(|| one.next_cell())?, filled(|| other.next_cell())?);
            if left == right {
                if left.is_none() {
                    break;
                }
                continue;
            }
            return Ok(Some(differing(sheet, left, right)));
        }
    }
    Ok(None)
}

/// A cell's place and value.
type Placed = ((u32, u32), CellValue);

#[derive(Clone, Debug)]
enum CellValue {
    Number(f64),
    Text(String),
    Flag(bool),
}

/// Numbers are the same where they are to the 14 digits that spreadsheets agree on: moments are fractions of days, and each
/// program rounds them in its own way.
impl PartialEq for CellValue {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Number(one), Self::Number(other)) => (one - other).abs() <= 1e-14 * one.abs(),
            (Self::Text(one), Self::Text(other)) => one == other,
            (Self::Flag(one), Self::Flag(other)) => one == other,
            _ => false,
        }
    }
}

/// The next cell that is not empty.
fn filled<'a>(
    mut next: impl FnMut() -> Result<Option<Cell<DataRef<'a>>>, XlsxError>,
) -> Result<Option<Placed>, XlsxError> {
    while let Some(cell) = next()? {
        let value = match cell.get_value() {
            DataRef::Empty => continue,
            DataRef::Int(number) => CellValue::Text(number.to_string()),
            DataRef::Float(number) => CellValue::Number(*number),
            DataRef::DateTime(at) => CellValue::Number(at.as_f64()),
            DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
                CellValue::Text(text.clone())
            }
            DataRef::SharedString(text) => CellValue::Text((*text).to_owned()),
            DataRef::Bool(flag) => CellValue::Flag(*flag),
            DataRef::Error(error) => CellValue::Text(error.to_string()),
        };
        return Ok(Some((cell.get_position(), value)));
    }
    Ok(None)
}

/// The earlier of the two cells is the one that differs.
fn differing(sheet: String, written: Option<Placed>, found: Option<Placed>) -> Difference {
    let places = [&written, &found].map(|cell| cell.as_ref().map(|(place, _)| *place));
    let place = places.into_iter().flatten().min().unwrap_or_default();
    let at = |cell: Option<Placed>| cell.filter(|(at, _)| *at == place).map(|(_, value)| value_told(&value));
    Difference::Cell { sheet, cell: cell_name(place), written: at(written), found: at(found) }
}

fn value_told(value: &CellValue) -> String {
    match value {
        CellValue::Number(number) => number.to_string(),
        CellValue::Text(text) => told(text),
        CellValue::Flag(flag) => flag.to_string(),
    }
}

/// As spreadsheets call it: `B3`.
fn cell_name((row, column): (u32, u32)) -> String {
    let (mut letters, mut rest) = (String::new(), column + 1);
    while rest > 0 {
        rest -= 1;
        letters.insert(0, char::from(b'A' + u8::try_from(rest % 26).unwrap_or(0)));
        rest /= 26;
    }
    format!("{letters}{}", u64::from(row) + 1)
}

/// The first row that differs.
fn rows(written: File, found: File) -> Result<Option<Difference>, parquet::errors::ParquetError> {
    let (written, found) = (SerializedFileReader::new(written)?, SerializedFileReader::new(found)?);
    let (mut one, mut other) = (written.get_row_iter(None)?, found.get_row_iter(None)?);
    for row in 1.. {
        let (written, found) = (one.next().transpose()?, other.next().transpose()?);
        if written != found {
            let told = |row: Option<parquet::record::Row>| row.map(|row| told(&row.to_string()));
            return Ok(Some(Difference::Row { row, written: told(written), found: told(found) }));
        }
        if written.is_none() {
            break;
        }
    }
    Ok(None)
}

fn told(text: &str) -> String {
    let text = text.trim_end_matches(['\r', '\n']);
    match text.char_indices().nth(TOLD_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::testing::document;
    use std::io::Write;

    fn file(bytes: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    fn bytes(format: Format) -> Vec<u8> {
        let mut out = tempfile::tempfile().unwrap();
        format.write(&document(None), out.try_clone().unwrap(), |_| ()).unwrap();
        out.rewind().unwrap();
        let mut bytes = Vec::new();
        out.read_to_end(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn a_line_that_was_changed_is_found() {
        let csv = bytes(Format::Csv);
        assert_eq!(compare(Format::Csv, file(&csv), file(&csv)).unwrap(), Comparison::Same);
        let changed = String::from_utf8(csv.clone()).unwrap().replace("39685", "39686");
        let Comparison::Changed(Difference::Line { line, written, found }) =
            compare(Format::Csv, file(&csv), file(changed.as_bytes())).unwrap()
        else {
            panic!("a line")
        };
        assert_eq!(line, 3);
        assert!(written.unwrap().starts_with("2022,39685,") && found.unwrap().starts_with("2022,39686,"));
        let shorter = compare(Format::Csv, file(&csv), file(&csv[..csv.len() - 2])).unwrap();
        assert!(matches!(shorter, Comparison::Changed(Difference::Line { line: 3, .. })), "{shorter:?}");
    }

    /// The same workbook with one cell's text replaced, zipped anew.
    fn saved_again(workbook: &[u8], from: &str, to: &str) -> Vec<u8> {
        let mut archive = zip::ZipArchive::new(io::Cursor::new(workbook)).unwrap();
        let mut out = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
        for index in 0..archive.len() {
            let mut entry = archive.by_index(index).unwrap();
            let mut content = String::new();
            entry.read_to_string(&mut content).unwrap();
            let options =
                zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
            out.start_file(entry.name().unwrap(), options).unwrap();
            out.write_all(content.replace(from, to).as_bytes()).unwrap();
        }
        out.finish().unwrap().into_inner()
    }

    #[test]
    fn a_workbook_that_was_saved_again_is_compared_cell_by_cell() {
        let workbook = bytes(Format::Xlsx);
        let again = saved_again(&workbook, "", "");
        assert_eq!(compare(Format::Xlsx, file(&workbook), file(&again)).unwrap(), Comparison::SameCells);
        let changed = saved_again(&workbook, "<v>39685</v></c><c r=\"C3\"", "<v>39686</v></c><c r=\"C3\"");
        assert_eq!(
            compare(Format::Xlsx, file(&workbook), file(&changed)).unwrap(),
            Comparison::Changed(Difference::Cell {
                sheet: "연도별".into(),
                cell: "B3".into(),
                written: Some("39685".into()),
                found: Some("39686".into()),
            })
        );
    }

    #[test]
    fn any_byte_of_a_parquet_file_that_was_changed_is_found() {
        let parquet = bytes(Format::Parquet);
        for byte in [4, parquet.len() / 2, parquet.len() - 20] {
            let mut changed = parquet.clone();
            changed[byte] ^= 1;
            let compared = compare(Format::Parquet, file(&parquet), file(&changed)).unwrap();
            assert!(matches!(compared, Comparison::Changed(_)), "{byte}: {compared:?}");
        }
    }

    #[test]
    fn cells_are_called_as_spreadsheets_call_them() {
        assert_eq!(
            [(0, 0), (2, 1), (0, 25), (9, 26), (0, 701), (0, 702)].map(cell_name),
            ["A1", "B3", "Z1", "AA10", "ZZ1", "AAA1"]
        );
    }
}
