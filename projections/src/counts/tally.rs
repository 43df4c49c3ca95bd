//! Numbers that are added up over a batch and written once.

use std::collections::HashMap;
use std::hash::Hash;

use sangdam_eventstore::{Arg, Tx};

use crate::table::{Generation, Table};

/// Changes of `N` numbers under keys of one table.
pub(crate) struct Tally<K, const N: usize> {
    changes: HashMap<K, [i64; N]>,
}

impl<K: Hash + Eq, const N: usize> Default for Tally<K, N> {
    fn default() -> Self {
        Self { changes: HashMap::new() }
    }
}

impl<K: Hash + Eq, const N: usize> Tally<K, N> {
    /// Adds to the numbers under a key.
    pub(crate) fn add(&mut self, key: K, by: [i64; N]) {
        let sums = self.changes.entry(key).or_insert([0; N]);
        for (sum, change) in sums.iter_mut().zip(by) {
            *sum += change;
        }
    }

    /// What changed at all.
    pub(crate) fn changes(&self) -> impl Iterator<Item = (&K, &[i64; N])> {
        self.changes.iter().filter(|(_, sums)| sums.iter().any(|sum| *sum != 0))
    }

    /// Adds what changed to the table's rows.
    pub(crate) async fn write(
        &self,
        tx: &mut Tx,
        generation: Generation,
        table: &Table,
        log_no: i64,
        key: impl Fn(&K) -> Vec<Arg>,
    ) -> Result<(), sqlx::Error> {
        let rows = self.changes().map(|(at, sums)| {
            let mut row = vec![Arg::from(log_no)];
            row.extend(key(at));
            row.extend(sums.iter().map(|sum| Arg::from(*sum)));
            row
        });
        table.write(tx, generation, rows.collect()).await
    }
}
