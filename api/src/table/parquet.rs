//! Apache Parquet for analysis: typed columns, row groups of bounded size, and what the document says of itself in the
//! file's key-value metadata (`sangdam.report`, `sangdam.sha256`, …; tables beside the one of many rows as JSON).
//!
//! Counts and numbers are INT64, decimals DECIMAL(18, digits), days DATE (a month its first day), moments TIMESTAMP in
//! microseconds and UTC, text and codes STRING; every column is optional. Compressed with Snappy, which every reader has.
//!
//! [`ParquetWriter`] writes rows as they come, for what is no document.

use std::io::{self, Write};
use std::mem;
use std::sync::Arc;

use jiff::civil::Date;
use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::Type;

use super::cell::{Cell, Row};
use super::column::{Column, Kind};
use super::document::Document;
use super::format::WriteError;
use super::json;

/// How many rows a row group has, and are held in memory.
const GROUP_ROWS: usize = 16_384;

/// What stands in front of the keys in a file's metadata.
pub(super) const PREFIX: &str = "sangdam.";

/// The most digits that a decimal has.
const PRECISION: i32 = 18;

/// Writes a document.
///
/// # Errors
/// Where the rows cannot be read or `out` cannot be written.
pub fn write(
    document: &Document,
    out: &mut (impl Write + Send),
    mut written: impl FnMut(u64),
) -> Result<(), WriteError> {
    let mut metadata: Vec<(String, String)> = Vec::new();
    for aside in &document.asides {
        let mut text = Vec::new();
        json::write_aside(aside, &mut text)?;
        metadata.push((aside.name.key.to_owned(), String::from_utf8_lossy(&text).into_owned()));
    }
    let stamp =
        document.stamp.fields.iter().map(|field| (field.name.key.to_owned(), field.value.to_string()));
    metadata.extend(stamp);
    let mut writer = ParquetWriter::begin(out, document.name.key, document.rows.columns(), metadata)?;
    for (row, done) in document.rows.rows().zip(1..) {
        writer.push(row?)?;
        written(done);
    }
    writer.end().map(drop)
}

/// Writes rows to a Parquet file as they come.
pub struct ParquetWriter<W: Write + Send> {
    writer: SerializedFileWriter<W>,
    columns: &'static [Column],
    held: Vec<Row>,
}

impl<W: Write + Send> ParquetWriter<W> {
    /// Begins a file. `metadata` is kept with [`PREFIX`] in front of the keys.
    ///
    /// # Errors
    /// Where `out` cannot be written.
    pub fn begin(
        out: W,
        name: &str,
        columns: &'static [Column],
        metadata: Vec<(String, String)>,
    ) -> Result<Self, WriteError> {
        let metadata =
            metadata.into_iter().map(|(key, value)| KeyValue::new(format!("{PREFIX}{key}"), value));
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_key_value_metadata(Some(metadata.collect()))
            .build();
        let schema = Arc::new(schema(name, columns)?);
        let writer = SerializedFileWriter::new(out, schema, Arc::new(properties))?;
        Ok(Self { writer, columns, held: Vec::with_capacity(GROUP_ROWS) })
    }

    /// The next row.
    ///
    /// # Errors
    /// Where the cells are not those of the columns, and where the file cannot be written.
    pub fn push(&mut self, row: Row) -> Result<(), WriteError> {
        if row.len() != self.columns.len() {
            let problem = format!("a row of {} cells in {} columns", row.len(), self.columns.len());
            return Err(WriteError::Library(problem));
        }
        self.held.push(row);
        if self.held.len() == GROUP_ROWS { self.write_group() } else { Ok(()) }
    }

    /// All rows are there: writes what is held, and the footer.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn end(mut self) -> Result<W, WriteError> {
        if !self.held.is_empty() {
            self.write_group()?;
        }
        Ok(self.writer.into_inner()?)
    }

    fn write_group(&mut self) -> Result<(), WriteError> {
        let rows = mem::take(&mut self.held);
        let mut group = self.writer.next_row_group()?;
        for (index, column) in self.columns.iter().enumerate() {
            write_column(rows.iter().map(|row| &row[index]), column, &mut group)?;
        }
        group.close()?;
        self.held = rows;
        self.held.clear();
        Ok(())
    }
}

fn schema(name: &str, columns: &[Column]) -> Result<Type, ParquetError> {
    let fields = columns.iter().map(|column| {
        let (physical, logical) = match column.kind {
            Kind::Text | Kind::Code(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            Kind::Count | Kind::Number => (Physical::INT64, None),
            Kind::Decimal(digits) => (Physical::INT64, Some(LogicalType::decimal(digits.into(), PRECISION))),
            Kind::Date | Kind::Month => (Physical::INT32, Some(LogicalType::Date)),
            Kind::Time => (Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::MICROS))),
            Kind::Flag => (Physical::BOOLEAN, None),
        };
        let field = Type::primitive_type_builder(column.key, physical).with_repetition(Repetition::OPTIONAL);
        let field = match column.kind {
            Kind::Decimal(digits) => field.with_scale(digits.into()).with_precision(PRECISION),
            _ => field,
        };
        field.with_logical_type(logical).build().map(Arc::new)
    });
    Type::group_type_builder(name).with_fields(fields.collect::<Result<_, _>>()?).build()
}

