//! All rows as text, to compare two ways there.

use sangdam_eventstore::{Row, args};

use crate::error::ReadError;
use crate::models::ReadModels;
use crate::pass::PROJECTIONS;
use crate::table::Column;

/// Every row of every projection's serving tables, one line each, in an order that depends on the rows alone: two
/// databases with the same rows, on whichever engine, give the same text. Logs stand by their names. For tests and
/// comparisons: it holds all rows in memory.
pub async fn dump_all_tables(models: &ReadModels) -> Result<String, ReadError> {
    let mut lines = Vec::new();
    for table in PROJECTIONS.iter().flat_map(|projection| projection.tables()) {
        let names: Vec<&str> = table.columns.iter().skip(1).map(Column::name).collect();
        let columns: Vec<String> = names.iter().map(|name| format!("t.{name}")).collect();
        let sql = format!(
            "SELECT l.log, {} FROM {} t JOIN logs l ON l.log_no = t.log_no",
            columns.join(", "),
            table.name
        );
        for row in models.db().fetch_all(&sql, args![]).await? {
            let mut line = format!("{} {}", table.name, row.text(0)?);
            for (name, at) in names.iter().zip(1..) {
                line.push_str(&format!(" {name}={}", shown(&row, at)?));
            }
            lines.push(line);
        }
    }
    lines.sort_unstable();
    lines.push(String::new());
    Ok(lines.join("\n"))
}

/// A value as it is, whatever it is: tables hold integers, texts and bytes.
fn shown(row: &Row, column: usize) -> Result<String, sqlx::Error> {
    if let Ok(value) = row.opt_int(column) {
        return Ok(value.map_or_else(|| "-".to_owned(), |value| value.to_string()));
    }
    if let Ok(value) = row.opt_text(column) {
        return Ok(value.map_or_else(|| "-".to_owned(), |value| format!("{value:?}")));
    }
    let value = row.opt_bytes(column)?;
    Ok(value.map_or_else(|| "-".to_owned(), |bytes| bytes.iter().map(|byte| format!("{byte:02x}")).collect()))
}
