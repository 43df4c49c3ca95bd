//! What each event does to a call's row, and what that does to the service level.

use futures::FutureExt;
use futures::future::BoxFuture;
use sangdam_domain::event::{CallOffered, Event};
use sangdam_domain::id::{CallId, ConsultationId};
use sangdam_domain::log::StreamKind;
use sangdam_domain::value::OpenedBy;
use uuid::Uuid;

use super::row::{CallRow, CallStatus, SELECT, TABLE};
use crate::context::Seen;
use crate::counts::{CALL_TABLES, CallCounts, CountedCall};
use crate::day::date_of;
use crate::error::Inapplicable;
use crate::projection::{Applied, Batch, Needs, Projection, Rows, apply_each, needed};
use crate::table::{Table, small};

/// Calls, their counts, and the service level.
pub(crate) struct Calls;

const TABLES: [Table; 5] = {
    let [years, hours, agents, waits] = CALL_TABLES;
    [TABLE, years, hours, agents, waits]
};

impl Projection for Calls {
    fn name(&self) -> &'static str {
        "calls"
    }

    fn version(&self) -> u32 {
        3
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
    let mut rows: Rows<Uuid, CallRow> = Rows::of("call");
    let mut counts = CallCounts::default();
    let there = batch.load(&TABLE, SELECT, "id", needed(facts, needs), CallRow::read).await?;
    rows.read(there, |row| row.id.uuid());
    let applied = apply_each(facts, |seen| one(&mut rows, &mut counts, seen));
    batch.write_rows(&TABLE, &rows, CallRow::args).await?;
    counts.write(batch).await?;
    Ok(applied)
}

fn needs(seen: &Seen) -> Needs {
    match (seen.stream.kind, &seen.fact.event) {
        (StreamKind::Call, Event::CallOffered(_)) => Needs::Makes(seen.stream.uuid),
        (StreamKind::Call, _) => Needs::Changes(seen.stream.uuid),
        (_, event) => joined(event).map_or(Needs::Nothing, |call| Needs::Changes(call.uuid())),
    }
}

/// The call that joins a consultation by this event.
fn joined(event: &Event) -> Option<CallId> {
    match event {
        Event::ConsultationOpened(opened) => match opened.opened_by {
            OpenedBy::Call { call } | OpenedBy::Callback { call, .. } => Some(call),
        },
        Event::CallAttached(attached) => Some(attached.call),
        _ => None,
    }
}

fn one(rows: &mut Rows<Uuid, CallRow>, counts: &mut CallCounts, seen: &Seen) -> Result<(), Inapplicable> {
    let (id, at) = (seen.stream.uuid, seen.fact.position);
    match (seen.stream.kind, &seen.fact.event) {
        (StreamKind::Call, Event::CallOffered(offered)) => {
            let row = offered_row(seen, offered)?;
            let counted = CountedCall::of(&row);
            rows.make(id, row, at)?;
            counts.moved(at, None, counted);
        }
        (StreamKind::Call, _) => {
            let row = rows.get(id, at)?;
            let before = CountedCall::of(row);
            change(row, seen);
            counts.moved(at, before, CountedCall::of(row));
        }
        (StreamKind::Consultation, event) => {
            if let Some(call) = joined(event) {
                rows.get(call.uuid(), at)?.consultation = Some(ConsultationId::from_uuid(id));
            }
        }
        _ => {}
    }
    Ok(())
}

fn offered_row(seen: &Seen, offered: &CallOffered) -> Result<CallRow, Inapplicable> {
    let fact = &seen.fact;
    Ok(CallRow {
        id: CallId::from_uuid(seen.stream.uuid),
        offered_position: fact.position,
        last_position: fact.position,
        version: fact.version,
        offered_at: fact.occurred_at,
        day: date_of(seen.day).map_err(|e| Inapplicable(e.to_string()))?,
        hour: small(seen.hour),
        direction: offered.direction,
        caller: offered.caller,
        agent: None,
        dialled: offered.dialled.clone(),
        queue: offered.queue.clone(),
        evidence: offered.evidence,
        status: CallStatus::Offered,
        in_hours: seen.in_hours,
        dropped: false,
        wait_seconds: None,
        talk_seconds: None,
        answered_at: None,
        ended_at: None,
        ended_by: None,
        consultation: None,
        dropped_at: None,
        no_consultation: None,
    })
}

fn change(row: &mut CallRow, seen: &Seen) {
    let fact = &seen.fact;
    row.last_position = fact.position;
    row.version = fact.version;
    match &fact.event {
        Event::CallAnswered(answered) => {
            // An answer may be learnt of after the end.
            row.status = if row.ended_at.is_some() { CallStatus::Ended } else { CallStatus::Answered };
            row.agent = answered.agent;
            row.wait_seconds = Some(answered.wait_seconds);
            row.answered_at = Some(fact.occurred_at);
        }
        Event::CallAbandoned(abandoned) => {
            row.status = CallStatus::Abandoned;
            row.wait_seconds = Some(abandoned.wait_seconds);
        }
        Event::CallLeftQueue(_) => row.status = CallStatus::LeftQueue,
        Event::CallCameOutOfHours(_) => row.in_hours = false,
        Event::CallDropped(_) => {
            row.dropped = true;
            row.dropped_at = Some(fact.occurred_at);
        }
        Event::CallNeededNoConsultation(stated) => row.no_consultation = Some(stated.reason),
        Event::CallEnded(ended) => {
            // How an unanswered call went says more than that it is over.
            if matches!(row.status, CallStatus::Offered | CallStatus::Answered) {
                row.status = CallStatus::Ended;
            }
            row.talk_seconds = ended.talk_seconds;
            row.ended_at = Some(fact.occurred_at);
            row.ended_by = Some(ended.by);
        }
        Event::CallerIdentified(identified) => row.caller = Some(identified.caller),
        _ => {}
    }
}
