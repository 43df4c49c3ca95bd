//! The printed editions of the directory: 1, 2, 3, …

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::Serialize;

use super::{Aggregate, Happened, one};
use crate::actor::Subject;
use crate::event::{DirectoryEditionPublished, EditionEntry, Event, Fact};
use crate::log::{LogId, Position, StreamId, StreamKind, Version};
use crate::rejection::Rejection;
use crate::time::Timestamp;

/// All printed editions of a centre's directory.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct DirectoryEditions {
    /// How many events their stream has.
    pub version: Version,
    /// The editions, the first first.
    pub editions: Vec<Happened<DirectoryEditionPublished>>,
}

/// What can be asked of the editions.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "fields are those of the events of the same names")]
pub enum DirectoryEditionsCommand {
    /// Freeze an edition for print. Without a number it is the next one.
    Publish { edition: Option<u32>, from: Date, to: Date, entries: Vec<EditionEntry>, as_of: Position },
}

impl DirectoryEditions {
    /// The number that the next edition will have.
    pub fn next_edition(&self) -> u32 {
        self.editions.last().map_or(1, |last| last.what.edition.saturating_add(1))
    }
}

impl Aggregate for DirectoryEditions {
    type Id = ();
    type Command = DirectoryEditionsCommand;

    fn new((): ()) -> Self {
        Self { version: Version::ZERO, editions: Vec::new() }
    }

    fn stream((): (), log: &LogId) -> StreamId {
        StreamId::singleton(StreamKind::DirectoryEditions, log)
    }

    fn decide(&self, command: DirectoryEditionsCommand, _at: Timestamp) -> Result<Vec<Event>, Rejection> {
        let DirectoryEditionsCommand::Publish { edition, from, to, entries, as_of } = command;
        let expected = self.next_edition();
        let edition = edition.unwrap_or(expected);
        if edition != expected {
            return Err(Rejection::VersionOutOfOrder { kind: "directory edition", expected, given: edition });
        }
        if to < from {
            return Err(Rejection::EditionPeriodReversed);
        }
        check_entries(&entries)?;
        one(DirectoryEditionPublished { edition, from, to, entries, as_of })
    }

    fn evolve(&mut self, fact: &Fact) {
        self.version = fact.version;
        if let Event::DirectoryEditionPublished(published) = &fact.event {
            self.editions.push(Happened::new(fact, published.clone()));
        }
    }

    fn subject(&self) -> Option<Subject> {
        None
    }
}

fn check_entries(entries: &[EditionEntry]) -> Result<(), Rejection> {
    let invalid = |problem| Err(Rejection::EditionEntriesInvalid { problem });
    if entries.is_empty() {
        return invalid("are missing: nothing was given in this period");
    }
    let different: BTreeSet<_> = entries.iter().map(|line| line.entry).collect();
    if different.len() < entries.len() {
        return invalid("name one entry twice");
    }
    if !entries.is_sorted_by(|a, b| a.count >= b.count) {
        return invalid("are not in the order of their counts, the most often given first");
    }
    Ok(())
}

#[cfg(test)]
mod tests;
