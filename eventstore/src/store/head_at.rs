//! The head that a log had at an earlier position: what somebody may have written down then.

use sangdam_domain::log::{LogId, Position};
use sangdam_domain::time::Timestamp;

use super::Store;
use crate::args;
use crate::contract::{Head, StoreError};
use crate::merkle::leaf_hash;
use crate::writer::rows::{position_of, row_id};
use crate::writer::{Source, tree_of_tiles};

impl Store {
    /// The head of a log when it ended at this position: its root over the leaves up to there, from the tiles that lie
    /// full before it and the leaves (255 at most) behind them.
    ///
    /// # Errors
    /// [`StoreError::NoSuchLog`]; [`StoreError::Damaged`] where the log does not hold the position, or what leads up to it
    /// is missing. Whether there is such a position is the caller's to check against [`Store::head`].
    pub async fn head_at(&self, log: &LogId, position: Position) -> Result<Head, StoreError> {
        let (log_no, _) = self.log_no(log).await?.ok_or_else(|| StoreError::NoSuchLog(log.clone()))?;
        let size = position.get();
        let mut tree = tree_of_tiles(Source::Db(&self.0.db), log_no, size).await?;
        let sql = "SELECT id, recorded_at, leaf FROM events WHERE id > $1 AND id <= $2 ORDER BY id";
        let begun = tree.frontier().size();
        // At least the last leaf is read, for when it was recorded.
        let after = begun.min(size.saturating_sub(1));
        let mut recorded_at = Timestamp::MIN;
        let mut next = after + 1;
        for row in self.0.db.fetch_all(sql, args![row_id(log_no, after), row_id(log_no, size)]).await? {
            if position_of(row.int(0)?) != next {
                break;
            }
            recorded_at = row.time(1)?;
            if next > begun {
                tree.push(leaf_hash(&row.bytes(2)?), |_| {});
            }
            next += 1;
        }
        if next != size + 1 {
            let position = Position::new(next).unwrap_or(Position::MAX);
            let problem = "the event is missing: run `verify`".to_owned();
            return Err(StoreError::Damaged { position, problem });
        }
        let root = tree.frontier().root();
        Ok(Head { ledger: self.0.ledger, log: log.clone(), position, recorded_at, root })
    }
}
