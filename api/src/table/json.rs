//! JSON for programs: the rows as a list under the table's name, tables beside it under theirs, then what the document
//! says of itself, all of it under `receipt`. One row a line, so that a long list can be looked at.

use std::io::{self, Write};

use serde_json::{Map, Value};

use super::cell::{Cell, write_json};
use super::column::Column;
use super::document::{Aside, Document, Stamp, StampValue};

/// Writes a document.
///
/// # Errors
/// Where the rows cannot be read or `out` cannot be written.
pub fn write(document: &Document, out: &mut impl Write, mut written: impl FnMut(u64)) -> io::Result<()> {
    write!(out, "{{\n  \"{}\": [", document.name.key)?;
    for (row, done) in document.rows.rows().zip(1..) {
        out.write_all(if done == 1 { b"\n    " } else { b",\n    " })?;
        write_row(&row?, document.rows.columns(), out)?;
        written(done);
    }
    out.write_all(if document.rows.is_empty() { b"]" } else { b"\n  ]" })?;
    for aside in &document.asides {
        write!(out, ",\n  \"{}\": ", aside.name.key)?;
        write_aside(aside, out)?;
    }
    for field in document.stamp.trailing() {
        write!(out, ",\n  \"{}\": {}", field.name.key, value(&field.value))?;
    }
    writeln!(out, ",\n  \"receipt\": {}\n}}", Value::Object(stamp(&document.stamp)))
}

/// A row as an object.
///
/// # Errors
/// Where `out` cannot be written.
pub fn write_row(row: &[Cell], columns: &[Column], out: &mut impl Write) -> io::Result<()> {
    for (index, (cell, column)) in row.iter().zip(columns).enumerate() {
        write!(out, "{}\"{}\":", if index == 0 { '{' } else { ',' }, column.key)?;
        write_json(cell, column.kind, out)?;
    }
    out.write_all(if row.is_empty() { b"{}" } else { b"}" })
}

/// A table beside the one of many rows: a list of objects, or one object.
pub(super) fn write_aside(aside: &Aside, out: &mut impl Write) -> io::Result<()> {
    if aside.keys == 0 {
        return write_row(aside.rows.first().map_or(&[], Vec::as_slice), aside.columns, out);
    }
    out.write_all(b"[")?;
    for (index, row) in aside.rows.iter().enumerate() {
        out.write_all(if index == 0 { b"\n    " } else { b",\n    " })?;
        write_row(row, aside.columns, out)?;
    }
    out.write_all(if aside.rows.is_empty() { b"]" } else { b"\n  ]" })
}

/// What a document says of itself, as an object.
pub(super) fn stamp(stamp: &Stamp) -> Map<String, Value> {
    stamp.fields.iter().map(|field| (field.name.key.to_owned(), value(&field.value))).collect()
}

fn value(value: &StampValue) -> Value {
    match value {
        StampValue::Text(text) => Value::from(text.as_str()),
        StampValue::Number(number) => Value::from(*number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::testing::document;
    use serde_json::json;

    #[test]
    fn rows_are_objects_and_the_stamp_stands_twice() {
        let mut out = Vec::new();
        write(&document(None), &mut out, |_| ()).unwrap();
        let read: Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(
            read,
            json!({
                "years": [
                    {"year": 2021, "consultations": null, "basis": "unknown", "recorded_at": null},
                    {"year": 2022, "consultations": 39685, "basis": "=recorded",
                     "recorded_at": "2024-01-31T03:04:05.000000Z"},
                ],
                "cumulative": {"consultations": 39685},
                "position": 7,
                "report": "yearly",
                "receipt": {"report": "yearly", "position": 7},
            })
        );
    }
}
