//! A batch as it takes shape: which units fit, what they write, what memory will be once they are written.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use sangdam_domain::log::{Position, StreamId, Version};
use sangdam_domain::time::Timestamp;

use super::memory::{Memory, ReadVersions};
use super::rows::{ClaimRow, CommandRow, EventRow, ReleaseRow, Rows, SealedRow, leaf_check, row_id};
use super::{EncodedAppend, Unit};
use crate::contract::{AppendError, Appended, ClaimChange, Expected, Hash};
use crate::leaf::{EncodedEvent, moment};
use crate::merkle::Tree;

pub(super) struct Draft {
    log_no: i64,
    /// Of the streams that its units touch, those that they move included. What is not here is new.
    versions: HashMap<StreamId, u64>,
    /// Those that the batch on its way has touched, which memory does not know of yet.
    before: HashMap<StreamId, u64>,
    foreign: HashSet<StreamId>,
    commands: HashSet<[u8; 16]>,
    claimed: HashSet<(&'static str, Hash)>,
    claimants: HashSet<StreamId>,
    tree: Tree,
    now: i64,
    recorded_at: i64,
    recorded_text: String,
    rows: Rows,
}

/// Whether a unit can be written with a batch.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    Now,
    /// With the one behind it.
    Later,
    No,
}

/// What memory becomes once the rows are written.
pub(super) struct After {
    position: u64,
    recorded_at: i64,
    tree: Tree,
    versions: HashMap<StreamId, u64>,
}

impl After {
    pub(super) fn adopt_into(self, memory: &mut Memory) {
        memory.adopt(self.position, self.recorded_at, self.tree, self.versions);
    }
}

impl Draft {
    /// What comes behind what is written.
    pub(super) fn new(log_no: i64, memory: &Memory) -> Self {
        let Memory { position, recorded_at, ref tree, .. } = *memory;
        Self::behind(log_no, (position, recorded_at, tree.clone()), HashMap::new())
    }

    /// What comes behind what is being written. Memory must know of everything before that.
    pub(super) fn ahead(log_no: i64, after: &After) -> Self {
        let After { position, recorded_at, ref tree, ref versions } = *after;
        Self::behind(log_no, (position, recorded_at, tree.clone()), versions.clone())
    }

    fn behind(
        log_no: i64,
        (position, recorded_at, tree): (u64, i64, Tree),
        before: HashMap<StreamId, u64>,
    ) -> Self {
        Self {
            log_no,
            versions: HashMap::new(),
            before,
            foreign: HashSet::new(),
            commands: HashSet::new(),
            claimed: HashSet::new(),
            claimants: HashSet::new(),
            tree,
            now: recorded_at,
            recorded_at,
            recorded_text: moment(recorded_at),
            rows: Rows {
                log_no,
                from: position,
                to: position,
                recorded_at,
                frontier: Vec::new(),
                root: [0; 32],
                events: Vec::new(),
                sealed: Vec::new(),
                commands: Vec::new(),
                releases: Vec::new(),
                claims: Vec::new(),
                tiles: Vec::new(),
            },
        }
    }

    /// What is pushed from here on is recorded now.
    pub(super) fn now(&mut self, now: Timestamp) {
        self.now = now.micros();
    }

    /// Takes over what memory knows of the streams that a unit touches, and tells those of which it knows nothing although they must be
    /// there.
    pub(super) fn learn(&mut self, memory: &Memory, unit: &Unit, mut missed: impl FnMut(StreamId)) {
        for append in &unit.appends {
            let guards = append.guards.iter().map(|(stream, _)| (*stream, true));
            let own = std::iter::once((append.stream, append.expected != Expected::NoStream));
            for (stream, is_there) in own.chain(guards) {
                let Entry::Vacant(entry) = self.versions.entry(stream) else { continue };
                match self.before.get(&stream).or_else(|| memory.versions.peek(&stream)) {
                    Some(version) => _ = entry.insert(*version),
                    None if is_there => missed(stream),
                    None => {}
                }
            }
        }
    }

    /// Takes over versions that were read.
    pub(super) fn take_read(&mut self, read: ReadVersions) {
        self.versions.extend(read.versions);
        self.foreign.extend(read.foreign);
    }

    /// Whether the unit can be written without looking anything up. What it does not know itself (whether the command
    /// was carried out before, whether a new stream is new, whether a claim is free) the unique indexes know.
    pub(super) fn fits(&self, unit: &Unit) -> Fit {
        if self.commands.contains(unit.command_id.uuid().as_bytes()) || self.check_versions(unit).is_err() {
            return Fit::No;
        }
        let (mut own, mut own_claimants) = (HashSet::new(), HashSet::new());
        for change in unit.appends.iter().flat_map(|append| &append.claims) {
            match change {
                ClaimChange::Take(claim) => {
                    let key = (claim.namespace, claim.hmac);
                    if !own.insert(key) || self.claimed.contains(&key) {
                        return Fit::No;
                    }
                    own_claimants.insert(claim.owner);
                }
                ClaimChange::ReleaseAll(owner) if own_claimants.contains(owner) => return Fit::No,
                // What is given up is given up before anything is taken.
                ClaimChange::ReleaseAll(owner) if self.claimants.contains(owner) => return Fit::Later,
                ClaimChange::ReleaseAll(_) => {}
                ClaimChange::Release(_) => return Fit::No,
            }
        }
        Fit::Now
    }

