//! The steps of the cumulative count, in log order.

use sangdam_domain::event::Event;
use sangdam_eventstore::{Arg, args};
use uuid::Uuid;

use super::queries::BasisKind;
use crate::context::Seen;
use crate::projection::Batch;
use crate::table::{Column, Table};

const STEPS: Table = Table {
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
};
const TOTALS: Table = Table {
    name: "cumulative_totals",
    columns: &[Column::Key("log_no"), Column::Key("basis"), Column::Set("total")],
};

/// All tables of the cumulative count.
pub(crate) const STEP_TABLES: [Table; 2] = [STEPS, TOTALS];

/// The steps of a batch, from the totals before it.
pub(crate) struct Steps {
    totals: Vec<(BasisKind, i64)>,
    steps: Vec<Step>,
}

struct Step {
    basis: BasisKind,
    total: i64,
    position: i64,
    delta: i64,
    consultation: Option<Uuid>,
    occurred_at: i64,
}

impl Steps {
    /// Reads the totals, where any of the facts may move them.
    pub(crate) async fn load(batch: &mut Batch<'_>, facts: &[Seen]) -> Result<Self, sqlx::Error> {
        let mut totals: Vec<(BasisKind, i64)> = BasisKind::ALL.map(|basis| (basis, 0)).to_vec();
        if facts.iter().any(|seen| moves(&seen.fact.event)) {
            let sql = format!(
                "SELECT basis, total FROM {}{} WHERE log_no = $1",
                batch.generation.prefix(),
                TOTALS.name
            );
            for row in batch.tx.fetch_all(&sql, args![batch.log_no]).await? {
                let number = row.int(0)?;
                for (_, total) in totals.iter_mut().filter(|(basis, _)| basis.number() == number) {
                    *total = row.int(1)?;
                }
            }
        }
        Ok(Self { totals, steps: Vec::new() })
    }

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
        for (_, total) in self.totals.iter_mut().filter(|(of, _)| *of == basis) {
            *total += delta;
            self.steps.push(Step {
                basis,
                total: *total,
                position: seen.fact.position.as_i64(),
                delta,
                consultation,
                occurred_at: seen.fact.occurred_at.micros(),
            });
        }
    }

    /// Writes the steps and the totals after them.
    pub(crate) async fn write(mut self, batch: &mut Batch<'_>) -> Result<(), sqlx::Error> {
        if self.steps.is_empty() {
            return Ok(());
        }
        let log_no = batch.log_no;
        let moved = |basis: BasisKind, steps: &[Step]| steps.iter().any(|step| step.basis == basis);
        let totals: Vec<Vec<Arg>> = self
            .totals
            .iter()
            .filter(|(basis, _)| moved(*basis, &self.steps))
            .map(|(basis, total)| args![log_no, basis.number(), *total])
            .collect();
        // In the order of the key, which is the order in which the table lies.
        self.steps.sort_unstable_by_key(|step| (step.basis.number(), step.total, step.position));
        let steps = self.steps.into_iter().map(|step| {
            args![
                log_no,
                step.basis.number(),
                step.total,
                step.position,
                step.delta,
                step.consultation,
                step.occurred_at
            ]
        });
        let steps = steps.collect();
        batch.write(&STEPS, steps).await?;
        batch.write(&TOTALS, totals).await
    }
}

fn moves(event: &Event) -> bool {
    matches!(
        event,
        Event::ConsultationOpened(_) | Event::ConsultationVoided(_) | Event::LegacyBalanceDeclared(_)
    )
}
