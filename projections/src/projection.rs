//! What a projection is: a name, a version, tables of its own, and what it makes of a batch of facts.

use std::collections::{HashMap, HashSet};
use std::fmt::Display;
use std::hash::Hash;

use futures::future::BoxFuture;
use sangdam_domain::log::Position;
use sangdam_eventstore::{Arg, Row, Tx};
use uuid::Uuid;

use crate::context::Seen;
use crate::error::Inapplicable;
use crate::table::{Generation, Holding, Over, Past, Table};

/// A projection. Its version is raised with every change of what its rows hold; the rows are then built anew.
pub(crate) trait Projection: Send + Sync {
    /// Its name, as checkpoints know it.
    fn name(&self) -> &'static str;

    /// What its rows mean and how they are made.
    fn version(&self) -> u32;

    /// The tables that are its own.
    fn tables(&self) -> &'static [Table];

    /// Applies the facts in order and writes the rows, up to the first fact that it cannot apply.
    fn apply<'a>(
        &'a self,
        batch: &'a mut Batch<'_>,
        facts: &'a [Seen],
    ) -> BoxFuture<'a, Result<Applied, sqlx::Error>>;
}

/// The transaction that a batch is written in. All projections write into it at once: while the database carries out one's
/// statement, the others go on with theirs.
#[derive(Clone, Copy)]
pub(crate) struct Batch<'a> {
    /// The transaction.
    pub tx: &'a Tx,
    /// Which set of tables.
    pub generation: Generation,
    /// The log that the facts are from.
    pub log_no: i64,
}

/// How far a projection came in a batch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Applied {
    /// Through.
    All,
    /// It cannot apply the fact at this position; what stands before it is written.
    UpTo(Position, Inapplicable),
}

impl Batch<'_> {
    /// The rows of a query.
    pub(crate) async fn fetch(&self, sql: &str, args: Vec<Arg>) -> Result<Vec<Row>, sqlx::Error> {
        self.tx.fetch_all(sql, args).await
    }

    /// Writes rows that never change.
    pub(crate) async fn write(&mut self, table: &Table, rows: Vec<Vec<Arg>>) -> Result<(), sqlx::Error> {
        let rows =
            rows.into_iter().map(|row| Holding { row, held_from: Position::ZERO, over: None }).collect();
        table.write(self.tx, self.generation, rows, Vec::new()).await
    }

    /// Writes the rows that were made or changed, and what they were before.
    pub(crate) async fn write_rows<K: Eq + Hash, R>(
        &mut self,
        table: &Table,
        rows: &Rows<K, R>,
        args: impl Fn(&R, i64) -> Vec<Arg>,
    ) -> Result<(), sqlx::Error> {
        let changed = rows.held.iter().filter(|held| held.changed);
        let now = changed.map(|held| {
            let (row, held_from, over) = (args(&held.row, self.log_no), held.held_from, held.over);
            Holding { row, held_from, over }
        });
        let past =
            rows.past.iter().map(|(row, held_to)| Past { row: args(row, self.log_no), held_to: *held_to });
        table.write(self.tx, self.generation, now.collect(), past.collect()).await
    }

    /// Writes rows as they are, and what they were before.
    pub(crate) async fn write_versions(
        &mut self,
        table: &Table,
        rows: Vec<Holding>,
        past: Vec<Past>,
    ) -> Result<(), sqlx::Error> {
        table.write(self.tx, self.generation, rows, past).await
    }

    /// Reads the rows in which the column has one of these values, each with the position since which it holds.
    pub(crate) async fn load<R>(
        &mut self,
        table: &Table,
        select: &str,
        column: &str,
        values: impl IntoIterator<Item = Arg>,
        read: impl Fn(&Row) -> Result<R, sqlx::Error>,
    ) -> Result<Vec<(R, Position)>, sqlx::Error> {
        let rows = table.load(self.tx, self.generation, select, self.log_no, column, values).await?;
        let held_from = select.split(',').count();
        rows.iter().map(|row| Ok((read(row)?, row.position(held_from)?))).collect()
    }
}