fn write_column<'a, W: Write + Send>(
    cells: impl Iterator<Item = &'a Cell> + Clone,
    column: &Column,
    group: &mut SerializedRowGroupWriter<'_, W>,
) -> Result<(), WriteError> {
    let levels: Vec<i16> = cells.clone().map(|cell| i16::from(*cell != Cell::Empty)).collect();
    let filled = cells.filter(|cell| **cell != Cell::Empty);
    let unfit = || WriteError::Library(format!("a cell of `{}` is not what its column holds", column.key));
    let mut writer = group.next_column()?.ok_or_else(unfit)?;
    match writer.untyped() {
        ColumnWriter::Int64ColumnWriter(writer) => {
            let values: Vec<i64> = filled.map(int64).collect::<Option<_>>().ok_or_else(unfit)?;
            writer.write_batch(&values, Some(&levels), None)?;
        }
        ColumnWriter::Int32ColumnWriter(writer) => {
            let values: Vec<i32> = filled.map(days).collect::<Option<_>>().ok_or_else(unfit)?;
            writer.write_batch(&values, Some(&levels), None)?;
        }
        ColumnWriter::BoolColumnWriter(writer) => {
            let values: Vec<bool> = filled.map(flag).collect::<Option<_>>().ok_or_else(unfit)?;
            writer.write_batch(&values, Some(&levels), None)?;
        }
        ColumnWriter::ByteArrayColumnWriter(writer) => {
            let values: Vec<ByteArray> = filled.map(text).collect::<Option<_>>().ok_or_else(unfit)?;
            writer.write_batch(&values, Some(&levels), None)?;
        }
        _ => return Err(unfit()),
    }
    Ok(writer.close()?)
}

fn int64(cell: &Cell) -> Option<i64> {
    match cell {
        Cell::Int(number) => Some(*number),
        Cell::Time(at) => Some(at.micros()),
        _ => None,
    }
}

/// Days since 1970-01-01.
fn days(cell: &Cell) -> Option<i32> {
    let Cell::Date(day) = cell else { return None };
    day.since(Date::new(1970, 1, 1).ok()?).ok().map(|span| span.get_days())
}

fn flag(cell: &Cell) -> Option<bool> {
    if let Cell::Flag(flag) = cell { Some(*flag) } else { None }
}

fn text(cell: &Cell) -> Option<ByteArray> {
    if let Cell::Text(text) = cell { Some(ByteArray::from(&**text)) } else { None }
}

impl From<ParquetError> for WriteError {
    fn from(error: ParquetError) -> Self {
        match error {
            ParquetError::External(error) => match error.downcast::<io::Error>() {
                Ok(error) => Self::Io(*error),
                Err(error) => Self::Library(error.to_string()),
            },
            other => Self::Library(other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::testing::document;
    use bytes::Bytes;
    use parquet::file::reader::{FileReader, SerializedFileReader};

    fn read(bytes: Vec<u8>) -> SerializedFileReader<Bytes> {
        SerializedFileReader::new(Bytes::from(bytes)).unwrap()
    }

    #[test]
    fn rows_are_typed_and_the_stamp_is_in_the_metadata() {
        let mut out = Vec::new();
        write(&document(None), &mut out, |_| ()).unwrap();
        let reader = read(out);
        let rows: Vec<String> =
            reader.get_row_iter(None).unwrap().map(|row| row.unwrap().to_string()).collect();
        assert_eq!(rows.len(), 2);
        assert!(rows[0].contains("year: 2021, consultations: null, basis: \"unknown\""), "{}", rows[0]);
        assert!(rows[1].contains("recorded_at: 2024-01-31 03:04:05"), "{}", rows[1]);
        let metadata = reader.metadata().file_metadata().key_value_metadata().unwrap();
        let found: Vec<(&str, &str)> =
            metadata.iter().map(|pair| (pair.key.as_str(), pair.value.as_deref().unwrap())).collect();
        let expected = [
            ("sangdam.cumulative", "{\"consultations\":39685}"),
            ("sangdam.report", "yearly"),
            ("sangdam.position", "7"),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn many_rows_are_several_groups() {
        const COLUMNS: &[Column] = &[
            Column::new(Kind::Date, "day", "날", "day"),
            Column::tenths("rate", "비율", "rate"),
            Column::new(Kind::Flag, "flag", "여부", "flag"),
        ];
        let mut writer = ParquetWriter::begin(Vec::new(), "rows", COLUMNS, Vec::new()).unwrap();
        let day: Date = "1969-12-31".parse().unwrap();
        for n in 0..GROUP_ROWS + 1 {
            let rate = if n == 0 { Cell::Empty } else { Cell::Int(998) };
            writer.push(vec![day.into(), rate, true.into()]).unwrap();
        }
        assert!(writer.push(vec![Cell::Empty]).is_err());
        let reader = read(writer.end().unwrap());
        assert_eq!(reader.num_row_groups(), 2);
        let last = reader.get_row_iter(None).unwrap().last().unwrap().unwrap().to_string();
        assert_eq!(last, "{day: 1969-12-31, rate: 99.8, flag: true}");
    }
}
