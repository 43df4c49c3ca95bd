//! The printed directory with which the three years end: the numbers most often given in the last of them.

use std::collections::HashMap;

use jiff::civil::{Date, date};
use sangdam_domain::aggregate::{Consultation, DirectoryEditionsCommand};
use sangdam_domain::event::{EditionEntry, Event};
use sangdam_domain::id::DirectoryEntryId;
use sangdam_domain::log::Position;

use crate::calendar::day_of;
use crate::item::Part;

/// The days whose numbers are ranked.
const FROM: Date = date(2024, 1, 1);
const TO: Date = date(2024, 12, 31);
/// How many it has.
const ENTRIES: usize = 20;

/// How often each number was given in the edition's period; what was given in a voided consultation does not count.
#[derive(Default)]
pub(crate) struct Given(HashMap<DirectoryEntryId, u64>);

impl Given {
    /// Something happened to a consultation, which has come to be `state` by it.
    pub(crate) fn see(&mut self, part: &Part, state: &Consultation) {
        for staged in &part.events {
            match &staged.event {
                Event::NumberGiven(_) => {
                    if let Some(given) = state.numbers_given.last().filter(|given| counts(given.at.micros()))
                    {
                        *self.0.entry(given.what.entry).or_default() += 1;
                    }
                }
                Event::ConsultationVoided(_) => {
                    for given in state.numbers_given.iter().filter(|given| counts(given.at.micros())) {
                        if let Some(times) = self.0.get_mut(&given.what.entry) {
                            *times -= 1;
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// The edition, of entries in the order in which they were added. No entry has changed since then.
    pub(crate) fn edition(
        &self,
        added: impl Iterator<Item = DirectoryEntryId>,
        as_of: Position,
    ) -> DirectoryEditionsCommand {
        let line =
            |entry| EditionEntry { entry, entry_version: 1, count: self.0.get(&entry).copied().unwrap_or(0) };
        let mut entries: Vec<EditionEntry> = added.map(line).collect();
        entries.sort_by_key(|line| std::cmp::Reverse(line.count));
        entries.truncate(ENTRIES);
        DirectoryEditionsCommand::Publish { edition: None, from: FROM, to: TO, entries, as_of }
    }
}

fn counts(micros: i64) -> bool {
    (FROM..=TO).contains(&day_of(micros))
}
