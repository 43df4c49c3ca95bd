//! Verification: everything that is stored is read again and compared with what was hashed.

use std::collections::{HashMap, HashSet};

use sangdam_domain::actor::Subject;
use sangdam_domain::log::{LogId, Position};
use sangdam_domain::time::Timestamp;
use sha2::{Digest, Sha256};

use super::events::{SELECT_EVENTS, event_columns};
use super::read::sealed;
use super::{Log, Store};
use crate::args;
use crate::contract::{Hash, Head, Sealed, StoreError, StoredEvent};
use crate::db::Row;
use crate::envelope::{Envelope, SEAL_ALGORITHM, SealedPart};
use crate::merkle::{Tile, Tree, leaf_hash};
use crate::writer::rows::{leaf_check, position_of, row_id};
use crate::writer::{HeadRow, frontier_of};

const PAGE_EVENTS: u64 = 1000;
const PROBLEMS_MAX: usize = 100;

/// Something wrong that verification found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// Where: the position, or the first of the positions concerned.
    pub position: Position,
    /// What is wrong.
    pub what: String,
}

/// What verification found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verification {
    /// The head up to which it verified, as stored.
    pub head: Head,
    /// How many events were read.
    pub events: u64,
    /// How many sealed parts are there and are what was hashed.
    pub sealed: u64,
    /// How many sealed parts are gone or cannot be opened because their subject was erased.
    pub erased: u64,
    /// What is wrong, by position: the first hundred.
    pub problems: Vec<Problem>,
    /// How many more problems there are.
    pub more_problems: u64,
}

impl Verification {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.problems.is_empty()
    }
}

impl Store {
    /// Verifies a log up to its present head: positions without gaps, every leaf's hash, tiles, frontier and root, the
    /// columns beside the leaves, versions of streams, `recorded_at`, and what is sealed. `progress` is called with
    /// positions on the way. Memory does not grow with the log.
    ///
    /// # Errors
    /// Where the database fails. What is wrong with the ledger is no error but the result.
    pub async fn verify(
        &self,
        log: &LogId,
        mut progress: impl FnMut(Position) + Send,
    ) -> Result<Verification, StoreError> {
        let sql = "SELECT position, recorded_at, frontier, root FROM heads WHERE log = $1 AND position > 0";
        let row = self.0.db.fetch_optional(sql, args![log.as_str()]).await?;
        let row = HeadRow::from_row(&row.ok_or_else(|| StoreError::NoSuchLog(log.clone()))?)?;
        let log = self.log(log).await?;
        let mut check = Check::new(self, &log, &row);
        while check.read < row.position {
            check.page(row.position).await?;
            progress(Position::new(check.read).unwrap_or(Position::MAX));
        }
        check.end_of_log(&row).await?;
        check.versions(row.position).await?;
        Ok(check.finish())
    }
}

pub(super) struct Check<'a> {
    pub(super) store: &'a Store,
    pub(super) log: &'a Log,
    found: Verification,
    pub(super) tree: Tree,
    /// Positions up to here were read or found missing.
    read: u64,
    pub(super) recorded_at: i64,
    /// Full tiles since the last page, to be compared with the stored ones.
    tiles: Vec<Tile>,
    pub(super) tiles_full: u64,
    /// The roots of the head's perfect subtrees: the last position under each, and the root.
    subtrees: Vec<(u64, u64, Hash)>,
}

impl<'a> Check<'a> {
    fn new(store: &'a Store, log: &'a Log, row: &HeadRow) -> Self {
        let head = Head {
            ledger: store.ledger(),
            log: log.id.clone(),
            position: Position::new(row.position).unwrap_or(Position::MAX),
            recorded_at: Timestamp::from_micros(row.recorded_at).unwrap_or(Timestamp::MIN),
            root: row.root,
        };
        let mut subtrees = Vec::new();
        let mut first = 1;
        for (width, root) in frontier_of(row).unwrap_or_default().subtrees() {
            subtrees.push((first, first + width - 1, *root));
            first += width;
        }
        Self {
            store,
            log,
            found: Verification {
                head,
                events: 0,
                sealed: 0,
                erased: 0,
                problems: Vec::new(),
                more_problems: 0,
            },
            tree: Tree::default(),
            read: 0,
            recorded_at: 0,
            tiles: Vec::new(),
            tiles_full: 0,
            subtrees,
        }
    }

