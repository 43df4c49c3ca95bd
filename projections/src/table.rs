//! Tables: what rows are, what they were, and how both are written and read.
//!
//! A row that changes leaves behind what it was, with the position at which that ended; so a table can be read as it was
//! after any position.

use std::collections::{BTreeMap, HashSet};

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
    /// What it is written over, where that is known.
    pub over: Option<Over>,
}

/// What a row is written over: which of the rows that are written as past with it, and since when that one held.
#[derive(Clone, Copy)]
pub(crate) struct Over {
    pub past: usize,
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
        let rows = self.by_columns(rows, &past, tx.is_postgres());
        if !past.is_empty() {
            let rows: Vec<Vec<Arg>> = past.into_iter().map(|past| self.past_row(past)).collect();
            let table = format!("{}{}", generation.prefix(), self.past_name());
            tx.bulk_insert(&table, &self.past_columns(), rows, "").await?;
        }
        let (table, columns) = (format!("{}{}", generation.prefix(), self.name), self.all_columns());
        for (set, rows) in rows {
            tx.bulk_insert(&table, &columns, rows, &self.on_conflict(&columns, set)).await?;
        }
        Ok(())
    }

    /// The rows as they are written, by the columns that are set of a row that is there already: bits, the first column's lowest.
    /// SQLite writes every index of a column that is set, be it to the same, so that it sets those that differ. PostgreSQL looks
    /// for itself, and takes all rows at once.
    fn by_columns(&self, rows: Vec<Holding>, past: &[Past], at_once: bool) -> BTreeMap<u64, Vec<Vec<Arg>>> {
        let mut by_columns: BTreeMap<u64, Vec<Vec<Arg>>> = BTreeMap::new();
        for holding in rows {
            let over = holding.over.filter(|_| !at_once);
            let over = over.and_then(|over| Some((&past.get(over.past)?.row, over.held_from)));
            let row = self.current_row(holding.row, holding.held_from);
            let set = over.map_or(u64::MAX, |(was, held_from)| {
                let held = self.held(was, held_from);
                let differ = was.iter().chain(&held).zip(&row).map(|(was, is)| u64::from(was != is));
                differ.zip(0..).fold(0, |set, (differs, bit)| set | differs << bit)
            });
            by_columns.entry(set).or_default().push(row);
        }
        by_columns
    }

    fn current_row(&self, mut row: Vec<Arg>, held_from: Position) -> Vec<Arg> {
        let held = self.held(&row, held_from);
        row.extend(held);
        row
    }

    /// The columns that tell since when a row holds.
    fn held(&self, row: &[Arg], held_from: Position) -> Vec<Arg> {
        let mut held = Vec::new();
        if self.has_past() {
            held.push(held_from.into());
        }
        if self.spanned {
            let since = self.columns.iter().position(|column| column.name() == self.since);
            let since = since.and_then(|at| row.get(at)).and_then(Arg::as_int).unwrap_or(0);
            held.push(span::fork(since, held_from.as_i64()).into());
        }
        held
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

    fn on_conflict(&self, columns: &[&str], set: u64) -> String {
        let is_set = |at: usize| set >> at & 1 == 1 && self.columns.get(at).is_none_or(Column::changes);
        let sets = columns.iter().enumerate().filter(|(at, _)| is_set(*at));
        let sets: Vec<String> = sets.map(|(_, name)| format!("{name} = excluded.{name}")).collect();
        let keys: Vec<&str> = self.keys().collect();
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

#[cfg(test)]
mod tests {
    use sangdam_eventstore::args;

    use super::*;

    const TABLE: Table = Table {
        name: "matters",
        columns: &[
            Column::Key("log_no"),
            Column::Key("id"),
            Column::Fixed("opened"),
            Column::Set("agent"),
            Column::Count("notes"),
        ],
        since: "opened",
        spanned: true,
    };

    fn matter(agent: Option<&str>, notes: i64) -> Vec<Arg> {
        args![1_i64, "a matter", 4_i64, agent, notes]
    }

    fn at(position: u64) -> Position {
        Position::new(position).unwrap()
    }

    fn past() -> Vec<Past> {
        let past = [(None, 0, 7), (Some("Kim"), 0, 8), (Some("Kim"), 1, 9)];
        past.map(|(agent, notes, to)| Past { row: matter(agent, notes), held_to: at(to) }).into()
    }

    /// How each of the rows is written, and since when it holds.
    fn written(rows: Vec<Holding>, at_once: bool) -> Vec<(String, Vec<Arg>)> {
        let by_columns = TABLE.by_columns(rows, &past(), at_once).into_iter();
        let each = by_columns.flat_map(|(set, rows)| {
            let conflict = TABLE.on_conflict(&TABLE.all_columns(), set);
            let set = conflict.strip_prefix("ON CONFLICT (log_no, id) DO UPDATE SET ").unwrap().to_owned();
            rows.into_iter().map(move |mut row| (set.clone(), row.split_off(3)))
        });
        each.collect()
    }

    fn over(past: usize, held_from: u64) -> Option<Over> {
        Some(Over { past, held_from: at(held_from) })
    }

    const ALL: &str = "agent = excluded.agent, notes = excluded.notes, held_from = excluded.held_from, span = excluded.span";

    #[test]
    fn a_row_is_written_over_where_it_differs() {
        let noted = || Holding { row: matter(Some("Kim"), 2), held_from: at(8), over: over(2, 7) };
        let row = args![Some("Kim"), 2_i64, 8_i64, 6_i64];
        // The changes from 4 up to before 7 and up to before 8 are at the same node.
        let set = "notes = excluded.notes, held_from = excluded.held_from".to_owned();
        assert_eq!(written(vec![noted()], false), [(set, row.clone())]);
        assert_eq!(written(vec![noted()], true), [(ALL.to_owned(), row)], "PostgreSQL compares by itself");

        let given_back = Holding { row: matter(None, 1), held_from: at(9), over: over(1, 4) };
        let [(set, _)] = &written(vec![given_back], false)[..] else { panic!("one row") };
        assert_eq!(set, ALL);
    }

    #[test]
    fn a_row_of_which_nothing_is_known_is_written_whole() {
        let made = Holding { row: matter(None, 0), held_from: at(4), over: None };
        assert_eq!(
            written(vec![made], false),
            [(ALL.to_owned(), args![None::<&str>, 0_i64, 4_i64, None::<i64>])]
        );
    }

    #[test]
    fn rows_that_differ_in_the_same_are_written_together() {
        let noted = |notes| Holding { row: matter(Some("Kim"), notes), held_from: at(8), over: over(2, 7) };
        let by_columns = TABLE.by_columns((2..5).map(noted).collect(), &past(), false);
        assert_eq!(by_columns.values().map(Vec::len).collect::<Vec<_>>(), [3]);
    }
}
