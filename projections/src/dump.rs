//! All rows as text, to compare two ways there.

use sangdam_eventstore::{Row, args};

use crate::at::At;
use crate::error::ReadError;
use crate::models::ReadModels;
use crate::pass::PROJECTIONS;
use crate::table::Column;

/// Every row of every projection's serving tables, what they are and what they were, one line each, in an order that
/// depends on the rows alone: two databases with the same rows, on whichever engine, give the same text. Logs stand by
/// their names. For tests and comparisons: it holds all rows in memory.
pub async fn dump_all_tables(models: &ReadModels) -> Result<String, ReadError> {
    let mut lines = Vec::new();
    for table in PROJECTIONS.iter().flat_map(|projection| projection.tables()) {
        lines.extend(dump(models, table.name, &table.all_columns()).await?);
        if table.has_past() {
            lines.extend(dump(models, &table.past_name(), &table.past_columns()).await?);
        }
    }
    lines.sort_unstable();
    lines.push(String::new());
    Ok(lines.join("\n"))
}

/// Every row of every projection's tables as of a moment, one line each, as [`dump_all_tables`] gives them, without since
/// when they hold: what it says as of a position is what it said then.
pub async fn dump_rows(models: &ReadModels, at: &At) -> Result<String, ReadError> {
    let Some(question) = models.ask(at).await? else { return Ok(String::new()) };
    let mut lines = Vec::new();
    for table in PROJECTIONS.iter().flat_map(|projection| projection.tables()) {
        let names: Vec<&str> = table.columns.iter().skip(1).map(Column::name).collect();
        let sql = format!("SELECT {} FROM {} WHERE log_no = $1", names.join(", "), question.from(table));
        lines.extend(models.select(question.clone(), &sql, |row| line(table.name, &names, row, 0)).await?);
    }
    lines.sort_unstable();
    Ok(lines.join("\n"))
}

fn line(table: &str, names: &[&str], row: &Row, first: usize) -> Result<String, sqlx::Error> {
    let mut line = table.to_owned();
    for (name, at) in names.iter().zip(first..) {
        line.push_str(&format!(" {name}={}", shown(row, at)?));
    }
    Ok(line)
}

async fn dump(models: &ReadModels, table: &str, columns: &[&str]) -> Result<Vec<String>, ReadError> {
    let names = columns.get(1..).unwrap_or_default();
    let columns: Vec<String> = names.iter().map(|name| format!("t.{name}")).collect();
    let sql =
        format!("SELECT l.log, {} FROM {table} t JOIN logs l ON l.log_no = t.log_no", columns.join(", "));
    let mut lines = Vec::new();
    for row in models.db().fetch_all(&sql, args![]).await? {
        lines.push(line(&format!("{table} {}", row.text(0)?), names, &row, 1)?);
    }
    Ok(lines)
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