    /// Whether every stream of the unit is where it is expected.
    pub(super) fn check_versions(&self, unit: &Unit) -> Result<(), AppendError> {
        for &(stream, wanted) in unit.appends.iter().flat_map(|append| &append.guards) {
            let actual = self.version_of(stream);
            if actual != wanted.get() || self.foreign.contains(&stream) {
                let expected = Expected::Version(wanted);
                return Err(AppendError::VersionConflict { stream, expected, actual: version(actual) });
            }
        }
        let mut moved: Vec<(StreamId, u64)> = Vec::new();
        for append in &unit.appends {
            let own = moved.iter().rev().find(|(stream, _)| *stream == append.stream);
            let actual = own.map_or_else(|| self.version_of(append.stream), |(_, version)| *version);
            let met = match append.expected {
                Expected::Any => true,
                Expected::NoStream => actual == 0,
                Expected::Version(version) => actual == version.get(),
            };
            if !met || self.foreign.contains(&append.stream) {
                return Err(AppendError::VersionConflict {
                    stream: append.stream,
                    expected: append.expected,
                    actual: version(actual),
                });
            }
            moved.push((append.stream, actual + append.events.len() as u64));
        }
        Ok(())
    }

    fn version_of(&self, stream: StreamId) -> u64 {
        self.versions.get(&stream).copied().unwrap_or(0)
    }

    /// Takes and gives up the unit's claims as they stand, for a batch that looked nothing up.
    pub(super) fn change_claims(&mut self, unit: &Unit) {
        for change in unit.appends.iter().flat_map(|append| &append.claims) {
            let turn = self.rows.claims.len() + self.rows.releases.len();
            match change {
                ClaimChange::Take(claim) => {
                    self.claimed.insert((claim.namespace, claim.hmac));
                    self.claimants.insert(claim.owner);
                    let owner = claim.owner.to_bytes();
                    self.add_claim(ClaimRow { namespace: claim.namespace, hmac: claim.hmac, owner, turn });
                }
                ClaimChange::ReleaseAll(owner) => {
                    self.rows.releases.push(ReleaseRow { owner: owner.to_bytes(), turn });
                }
                // It does not fit.
                ClaimChange::Release(_) => {}
            }
        }
    }

    pub(super) fn add_claim(&mut self, row: ClaimRow) {
        self.rows.claims.push(row);
    }

    /// Gives the unit's events their places.
    pub(super) fn push(&mut self, unit: &Unit) -> Vec<Appended> {
        let first = self.rows.to + 1;
        let appended: Vec<Appended> = unit.appends.iter().map(|append| self.push_append(append)).collect();
        self.commands.insert(*unit.command_id.uuid().as_bytes());
        self.rows.commands.push(CommandRow {
            command_id: *unit.command_id.uuid().as_bytes(),
            fingerprint: unit.fingerprint,
            first_id: row_id(self.log_no, first),
            event_count: (self.rows.to + 1 - first).cast_signed(),
            version: appended.first().map_or(0, |one| one.version.as_i64()),
        });
        appended
    }

    fn push_append(&mut self, append: &EncodedAppend) -> Appended {
        let recorded_at = append.recorded_at.map_or(self.now, Timestamp::micros).max(self.recorded_at);
        if recorded_at != self.recorded_at {
            self.recorded_at = recorded_at;
            self.recorded_text = moment(recorded_at);
        }
        let first = self.rows.to + 1;
        let mut at = self.version_of(append.stream);
        for event in &append.events {
            at += 1;
            self.push_event(append.stream, at, event);
        }
        self.versions.insert(append.stream, at);
        Appended {
            first: position(first),
            last: position(self.rows.to),
            version: version(at),
            recorded_at: Timestamp::from_micros(recorded_at).unwrap_or(Timestamp::MIN),
        }
    }

    fn push_event(&mut self, stream: StreamId, version: u64, event: &EncodedEvent) {
        self.rows.to += 1;
        let id = row_id(self.log_no, self.rows.to);
        let (leaf, hash) = event.place(self.rows.to, &self.recorded_text, version);
        let tiles = &mut self.rows.tiles;
        self.tree.push(hash, |tile| tiles.push(tile));
        self.rows.events.push(EventRow {
            id,
            stream: stream.to_bytes(),
            version: version.cast_signed(),
            event_id: event.event_id,
            event_type: event.event_type,
            occurred_at: event.occurred_at,
            recorded_at: self.recorded_at,
            leaf_check: leaf_check(&hash),
            leaf,
        });
        if let Some(sealed) = &event.sealed {
            self.rows.sealed.push(SealedRow {
                id,
                subject: sealed.subject.to_bytes(),
                key_version: sealed.key_version.into(),
                bytes: sealed.bytes.clone(),
            });
        }
    }

