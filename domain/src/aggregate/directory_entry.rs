//! One number of the telephone directory: added at version 1, changed, retired.

use serde::Serialize;

use super::{Aggregate, Happened, nothing, one};
use crate::actor::Subject;
use crate::event::{
    DirectoryEntryAdded, DirectoryEntryChanged, DirectoryEntryRetired, DirectoryListing, Event, Fact,
};
use crate::id::DirectoryEntryId;
use crate::log::{LogId, StreamId, StreamKind, Version};
use crate::rejection::Rejection;
use crate::time::Timestamp;

/// One number of the telephone directory.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct DirectoryEntry {
    /// Which one.
    pub id: DirectoryEntryId,
    /// How many events its stream has.
    pub version: Version,
    /// Everything that it ever said: entry version 1 first, the latest last.
    pub listings: Vec<Happened<DirectoryListing>>,
    /// When it was retired.
    pub retired_at: Option<Timestamp>,
}

/// What can be asked of an entry.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "fields are those of the events of the same names")]
pub enum DirectoryEntryCommand {
    /// Put it in the directory.
    Add { listing: DirectoryListing },
    /// Let it say something else.
    Change { listing: DirectoryListing },
    /// Give it no longer.
    Retire,
}

/// What others need to know of an entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EntryStanding {
    /// There is no such entry.
    Unknown,
    /// It is in the directory.
    Listed {
        /// Its latest version.
        latest: u32,
    },
    /// It is no longer given.
    Retired,
}

impl DirectoryEntry {
    /// What it says now (or said last).
    pub fn listing(&self) -> Option<&DirectoryListing> {
        self.listings.last().map(|listing| &listing.what)
    }

    /// The version of what it says now; 0 before it says anything.
    pub fn entry_version(&self) -> u32 {
        u32::try_from(self.listings.len()).unwrap_or(u32::MAX)
    }

    /// What it said at an entry version.
    pub fn listing_at(&self, entry_version: u32) -> Option<&DirectoryListing> {
        let index = usize::try_from(entry_version).ok()?.checked_sub(1)?;
        self.listings.get(index).map(|listing| &listing.what)
    }

    /// What others need to know.
    pub fn standing(&self) -> EntryStanding {
        if self.listings.is_empty() {
            EntryStanding::Unknown
        } else if self.retired_at.is_some() {
            EntryStanding::Retired
        } else {
            EntryStanding::Listed { latest: self.entry_version() }
        }
    }
}

impl Aggregate for DirectoryEntry {
    type Id = DirectoryEntryId;
    type Command = DirectoryEntryCommand;

    fn new(id: DirectoryEntryId) -> Self {
        Self { id, version: Version::ZERO, listings: Vec::new(), retired_at: None }
    }

    fn stream(id: DirectoryEntryId, _log: &LogId) -> StreamId {
        StreamId::new(StreamKind::DirectoryEntry, id.uuid())
    }

    fn decide(&self, command: DirectoryEntryCommand, _at: Timestamp) -> Result<Vec<Event>, Rejection> {
        match (command, self.standing()) {
            (DirectoryEntryCommand::Add { listing }, EntryStanding::Unknown) => {
                one(DirectoryEntryAdded { listing })
            }
            (DirectoryEntryCommand::Add { .. }, _) => Err(Rejection::DirectoryEntryAlreadyAdded),
            (_, EntryStanding::Unknown) => Err(Rejection::NotFound { kind: DirectoryEntryId::KIND }),
            (DirectoryEntryCommand::Retire, EntryStanding::Retired) => nothing(),
            (DirectoryEntryCommand::Retire, EntryStanding::Listed { .. }) => one(DirectoryEntryRetired {}),
            (DirectoryEntryCommand::Change { .. }, EntryStanding::Retired) => {
                Err(Rejection::DirectoryEntryRetired)
            }
            (DirectoryEntryCommand::Change { listing }, EntryStanding::Listed { latest }) => {
                if self.listing() == Some(&listing) {
                    return nothing();
                }
                one(DirectoryEntryChanged { listing, entry_version: latest.saturating_add(1) })
            }
        }
    }

    fn evolve(&mut self, fact: &Fact) {
        self.version = fact.version;
        match &fact.event {
            Event::DirectoryEntryAdded(DirectoryEntryAdded { listing })
            | Event::DirectoryEntryChanged(DirectoryEntryChanged { listing, .. }) => {
                self.listings.push(Happened::new(fact, listing.clone()));
            }
            Event::DirectoryEntryRetired(_) => self.retired_at = Some(fact.occurred_at),
            _ => {}
        }
    }

    fn subject(&self) -> Option<Subject> {
        None
    }
}

#[cfg(test)]
mod tests;