/// Applies one fact after the other until one cannot be applied.
pub(crate) fn apply_each(
    facts: &[Seen],
    mut apply: impl FnMut(&Seen) -> Result<(), Inapplicable>,
) -> Applied {
    for seen in facts {
        if let Err(why) = apply(seen) {
            return Applied::UpTo(seen.fact.position, why);
        }
    }
    Applied::All
}

/// What a fact needs of the rows that are there.
pub(crate) enum Needs {
    /// Nothing: it is none of this projection's.
    Nothing,
    /// It makes the row with this id.
    Makes(Uuid),
    /// It changes the row with this id.
    Changes(Uuid),
}

/// The ids of the rows that the facts change and do not make themselves.
pub(crate) fn needed(facts: &[Seen], needs: impl Fn(&Seen) -> Needs) -> Vec<Arg> {
    let mut known = HashSet::new();
    let mut needed = Vec::new();
    for seen in facts {
        match needs(seen) {
            Needs::Nothing => {}
            Needs::Makes(id) => {
                known.insert(id);
            }
            Needs::Changes(id) => {
                if known.insert(id) {
                    needed.push(id.into());
                }
            }
        }
    }
    needed
}

/// The rows that a batch is about, by their keys, as far as they are read or made, and what they were before its events.
pub(crate) struct Rows<K, R> {
    what: &'static str,
    by_key: HashMap<K, usize>,
    held: Vec<Held<R>>,
    past: Vec<(R, Position)>,
}

struct Held<R> {
    row: R,
    held_from: Position,
    changed: bool,
    /// The row that was read, once it is past.
    over: Option<Over>,
}

impl<K: Copy + Eq + Hash + Display, R: Clone> Rows<K, R> {
    /// Of nothing yet; `what` names a row in messages.
    pub(crate) fn of(what: &'static str) -> Self {
        Self { what, by_key: HashMap::new(), held: Vec::new(), past: Vec::new() }
    }

    /// Holds rows that were read.
    pub(crate) fn read(&mut self, rows: Vec<(R, Position)>, key: impl Fn(&R) -> K) {
        for (row, held_from) in rows {
            self.hold(key(&row), Held { row, held_from, changed: false, over: None });
        }
    }

    /// Holds a new row, which the event at this position makes.
    pub(crate) fn make(&mut self, key: K, row: R, at: Position) -> Result<(), Inapplicable> {
        if self.by_key.contains_key(&key) {
            return Err(Inapplicable(format!("the {} {key} is there already", self.what)));
        }
        self.hold(key, Held { row, held_from: at, changed: true, over: None });
        Ok(())
    }

    /// A row that is there, to be changed by the event at this position.
    pub(crate) fn get(&mut self, key: K, at: Position) -> Result<&mut R, Inapplicable> {
        let held = self.by_key.get(&key).and_then(|n| self.held.get_mut(*n));
        let held = held.ok_or_else(|| Inapplicable(format!("there is no {} {key}", self.what)))?;
        if held.held_from < at {
            if !held.changed {
                held.over = Some(Over { past: self.past.len(), held_from: held.held_from });
            }
            self.past.push((held.row.clone(), at));
            held.held_from = at;
        }
        held.changed = true;
        Ok(&mut held.row)
    }

    /// All rows that are held.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &R> {
        self.held.iter().map(|held| &held.row)
    }

    fn hold(&mut self, key: K, held: Held<R>) {
        self.by_key.insert(key, self.held.len());
        self.held.push(held);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_written_over_the_one_that_was_read_however_often_it_changes() {
        let at = |position| Position::new(position).unwrap();
        let mut rows: Rows<Uuid, u64> = Rows::of("matter");
        rows.read(vec![(10, at(3)), (20, at(4))], |row| Uuid::from_u128((*row).into()));
        rows.make(Uuid::from_u128(30), 30, at(5)).unwrap();
        for (key, position) in [(30, 6), (10, 7), (20, 8), (10, 9)] {
            *rows.get(Uuid::from_u128(key), at(position)).unwrap() += 1;
        }
        let over = |held: &Held<u64>| held.over.map(|over| (rows.past[over.past].0, over.held_from));
        let written: Vec<_> = rows.held.iter().map(|held| (held.row, over(held))).collect();
        assert_eq!(written, [(12, Some((10, at(3)))), (21, Some((20, at(4)))), (31, None)]);
    }
}
