//! What each event does to the directory, and to how often its numbers were given.

use futures::FutureExt;
use futures::future::BoxFuture;
use sangdam_domain::event::{DirectoryListing, Event, NumberGiven};
use sangdam_domain::id::DirectoryEntryId;
use sangdam_domain::log::{Position, StreamKind};
use sangdam_eventstore::{Arg, Row, args};
use uuid::Uuid;

use super::row::{ENTRIES, EntryRow, NUMBER_DAYS, NUMBERS_GIVEN, SELECT};
use crate::context::Seen;
use crate::counts::Tally;
use crate::error::Inapplicable;
use crate::projection::{Applied, Batch, Needs, Projection, Rows, apply_each, needed};
use crate::table::{Table, small};

/// The directory, and the numbers given.
pub(crate) struct Directory;

const TABLES: [Table; 3] = [ENTRIES, NUMBERS_GIVEN, NUMBER_DAYS];

impl Projection for Directory {
    fn name(&self) -> &'static str {
        "directory"
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

/// A number that was given, once.
#[derive(Clone)]
struct Given {
    position: Position,
    consultation: Uuid,
    entry: DirectoryEntryId,
    entry_version: u32,
    day: i64,
    voided: bool,
}

const SELECT_GIVEN: &str = "position, consultation, entry, entry_version, day, voided";

async fn apply(batch: &mut Batch<'_>, facts: &[Seen]) -> Result<Applied, sqlx::Error> {
    let mut work = Work {
        entries: Rows::of("directory entry"),
        given: Rows::of("given number at position"),
        days: Tally::default(),
    };
    let rows = batch.load(&ENTRIES, SELECT, "id", needed(facts, needs), EntryRow::read).await?;
    work.entries.read(rows, |row| row.id.uuid());
    let voided = facts
        .iter()
        .filter(|seen| matches!(seen.fact.event, Event::ConsultationVoided(_)))
        .map(|seen| Arg::from(seen.stream.uuid));
    let rows = batch.load(&NUMBERS_GIVEN, SELECT_GIVEN, "consultation", voided, Given::read).await?;
    work.given.read(rows, |given| given.position);
    let applied = apply_each(facts, |seen| work.apply(seen));
    batch.write_rows(&ENTRIES, &work.entries, EntryRow::args).await?;
    batch.write_rows(&NUMBERS_GIVEN, &work.given, Given::args).await?;
    work.days.write(batch, &NUMBER_DAYS).await?;
    Ok(applied)
}

fn needs(seen: &Seen) -> Needs {
    match (seen.stream.kind, &seen.fact.event) {
        (_, Event::DirectoryEntryAdded(_)) => Needs::Makes(seen.stream.uuid),
        (StreamKind::DirectoryEntry, _) => Needs::Changes(seen.stream.uuid),
        _ => Needs::Nothing,
    }
}

struct Work {
    entries: Rows<Uuid, EntryRow>,
    given: Rows<Position, Given>,
    days: Tally<(i64, DirectoryEntryId), 1>,
}

impl Work {
    fn apply(&mut self, seen: &Seen) -> Result<(), Inapplicable> {
        let (id, at) = (seen.stream.uuid, seen.fact.position);
        match (seen.stream.kind, &seen.fact.event) {
            (_, Event::DirectoryEntryAdded(added)) => {
                self.entries.make(id, added_row(seen, &added.listing), at)
            }
            (StreamKind::DirectoryEntry, event) => {
                let row = self.entries.get(id, at)?;
                row.last_position = seen.fact.position;
                row.version = seen.fact.version;
                match event {
                    Event::DirectoryEntryChanged(changed) => {
                        row.listing = changed.listing.clone();
                        row.entry_version = changed.entry_version;
                    }
                    Event::DirectoryEntryRetired(_) => row.retired_at = Some(seen.fact.occurred_at),
                    _ => {}
                }
                Ok(())
            }
            (_, Event::NumberGiven(given)) => {
                self.days.add(at, (seen.day, given.entry), [1]);
                self.given.make(at, Given::new(seen, given), at)
            }
            (_, Event::ConsultationVoided(_)) => self.void(id, at),
            _ => Ok(()),
        }
    }

    /// What was given in a voided consultation does not count.
    fn void(&mut self, consultation: Uuid, at: Position) -> Result<(), Inapplicable> {
        let counted = self.given.iter().filter(|given| given.consultation == consultation && !given.voided);
        let positions: Vec<Position> = counted.map(|given| given.position).collect();
        for position in positions {
            let given = self.given.get(position, at)?;
            given.voided = true;
            self.days.add(at, (given.day, given.entry), [-1]);
        }
        Ok(())
    }
}

fn added_row(seen: &Seen, listing: &DirectoryListing) -> EntryRow {
    let fact = &seen.fact;
    EntryRow {
        id: DirectoryEntryId::from_uuid(seen.stream.uuid),
        added_position: fact.position,
        last_position: fact.position,
        version: fact.version,
        entry_version: 1,
        listing: listing.clone(),
        retired_at: None,
    }
}

impl Given {
    fn new(seen: &Seen, given: &NumberGiven) -> Self {
        Self {
            position: seen.fact.position,
            consultation: seen.stream.uuid,
            entry: given.entry,
            entry_version: given.entry_version,
            day: seen.day,
            voided: false,
        }
    }

    fn read(row: &Row) -> Result<Self, sqlx::Error> {
        Ok(Self {
            position: row.position(0)?,
            consultation: row.uuid(1)?,
            entry: DirectoryEntryId::from_uuid(row.uuid(2)?),
            entry_version: small(row.int(3)?),
            day: row.int(4)?,
            voided: row.flag(5)?,
        })
    }

    fn args(&self, log_no: i64) -> Vec<Arg> {
        args![
            log_no,
            self.position,
            self.consultation,
            self.entry.uuid(),
            i64::from(self.entry_version),
            self.day,
            self.voided
        ]
    }
}
