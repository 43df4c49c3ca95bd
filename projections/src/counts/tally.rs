//! Numbers that are added up over a batch and written once.

use std::collections::HashMap;
use std::hash::Hash;

use sangdam_eventstore::Arg;

use crate::projection::Batch;
use crate::table::Table;

/// Changes of `N` numbers under keys of one table.
pub(crate) struct Tally<K, const N: usize> {
    changes: HashMap<K, [i64; N]>,
}

impl<K, const N: usize> Default for Tally<K, N> {
    fn default() -> Self {
        Self { changes: HashMap::new() }
    }
}

impl<K: Hash + Eq + Ord, const N: usize> Tally<K, N> {
    /// Adds to the numbers under a key.
    pub(crate) fn add(&mut self, key: K, by: [i64; N]) {
        let sums = self.changes.entry(key).or_insert([0; N]);
        for (sum, change) in sums.iter_mut().zip(by) {
            *sum += change;
        }
    }

    /// Every key that was touched.
    pub(crate) fn changes(&self) -> impl Iterator<Item = (&K, &[i64; N])> {
        self.changes.iter()
    }

    /// Adds the changes to the table's rows, in the order of their keys.
    pub(crate) async fn write(
        &self,
        batch: &mut Batch<'_>,
        table: &Table,
        key: impl Fn(&K) -> Vec<Arg>,
    ) -> Result<(), sqlx::Error> {
        let mut changes: Vec<(&K, &[i64; N])> = self.changes.iter().collect();
        changes.sort_unstable_by_key(|(key, _)| *key);
        let rows = changes.into_iter().map(|(at, sums)| {
            let mut row = Vec::with_capacity(table.columns.len());
            row.push(Arg::from(batch.log_no));
            row.extend(key(at));
            row.extend(sums.iter().map(|sum| Arg::from(*sum)));
            row
        });
        let rows = rows.collect();
        batch.write(table, rows).await
    }
}
