//! What the writer remembers of a log between batches: where the head is, the tree, and the versions of the streams it
//! touched lately. As long as the head is where it left it, nobody else wrote, and all this is right.

use std::collections::{HashMap, HashSet};
use std::num::NonZeroUsize;

use lru::LruCache;
use sangdam_domain::log::{Position, StreamId};

use super::rows::{log_no_of, position_of, row_id};
use crate::args;
use crate::contract::{Hash, StoreError};
use crate::db::{Arg, Db, Row, Tx, in_chunks, placeholders};
use crate::merkle::{Frontier, TILE_WIDTH, Tile, Tree, full_tiles, leaf_hash};

/// Of how many streams the version is remembered: some 100 bytes each.
const VERSIONS_MAX: NonZeroUsize = NonZeroUsize::new(65_536).unwrap();
/// Where others wrote more than this many events, memory is loaded anew instead of following them.
const FOLLOW_MAX: u64 = 8192;
const PAGE: u64 = 1024;

/// A head row.
pub(crate) struct HeadRow {
    pub(crate) position: u64,
    pub(crate) recorded_at: i64,
    pub(crate) frontier: Vec<u8>,
    pub(crate) root: Hash,
}

impl HeadRow {
    /// Reads and, on PostgreSQL, locks it to the transaction's end.
    pub(super) async fn lock(tx: &Tx, log_no: i64) -> Result<Option<Self>, sqlx::Error> {
        let lock = if tx.is_postgres() { "FOR UPDATE" } else { "" };
        let sql = format!("SELECT position, recorded_at, frontier, root FROM heads WHERE log_no = $1 {lock}");
        tx.fetch_optional(&sql, args![log_no]).await?.map(|row| Self::from_row(&row)).transpose()
    }

    pub(crate) fn from_row(row: &Row) -> Result<Self, sqlx::Error> {
        Ok(Self {
            position: row.count(0)?,
            recorded_at: row.int(1)?,
            frontier: row.bytes(2)?,
            root: row.array(3)?,
        })
    }
}

/// See the module.
pub(super) struct Memory {
    pub(super) position: u64,
    pub(super) recorded_at: i64,
    pub(super) tree: Tree,
    pub(super) versions: LruCache<StreamId, u64>,
}

impl Memory {
    /// Brings memory to the locked head: follows what others wrote, or loads everything anew.
    pub(super) async fn at_head(
        known: Option<Self>,
        tx: &Tx,
        log_no: i64,
        head: &HeadRow,
    ) -> Result<Self, StoreError> {
        let mut memory = match known {
            Some(memory) if (memory.position..=memory.position + FOLLOW_MAX).contains(&head.position) => {
                memory
            }
            _ => Self::from_tiles(tx, log_no, head.position).await?,
        };
        memory.follow(tx, log_no, head.position).await?;
        memory.recorded_at = head.recorded_at;
        let frontier = memory.tree.frontier();
        if frontier.to_bytes() != head.frontier || frontier.root() != head.root {
            return Err(damaged(head.position, "the leaves do not give the head's root: run `verify`"));
        }
        Ok(memory)
    }

    async fn from_tiles(tx: &Tx, log_no: i64, size: u64) -> Result<Self, StoreError> {
        let tree = tree_of_tiles(Source::Tx(tx), log_no, size).await?;
        let position = tree.frontier().size();
        Ok(Self { position, recorded_at: 0, tree, versions: LruCache::new(VERSIONS_MAX) })
    }

    async fn follow(&mut self, tx: &Tx, log_no: i64, to: u64) -> Result<(), StoreError> {
        while self.position < to {
            let until = to.min(self.position + PAGE);
            let sql = "SELECT id, stream, version, leaf FROM events WHERE id > $1 AND id <= $2 ORDER BY id";
            let rows = tx.fetch_all(sql, args![row_id(log_no, self.position), row_id(log_no, until)]).await?;
            for row in &rows {
                if position_of(row.int(0)?) != self.position + 1 {
                    break;
                }
                self.versions.put(row.stream(1)?, row.count(2)?);
                self.tree.push(leaf_hash(&row.bytes(3)?), |_| {});
                self.position += 1;
            }
            if self.position != until {
                return Err(damaged(self.position + 1, "the event is missing: run `verify`"));
            }
        }
        Ok(())
    }

    /// A tree and versions as they are after a batch was written.
    pub(super) fn adopt(
        &mut self,
        position: u64,
        recorded_at: i64,
        tree: Tree,
        versions: HashMap<StreamId, u64>,
    ) {
        (self.position, self.recorded_at, self.tree) = (position, recorded_at, tree);
        for (stream, version) in versions {
            self.versions.put(stream, version);
        }
    }
}

