//! What stands in a table, and its canonical form.
//!
//! The canonical form of a row is a JSON array in the order of the columns, as RFC 8785 would write it: no blanks,
//! strings with the fewest escapes, numbers without trailing zeros. An empty cell is `null`; a count, a number and a
//! decimal are numbers; text and codes are strings; a day is `"2024-01-31"`, a month `"2024-01"`, a moment
//! `"2024-01-31T03:04:05.000000Z"`, yes and no are `true` and `false`.

use std::borrow::Cow;
use std::io::{self, ErrorKind, Write};

use jiff::civil::Date;
use sangdam_domain::time::Timestamp;
use serde_json::Value;

use super::column::{Column, Kind};

/// What stands in one place of a table.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Text, or a code.
    Text(Cow<'static, str>),
    /// A whole number; under [`Kind::Decimal`] the number times 10 to the power of its digits.
    Int(i64),
    /// A day, or the first day of a month.
    Date(Date),
    /// A moment.
    Time(Timestamp),
    /// Yes or no.
    Flag(bool),
}

/// The cells of one row, in the order of the columns.
pub type Row = Vec<Cell>;

impl Cell {
    /// A count. What is above 2^63 − 1 becomes that.
    pub fn count(count: u64) -> Self {
        Self::Int(i64::try_from(count).unwrap_or(i64::MAX))
    }

    /// A text that is made at run time.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(Cow::Owned(text.into()))
    }
}

impl From<&'static str> for Cell {
    fn from(text: &'static str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

macro_rules! cell_from {
    ($($from:ty => |$value:ident| $make:expr;)*) => {$(
        impl From<$from> for Cell {
            fn from($value: $from) -> Self { $make }
        }
    )*};
}

cell_from! {
    String => |v| Self::Text(Cow::Owned(v));
    i64 => |v| Self::Int(v);
    i16 => |v| Self::Int(v.into());
    u8 => |v| Self::Int(v.into());
    u32 => |v| Self::Int(v.into());
    u64 => |v| Self::count(v);
    Date => |v| Self::Date(v);
    Timestamp => |v| Self::Time(v);
    bool => |v| Self::Flag(v);
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Empty, Into::into)
    }
}

/// Writes a row in its canonical form, without a line break.
///
/// # Errors
/// Where the cells are not those of the columns, and where `out` fails.
pub fn write_canonical(row: &[Cell], columns: &[Column], out: &mut impl Write) -> io::Result<()> {
    if row.len() != columns.len() {
        let problem = format!("a row of {} cells in a table of {} columns", row.len(), columns.len());
        return Err(io::Error::new(ErrorKind::InvalidInput, problem));
    }
    for (index, (cell, column)) in row.iter().zip(columns).enumerate() {
        out.write_all(if index == 0 { b"[" } else { b"," })?;
        write_json(cell, column.kind, out)?;
    }
    out.write_all(if row.is_empty() { b"[]" } else { b"]" })
}

/// Writes a cell as JSON, as it stands in a row's canonical form.
pub(super) fn write_json(cell: &Cell, kind: Kind, out: &mut impl Write) -> io::Result<()> {
    match (cell, kind) {
        (Cell::Empty, _) => out.write_all(b"null"),
        (Cell::Int(scaled), Kind::Decimal(digits)) => {
            out.write_all(trimmed(&decimal(*scaled, digits)).as_bytes())
        }
        (Cell::Int(number), _) => write!(out, "{number}"),
        (Cell::Flag(flag), _) => write!(out, "{flag}"),
        (Cell::Text(text), _) => Ok(serde_json::to_writer(out, text)?),
        (Cell::Date(day), Kind::Month) => write!(out, "\"{}\"", month(*day)),
        (Cell::Date(day), _) => write!(out, "\"{day}\""),
        (Cell::Time(at), _) => write!(out, "\"{at}\""),
    }
}

/// A cell as JSON, as it stands in a row's canonical form.
pub fn cell_json(cell: &Cell, kind: Kind) -> Value {
    let mut text = Vec::new();
    // Writing to memory cannot fail, and what is written is JSON.
    let written = write_json(cell, kind, &mut text);
    written.ok().and_then(|()| serde_json::from_slice(&text).ok()).unwrap_or_default()
}

/// Reads a row from its canonical form.
///
/// # Errors
/// Where the line is not the canonical form of a row of these columns.
pub fn read_canonical(line: &str, columns: &[Column]) -> io::Result<Row> {
    let broken = |problem: &str| io::Error::new(ErrorKind::InvalidData, format!("{problem}: `{line}`"));
    let values: Vec<Value> = serde_json::from_str(line)?;
    if values.len() != columns.len() {
        return Err(broken("not as many cells as there are columns"));
    }
    let cells = values.into_iter().zip(columns).map(|(value, column)| read_cell(value, column.kind));
    cells.collect::<Option<Row>>().ok_or_else(|| broken("a cell is not what its column holds"))
}

