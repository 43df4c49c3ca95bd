//! What each event does to a consultation's row, and what that does to the counts.

use futures::FutureExt;
use futures::future::BoxFuture;
use sangdam_domain::event::{ConsultationOpened, Correction, Event};
use sangdam_domain::id::ConsultationId;
use sangdam_domain::log::StreamKind;
use uuid::Uuid;

use super::row::{ConsultationRow, ConsultationStatus, SELECT, TABLE};
use crate::context::Seen;
use crate::counts::{CONSULTATION_TABLES, ConsultationCounts, Counted};
use crate::cumulative::{STEPS, Steps};
use crate::day::{date_of, day_number};
use crate::error::Inapplicable;
use crate::projection::{Applied, Batch, Needs, Projection, Rows, apply_each, needed};
use crate::table::{Table, small};

/// Consultations, their counts, and the cumulative count: all of them move with the same rows.
pub(crate) struct Consultations;

const TABLES: [Table; 7] = {
    let [years, hours, agents, categories, callers] = CONSULTATION_TABLES;
    [TABLE, years, hours, agents, categories, callers, STEPS]
};

impl Projection for Consultations {
    fn name(&self) -> &'static str {
        "consultations"
    }

    fn version(&self) -> u32 {
        2
    }

    fn tables(&self) -> &'static [Table] {
        &TABLES
    }

    fn apply<'a>(
        &'a self,
        batch: &'a mut Batch<'_>,
        facts: &'a [Seen],
    ) -> BoxFuture<'a, Result<Applied, sqlx::Error>> {
        apply(batch, facts).boxed()
    }
}

async fn apply(batch: &mut Batch<'_>, facts: &[Seen]) -> Result<Applied, sqlx::Error> {
    let mut work = Work {
        rows: Rows::of("consultation"),
        counts: ConsultationCounts::default(),
        steps: Steps::default(),
    };
    let rows = batch.load(&TABLE, SELECT, "id", needed(facts, needs), ConsultationRow::read).await?;
    work.rows.read(rows, |row| row.id.uuid());
    let applied = apply_each(facts, |seen| work.apply(seen));
    batch.write_rows(&TABLE, &work.rows, ConsultationRow::args).await?;
    work.counts.write(batch).await?;
    work.steps.write(batch).await?;
    Ok(applied)
}

fn needs(seen: &Seen) -> Needs {
    match (seen.stream.kind, &seen.fact.event) {
        (StreamKind::Consultation, Event::ConsultationOpened(_)) => Needs::Makes(seen.stream.uuid),
        (StreamKind::Consultation, _) => Needs::Changes(seen.stream.uuid),
        _ => Needs::Nothing,
    }
}

struct Work {
    rows: Rows<Uuid, ConsultationRow>,
    counts: ConsultationCounts,
    steps: Steps,
}

impl Work {
    fn apply(&mut self, seen: &Seen) -> Result<(), Inapplicable> {
        let (id, at) = (seen.stream.uuid, seen.fact.position);
        match (seen.stream.kind, &seen.fact.event) {
            (StreamKind::Consultation, Event::ConsultationOpened(opened)) => {
                let row = opened_row(seen, opened)?;
                let counted = Counted::of(&row);
                self.rows.make(id, row, at)?;
                self.counts.moved(at, None, counted);
                self.steps.counted(seen, seen.day, 1);
                Ok(())
            }
            (StreamKind::Consultation, event) => {
                let row = self.rows.get(id, at)?;
                let before = moves(event).then(|| Counted::of(row));
                change(row, seen);
                if let Some(before) = before {
                    let after = Counted::of(row);
                    if before.is_some() && after.is_none() {
                        self.steps.counted(seen, day_number(row.day), -1);
                    }
                    self.counts.moved(at, before, after);
                }
                Ok(())
            }
            (_, Event::LegacyBalanceDeclared(_)) => {
                self.steps.declared(seen);
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// Whether an event may move what is counted.
fn moves(event: &Event) -> bool {
    matches!(
        event,
        Event::ConsultationCategorised(_)
            | Event::ConsultationReassigned(_)
            | Event::ConsultationCorrected(_)
            | Event::ConsultationVoided(_)
            | Event::CallerIdentified(_)
    )
}

fn opened_row(seen: &Seen, opened: &ConsultationOpened) -> Result<ConsultationRow, Inapplicable> {
    let fact = &seen.fact;
    Ok(ConsultationRow {
        id: ConsultationId::from_uuid(seen.stream.uuid),
        opened_position: fact.position,
        last_position: fact.position,
        version: fact.version,
        occurred_at: fact.occurred_at,
        day: date_of(seen.day).map_err(|e| Inapplicable(e.to_string()))?,
        hour: small(seen.hour),
        caller: opened.caller,
        agent: opened.agent,
        category: None,
        taxonomy_version: None,
        channel: opened.channel,
        contact_reason: opened.contact_reason,
        opened_by: opened.opened_by,
        status: ConsultationStatus::Open,
        resolved_by: None,
        outcome: None,
        resolved_at: None,
        voided_at: None,
        notes: 0,
        transfers: 0,
        calls: 1,
        numbers_given: 0,
    })
}

fn change(row: &mut ConsultationRow, seen: &Seen) {
    let fact = &seen.fact;
    row.last_position = fact.position;
    row.version = fact.version;
    match &fact.event {
        Event::CallAttached(_) => row.calls += 1,
        Event::ConsultationCategorised(to) => {
            row.category = Some(to.code.clone());
            row.taxonomy_version = Some(to.taxonomy_version);
        }
        Event::NoteRecorded(_) => row.notes += 1,
        Event::NumberGiven(_) => row.numbers_given += 1,
        Event::TransferRequested(_) => row.transfers += 1,
        Event::ConsultationReassigned(to) => row.agent = Some(to.to),
        Event::ConsultationResolved(resolved) => {
            row.status = ConsultationStatus::Resolved;
            row.resolved_by = Some(resolved.by);
            row.outcome = Some(resolved.outcome);
            row.resolved_at = Some(fact.occurred_at);
        }
        Event::ConsultationReopened(_) => {
            row.status = ConsultationStatus::Open;
            row.resolved_by = None;
            row.outcome = None;
            row.resolved_at = None;
        }
        Event::ConsultationCorrected(corrected) => match &corrected.what {
            Correction::Agent { agent } => row.agent = Some(*agent),
            Correction::ContactReason { contact_reason } => row.contact_reason = *contact_reason,
            Correction::Note { .. } => {}
        },
        Event::ConsultationVoided(_) => {
            row.status = ConsultationStatus::Voided;
            row.voided_at = Some(fact.occurred_at);
        }
        Event::CallerIdentified(identified) => row.caller = Some(identified.caller),
        // Guidance, what came of transfers, and links are read from the consultation's own stream.
        _ => {}
    }
}
