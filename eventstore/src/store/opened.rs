//! Streams with what was sealed of them, in one question: what folding an aggregate takes.

use sangdam_domain::log::{LogId, StreamId};

use super::Store;
use super::events::event;
use super::read::sealed;
use super::stretch::distinct;
use crate::contract::{Sealed, StoreError, StoredEvent};
use crate::db::{Arg, in_chunks, placeholders};
use crate::writer::rows::log_no_of;

impl Store {
    /// All events of several streams that stand in this log, each with its sealed part: stream after stream, each in order.
    /// What was never sealed, or was deleted, is `None`.
    pub async fn read_streams_sealed(
        &self,
        log: &LogId,
        streams: &[StreamId],
    ) -> Result<Vec<(StoredEvent, Option<Sealed>)>, StoreError> {
        let log = match self.log(log).await {
            Ok(log) => log,
            Err(StoreError::NoSuchLog(_)) => return Ok(Vec::new()),
            Err(e) => return Err(e),
        };
        let mut all = Vec::new();
        for chunk in in_chunks(&distinct(streams)) {
            let sql = format!(
                "SELECT e.id, stream, version, event_id, type, occurred_at, recorded_at, leaf, subject, key_version, bytes \
                 FROM events e LEFT JOIN sealed s ON s.id = e.id WHERE stream IN {} ORDER BY stream, version",
                placeholders(1, chunk.len())
            );
            let args = chunk.iter().map(|stream| Arg::from(*stream)).collect();
            for row in self.0.db.fetch_all(&sql, args).await? {
                if log_no_of(row.int(0)?) == log.no {
                    let part = row.opt_bytes(8)?.map(|_| sealed(&row, 8)).transpose()?;
                    all.push((event(&row)?, part));
                }
            }
        }
        Ok(all)
    }
}
