//! Many rows in few statements.

use std::collections::HashMap;

use super::{Arg, Tx, arg};

impl Tx {
    /// Inserts rows, all of the same columns. `tail` follows the values: an `ON CONFLICT` clause, or nothing.
    /// PostgreSQL takes all rows as arrays in one statement, SQLite as lists of values. The types come from the first
    /// row.
    pub async fn bulk_insert(
        &mut self,
        table: &str,
        columns: &[&str],
        rows: Vec<Vec<Arg>>,
        tail: &str,
    ) -> Result<(), sqlx::Error> {
        let head = format!("INSERT INTO {table} ({})", columns.join(", "));
        match self {
            Self::Sqlite(tx, _) => {
                let mut rows = rows.as_slice();
                while !rows.is_empty() {
                    let size = [64, 16, 4, 1].into_iter().find(|size| rows.len() >= *size).unwrap_or(1);
                    let (chunk, rest) = rows.split_at(size);
                    let sql = format!("{head} VALUES {} {tail}", value_lists(size, columns.len()));
                    arg::sqlite(&sql, chunk.concat()).execute(&mut **tx).await?;
                    rows = rest;
                }
            }
            Self::Postgres(tx) => {
                let Some(first) = rows.first() else { return Ok(()) };
                let types: Vec<&str> = first.iter().map(array_type).collect();
                let arrays: Vec<String> =
                    types.iter().zip(1..).map(|(name, n)| format!("${n}::{name}")).collect();
                let sql = format!("{head} SELECT * FROM unnest({}) {tail}", arrays.join(", "));
                let mut query = sqlx::query(&sql);
                for column in transpose(rows, types.len()) {
                    query = match column {
                        Column::Int(values) => query.bind(values),
                        Column::Text(values) => query.bind(values),
                        Column::Bytes(values) => query.bind(values),
                    };
                }
                query.execute(&mut **tx).await?;
            }
        }
        Ok(())
    }

    /// Inserts rows, or replaces those with the same key (the first `keys` of the columns). Of rows given with the same
    /// key the last one stays.
    pub async fn bulk_upsert(
        &mut self,
        table: &str,
        keys: usize,
        columns: &[&str],
        rows: Vec<Vec<Arg>>,
    ) -> Result<(), sqlx::Error> {
        let mut last: HashMap<&[Arg], usize> = HashMap::new();
        for (n, row) in rows.iter().enumerate() {
            last.insert(&row[..keys], n);
        }
        let mut keep: Vec<usize> = last.into_values().collect();
        keep.sort_unstable();
        let kept = keep.into_iter().map(|n| rows[n].clone()).collect();
        let set: Vec<String> =
            columns[keys..].iter().map(|name| format!("{name} = excluded.{name}")).collect();
        let action =
            if set.is_empty() { "NOTHING".to_owned() } else { format!("UPDATE SET {}", set.join(", ")) };
        let tail = format!("ON CONFLICT ({}) DO {action}", columns[..keys].join(", "));
        self.bulk_insert(table, columns, kept, &tail).await
    }
}

/// `(?,?),(?,?),…`, for SQLite. Bare marks, because a numbered one has a name, and the driver asks for the name of each
/// argument it binds, which SQLite finds by walking all of them: 64 rows of 25 columns cost more than writing them.
pub(crate) fn value_lists(rows: usize, columns: usize) -> String {
    let row = format!("({})", vec!["?"; columns].join(","));
    vec![row; rows].join(",")
}

fn array_type(arg: &Arg) -> &'static str {
    match arg {
        Arg::Int(_) => "bigint[]",
        Arg::Text(_) => "text[]",
        Arg::Bytes(_) => "bytea[]",
    }
}

enum Column {
    Int(Vec<Option<i64>>),
    Text(Vec<Option<String>>),
    Bytes(Vec<Option<Vec<u8>>>),
}

fn transpose(rows: Vec<Vec<Arg>>, width: usize) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::with_capacity(width);
    for row in rows {
        for (n, arg) in row.into_iter().enumerate() {
            if columns.len() <= n {
                columns.push(match arg {
                    Arg::Int(_) => Column::Int(Vec::new()),
                    Arg::Text(_) => Column::Text(Vec::new()),
                    Arg::Bytes(_) => Column::Bytes(Vec::new()),
                });
            }
            match (&mut columns[n], arg) {
                (Column::Int(values), Arg::Int(value)) => values.push(value),
                (Column::Text(values), Arg::Text(value)) => values.push(value),
                (Column::Bytes(values), Arg::Bytes(value)) => values.push(value),
                // A column of mixed types: the database refuses arrays of unequal length with an error of its own.
                _ => {}
            }
        }
    }
    columns
}
