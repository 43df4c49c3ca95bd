//! The steps of the cumulative count, in log order.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use sangdam_domain::log::Position;
use sangdam_domain::time::Timestamp;
use sangdam_eventstore::args;
use uuid::Uuid;

use super::queries::BasisKind;
use crate::context::Seen;
use crate::projection::Batch;
use crate::table::{Column, Table};

pub(crate) const STEPS: Table = Table {
    name: "cumulative_steps",
    columns: &[
        Column::Key("log_no"),
        Column::Key("basis"),
        Column::Key("total"),
        Column::Key("position"),
        Column::Fixed("delta"),
        Column::Fixed("consultation"),
        Column::Fixed("occurred_at"),
    ],
    since: "position",
    spanned: false,
};

/// The steps of a batch.
#[derive(Default)]
pub(crate) struct Steps(Vec<Step>);

struct Step {
    basis: i64,
    position: Position,
    delta: i64,
    consultation: Option<Uuid>,
    occurred_at: Timestamp,
}

impl Steps {
    /// A consultation of this day counts from now on, or no longer.
    pub(crate) fn counted(&mut self, seen: &Seen, day: i64, delta: i64) {
        if day >= seen.complete_from {
            self.step(BasisKind::SinceRecords, seen, delta, Some(seen.stream.uuid));
        }
        self.step(BasisKind::SinceOpening, seen, delta, Some(seen.stream.uuid));
    }

    /// What was handled in a year before the records is declared.
    pub(crate) fn declared(&mut self, seen: &Seen) {
        if seen.legacy_delta != 0 {
            self.step(BasisKind::SinceOpening, seen, seen.legacy_delta, None);
        }
    }

    fn step(&mut self, basis: BasisKind, seen: &Seen, delta: i64, consultation: Option<Uuid>) {
        let (basis, position, occurred_at) = (basis.number(), seen.fact.position, seen.fact.occurred_at);
        self.0.push(Step { basis, position, delta, consultation, occurred_at });
    }

    /// Writes the steps, each with the total that it leads to.
    pub(crate) async fn write(self, batch: &mut Batch<'_>) -> Result<(), sqlx::Error> {
        let mut totals: HashMap<i64, i64> = HashMap::new();
        let mut steps = Vec::with_capacity(self.0.len());
        for step in self.0 {
            let total = match totals.entry(step.basis) {
                Entry::Occupied(total) => total.into_mut(),
                Entry::Vacant(total) => total.insert(total_before(batch, step.basis).await?),
            };
            *total += step.delta;
            steps.push((step.basis, *total, step));
        }
        // In the order of the key, which is the order in which the table lies.
        steps.sort_unstable_by_key(|(basis, total, step)| (*basis, *total, step.position));
        let log_no = batch.log_no;
        let rows = steps.into_iter().map(|(basis, total, step)| {
            args![log_no, basis, total, step.position, step.delta, step.consultation, step.occurred_at]
        });
        batch.write(&STEPS, rows.collect()).await
    }
}

async fn total_before(batch: &mut Batch<'_>, basis: i64) -> Result<i64, sqlx::Error> {
    let sql = format!(
        "SELECT total FROM {}{} WHERE log_no = $1 AND basis = $2 ORDER BY position DESC LIMIT 1",
        batch.generation.prefix(),
        STEPS.name
    );
    batch.fetch(&sql, args![batch.log_no, basis]).await?.first().map_or(Ok(0), |row| row.int(0))
}