    pub(super) fn problem(&mut self, position: u64, what: impl Into<String>) {
        let position = Position::new(position).unwrap_or(Position::MAX);
        // The same position may be wrong in several ways; each is told.
        if self.found.problems.len() < PROBLEMS_MAX {
            self.found.problems.push(Problem { position, what: what.into() });
        } else {
            self.found.more_problems += 1;
        }
    }

    async fn page(&mut self, end: u64) -> Result<(), StoreError> {
        let until = end.min(self.read + PAGE_EVENTS);
        let range = [row_id(self.log.no, self.read), row_id(self.log.no, until)];
        let columns = SELECT_EVENTS.replace(" FROM", ", leaf_check FROM");
        let sql = format!("{columns} WHERE id > $1 AND id <= $2 ORDER BY id");
        let rows = self.store.0.db.fetch_many(&sql, &range, Ok).await?;
        let sql = "SELECT id, subject, key_version, bytes FROM sealed WHERE id > $1 AND id <= $2";
        let mut parts: HashMap<u64, Row> = HashMap::new();
        for row in self.store.0.db.fetch_many(sql, &range, Ok).await? {
            parts.insert(position_of(row.int(0)?), row);
        }
        let mut absent: Vec<(u64, Subject)> = Vec::new();
        for row in &rows {
            let at = position_of(row.int(0)?);
            self.missing_before(at);
            self.read = at;
            self.found.events += 1;
            let leaf = row.shared(7)?;
            let hash = leaf_hash(&leaf);
            self.hash(at, hash);
            if leaf_check(&hash) != row.int(8)? {
                self.problem(at, "the leaf is not the one that was hashed when it was written");
            }
            self.columns(at, row, &leaf, parts.remove(&at), &mut absent);
        }
        self.missing_before(until + 1);
        self.read = until;
        for at in parts.into_keys() {
            self.problem(at, "something sealed is stored that no event speaks of");
        }
        self.erased_or_missing(absent).await?;
        self.compare_tiles().await
    }

    fn missing_before(&mut self, at: u64) {
        if at > self.read + 1 {
            let last = at - 1;
            let what = if last == self.read + 1 {
                "the event is missing".to_owned()
            } else {
                format!("the events up to position {last} are missing")
            };
            self.problem(self.read + 1, what);
            // Something must stand in their place, so that what follows is not told to be wrong as well.
            (self.read + 1..at).for_each(|at| self.hash(at, [0; 32]));
        }
    }

    fn hash(&mut self, at: u64, hash: Hash) {
        let tiles = &mut self.tiles;
        self.tree.push(hash, |tile| tiles.push(tile));
        if let Some((first, _, root)) = self.subtrees.iter().find(|(_, last, _)| *last == at).copied() {
            let own = self.tree.frontier().subtrees().last().map(|(_, root)| *root);
            // The subtree that ends here is the last peak only while the tree has no more leaves; at its end it has not.
            if own != Some(root) {
                self.problem(
                    first,
                    format!("the leaves from here to position {at} do not give the hash in the head"),
                );
            }
        }
    }

