//! Numbers that are added up over a batch and written once, with each sum that they had in between.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

use sangdam_domain::id::{AgentId, CallerId, DirectoryEntryId};
use sangdam_domain::log::Position;
use sangdam_domain::value::Code;
use sangdam_eventstore::{Arg, Row};
use uuid::Uuid;

use crate::projection::Batch;
use crate::table::{Column, Holding, Past, Table};

/// Changes of `N` numbers under keys of one table, by the events that make them.
pub(crate) struct Tally<K, const N: usize> {
    changes: HashMap<K, Vec<Step<N>>>,
}

/// Numbers, and the position that they belong to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step<const N: usize> {
    pub at: Position,
    pub numbers: [i64; N],
}

impl<const N: usize> Step<N> {
    fn add(&mut self, numbers: [i64; N]) {
        for (sum, number) in self.numbers.iter_mut().zip(numbers) {
            *sum += number;
        }
    }
}

/// The sums under one key: the one that is written already, if any, and those after it.
pub(crate) struct Sums<const N: usize> {
    since: Position,
    before: Option<Step<N>>,
    pub after: Vec<Step<N>>,
}

/// All sums of a batch, in the order of their keys.
pub(crate) struct Summed<K, const N: usize>(pub BTreeMap<K, Sums<N>>);

impl<K, const N: usize> Default for Tally<K, N> {
    fn default() -> Self {
        Self { changes: HashMap::new() }
    }
}

impl<K: TallyKey, const N: usize> Tally<K, N> {
    /// The event at this position adds to the numbers under a key.
    pub(crate) fn add(&mut self, at: Position, key: K, by: [i64; N]) {
        let steps = self.changes.entry(key).or_default();
        match steps.last_mut() {
            Some(last) if last.at == at => last.add(by),
            _ => steps.push(Step { at, numbers: by }),
        }
    }

    /// Adds the changes up, from the sums that are there.
    pub(crate) async fn sum(self, batch: &mut Batch<'_>, table: &Table) -> Result<Summed<K, N>, sqlx::Error> {
        let mut sums: BTreeMap<K, Sums<N>> = BTreeMap::new();
        let mut there = self.there(batch, table).await?;
        for (key, mut steps) in self.changes {
            // Changes that follow from other sums come in late, and are one step with the others of their event.
            steps.sort_by_key(|step| step.at);
            steps.dedup_by(|late, first| {
                late.at == first.at && {
                    first.add(late.numbers);
                    true
                }
            });
            let (since, before) = there.remove(&key).unzip();
            let mut after: Vec<Step<N>> = Vec::with_capacity(steps.len());
            for step in steps.into_iter().filter(|step| step.numbers.iter().any(|change| *change != 0)) {
                let mut sum = Step { numbers: [0; N], ..step };
                sum.add(after.last().copied().or(before).map_or([0; N], |before| before.numbers));
                sum.add(step.numbers);
                after.push(sum);
            }
            if let Some(first) = after.first() {
                let since = since.unwrap_or(first.at);
                sums.insert(key, Sums { since, before, after });
            }
        }
        Ok(Summed(sums))
    }

    /// Adds the changes up and writes the sums.
    pub(crate) async fn write(self, batch: &mut Batch<'_>, table: &Table) -> Result<(), sqlx::Error> {
        self.sum(batch, table).await?.write(batch, table).await
    }

    /// The sums that are there under the first parts of the keys.
    async fn there(
        &self,
        batch: &mut Batch<'_>,
        table: &Table,
    ) -> Result<HashMap<K, (Position, Step<N>)>, sqlx::Error> {
        let select: Vec<&str> = table.columns.iter().skip(1).map(Column::name).collect();
        let first_parts = self.changes.keys().map(TallyKey::first);
        let read = |row: &Row| {
            let key = K::read(row)?;
            let mut numbers = [0; N];
            for (number, column) in numbers.iter_mut().zip(K::PARTS + 1..) {
                *number = row.int(column)?;
            }
            Ok((key, row.position(K::PARTS)?, numbers))
        };
        let Some(column) = select.first() else { return Ok(HashMap::new()) };
        let rows = batch.load(table, &select.join(", "), column, first_parts, read).await?;
        let there = rows.into_iter().map(|((key, since, numbers), at)| (key, (since, Step { at, numbers })));
        Ok(there.collect())
    }
}