    /// How many events were pushed.
    pub(super) fn events(&self) -> usize {
        self.rows.events.len()
    }

    /// What to write, and what memory becomes by it.
    pub(super) fn finish(mut self) -> (Rows, After) {
        self.rows.recorded_at = self.recorded_at;
        self.rows.frontier = self.tree.frontier().to_bytes();
        self.rows.root = self.tree.frontier().root();
        // What stands in another log is not taken for a stream of this one the next time.
        self.versions.retain(|stream, _| !self.foreign.contains(stream));
        let after = After {
            position: self.rows.to,
            recorded_at: self.recorded_at,
            tree: self.tree,
            versions: self.versions,
        };
        (self.rows, after)
    }
}

pub(super) fn position(value: u64) -> Position {
    Position::new(value).unwrap_or(Position::MAX)
}

pub(super) fn version(value: u64) -> Version {
    Version::new(value).unwrap_or(Version::MAX)
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use lru::LruCache;
    use sangdam_domain::id::CommandId;
    use sangdam_domain::log::StreamKind;
    use uuid::Uuid;

    use super::*;
    use crate::contract::Claim;

    fn unit(stream: StreamId) -> Unit {
        let append = EncodedAppend {
            stream,
            expected: Expected::Any,
            claims: Vec::new(),
            guards: Vec::new(),
            recorded_at: None,
            events: Vec::new(),
        };
        Unit {
            command_id: CommandId::from_uuid(stream.uuid),
            fingerprint: Default::default(),
            appends: vec![append],
            answer: tokio::sync::oneshot::channel().0,
            maybe_written: false,
        }
    }

    fn draft() -> Draft {
        let versions = LruCache::new(NonZeroUsize::MIN);
        Draft::new(1, &Memory { position: 0, recorded_at: 0, tree: Tree::from_tiles(&[]), versions })
    }

    fn stream(n: u128) -> StreamId {
        StreamId::new(StreamKind::Consultation, Uuid::from_u128(n))
    }

    #[test]
    fn a_batch_knows_the_one_before_and_leaves_only_its_own_to_memory() {
        let versions = LruCache::new(NonZeroUsize::MIN);
        let memory = Memory { position: 0, recorded_at: 0, tree: Tree::from_tiles(&[]), versions };
        let mut draft = Draft::new(1, &memory);
        for n in 0..5 {
            let mut missed = Vec::new();
            draft.learn(&memory, &unit(stream(n)), |stream| missed.push(stream));
            assert_eq!(missed, [stream(n)]);
            draft.push(&unit(stream(n)));
            let (_, after) = draft.finish();
            assert_eq!(after.versions.keys().collect::<Vec<_>>(), [&stream(n)]);

            draft = Draft::ahead(1, &after);
            draft.learn(&memory, &unit(stream(n)), |stream| panic!("{stream} is known"));
            draft = Draft::ahead(1, &after);
        }
    }

    /// In the order of the log: what somebody takes, and whose claims are given up.
    #[test]
    fn what_was_taken_in_a_batch_is_given_up_with_the_next_one() {
        let claiming = |n, claims| {
            let mut unit = unit(stream(n));
            unit.appends[0].claims = claims;
            unit
        };
        let take =
            |key, n| ClaimChange::Take(Claim { namespace: "phone", hmac: [key; 32], owner: stream(n) });
        let release = |n| ClaimChange::ReleaseAll(stream(n));
        let mut draft = draft();
        for (n, changes) in [
            (1, vec![release(9)]),
            (2, vec![release(1), take(1, 1)]),
            (3, vec![take(2, 2)]),
            (6, vec![release(6)]),
        ] {
            let unit = claiming(n, changes);
            assert!(draft.fits(&unit) == Fit::Now);
            draft.change_claims(&unit);
            draft.push(&unit);
        }
        for (changes, fit) in [
            (vec![release(8), take(3, 3)], Fit::Now),
            (vec![release(1)], Fit::Later),
            (vec![take(1, 4)], Fit::No),
            (vec![take(3, 3), release(3)], Fit::No),
            (vec![take(3, 3), take(3, 3)], Fit::No),
        ] {
            assert!(draft.fits(&claiming(4, changes.clone())) == fit, "{changes:?}");
        }
        let (rows, _) = draft.finish();
        let owner = |n| stream(n).to_bytes();
        assert!(!rows.must_refuse("phone", &[1; 32], &owner(9)), "given up before it was taken");
        assert!(!rows.must_refuse("phone", &[1; 32], &owner(1)), "given up before it was taken");
        assert!(rows.must_refuse("phone", &[2; 32], &owner(6)), "given up when it was taken already");
        assert!(!rows.must_refuse("phone", &[2; 32], &owner(5)), "nobody gives it up");
    }
}