    fn columns(
        &mut self,
        at: u64,
        row: &Row,
        leaf: &[u8],
        part: Option<Row>,
        absent: &mut Vec<(u64, Subject)>,
    ) {
        let event = match event_columns(row) {
            Ok(event) => event,
            Err(e) => return self.problem(at, format!("its columns cannot be read: {e}")),
        };
        let envelope = match Envelope::parse(leaf) {
            Ok(envelope) => envelope,
            Err(e) => return self.problem(at, format!("its leaf is no envelope: {e}")),
        };
        for column in differing(&event, &envelope) {
            self.problem(at, format!("the column `{column}` differs from the leaf"));
        }
        if envelope.ledger != self.store.ledger() || envelope.log != self.log.id {
            self.problem(at, "the leaf belongs to another ledger or log");
        }
        let recorded_at = event.recorded_at.micros();
        if recorded_at < self.recorded_at {
            self.problem(at, "it is recorded before the event before it");
        }
        self.recorded_at = recorded_at;
        match (envelope.sealed.as_slice(), part) {
            ([], None) => {}
            ([], Some(_)) => self.problem(at, "something sealed is stored that the leaf does not speak of"),
            ([told], None) => absent.push((at, told.subject)),
            ([told], Some(row)) => match sealed(&row, 1) {
                Ok(stored) if matches(&stored, told) => self.found.sealed += 1,
                _ => self.problem(at, "what is sealed is not what the leaf says"),
            },
            _ => self.problem(at, "the leaf speaks of more than one sealed part"),
        }
    }

    async fn erased_or_missing(&mut self, absent: Vec<(u64, Subject)>) -> Result<(), StoreError> {
        let subjects: Vec<_> = absent.iter().map(|(_, subject)| *subject).collect();
        let destroyed: HashSet<_> = self.store.vault().destroyed(&subjects).await?;
        for (at, subject) in absent {
            if destroyed.contains(&subject) {
                self.found.erased += 1;
            } else {
                self.problem(
                    at,
                    format!("what was sealed for {subject} is missing, and {subject} was not erased"),
                );
            }
        }
        Ok(())
    }

    async fn compare_tiles(&mut self) -> Result<(), StoreError> {
        for tile in std::mem::take(&mut self.tiles) {
            self.tiles_full += 1;
            let sql = "SELECT hashes FROM tiles WHERE log_no = $1 AND level = $2 AND tile = $3";
            let args = args![self.log.no, tile.level, tile.index.cast_signed()];
            let stored =
                self.store.0.db.fetch_optional(sql, args).await?.map(|row| row.bytes(0)).transpose()?;
            let width = 256_u64.pow(tile.level);
            let first = tile.index * 256 * width + 1;
            match stored {
                None => self.problem(
                    first,
                    format!("the Merkle tile {} of level {} is missing", tile.index, tile.level),
                ),
                Some(stored) => {
                    let mut pairs = stored.chunks(32).zip(tile.hashes.chunks(32));
                    if let Some(n) = pairs.position(|(stored, own)| stored != own) {
                        let (at, level) = (first + n as u64 * width, tile.level);
                        self.problem(
                            at,
                            format!("its hash is not the one in the Merkle tile of level {level}"),
                        );
                    } else if stored.len() != tile.hashes.len() {
                        self.problem(first, "a Merkle tile has not its length");
                    }
                }
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Verification {
        self.found.problems.sort_by_key(|problem| problem.position);
        self.found
    }
}

fn differing(event: &StoredEvent, envelope: &Envelope<'_>) -> Vec<&'static str> {
    [
        ("position", event.position == envelope.position),
        ("stream", event.stream == envelope.stream),
        ("version", event.version == envelope.version),
        ("event_id", event.event_id == envelope.event_id),
        ("type", event.event_type == envelope.event_type),
        ("occurred_at", event.occurred_at == envelope.occurred_at),
        ("recorded_at", event.recorded_at == envelope.recorded_at),
    ]
    .into_iter()
    .filter_map(|(column, same)| (!same).then_some(column))
    .collect()
}

fn matches(stored: &Sealed, told: &SealedPart) -> bool {
    told.algorithm == SEAL_ALGORITHM
        && told.key_version == stored.key_version
        && told.subject == stored.subject
        && told.sha256 == <Hash>::from(Sha256::digest(&stored.bytes))
}
