//! From events to steps: on a way forwards each stream is folded once, and only as far as is asked.

use std::collections::{BTreeMap, HashMap};
use std::num::NonZeroUsize;
use std::sync::Arc;

use lru::LruCache;
use sangdam_domain::actor::Subject;
use sangdam_domain::event::Fact;
use sangdam_domain::log::{StreamId, Version};
use sangdam_eventstore::{StoreError, StoredEvent};
use serde_json::Value;

use super::change::changes;
use super::folded::Folded;
use super::step::Step;
use crate::ledger::{Ledger, LoadError};

/// How many aggregates are kept as they were left.
const HELD_MAX: NonZeroUsize = NonZeroUsize::new(1_024).unwrap();
/// How many events are read at once, beside those that become steps.
const EVENTS_A_READ: u64 = 1_000;
/// Streams that are longer than this where they are wanted are read one by one, and in parts.
const SHORT_MAX: u64 = 250;
/// How many events such a part has.
const PART: u64 = 500;

/// Makes steps of events, and keeps the aggregates as it left them.
pub(super) struct Folder {
    ledger: Ledger,
    held: LruCache<StreamId, Folded>,
    /// Long streams as they were after so many parts: on a way backwards they are not folded from their beginning each time.
    landmarks: LruCache<(StreamId, u64), Folded>,
}

type Tracks = HashMap<StreamId, Track>;

impl Folder {
    pub(super) fn new(ledger: Ledger) -> Self {
        Self { ledger, held: LruCache::new(HELD_MAX), landmarks: LruCache::new(HELD_MAX) }
    }

    /// The steps of these events of the ledger's log, in log order.
    pub(super) async fn steps(&mut self, events: Vec<StoredEvent>) -> Result<Vec<Step>, LoadError> {
        let mut tracks = self.tracks(events);
        self.forget_erased(&mut tracks).await?;
        self.run(&mut tracks).await?;
        let mut steps = Vec::new();
        for (stream, track) in tracks {
            if let Some(event) = track.wanted.values().next() {
                let problem = "earlier events of its stream are missing: run `verify`".to_owned();
                return Err(StoreError::Damaged { position: event.position, problem }.into());
            }
            self.held.put(stream, track.state);
            steps.extend(track.steps);
        }
        steps.sort_unstable_by_key(Step::position);
        Ok(steps)
    }

    /// Whether what is personal in this step has been erased since it was made.
    pub(super) async fn is_erased(&self, step: &Step) -> Result<bool, StoreError> {
        match step.subject {
            Some(subject) => self.ledger.store().vault().is_destroyed(subject).await,
            None => Ok(false),
        }
    }

    fn tracks(&mut self, events: Vec<StoredEvent>) -> Tracks {
        let mut wanted: HashMap<StreamId, BTreeMap<Version, Arc<StoredEvent>>> = HashMap::new();
        for event in events {
            wanted.entry(event.stream).or_default().insert(event.version, Arc::new(event));
        }
        let track = |(stream, wanted): (StreamId, BTreeMap<_, _>)| {
            let first = wanted.keys().next().copied().unwrap_or(Version::ZERO);
            (stream, Track::new(self.before(stream, first), wanted))
        };
        wanted.into_iter().map(track).collect()
    }

    /// The nearest state before a version that is still there.
    fn before(&mut self, stream: StreamId, version: Version) -> Folded {
        if let Some(held) = self.held.pop(&stream)
            && held.version() < version
        {
            return held;
        }
        let mut parts = (1..=version.previous().get() / PART).rev();
        let landmark = parts.find_map(|parts| self.landmarks.get(&(stream, parts)).cloned());
        landmark.unwrap_or_else(|| Folded::new(stream))
    }

    /// What was kept of a subject who was erased meanwhile is read anew: nothing may show any more what was personal in it.
    async fn forget_erased(&self, tracks: &mut Tracks) -> Result<(), StoreError> {
        let held = tracks.values().filter(|track| track.state.version() > Version::ZERO);
        let subjects: Vec<Subject> = held.filter_map(|track| track.state.subject()).collect();
        let erased = self.ledger.store().vault().destroyed(&subjects).await?;
        for (stream, track) in tracks {
            if track.state.subject().is_some_and(|subject| erased.contains(&subject)) {
                track.state = Folded::new(*stream);
            }
        }
        Ok(())
    }