fn read_cell(value: Value, kind: Kind) -> Option<Cell> {
    Some(match (value, kind) {
        (Value::Null, _) => Cell::Empty,
        (Value::Bool(flag), Kind::Flag) => Cell::Flag(flag),
        (Value::Number(number), Kind::Decimal(digits)) => Cell::Int(scaled(&number.to_string(), digits)?),
        (Value::Number(number), Kind::Count | Kind::Number) => Cell::Int(number.as_i64()?),
        (Value::String(text), Kind::Text | Kind::Code(_)) => Cell::Text(Cow::Owned(text)),
        (Value::String(text), Kind::Date) => Cell::Date(text.parse().ok()?),
        (Value::String(text), Kind::Month) => Cell::Date(format!("{text}-01").parse().ok()?),
        (Value::String(text), Kind::Time) => Cell::Time(text.parse().ok()?),
        _ => return None,
    })
}

/// A number that is given times 10 to the power of `digits`, with all its digits: `99.80`.
pub(super) fn decimal(scaled: i64, digits: u8) -> String {
    let ten_to_the = 10_u64.pow(digits.min(9).into());
    let (whole, rest) = (scaled.unsigned_abs() / ten_to_the, scaled.unsigned_abs() % ten_to_the);
    let sign = if scaled < 0 { "-" } else { "" };
    match digits {
        0 => format!("{sign}{whole}"),
        digits => format!("{sign}{whole}.{rest:0width$}", width = usize::from(digits.min(9))),
    }
}

/// Without the zeros behind the point that say nothing.
fn trimmed(decimal: &str) -> &str {
    if decimal.contains('.') { decimal.trim_end_matches('0').trim_end_matches('.') } else { decimal }
}

/// The number times 10 to the power of `digits`, from its text.
fn scaled(text: &str, digits: u8) -> Option<i64> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let digits = usize::from(digits);
    (rest.len() <= digits).then(|| format!("{whole}{rest:0<digits$}").parse().ok()).flatten()
}

/// `2024-01`.
pub(super) fn month(day: Date) -> String {
    format!("{:04}-{:02}", day.year(), day.month())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::words::Language;

    fn as_it_is(code: &str, _: Language) -> Cow<'_, str> {
        Cow::Borrowed(code)
    }

    const COLUMNS: &[Column] = &[
        Column::text("text", "글", "text"),
        Column::new(Kind::Code(as_it_is), "code", "코드", "code"),
        Column::count("count", "수", "count"),
        Column::new(Kind::Decimal(2), "decimal", "소수", "decimal"),
        Column::new(Kind::Date, "day", "날", "day"),
        Column::new(Kind::Month, "month", "달", "month"),
        Column::new(Kind::Time, "moment", "시각", "moment"),
        Column::new(Kind::Flag, "flag", "여부", "flag"),
    ];

    fn canonical(row: &[Cell]) -> String {
        let mut line = Vec::new();
        write_canonical(row, COLUMNS, &mut line).unwrap();
        String::from_utf8(line).unwrap()
    }

    #[test]
    fn a_row_has_one_canonical_form_and_is_read_back() {
        let day: Date = "2024-01-31".parse().unwrap();
        let row = vec![
            Cell::text("\"정선\"\n"),
            Cell::from("voided"),
            Cell::Int(1_234),
            Cell::Int(9_980),
            Cell::Date(day),
            Cell::Date(day.first_of_month()),
            Cell::Time("2024-01-31T12:04:05+09:00".parse().unwrap()),
            Cell::Flag(true),
        ];
        let line = canonical(&row);
        assert_eq!(
            line,
            r#"["\"정선\"\n","voided",1234,99.8,"2024-01-31","2024-01","2024-01-31T03:04:05.000000Z",true]"#
        );
        assert_eq!(read_canonical(&line, COLUMNS).unwrap(), row);
        let empty = vec![Cell::Empty; COLUMNS.len()];
        assert_eq!(read_canonical(&canonical(&empty), COLUMNS).unwrap(), empty);
    }

    #[test]
    fn decimals_are_exact() {
        assert_eq!(
            [0, 5, -5, 100, -1_250].map(|n| decimal(n, 2)),
            ["0.00", "0.05", "-0.05", "1.00", "-12.50"]
        );
        assert_eq!(["100.00", "99.80", "0.05", "100"].map(trimmed), ["100", "99.8", "0.05", "100"]);
        assert_eq!(scaled("99.8", 2), Some(9_980));
        assert_eq!((scaled("-0.05", 2), scaled("0.005", 2)), (Some(-5), None));
    }

    #[test]
    fn what_is_no_row_of_the_columns_is_refused() {
        assert!(write_canonical(&[Cell::Empty], COLUMNS, &mut Vec::new()).is_err());
        for line in ["[1]", "{}", "", r#"[1,null,null,null,null,null,null,null]"#] {
            assert!(read_canonical(line, COLUMNS).is_err(), "{line}");
        }
    }
}
