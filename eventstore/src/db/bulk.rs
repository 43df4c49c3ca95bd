//! Many rows in few statements.

use futures::TryStreamExt;
use sqlx::Postgres;
use sqlx::postgres::PgArguments;
use sqlx::query::Query;

use super::{Arg, Row, Tx, arg};

/// A copy takes a round trip more than a statement, and less for each row.
const COPIED_ROWS_MIN: usize = 100;

impl Tx {
    /// Inserts rows, all of the same columns. `tail` follows the values: an `ON CONFLICT` clause, or nothing.
    /// PostgreSQL takes all rows as arrays in one statement, whose types come from the first row, or has many that nothing follows
    /// copied in; SQLite takes one after the other.
    pub async fn bulk_insert(
        &self,
        table: &str,
        columns: &[&str],
        rows: Vec<Vec<Arg>>,
        tail: &str,
    ) -> Result<(), sqlx::Error> {
        let head = format!("INSERT INTO {table} ({})", columns.join(", "));
        match self {
            Self::Sqlite(tx) => {
                let marks = vec!["?"; columns.len()].join(",");
                tx.each(format!("{head} VALUES ({marks}) {tail}"), rows).await?;
            }
            Self::Postgres(tx) if tail.is_empty() && rows.len() >= COPIED_ROWS_MIN => {
                tx.lock().await.copy_in(table, columns, &rows).await?;
            }
            Self::Postgres(tx) => {
                let Some(first) = rows.first() else { return Ok(()) };
                let types: Vec<&str> = first.iter().map(array_type).collect();
                let arrays: Vec<String> =
                    types.iter().zip(1..).map(|(name, n)| format!("${n}::{name}")).collect();
                let sql = format!("{head} SELECT * FROM unnest({}) {tail}", arrays.join(", "));
                let query = bind_columns(sqlx::query(&sql), rows, types.len());
                query.execute(&mut **tx.lock().await).await?;
            }
        }
        Ok(())
    }

    /// The rows in which a column has one of the values, each value once. `head` is the statement up to the column's name, in which
    /// `$1` (on SQLite a bare mark) is `first`. PostgreSQL takes all values as one array, SQLite as lists.
    pub async fn fetch_among(
        &self,
        head: &str,
        first: Arg,
        values: Vec<Arg>,
    ) -> Result<Vec<Row>, sqlx::Error> {
        match self {
            Self::Sqlite(tx) => tx.among(head, first, values).await,
            Self::Postgres(tx) => {
                let Some(one) = values.first() else { return Ok(Vec::new()) };
                let sql = format!("{head} = ANY($2::{})", array_type(one));
                let rows = values.into_iter().map(|value| vec![value]).collect();
                let query = bind_columns(arg::postgres(&sql, vec![first]), rows, 1);
                query.fetch(&mut **tx.lock().await).map_ok(Row::Postgres).try_collect().await
            }
        }
    }
}

/// The type that values of this one's kind have as one argument.
pub(super) fn array_type(arg: &Arg) -> &'static str {
    match arg {
        Arg::Int(_) => "bigint[]",
        Arg::Text(_) => "text[]",
        Arg::Bytes(_) => "bytea[]",
    }
}

/// Binds rows of `width` values each as so many arrays.
pub(super) fn bind_columns(
    query: Query<'_, Postgres, PgArguments>,
    rows: Vec<Vec<Arg>>,
    width: usize,
) -> Query<'_, Postgres, PgArguments> {
    transpose(rows, width).into_iter().fold(query, |query, column| column.bind(query))
}

enum Column {
    Int(Vec<Option<i64>>),
    Text(Vec<Option<String>>),
    Bytes(Vec<Option<Vec<u8>>>),
}

impl Column {
    fn bind<'q>(self, query: Query<'q, Postgres, PgArguments>) -> Query<'q, Postgres, PgArguments> {
        match self {
            Self::Int(values) => query.bind(values),
            Self::Text(values) => query.bind(values),
            Self::Bytes(values) => query.bind(values),
        }
    }
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