    async fn run(&mut self, tracks: &mut Tracks) -> Result<(), LoadError> {
        let (mut at_hand, mut short, mut long) = (Vec::new(), Vec::new(), Vec::new());
        for (stream, track) in &*tracks {
            if track.has_no_gap() {
                at_hand.extend(track.wanted.values().map(|event| (**event).clone()));
            } else if track.last.get() <= SHORT_MAX {
                short.push((track.last, *stream));
            } else {
                long.push(*stream);
            }
        }
        self.feed(tracks, at_hand).await?;
        short.sort_unstable();
        let mut rest = short.as_slice();
        while !rest.is_empty() {
            let (first, behind) = rest.split_at(read_at_once(rest));
            let last = first.last().map_or(Version::ZERO, |(last, _)| *last);
            let streams: Vec<StreamId> = first.iter().map(|(_, stream)| *stream).collect();
            let events = self.ledger.store().read_streams_to(&streams, last).await?;
            self.feed(tracks, events).await?;
            rest = behind;
        }
        for stream in long {
            self.run_in_parts(tracks, stream).await?;
        }
        Ok(())
    }

    async fn run_in_parts(&mut self, tracks: &mut Tracks, stream: StreamId) -> Result<(), LoadError> {
        while let Some(track) = tracks.get(&stream)
            && !track.wanted.is_empty()
        {
            let after = track.state.version();
            let size = usize::try_from(PART - after.get() % PART).unwrap_or(1);
            let events = self.ledger.store().read_stream_part(stream, after, size).await?;
            self.feed(tracks, events).await?;
            let Some(state) = tracks.get(&stream).map(|track| &track.state) else { break };
            if state.version() == after {
                break;
            }
            if state.version().get() % PART == 0 {
                self.landmarks.put((stream, state.version().get() / PART), state.clone());
            }
        }
        Ok(())
    }

    /// Folds events, those of each stream in its order.
    async fn feed(&self, tracks: &mut Tracks, mut events: Vec<StoredEvent>) -> Result<(), LoadError> {
        events.retain(|event| tracks.get(&event.stream).is_some_and(|track| track.takes(event.version)));
        for (stream, fact) in self.ledger.open(events).await? {
            if let Some(track) = tracks.get_mut(&stream) {
                track.take(fact)?;
            }
        }
        Ok(())
    }
}

/// How many of these streams are read in one go; they come with the versions up to which they are wanted, the least first.
fn read_at_once(short: &[(Version, StreamId)]) -> usize {
    let fits = |(count, (last, _)): &(u64, &(Version, StreamId))| count * last.get() <= EVENTS_A_READ;
    (1..).zip(short).take_while(fits).count().max(1)
}

/// An aggregate on its way over the events that are wanted of it.
struct Track {
    state: Folded,
    /// The state as the last step showed it, while it is the same.
    shown: Option<Arc<Value>>,
    /// What is still to become a step.
    wanted: BTreeMap<Version, Arc<StoredEvent>>,
    last: Version,
    steps: Vec<Step>,
}

impl Track {
    fn new(state: Folded, wanted: BTreeMap<Version, Arc<StoredEvent>>) -> Self {
        let last = wanted.keys().next_back().copied().unwrap_or(Version::ZERO);
        Self { state, shown: None, last, steps: Vec::with_capacity(wanted.len()), wanted }
    }

    /// Whether the events that are wanted are all that are needed.
    fn has_no_gap(&self) -> bool {
        self.last.get() - self.state.version().get() == self.wanted.len() as u64
    }

    fn takes(&self, version: Version) -> bool {
        self.state.version() < version && version <= self.last
    }

    fn take(&mut self, fact: Fact) -> Result<(), LoadError> {
        let Some(event) = self.wanted.remove(&fact.version) else {
            self.shown = None;
            self.state.evolve(&fact);
            return Ok(());
        };
        let shown = |state: &Folded| {
            state.shown().map(Arc::new).map_err(|problem| StoreError::Damaged {
                position: event.position,
                problem: format!("the state cannot be shown: {problem}"),
            })
        };
        let before = match self.shown.take() {
            Some(shown) => shown,
            None => shown(&self.state)?,
        };
        self.state.evolve(&fact);
        let after = shown(&self.state)?;
        self.shown = Some(Arc::clone(&after));
        let changes = changes(&before, &after);
        self.steps.push(Step { event, fact, before, after, changes, subject: self.state.subject() });
        Ok(())
    }
}
