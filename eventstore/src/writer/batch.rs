//! A batch of the fast way: the units that memory alone can tell to fit, and those that came behind them.

use sangdam_domain::log::StreamId;
use sangdam_domain::time::Timestamp;

use super::Unit;
use super::draft::{After, Draft, Fit};
use super::memory::{Memory, ReadVersions};
use super::rows::Rows;
use crate::contract::Appended;

/// How many units a batch has at most.
pub(super) const UNITS_MAX: usize = 1024;

/// How many events are worth a commit of their own: so many are written in the time that a commit takes by itself, on either engine
/// (0.2 ms; 6 to 8 µs an event).
const DUE_EVENTS_MIN: usize = 32;

/// A unit that was drafted, and what it becomes.
pub(super) type Drafted = (Unit, Vec<Appended>);

/// See the module. The three lists are in the order in which units came.
pub(super) struct Batch {
    draft: Draft,
    drafted: Vec<Drafted>,
    /// Of streams whose versions must be read first.
    unread: Vec<Unit>,
    /// From the first that does not fit.
    rest: Rest,
}

/// Those who came behind a batch.
#[derive(Default)]
pub(super) struct Rest {
    pub(super) units: Vec<Unit>,
    /// Whether the first of them fits once the batch is written. Otherwise they go the slow way.
    pub(super) later: bool,
}

impl Batch {
    pub(super) fn of(draft: Draft) -> Self {
        Self { draft, drafted: Vec::new(), unread: Vec::new(), rest: Rest::default() }
    }

    /// Whether there is anything to be written.
    pub(super) fn is_drafted(&self) -> bool {
        !self.drafted.is_empty()
    }

    /// Whether it is written as soon as it can be. Otherwise it waits for those who are answered before it, since they may have more.
    pub(super) fn is_due(&self) -> bool {
        self.unread.is_empty() && self.draft.events() >= DUE_EVENTS_MIN
    }

    /// How many more it may take.
    pub(super) fn room(&self) -> usize {
        if self.unread.is_empty() && self.rest.units.is_empty() {
            UNITS_MAX.saturating_sub(self.drafted.len())
        } else {
            0
        }
    }

    /// Drafts these as well, as far as memory tells. `now` is when they are recorded.
    pub(super) fn take(&mut self, memory: &Memory, units: impl IntoIterator<Item = Unit>, now: Timestamp) {
        self.draft.now(now);
        for unit in units {
            if !self.rest.units.is_empty() {
                self.rest.units.push(unit);
                continue;
            }
            let mut known = self.unread.is_empty();
            self.draft.learn(memory, &unit, |_| known = false);
            if !known {
                self.unread.push(unit);
                continue;
            }
            match self.draft.fits(&unit) {
                Fit::Now => {
                    self.draft.change_claims(&unit);
                    let appended = self.draft.push(&unit);
                    self.drafted.push((unit, appended));
                }
                fit => self.rest = Rest { units: vec![unit], later: fit == Fit::Later },
            }
        }
    }

    /// The streams whose versions must be read.
    pub(super) fn unread(&mut self, memory: &Memory) -> Vec<StreamId> {
        let mut streams = Vec::new();
        for unit in &self.unread {
            self.draft.learn(memory, unit, |stream| streams.push(stream));
        }
        streams.sort_unstable();
        streams.dedup();
        streams
    }

    /// Drafts those for which these versions were read.
    pub(super) fn take_read(&mut self, memory: &Memory, read: ReadVersions, now: Timestamp) {
        self.draft.take_read(read);
        let units = std::mem::take(&mut self.unread);
        self.take(memory, units, now);
    }

    /// What is to be written, what memory becomes by it, whom to answer then, and those behind it.
    pub(super) fn finish(self) -> (Rows, After, Vec<Drafted>, Rest) {
        let (rows, after) = self.draft.finish();
        let mut rest = self.rest;
        if !self.unread.is_empty() {
            // Their versions could not be read.
            rest = Rest { units: self.unread.into_iter().chain(rest.units).collect(), later: false };
        }
        (rows, after, self.drafted, rest)
    }

    /// Everyone, where what they were drafted behind was not written.
    pub(super) fn into_units(self) -> impl Iterator<Item = Unit> {
        self.drafted.into_iter().map(|(unit, _)| unit).chain(self.unread).chain(self.rest.units)
    }
}
