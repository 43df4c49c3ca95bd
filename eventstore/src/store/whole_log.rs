//! What verification can only tell of a log as a whole, once all its events were read.

use super::events::position;
use super::verify::Check;
use crate::args;
use crate::contract::StoreError;
use crate::writer::HeadRow;
use crate::writer::rows::{POSITION_BITS, position_of, row_id};

impl Check<'_> {
    /// The root, the frontier and `recorded_at` are the head's, and there is nothing past it.
    pub(super) async fn end_of_log(&mut self, head: &HeadRow) -> Result<(), StoreError> {
        let frontier = self.tree.frontier();
        if frontier.root() != head.root {
            self.problem(1, "the root over all leaves is not the head's");
        } else if frontier.to_bytes() != head.frontier {
            self.problem(head.position, "the frontier is not the head's");
        }
        if self.recorded_at != head.recorded_at {
            self.problem(head.position, "it is not recorded when the head says");
        }
        let db = &self.store.0.db;
        // A writer may be at work: what was written meanwhile is past the head that was read first, and no problem.
        let sql = "SELECT min(e.id) FROM events e WHERE e.id > $1 AND e.id < $2
            AND e.id > (SELECT $3 + h.position FROM heads h WHERE h.log_no = $4)";
        let no = self.log.no;
        let args = args![row_id(no, head.position), row_id(no + 1, 0), no << POSITION_BITS, no];
        if let Some(id) = db.fetch_optional(sql, args).await?.and_then(|row| row.opt_int(0).ok().flatten()) {
            self.problem(position_of(id), "there are events past the head");
        }
        let sql = "SELECT CAST(count(*) AS BIGINT) FROM tiles WHERE log_no = $1
            AND tile < $2 / CASE level WHEN 0 THEN 256 WHEN 1 THEN 65536 WHEN 2 THEN 16777216
                WHEN 3 THEN 4294967296 ELSE 1099511627776 END";
        let stored = db.fetch_optional(sql, args![no, head.position.cast_signed()]).await?;
        if stored.map(|row| row.count(0)).transpose()?.unwrap_or(0) > self.tiles_full {
            self.problem(head.position, "there are more Merkle tiles than the tree has");
        }
        Ok(())
    }

    /// Versions of every stream are 1, 2, 3, … in the order of positions.
    pub(super) async fn versions(&mut self, end: u64) -> Result<(), StoreError> {
        let sql = "SELECT id FROM (
                SELECT id, version, row_number() OVER (PARTITION BY stream ORDER BY id) AS expected
                FROM events WHERE id > $1 AND id <= $2
            ) AS numbered WHERE version <> expected ORDER BY id LIMIT 100";
        let args = args![row_id(self.log.no, 0), row_id(self.log.no, end)];
        for row in self.store.0.db.fetch_all(sql, args).await? {
            self.problem(position(&row)?.get(), "versions of its stream have a gap or are out of order here");
        }
        Ok(())
    }
}
