//! Writing a batch on SQLite, by statements of one row each, all in one go on one thread.

use rusqlite::{Connection, params};

use super::is_unique_violation;
use super::rows::{EventRow, Rows, WriteError};
use crate::db::{Direct, failed};

/// About how many pages a transaction writes at least: the head's, and the last of each table and index.
const PAGES_EACH: u64 = 6;
/// About how many bytes of leaves a further page goes with, what is sealed and the indexes included.
const LEAF_BYTES_A_PAGE: u64 = 4096;

const TAKE_HEAD: &str = "UPDATE heads SET position = ?3, recorded_at = ?4, frontier = ?5, root = ?6
    WHERE log_no = ?1 AND position = ?2";
const EVENT: &str =
    "INSERT INTO events (id, stream, version, event_id, type, occurred_at, recorded_at, leaf_check, leaf)
    VALUES (?,?,?,?,?,?,?,?,?)";
const SEALED: &str = "INSERT INTO sealed (id, subject, key_version, bytes) VALUES (?,?,?,?)";
const COMMAND: &str =
    "INSERT INTO commands (command_id, fingerprint, first_id, event_count, version) VALUES (?,?,?,?,?)";
const RELEASE: &str = "DELETE FROM claims WHERE owner = ? RETURNING namespace, hmac";
const CLAIM: &str = "INSERT INTO claims (namespace, hmac, owner) VALUES (?,?,?)";
const TILE: &str = "INSERT INTO tiles (log_no, level, tile, hashes) VALUES (?,?,?,?)";

/// So many events may be written where they are asked for; more hold up others for too long.
const SMALL_EVENTS_MAX: usize = 16;

pub(super) async fn write(direct: &Direct, rows: Rows) -> Result<(), WriteError> {
    let small = rows.events.len() <= SMALL_EVENTS_MAX;
    let bytes = |row: &EventRow| row.leaf.len();
    let pages = PAGES_EACH + rows.events.iter().map(bytes).sum::<usize>() as u64 / LEAF_BYTES_A_PAGE;
    direct.write(pages, small, move |connection| insert(connection, &rows)).await
}

pub(super) fn insert(connection: &Connection, rows: &Rows) -> Result<(), WriteError> {
    let (from, to) = (rows.from.cast_signed(), rows.to.cast_signed());
    let taken = connection.prepare_cached(TAKE_HEAD)?.execute(params![
        rows.log_no,
        from,
        to,
        rows.recorded_at,
        rows.frontier,
        rows.root
    ])?;
    if taken == 0 {
        return Err(WriteError::HeadMoved);
    }
    let mut event = connection.prepare_cached(EVENT)?;
    for row in &rows.events {
        event.execute(params![
            row.id,
            row.stream,
            row.version,
            row.event_id,
            row.event_type,
            row.occurred_at,
            row.recorded_at,
            row.leaf_check,
            row.leaf
        ])?;
    }
    let mut sealed = connection.prepare_cached(SEALED)?;
    for row in &rows.sealed {
        sealed.execute(params![row.id, row.subject, row.key_version, row.bytes.as_ref()])?;
    }
    let mut command = connection.prepare_cached(COMMAND)?;
    for row in &rows.commands {
        command.execute(params![
            row.command_id,
            row.fingerprint,
            row.first_id,
            row.event_count,
            row.version
        ])?;
    }
    for row in &rows.releases {
        let mut release = connection.prepare_cached(RELEASE)?;
        let mut given_up = release.query([row.owner])?;
        while let Some(claim) = given_up.next()? {
            let namespace = claim.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
            if rows.must_refuse(namespace, &claim.get(1)?, &row.owner) {
                return Err(WriteError::Taken);
            }
        }
    }
    for row in &rows.claims {
        connection.prepare_cached(CLAIM)?.execute(params![row.namespace, row.hmac, row.owner])?;
    }
    for tile in &rows.tiles {
        let index = tile.index.cast_signed();
        connection.prepare_cached(TILE)?.execute(params![rows.log_no, tile.level, index, tile.hashes])?;
    }
    Ok(())
}

impl From<rusqlite::Error> for WriteError {
    fn from(e: rusqlite::Error) -> Self {
        let e = failed(e);
        if is_unique_violation(&e) { Self::Taken } else { Self::Database(e) }
    }
}