impl<K: TallyKey, const N: usize> Summed<K, N> {
    /// Writes the sums, in the order of their keys.
    pub(crate) async fn write(&self, batch: &mut Batch<'_>, table: &Table) -> Result<(), sqlx::Error> {
        let (mut now, mut past) = (Vec::with_capacity(self.0.len()), Vec::new());
        for (key, sums) in &self.0 {
            let row = |step: &Step<N>| {
                let mut row = Vec::with_capacity(table.columns.len());
                row.push(Arg::from(batch.log_no));
                key.args(&mut row);
                row.push(sums.since.into());
                row.extend(step.numbers.iter().map(|number| Arg::from(*number)));
                row
            };
            let all = sums.before.iter().chain(&sums.after);
            past.extend(
                all.zip(&sums.after[usize::from(sums.before.is_none())..])
                    .map(|(was, next)| Past { row: row(was), held_to: next.at }),
            );
            now.extend(sums.after.last().map(|last| Holding {
                row: row(last),
                held_from: last.at,
                over: None,
            }));
        }
        batch.write_versions(table, now, past).await
    }
}

impl<const N: usize> Sums<N> {
    /// The sums before the batch.
    pub(crate) fn before(&self) -> [i64; N] {
        self.before.map_or([0; N], |before| before.numbers)
    }
}

/// The key of a row of sums: one column, or two, the first of which alone few rows share.
pub(crate) trait TallyKey: Clone + Eq + Hash + Ord {
    /// How many columns.
    const PARTS: usize;

    /// The value of the first column.
    fn first(&self) -> Arg;

    /// The values of all columns.
    fn args(&self, row: &mut Vec<Arg>);

    /// From the first columns of a row.
    fn read(row: &Row) -> Result<Self, sqlx::Error>;
}

/// One column of a key.
pub(crate) trait KeyPart: Clone + Eq + Hash + Ord {
    /// Its value.
    fn arg(&self) -> Arg;

    /// From a column.
    fn of(row: &Row, column: usize) -> Result<Self, sqlx::Error>;
}

impl<A: KeyPart> TallyKey for A {
    const PARTS: usize = 1;

    fn first(&self) -> Arg {
        self.arg()
    }

    fn args(&self, row: &mut Vec<Arg>) {
        row.push(self.arg());
    }

    fn read(row: &Row) -> Result<Self, sqlx::Error> {
        Self::of(row, 0)
    }
}

impl<A: KeyPart, B: KeyPart> TallyKey for (A, B) {
    const PARTS: usize = 2;

    fn first(&self) -> Arg {
        self.0.arg()
    }

    fn args(&self, row: &mut Vec<Arg>) {
        row.extend([self.0.arg(), self.1.arg()]);
    }

    fn read(row: &Row) -> Result<Self, sqlx::Error> {
        Ok((A::of(row, 0)?, B::of(row, 1)?))
    }
}

impl KeyPart for i64 {
    fn arg(&self) -> Arg {
        (*self).into()
    }

    fn of(row: &Row, column: usize) -> Result<Self, sqlx::Error> {
        row.int(column)
    }
}

impl KeyPart for CallerId {
    fn arg(&self) -> Arg {
        self.uuid().into()
    }

    fn of(row: &Row, column: usize) -> Result<Self, sqlx::Error> {
        row.uuid(column).map(Self::from_uuid)
    }
}

impl KeyPart for DirectoryEntryId {
    fn arg(&self) -> Arg {
        self.uuid().into()
    }

    fn of(row: &Row, column: usize) -> Result<Self, sqlx::Error> {
        row.uuid(column).map(Self::from_uuid)
    }
}

/// Nothing stands for nobody known.
impl KeyPart for Option<AgentId> {
    fn arg(&self) -> Arg {
        self.map_or_else(|| Arg::Bytes(Some(Vec::new())), |agent| agent.uuid().into())
    }

    fn of(row: &Row, column: usize) -> Result<Self, sqlx::Error> {
        Ok(Uuid::from_slice(&row.bytes(column)?).ok().map(AgentId::from_uuid))
    }
}

/// Nothing stands for none.
impl KeyPart for Option<Code> {
    fn arg(&self) -> Arg {
        self.as_ref().map_or("", Code::as_str).into()
    }

    fn of(row: &Row, column: usize) -> Result<Self, sqlx::Error> {
        Ok(Code::parse(row.text(column)?).ok())
    }
}
