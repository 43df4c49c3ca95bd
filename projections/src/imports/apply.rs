//! What each event does to an import's row.

use futures::FutureExt;
use futures::future::BoxFuture;
use sangdam_domain::event::Event;
use sangdam_domain::id::ImportId;
use uuid::Uuid;

use super::queries::{ImportRow, SELECT, TABLE};
use crate::context::Seen;
use crate::error::Inapplicable;
use crate::projection::{Applied, Batch, Needs, Projection, Rows, apply_each, needed};
use crate::table::Table;

/// Imports.
pub(crate) struct Imports;

impl Projection for Imports {
    fn name(&self) -> &'static str {
        "imports"
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
    let mut rows: Rows<Uuid, ImportRow> = Rows::of("import");
    let there = batch.load(&TABLE, SELECT, "id", needed(facts, needs), ImportRow::read).await?;
    rows.read(there, |row| row.id.uuid());
    let applied = apply_each(facts, |seen| one(&mut rows, seen));
    batch.write_rows(&TABLE, &rows, ImportRow::args).await?;
    Ok(applied)
}

fn needs(seen: &Seen) -> Needs {
    match &seen.fact.event {
        Event::ImportStarted(_) => Needs::Makes(seen.stream.uuid),
        Event::ImportCompleted(_) => Needs::Changes(seen.stream.uuid),
        _ => Needs::Nothing,
    }
}

fn one(rows: &mut Rows<Uuid, ImportRow>, seen: &Seen) -> Result<(), Inapplicable> {
    let fact = &seen.fact;
    match &fact.event {
        Event::ImportStarted(started) => rows.make(
            seen.stream.uuid,
            ImportRow {
                id: ImportId::from_uuid(seen.stream.uuid),
                position: fact.position,
                last_position: fact.position,
                started_at: fact.occurred_at,
                started: started.clone(),
                completed_at: None,
                completed: None,
            },
            fact.position,
        ),
        Event::ImportCompleted(completed) => {
            let row = rows.get(seen.stream.uuid, fact.position)?;
            row.last_position = fact.position;
            row.completed_at = Some(fact.occurred_at);
            row.completed = Some(completed.clone());
            Ok(())
        }
        _ => Ok(()),
    }
}
