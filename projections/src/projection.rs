//! What a projection is: a name, a version, tables of its own, and what it makes of a batch of facts.

use std::collections::{HashMap, HashSet};

use futures::future::BoxFuture;
use sangdam_domain::log::Position;
use sangdam_eventstore::{Row, Tx};
use uuid::Uuid;

use crate::context::Seen;
use crate::error::Inapplicable;
use crate::table::{Generation, Table};

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

/// The transaction that a batch is written in.
pub(crate) struct Batch<'a> {
    /// The transaction.
    pub tx: &'a mut Tx,
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
    /// Writes rows.
    pub(crate) async fn write(
        &mut self,
        table: &Table,
        rows: Vec<Vec<sangdam_eventstore::Arg>>,
    ) -> Result<(), sqlx::Error> {
        table.write(self.tx, self.generation, rows).await
    }

    /// Reads the rows with these ids.
    pub(crate) async fn load(
        &mut self,
        table: &Table,
        select: &str,
        column: &str,
        ids: &[Uuid],
    ) -> Result<Vec<Row>, sqlx::Error> {
        table.load(self.tx, self.generation, select, self.log_no, column, ids).await
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
pub(crate) fn needed(facts: &[Seen], needs: impl Fn(&Seen) -> Needs) -> Vec<Uuid> {
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
                    needed.push(id);
                }
            }
        }
    }
    needed
}

/// The rows that a batch is about, by id, as far as they are read or made.
pub(crate) struct Rows<R> {
    what: &'static str,
    by_id: HashMap<Uuid, usize>,
    held: Vec<Held<R>>,
}

struct Held<R> {
    row: R,
    changed: bool,
}

impl<R> Rows<R> {
    /// Of nothing yet; `what` names a row in messages.
    pub(crate) fn of(what: &'static str) -> Self {
        Self { what, by_id: HashMap::new(), held: Vec::new() }
    }

    /// Holds a row that was read.
    pub(crate) fn read(&mut self, id: Uuid, row: R) {
        self.by_id.insert(id, self.held.len());
        self.held.push(Held { row, changed: false });
    }

    /// Holds a new row.
    pub(crate) fn make(&mut self, id: Uuid, row: R) -> Result<(), Inapplicable> {
        if self.by_id.contains_key(&id) {
            return Err(Inapplicable(format!("the {} {id} is there already", self.what)));
        }
        self.read(id, row);
        self.get(id).map(|_| ())
    }

    /// A row that is there, to be changed.
    pub(crate) fn get(&mut self, id: Uuid) -> Result<&mut R, Inapplicable> {
        let held = self.by_id.get(&id).and_then(|n| self.held.get_mut(*n));
        let held = held.ok_or_else(|| Inapplicable(format!("there is no {} {id}", self.what)))?;
        held.changed = true;
        Ok(&mut held.row)
    }

    /// The rows that were made or changed, in the order in which they were first held.
    pub(crate) fn changed(&self) -> impl Iterator<Item = &R> {
        self.held.iter().filter(|held| held.changed).map(|held| &held.row)
    }
}
