//! Tables as they are written to: many rows at once, each row whole or as an addition to what is there.

use sangdam_eventstore::db::{in_chunks, placeholders};
use sangdam_eventstore::{Arg, Row, Tx};
use uuid::Uuid;

/// Which set of tables is written: those that queries read, or those being built beside them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Generation {
    /// The tables that queries read.
    Serving,
    /// The tables that take over when they have caught up.
    Next,
}

impl Generation {
    /// The name in the table of checkpoints.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Serving => "serving",
            Self::Next => "next",
        }
    }

    /// What the names of its tables begin with.
    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Self::Serving => "",
            Self::Next => NEXT_PREFIX,
        }
    }
}

/// What the names of tables begin with while they are built.
pub(crate) const NEXT_PREFIX: &str = "next_";

/// What happens to a column of a row that is there already.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Column {
    /// It is part of the key.
    Key(&'static str),
    /// It never changes once written.
    Fixed(&'static str),
    /// It takes the new value.
    Set(&'static str),
    /// The new value is added to it.
    Add(&'static str),
}

impl Column {
    pub(crate) fn name(&self) -> &'static str {
        match *self {
            Self::Key(name) | Self::Fixed(name) | Self::Set(name) | Self::Add(name) => name,
        }
    }
}

/// A table of a projection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Table {
    /// Its name in the serving generation.
    pub name: &'static str,
    /// Its columns, in the order in which rows are given.
    pub columns: &'static [Column],
}

impl Table {
    /// Writes the rows, no two of which have the same key.
    pub(crate) async fn write(
        &self,
        tx: &mut Tx,
        generation: Generation,
        rows: Vec<Vec<Arg>>,
    ) -> Result<(), sqlx::Error> {
        if rows.is_empty() {
            return Ok(());
        }
        let table = format!("{}{}", generation.prefix(), self.name);
        let names: Vec<&str> = self.columns.iter().map(|column| column.name()).collect();
        tx.bulk_insert(&table, &names, rows, &self.on_conflict(&table)).await
    }

    fn on_conflict(&self, table: &str) -> String {
        let keys: Vec<&str> = self
            .columns
            .iter()
            .filter_map(|column| match column {
                Column::Key(name) => Some(*name),
                _ => None,
            })
            .collect();
        let sets: Vec<String> = self
            .columns
            .iter()
            .filter_map(|column| match column {
                Column::Set(name) => Some(format!("{name} = excluded.{name}")),
                Column::Add(name) => Some(format!("{name} = {table}.{name} + excluded.{name}")),
                Column::Key(_) | Column::Fixed(_) => None,
            })
            .collect();
        let action =
            if sets.is_empty() { "NOTHING".to_owned() } else { format!("UPDATE SET {}", sets.join(", ")) };
        format!("ON CONFLICT ({}) DO {action}", keys.join(", "))
    }

    /// The rows of one log whose `column` is one of `ids`; each once, however often its id is given.
    pub(crate) async fn load(
        &self,
        tx: &mut Tx,
        generation: Generation,
        select: &str,
        log_no: i64,
        column: &str,
        ids: &[Uuid],
    ) -> Result<Vec<Row>, sqlx::Error> {
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        ids.dedup();
        let mut found = Vec::with_capacity(ids.len());
        for chunk in in_chunks(&ids) {
            // Bare marks on SQLite: binding numbered ones takes time that grows with the square of their number. The
            // driver takes one kind or the other in a statement.
            let (log, places) = if tx.is_postgres() {
                ("$1", placeholders(2, chunk.len()))
            } else {
                ("?", format!("({})", vec!["?"; chunk.len()].join(",")))
            };
            let sql = format!(
                "SELECT {select} FROM {}{} WHERE log_no = {log} AND {column} IN {places}",
                generation.prefix(),
                self.name
            );
            let mut args = Vec::with_capacity(chunk.len() + 1);
            args.push(Arg::from(log_no));
            args.extend(chunk.iter().map(|id| Arg::from(*id)));
            found.extend(tx.fetch_all(&sql, args).await?);
        }
        Ok(found)
    }
}

/// A code column, read with the code's own parser.
pub(crate) fn code<T>(row: &Row, column: usize, parse: impl Fn(&str) -> Option<T>) -> Result<T, sqlx::Error> {
    known(column, &row.text(column)?, parse)
}

/// A code column that may be null.
pub(crate) fn opt_code<T>(
    row: &Row,
    column: usize,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, sqlx::Error> {
    row.opt_text(column)?.map(|text| known(column, &text, parse)).transpose()
}

fn known<T>(column: usize, text: &str, parse: impl Fn(&str) -> Option<T>) -> Result<T, sqlx::Error> {
    parse(text).ok_or_else(|| sqlx::Error::ColumnDecode {
        index: column.to_string(),
        source: format!("`{text}` is nothing that this release writes; rebuild the read models").into(),
    })
}

/// A count as tables keep it.
pub(crate) fn int(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A number that was written from one of this type.
pub(crate) fn small<T: TryFrom<i64> + Default>(value: i64) -> T {
    T::try_from(value).unwrap_or_default()
}
