//! What each event does to an agent's row.

use futures::FutureExt;
use futures::future::BoxFuture;
use sangdam_domain::event::{AgentRegistered, Event};
use sangdam_domain::id::AgentId;
use sangdam_domain::log::StreamKind;
use sangdam_domain::value::AgentState;
use uuid::Uuid;

use super::row::{AgentRow, SELECT, TABLE};
use super::spells::{SPELLS, Spell};
use crate::context::Seen;
use crate::error::Inapplicable;
use crate::projection::{Applied, Batch, Needs, Projection, Rows, apply_each, needed};
use crate::table::Table;

/// Agents, and what they did from when to when.
pub(crate) struct Agents;

impl Projection for Agents {
    fn name(&self) -> &'static str {
        "agents"
    }

    fn version(&self) -> u32 {
        3
    }

    fn tables(&self) -> &'static [Table] {
        &[TABLE, SPELLS]
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
    let mut rows: Rows<Uuid, AgentRow> = Rows::of("agent");
    let there = batch.load(&TABLE, SELECT, "id", needed(facts, needs), AgentRow::read).await?;
    rows.read(there, |row| row.id.uuid());
    let mut spells = Vec::new();
    let applied = apply_each(facts, |seen| one(&mut rows, &mut spells, seen));
    batch.write_rows(&TABLE, &rows, AgentRow::args).await?;
    let spells = spells.iter().map(|spell| spell.args(batch.log_no)).collect();
    batch.write(&SPELLS, spells).await?;
    Ok(applied)
}

fn needs(seen: &Seen) -> Needs {
    match (seen.stream.kind, &seen.fact.event) {
        (StreamKind::Agent, Event::AgentRegistered(_)) => Needs::Makes(seen.stream.uuid),
        (StreamKind::Agent, _) => Needs::Changes(seen.stream.uuid),
        _ => Needs::Nothing,
    }
}

fn one(rows: &mut Rows<Uuid, AgentRow>, spells: &mut Vec<Spell>, seen: &Seen) -> Result<(), Inapplicable> {
    match (seen.stream.kind, &seen.fact.event) {
        (StreamKind::Agent, Event::AgentRegistered(registered)) => {
            rows.make(seen.stream.uuid, registered_row(seen, registered), seen.fact.position)
        }
        (StreamKind::Agent, _) => {
            let row = rows.get(seen.stream.uuid, seen.fact.position)?;
            if ends_a_state(&seen.fact.event) {
                spells.extend(Spell::ended_by(row, seen.fact.position, seen.fact.occurred_at));
            }
            change(row, seen);
            Ok(())
        }
        _ => Ok(()),
    }
}

fn ends_a_state(event: &Event) -> bool {
    matches!(event, Event::ShiftStarted(_) | Event::AgentStateChanged(_) | Event::ShiftEnded(_))
}

fn registered_row(seen: &Seen, registered: &AgentRegistered) -> AgentRow {
    let fact = &seen.fact;
    AgentRow {
        id: AgentId::from_uuid(seen.stream.uuid),
        registered_position: fact.position,
        last_position: fact.position,
        version: fact.version,
        registered_at: fact.occurred_at,
        extension: registered.extension.clone(),
        state: None,
        state_since: None,
        on_shift_since: None,
        retired_at: None,
    }
}

fn change(row: &mut AgentRow, seen: &Seen) {
    let fact = &seen.fact;
    let at = fact.occurred_at;
    row.last_position = fact.position;
    row.version = fact.version;
    match &fact.event {
        Event::ShiftStarted(_) => {
            row.state = Some(AgentState::Available);
            row.state_since = Some(at);
            row.on_shift_since = Some(at);
        }
        Event::AgentStateChanged(changed) => {
            row.state = Some(changed.state);
            row.state_since = Some(at);
        }
        Event::ShiftEnded(_) => {
            row.state = None;
            row.state_since = None;
            row.on_shift_since = None;
        }
        Event::AgentRetired(_) => row.retired_at = Some(at),
        _ => {}
    }
}
