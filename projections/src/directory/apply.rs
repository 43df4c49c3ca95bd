//! What each event does to the directory, and to how often its numbers were given.

use futures::FutureExt;
use futures::future::BoxFuture;
use sangdam_domain::event::{DirectoryListing, Event, NumberGiven};
use sangdam_domain::id::DirectoryEntryId;
use sangdam_domain::log::{Position, StreamKind};
use sangdam_eventstore::{Row, args};
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
        1
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
struct Given {
    position: Position,
    consultation: Uuid,
    entry: DirectoryEntryId,
    entry_version: u32,
    day: i64,
    voided: bool,
    changed: bool,
}

const SELECT_GIVEN: &str = "position, consultation, entry, entry_version, day, voided";

async fn apply(batch: &mut Batch<'_>, facts: &[Seen]) -> Result<Applied, sqlx::Error> {
    let mut work = Work { entries: Rows::of("directory entry"), given: Vec::new(), days: Tally::default() };
    for row in batch.load(&ENTRIES, SELECT, "id", &needed(facts, needs)).await? {
        let row = EntryRow::read(&row)?;
        work.entries.read(row.id.uuid(), row);
    }
    let voided: Vec<Uuid> = facts
        .iter()
        .filter(|seen| matches!(seen.fact.event, Event::ConsultationVoided(_)))
        .map(|seen| seen.stream.uuid)
        .collect();
    for row in batch.load(&NUMBERS_GIVEN, SELECT_GIVEN, "consultation", &voided).await? {
        work.given.push(Given::read(&row)?);
    }
    let applied = apply_each(facts, |seen| work.apply(seen));
    let log_no = batch.log_no;
    let entries = work.entries.changed().map(|row| row.args(log_no)).collect();
    batch.write(&ENTRIES, entries).await?;
    let given = work.given.iter().filter(|given| given.changed).map(|given| given.args(log_no)).collect();
    batch.write(&NUMBERS_GIVEN, given).await?;
    work.days.write(batch, &NUMBER_DAYS, |(day, entry)| vec![(*day).into(), entry.uuid().into()]).await?;
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
    entries: Rows<EntryRow>,
    given: Vec<Given>,
    days: Tally<(i64, DirectoryEntryId), 1>,
}

impl Work {
    fn apply(&mut self, seen: &Seen) -> Result<(), Inapplicable> {
        let id = seen.stream.uuid;
        match (seen.stream.kind, &seen.fact.event) {
            (_, Event::DirectoryEntryAdded(added)) => self.entries.make(id, added_row(seen, &added.listing)),
            (StreamKind::DirectoryEntry, event) => {
                let row = self.entries.get(id)?;
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
                self.days.add((seen.day, given.entry), [1]);
                self.given.push(Given::new(seen, given));
                Ok(())
            }
            (_, Event::ConsultationVoided(_)) => {
                self.void(id);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// What was given in a voided consultation does not count.
    fn void(&mut self, consultation: Uuid) {
        for given in self.given.iter_mut().filter(|given| given.consultation == consultation && !given.voided)
        {
            given.voided = true;
            given.changed = true;
            self.days.add((given.day, given.entry), [-1]);
        }
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
            changed: true,
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
            changed: false,
        })
    }

    fn args(&self, log_no: i64) -> Vec<sangdam_eventstore::Arg> {
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
