//! What each event does to a callback's row.

use futures::FutureExt;
use futures::future::BoxFuture;
use sangdam_domain::event::{CallbackPromised, Event};
use sangdam_domain::id::CallbackId;
use sangdam_domain::log::StreamKind;
use uuid::Uuid;

use super::row::{CallbackRow, CallbackStatus, SELECT, TABLE};
use crate::context::Seen;
use crate::error::Inapplicable;
use crate::projection::{Applied, Batch, Needs, Projection, Rows, apply_each, needed};
use crate::table::Table;

/// Callbacks.
pub(crate) struct Callbacks;

impl Projection for Callbacks {
    fn name(&self) -> &'static str {
        "callbacks"
    }

    fn version(&self) -> u32 {
        2
    }

    fn tables(&self) -> &'static [Table] {
        &[TABLE]
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
    let mut rows: Rows<Uuid, CallbackRow> = Rows::of("callback");
    let there = batch.load(&TABLE, SELECT, "id", needed(facts, needs), CallbackRow::read).await?;
    rows.read(there, |row| row.id.uuid());
    let applied = apply_each(facts, |seen| one(&mut rows, seen));
    batch.write_rows(&TABLE, &rows, CallbackRow::args).await?;
    Ok(applied)
}

fn needs(seen: &Seen) -> Needs {
    match (seen.stream.kind, &seen.fact.event) {
        (StreamKind::Callback, Event::CallbackPromised(_)) => Needs::Makes(seen.stream.uuid),
        (StreamKind::Callback, _) => Needs::Changes(seen.stream.uuid),
        _ => Needs::Nothing,
    }
}

fn one(rows: &mut Rows<Uuid, CallbackRow>, seen: &Seen) -> Result<(), Inapplicable> {
    match (seen.stream.kind, &seen.fact.event) {
        (StreamKind::Callback, Event::CallbackPromised(promised)) => {
            rows.make(seen.stream.uuid, promised_row(seen, promised), seen.fact.position)
        }
        (StreamKind::Callback, _) => {
            change(rows.get(seen.stream.uuid, seen.fact.position)?, seen);
            Ok(())
        }
        _ => Ok(()),
    }
}

fn promised_row(seen: &Seen, promised: &CallbackPromised) -> CallbackRow {
    let fact = &seen.fact;
    CallbackRow {
        id: CallbackId::from_uuid(seen.stream.uuid),
        promised_position: fact.position,
        last_position: fact.position,
        version: fact.version,
        promised_at: fact.occurred_at,
        due: promised.due,
        promised_for: promised.promised_for,
        caller: promised.caller,
        agent: promised.agent,
        attempts: 0,
        status: CallbackStatus::Promised,
        kept_by: None,
        closed_at: None,
        cancel_reason: None,
    }
}

fn change(row: &mut CallbackRow, seen: &Seen) {
    let fact = &seen.fact;
    row.last_position = fact.position;
    row.version = fact.version;
    match &fact.event {
        Event::CallbackAttempted(_) => row.attempts += 1,
        Event::CallbackCompleted(completed) => {
            row.status = CallbackStatus::Completed;
            row.kept_by = Some(completed.call);
            row.closed_at = Some(fact.occurred_at);
        }
        Event::CallbackCancelled(cancelled) => {
            row.status = CallbackStatus::Cancelled;
            row.cancel_reason = Some(cancelled.reason);
            row.closed_at = Some(fact.occurred_at);
        }
        _ => {}
    }
}