/// The tree over the first leaves of a log, as far as they fill level-0 tiles: at most 255 are left to be pushed.
pub(crate) async fn tree_of_tiles(source: Source<'_>, log_no: i64, size: u64) -> Result<Tree, StoreError> {
    let mut levels = Vec::new();
    for level in 0.. {
        let (from, to) = (full_tiles(size, level + 1) * TILE_WIDTH, full_tiles(size, level));
        if to == 0 {
            break;
        }
        let sql =
            "SELECT tile, hashes FROM tiles WHERE log_no = $1 AND level = $2 AND tile >= $3 AND tile < $4
            ORDER BY tile";
        let rows = source.fetch_all(sql, args![log_no, level, from.cast_signed(), to.cast_signed()]).await?;
        if rows.len() as u64 != to - from {
            return Err(damaged(size, "a Merkle tile is missing: run `verify`"));
        }
        let tile =
            |row: &Row| Ok::<_, sqlx::Error>(Tile { level, index: row.count(0)?, hashes: row.bytes(1)? });
        levels.push(rows.iter().map(tile).collect::<Result<Vec<_>, _>>()?);
    }
    Ok(Tree::from_tiles(&levels))
}

fn damaged(position: u64, problem: &str) -> StoreError {
    let position = Position::new(position).unwrap_or(Position::MAX);
    StoreError::Damaged { position, problem: problem.to_owned() }
}

/// The frontier of a head row, checked against its position.
pub(crate) fn frontier_of(head: &HeadRow) -> Option<Frontier> {
    Frontier::from_bytes(head.position, &head.frontier)
}

/// Versions read from the database.
#[derive(Default)]
pub(super) struct ReadVersions {
    /// By stream; 0 where there is none.
    pub(super) versions: HashMap<StreamId, u64>,
    /// Streams of other logs: nothing can be appended to them here.
    pub(super) foreign: HashSet<StreamId>,
}

/// The versions of streams, from a transaction or outside of one.
pub(super) async fn read_versions(
    source: Source<'_>,
    log_no: i64,
    streams: &[StreamId],
) -> Result<ReadVersions, sqlx::Error> {
    let mut read = ReadVersions::default();
    read.versions.extend(streams.iter().map(|stream| (*stream, 0)));
    for chunk in in_chunks(streams) {
        let sql = select_versions(chunk.len());
        for row in source.fetch_all(&sql, chunk.iter().map(|stream| Arg::from(*stream)).collect()).await? {
            let stream = row.stream(0)?;
            read.versions.insert(stream, row.count(1)?);
            if log_no_of(row.int(2)?) != log_no {
                read.foreign.insert(stream);
            }
        }
    }
    Ok(read)
}

/// The last event of so many streams. `CROSS JOIN`, since SQLite keeps to its order: for many streams it would go through all
/// events otherwise, to look for each among the streams.
fn select_versions(streams: usize) -> String {
    let values: Vec<String> = (1..=streams).map(|n| placeholders(n, 1)).collect();
    format!(
        "WITH wanted(stream) AS (VALUES {}) SELECT e.stream, e.version, e.id FROM wanted w CROSS JOIN events e
            WHERE e.stream = w.stream AND e.version = (SELECT max(version) FROM events WHERE stream = w.stream)",
        values.join(",")
    )
}

/// Where to read from.
#[derive(Clone, Copy)]
pub(crate) enum Source<'a> {
    Db(&'a Db),
    Tx(&'a Tx),
}

impl Source<'_> {
    async fn fetch_all(self, sql: &str, args: Vec<Arg>) -> Result<Vec<Row>, sqlx::Error> {
        match self {
            Self::Db(db) => db.fetch_all(sql, args).await,
            Self::Tx(tx) => tx.fetch_all(sql, args).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_sqlite_versions_are_looked_up_by_their_streams_however_many() {
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        connection.execute_batch(include_str!("../../../migrations/sqlite/ledger/0001_ledger.sql")).unwrap();
        let streams = vec![(); 1 + 4 + 16 + 64 + 256];
        for chunk in in_chunks(&streams) {
            let explain = format!("EXPLAIN QUERY PLAN {}", select_versions(chunk.len()));
            let mut statement = connection.prepare(&explain).unwrap();
            let (mut rows, mut plan) = (statement.raw_query(), Vec::new());
            while let Some(row) = rows.next().unwrap() {
                plan.push(row.get::<_, String>(3).unwrap());
            }
            assert!(plan.iter().any(|step| step.starts_with("SEARCH e ")), "{plan:?}");
        }
    }
}
