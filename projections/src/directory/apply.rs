//! What each event does to the directory, and to how often its numbers were given.

use futures::FutureExt;
use futures::future::BoxFuture;
use sangdam_domain::event::{DirectoryListing, Event, NumberAskedFor, NumberGiven};
use sangdam_domain::id::{ConsultationId, DirectoryEntryId};
use sangdam_domain::log::{Position, StreamKind};
use sangdam_eventstore::Arg;
use uuid::Uuid;

use super::row::{Act, ENTRIES, EntryRow, Mention, NUMBER_DAYS, NUMBERS_GIVEN, SELECT, SELECT_MENTION};
use crate::context::Seen;
use crate::counts::Tally;
use crate::error::Inapplicable;
use crate::projection::{Applied, Batch, Needs, Projection, Rows, apply_each, needed};
use crate::table::Table;

/// The directory, and its numbers as they were given and asked for.
pub(crate) struct Directory;

const TABLES: [Table; 3] = [ENTRIES, NUMBERS_GIVEN, NUMBER_DAYS];

impl Projection for Directory {
    fn name(&self) -> &'static str {
        "directory"
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
    let mut work = Work {
        entries: Rows::of("directory entry"),
        mentions: Rows::of("number at position"),
        days: Tally::default(),
    };
    let rows = batch.load(&ENTRIES, SELECT, "id", needed(facts, needs), EntryRow::read).await?;
    work.entries.read(rows, |row| row.id.uuid());
    let voided = facts
        .iter()
        .filter(|seen| matches!(seen.fact.event, Event::ConsultationVoided(_)))
        .map(|seen| Arg::from(seen.stream.uuid));
    let rows = batch.load(&NUMBERS_GIVEN, SELECT_MENTION, "consultation", voided, Mention::read).await?;
    work.mentions.read(rows, |mention| mention.position);
    let applied = apply_each(facts, |seen| work.apply(seen));
    batch.write_rows(&ENTRIES, &work.entries, EntryRow::args).await?;
    batch.write_rows(&NUMBERS_GIVEN, &work.mentions, Mention::args).await?;
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
    mentions: Rows<Position, Mention>,
    days: Tally<(i64, DirectoryEntryId), 2>,
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
            (_, Event::NumberGiven(NumberGiven { entry, entry_version })) => {
                self.mention(seen, Act::Given, *entry, *entry_version)
            }
            (_, Event::NumberAskedFor(NumberAskedFor { entry, entry_version })) => {
                self.mention(seen, Act::AskedFor, *entry, *entry_version)
            }
            (_, Event::ConsultationVoided(_)) => self.void(id, at),
            _ => Ok(()),
        }
    }

    fn mention(
        &mut self,
        seen: &Seen,
        act: Act,
        entry: DirectoryEntryId,
        entry_version: u32,
    ) -> Result<(), Inapplicable> {
        let mention = Mention {
            position: seen.fact.position,
            occurred_at: seen.fact.occurred_at,
            consultation: ConsultationId::from_uuid(seen.stream.uuid),
            entry,
            entry_version,
            act,
            day: seen.day,
            voided: false,
        };
        self.days.add(mention.position, (mention.day, entry), counted(act, 1));
        self.mentions.make(mention.position, mention, seen.fact.position)
    }

    /// What was said in a voided consultation does not count.
    fn void(&mut self, consultation: Uuid, at: Position) -> Result<(), Inapplicable> {
        let counts = |mention: &&Mention| mention.consultation.uuid() == consultation && !mention.voided;
        let positions: Vec<Position> =
            self.mentions.iter().filter(counts).map(|mention| mention.position).collect();
        for position in positions {
            let mention = self.mentions.get(position, at)?;
            mention.voided = true;
            self.days.add(at, (mention.day, mention.entry), counted(mention.act, -1));
        }
        Ok(())
    }
}

/// What a day's counts change by: those given, and those asked for.
fn counted(act: Act, by: i64) -> [i64; 2] {
    match act {
        Act::Given => [by, 0],
        Act::AskedFor => [0, by],
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
