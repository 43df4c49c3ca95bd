//! The bare loop on SQLite: prepared statements of one row each.

use std::path::Path;

use rusqlite::{Connection, params};

use crate::raw::{FINGERPRINT, FIRST_LOG, FRONTIER, HASH, MOMENT, Rows, TILE};

const PAGE: i64 = 1000;

pub(crate) struct Sqlite {
    write: Connection,
    read: Connection,
}

impl Sqlite {
    pub(crate) fn open(written: &Path, read: &Path) -> Self {
        let open = |dir: &Path| {
            let connection = Connection::open(dir.join("ledger.db")).unwrap();
            // As the store sets them, but that the write-ahead log is put in place by the loop itself, less often.
            connection
                .execute_batch(
                    "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA recursive_triggers = ON;
                    PRAGMA cache_size = -16000; PRAGMA wal_autocheckpoint = 8192",
                )
                .unwrap();
            connection
        };
        Self { write: open(written), read: open(read) }
    }

    pub(crate) fn write(&mut self, rows: &Rows) -> rusqlite::Result<()> {
        let Some(last) = rows.events.last().map(|row| row.id) else { return Ok(()) };
        self.write.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        self.write
            .prepare_cached(
                "UPDATE heads SET position = ?, recorded_at = ?, frontier = ?, root = ? WHERE log_no = 1",
            )?
            .execute(params![last - FIRST_LOG, MOMENT, FRONTIER, HASH])?;
        let mut events = self.write.prepare_cached("INSERT INTO events VALUES (?,?,?,?,?,?,?,?,?)")?;
        for row in &rows.events {
            events.execute(params![
                row.id,
                row.stream,
                row.version,
                row.event_id,
                "NoteRecorded",
                MOMENT,
                MOMENT,
                row.id,
                row.leaf
            ])?;
        }
        let mut sealed = self.write.prepare_cached("INSERT INTO sealed VALUES (?,?,?,?)")?;
        for row in &rows.events {
            sealed.execute(params![row.id, row.stream, 1, row.sealed])?;
        }
        let mut commands = self.write.prepare_cached("INSERT INTO commands VALUES (?,?,?,?,?)")?;
        for row in &rows.commands {
            commands.execute(params![row.command_id, FINGERPRINT, row.first_id, row.event_count, 1])?;
        }
        let mut tiles = self.write.prepare_cached("INSERT INTO tiles VALUES (1, 0, ?, ?)")?;
        for tile in &rows.tiles {
            tiles.execute(params![tile, TILE])?;
        }
        self.write.prepare_cached("COMMIT")?.execute([])?;
        Ok(())
    }

    /// Reads the second log.
    pub(crate) fn read(&mut self) -> rusqlite::Result<usize> {
        let sql = "SELECT id, stream, version, event_id, type, occurred_at, recorded_at, leaf FROM events
            WHERE id > ? AND id < ? ORDER BY id LIMIT ?";
        let mut statement = self.read.prepare_cached(sql)?;
        let (mut after, end) = (2 * FIRST_LOG, 3 * FIRST_LOG);
        let (mut events, mut bytes) = (0, 0_u64);
        loop {
            let mut rows = statement.query(params![after, end, PAGE])?;
            let before = events;
            while let Some(row) = rows.next()? {
                after = row.get_ref(0)?.as_i64()?;
                let numbers =
                    row.get_ref(2)?.as_i64()? + row.get_ref(5)?.as_i64()? + row.get_ref(6)?.as_i64()?;
                let blobs =
                    [row.get_ref(1)?.as_blob()?, row.get_ref(3)?.as_blob()?, row.get_ref(7)?.as_blob()?];
                let text = row.get_ref(4)?.as_str()?;
                bytes += numbers.cast_unsigned() & 1;
                bytes += (blobs.iter().map(|blob| blob.len()).sum::<usize>() + text.len()) as u64;
                events += 1;
            }
            if events == before {
                std::hint::black_box(bytes);
                return Ok(events);
            }
        }
    }
}
