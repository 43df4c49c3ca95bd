//! The steps of the cumulative count, in log order.

use std::collections::HashMap;

use sangdam_domain::log::Position;
use sangdam_domain::time::Timestamp;
use sangdam_eventstore::args;
use uuid::Uuid;

use super::queries::BasisKind;
use crate::context::Seen;
use crate::counts::Tally;
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
pub(crate) const TOTALS: Table = Table {
    name: "cumulative_totals",
    columns: &[
        Column::Key("log_no"),
        Column::Key("basis"),
        Column::Fixed("since_position"),
        Column::Set("total"),
    ],
    since: "since_position",
    spanned: false,
};

/// All tables of the cumulative count.
pub(crate) const STEP_TABLES: [Table; 2] = [STEPS, TOTALS];

/// The steps of a batch.
#[derive(Default)]
pub(crate) struct Steps {
    totals: Tally<i64, 1>,
    steps: Vec<Step>,
}

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
        self.totals.add(position, basis, [delta]);
        self.steps.push(Step { basis, position, delta, consultation, occurred_at });
    }

    /// Writes the totals and the steps that lead to them.
    pub(crate) async fn write(self, batch: &mut Batch<'_>) -> Result<(), sqlx::Error> {
        let totals = self.totals.sum(batch, &TOTALS).await?;
        totals.write(batch, &TOTALS).await?;
        let reached: HashMap<(i64, Position), i64> = totals
            .0
            .iter()
            .flat_map(|(basis, sums)| sums.after.iter().map(|sum| ((*basis, sum.at), sum.numbers[0])))
            .collect();
        let mut steps: Vec<(i64, i64, Step)> = self
            .steps
            .into_iter()
            .filter_map(|step| Some((step.basis, *reached.get(&(step.basis, step.position))?, step)))
            .collect();
        // In the order of the key, which is the order in which the table lies.
        steps.sort_unstable_by_key(|(basis, total, step)| (*basis, *total, step.position));
        let log_no = batch.log_no;
        let rows = steps.into_iter().map(|(basis, total, step)| {
            args![log_no, basis, total, step.position, step.delta, step.consultation, step.occurred_at]
        });
        batch.write(&STEPS, rows.collect()).await
    }
}
