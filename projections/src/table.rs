//! Tables: what rows are, what they were, and how both are written and read.
//!
//! A row that changes leaves behind what it was, with the position at which that ended; so a table can be read as it was
//! after any position.

use std::collections::HashSet;

use sangdam_domain::log::Position;
use sangdam_eventstore::{Arg, Row, Tx};

use crate::next::NEEDED;
use crate::span;

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
    /// It takes the new value; the old one goes into the table's past.
    Set(&'static str),
    /// As `Set`: a count, which stays below 2^31 and is kept in four bytes in the past, on PostgreSQL.
    Count(&'static str),
}

impl Column {
    /// Whether it changes, so that its old values go into the table's past.
    fn changes(&self) -> bool {
        matches!(self, Self::Set(_) | Self::Count(_))
    }

    pub(crate) fn name(&self) -> &'static str {
        match *self {
            Self::Key(name) | Self::Fixed(name) | Self::Set(name) | Self::Count(name) => name,
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
    /// The column that holds the position at which a row came to be.
    pub since: &'static str,
    /// Whether its rows are found by the positions over which they changed: where many are looked through at once by
    /// columns that change.
    pub spanned: bool,
}

/// How the earliest past of a row that ended behind a position is joined to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Earliest {
    /// By its key, which SQLite looks up row by row.
    ByKey,
    /// By a lateral query, which leaves PostgreSQL no other way than row by row: given a join by key, it would take the few
    /// rows concerned for many, and hash the whole past.
    Lateral,
}

/// A row and the position since which it holds.
pub(crate) struct Holding {
    pub row: Vec<Arg>,
    pub held_from: Position,
}

/// What a row was, and the position at which that ended.
pub(crate) struct Past {
    pub row: Vec<Arg>,
    pub held_to: Position,
}

impl Table {
    /// Whether its rows change, so that there is a table of what they were.
    pub(crate) fn has_past(&self) -> bool {
        self.columns.iter().any(Column::changes)
    }

    /// The name of the table of what its rows were.
    pub(crate) fn past_name(&self) -> String {
        format!("{}_past", self.name)
    }

    /// All its tables in the database.
    pub(crate) fn names(&self) -> Vec<String> {
        let past = self.has_past().then(|| self.past_name());
        std::iter::once(self.name.to_owned()).chain(past).collect()
    }

    fn keys(&self) -> impl Iterator<Item = &'static str> {
        self.columns.iter().filter_map(|column| match column {
            Column::Key(name) => Some(*name),
            _ => None,
        })
    }

    fn sets(&self) -> impl Iterator<Item = &'static str> {
        self.columns.iter().filter(|column| column.changes()).map(Column::name)
    }

    /// All columns of the table of what its rows are.
    pub(crate) fn all_columns(&self) -> Vec<&'static str> {
        let mut names: Vec<&str> = self.columns.iter().map(Column::name).collect();
        if self.has_past() {
            names.push("held_from");
        }
        if self.spanned {
            names.push("span");
        }
        names
    }

    /// All columns of the table of what its rows were.
    pub(crate) fn past_columns(&self) -> Vec<&'static str> {
        self.keys().chain(["held_to"]).chain(self.sets()).collect()
    }

    /// Writes rows, no two of which have the same key, and what they were before.
    pub(crate) async fn write(
        &self,
        tx: &Tx,
        generation: Generation,
        rows: Vec<Holding>,
        past: Vec<Past>,
    ) -> Result<(), sqlx::Error> {
        if !past.is_empty() {
            let rows: Vec<Vec<Arg>> = past.into_iter().map(|past| self.past_row(past)).collect();
            let table = format!("{}{}", generation.prefix(), self.past_name());
            tx.bulk_insert(&table, &self.past_columns(), rows, "").await?;
        }
        if rows.is_empty() {
            return Ok(());
        }
        let table = format!("{}{}", generation.prefix(), self.name);
        let rows: Vec<Vec<Arg>> = rows.into_iter().map(|row| self.current_row(row)).collect();
        tx.bulk_insert(&table, &self.all_columns(), rows, &self.on_conflict()).await
    }

    fn current_row(&self, holding: Holding) -> Vec<Arg> {
        let mut row = holding.row;
        if self.has_past() {
            row.push(holding.held_from.into());
        }
        if self.spanned {
            let since = self.columns.iter().position(|column| column.name() == self.since);
            let since = since.and_then(|at| row.get(at)).and_then(Arg::as_int).unwrap_or(0);
            row.push(span::fork(since, holding.held_from.as_i64()).into());
        }
        row
    }

    fn past_row(&self, past: Past) -> Vec<Arg> {
        let mut keys = Vec::new();
        let mut sets = Vec::new();
        for (column, value) in self.columns.iter().zip(past.row) {
            match column {
                Column::Key(_) => keys.push(value),
                Column::Set(_) | Column::Count(_) => sets.push(value),
                Column::Fixed(_) => {}
            }
        }
        keys.push(past.held_to.into());
        keys.extend(sets);
        keys
    }

    fn on_conflict(&self) -> String {
        let keys: Vec<&str> = self.keys().collect();
        let held = [("held_from", self.has_past()), ("span", self.spanned)];
        let held = held.into_iter().filter_map(|(name, there)| there.then_some(name));
        let sets: Vec<String> =
            self.sets().chain(held).map(|name| format!("{name} = excluded.{name}")).collect();
        let action =
            if sets.is_empty() { "NOTHING".to_owned() } else { format!("UPDATE SET {}", sets.join(", ")) };
        format!("ON CONFLICT ({}) DO {action}", keys.join(", "))
    }

    /// What stands behind `FROM` to read the rows as they were after the position in `$2`, in the log in `$1`.
    pub(crate) fn as_of(&self, earliest: Earliest) -> String {
        format!("({}) as_it_was", self.halves(earliest).join(" UNION ALL "))
    }

    /// Statements that read the rows as they were after the position in `$2`, in the log in `$1`: those that have not
    /// changed since, and of the others what they were.
    pub(crate) fn halves(&self, earliest: Earliest) -> Vec<String> {
        let (name, since) = (self.name, self.since);
        let columns: Vec<&str> = self.columns.iter().map(Column::name).collect();
        let columns = columns.join(", ");
        if !self.has_past() {
            return vec![format!("SELECT {columns} FROM {name} WHERE log_no = $1 AND {since} <= $2")];
        }
        let were: Vec<String> = self
            .columns
            .iter()
            .map(|column| match column {
                // Both halves of a union must be of the same kinds, or PostgreSQL looks through neither by an index.
                Column::Count(name) if earliest == Earliest::Lateral => {
                    format!("CAST(h.{name} AS BIGINT) AS {name}")
                }
                Column::Set(name) | Column::Count(name) => format!("h.{name}"),
                // Cast, the order of time is not had by going through everything there is; and unlike other expressions
                // it is of the column's kind still, without which SQLite sorts both halves of the union together.
                Column::Fixed(name) if self.spanned && name.ends_with("_at") => {
                    format!("CAST(c.{name} AS BIGINT) AS {name}")
                }
                Column::Key(name) | Column::Fixed(name) => format!("c.{name}"),
            })
            .collect();
        let spans =
            if self.spanned { format!(" AND c.span IN ({})", span::around("$2")) } else { String::new() };
        let unchanged = format!("SELECT {columns} FROM {name} WHERE log_no = $1 AND held_from <= $2");
        let changed = format!(
            "SELECT {} FROM {name} c {} WHERE c.log_no = $1 AND c.{since} <= $2 AND c.held_from > $2{spans}",
            were.join(", "),
            self.join_earliest(earliest),
        );
        vec![unchanged, changed]
    }

    /// Joins to a row `c` the earliest `h` of its past that ended after the position in `$2`.
    fn join_earliest(&self, earliest: Earliest) -> String {
        let past = self.past_name();
        let same = |other: &str| -> String {
            let same: Vec<String> = self.keys().map(|key| format!("{other}.{key} = c.{key}")).collect();
            same.join(" AND ")
        };
        match earliest {
            Earliest::ByKey => format!(
                "JOIN {past} h ON {} AND h.held_to = (SELECT MIN(x.held_to) FROM {past} x WHERE {} AND x.held_to > $2)",
                same("h"),
                same("x"),
            ),
            Earliest::Lateral => format!(
                "CROSS JOIN LATERAL (SELECT * FROM {past} x WHERE {} AND x.held_to > $2 ORDER BY x.held_to LIMIT 1) h",
                same("x"),
            ),
        }
    }

    /// The rows of one log whose `column` has one of the values, each once, however often its value is given; behind what
    /// is selected stands since when the row holds.
    pub(crate) async fn load(
        &self,
        tx: &Tx,
        generation: Generation,
        select: &str,
        log_no: i64,
        column: &str,
        values: impl IntoIterator<Item = Arg>,
    ) -> Result<Vec<Row>, sqlx::Error> {
        debug_assert!(
            self.keys().nth(1) == Some(column)
                || NEEDED.contains(&(self.name, format!("(log_no, {column})").as_str())),
            "while {} is built there is no index of {column}",
            self.name
        );
        let values: Vec<Arg> = values.into_iter().collect::<HashSet<_>>().into_iter().collect();
        if values.is_empty() {
            return Ok(Vec::new());
        }
        let log = if tx.is_postgres() { "$1" } else { "?" };
        let head = format!(
            "SELECT {select}, held_from FROM {}{} WHERE log_no = {log} AND {column}",
            generation.prefix(),
            self.name
        );
        tx.fetch_among(&head, log_no.into(), values).await
    }
}

/// A code column, read with the code's own parser.
pub(crate) fn code<T>(row: &Row, column: usize, parse: impl Fn(&str) -> Option<T>) -> Result<T, sqlx::Error> {
    known(column, row.text(column)?, parse)
}

/// A code column that may be null.
pub(crate) fn opt_code<T>(
    row: &Row,
    column: usize,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, sqlx::Error> {
    row.opt_text(column)?.map(|text| known(column, text, parse)).transpose()
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
