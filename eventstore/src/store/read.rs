//! Reading: by log, by stream, by type, by position; sealed parts, commands and claims.

use std::collections::HashMap;

use bytes::Bytes;
use sangdam_domain::actor::Subject;
use sangdam_domain::id::CommandId;
use sangdam_domain::log::{LogId, Position, StreamId, Version};
use sangdam_domain::time::Timestamp;

use super::events::{SELECT_EVENTS, event, position};
use super::stretch::distinct;
use super::{Log, ReadFrom, Store, Stretch};
use crate::args;
use crate::contract::{Hash, RecordedCommand, Sealed, StoreError, StoredEvent};
use crate::db::{Arg, Row, in_chunks, placeholders};
use crate::writer::rows::{POSITION_BITS, row_id};
use crate::writer::{SELECT_COMMANDS, recorded_command};

/// How many events a search by type looks at in one statement.
pub(super) const EVENTS_A_STEP: u64 = 65_536;

/// From how many events on it pays to copy them out, which is planned anew each time.
const MANY_EVENTS: u64 = 256;

impl Store {
    /// At most `limit` events after a position, in order.
    pub async fn read(
        &self,
        log: &LogId,
        after: Position,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let log = self.log(log).await?;
        self.read_page(&log, after, limit).await
    }

    pub(super) async fn read_page(
        &self,
        log: &Log,
        after: Position,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let sql = format!("{SELECT_EVENTS} WHERE id > $1 AND id < $2 ORDER BY id LIMIT $3");
        let numbers = [row_id(log.no, after.get()), end_of(log.no), limit_arg(limit)];
        let there = log.head.borrow().saturating_sub(after.get());
        if there.min(limit as u64) < MANY_EVENTS {
            self.events(sql, numbers.map(Arg::from).to_vec()).await
        } else {
            self.many_events(&sql, &numbers).await
        }
    }

    /// At most `limit` events of some types after a position, in order. There is no index by type: it looks through the log,
    /// in steps between which it can be given up.
    pub async fn read_types(
        &self,
        log: &LogId,
        after: Position,
        types: &[&str],
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        self.read_types_until(log, after, Position::MAX, types, limit).await
    }

    /// The same, and none behind `until`.
    pub async fn read_types_until(
        &self,
        log: &LogId,
        after: Position,
        until: Position,
        types: &[&str],
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        if types.is_empty() {
            return Ok(Vec::new());
        }
        let stretch = Stretch { after, last: until, types };
        self.read_stretch(log, stretch, ReadFrom::Start, limit).await
    }

    /// A stream's events after a version, in order. Streams are unique over all logs.
    pub async fn read_stream(
        &self,
        stream: StreamId,
        after: Version,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let sql = format!("{SELECT_EVENTS} WHERE stream = $1 AND version > $2 ORDER BY version");
        self.events(sql, args![stream, after]).await
    }

    /// At most `limit` events of a stream that stand in this log behind one position and up to another, in order; of some
    /// types, where any are given.
    pub async fn read_stream_page(
        &self,
        log: &LogId,
        stream: StreamId,
        (after, until): (Position, Position),
        types: Option<&[&str]>,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        if types.is_some_and(<[&str]>::is_empty) {
            return Ok(Vec::new());
        }
        let (log_no, head) = self.log_no(log).await?.ok_or_else(|| StoreError::NoSuchLog(log.clone()))?;
        let (after, until) = (row_id(log_no, after.get().min(head)), row_id(log_no, until.get().min(head)));
        let mut args = args![stream, after, until, limit_arg(limit)];
        let of_types = types.map_or_else(String::new, |types| {
            args.extend(types.iter().map(|name| Arg::from(*name)));
            format!(" AND type IN {}", placeholders(5, types.len()))
        });
        // By version, so that the stream's index is entered behind the event that stands at `after`. The signs leave it no
        // other way.
        let sql = format!(
            "{SELECT_EVENTS} WHERE stream = $1 AND +id > $2 AND +id <= $3 \
             AND version > COALESCE((SELECT version FROM events WHERE id = $2 AND stream = $1), 0){of_types} \
             ORDER BY version LIMIT $4"
        );
        self.events(sql, args).await
    }

    /// All events of several streams: stream after stream, each in order.
    pub async fn read_streams(&self, streams: &[StreamId]) -> Result<Vec<StoredEvent>, StoreError> {
        let mut all = Vec::new();
        for chunk in in_chunks(&distinct(streams)) {
            let list = placeholders(1, chunk.len());
            let sql = format!("{SELECT_EVENTS} WHERE stream IN {list} ORDER BY stream, version");
            let args = chunk.iter().map(|stream| Arg::from(*stream)).collect();
            all.append(&mut self.events(sql, args).await?);
        }
        Ok(all)
    }

    /// The events at these positions, in order; positions past the head are left out.
    pub async fn read_at(&self, log: &LogId, positions: &[Position]) -> Result<Vec<StoredEvent>, StoreError> {
        let mut all = Vec::new();
        for row in self.rows_at(SELECT_EVENTS, log, positions).await? {
            all.push(event(&row)?);
        }
        Ok(all)
    }

    /// The sealed parts of the events at these positions. What was never sealed, or was deleted, is left out.
    pub async fn sealed(
        &self,
        log: &LogId,
        positions: &[Position],
    ) -> Result<HashMap<Position, Sealed>, StoreError> {
        let rows = self.rows_at("SELECT id, subject, key_version, bytes FROM sealed", log, positions).await?;
        rows.iter().map(|row| Ok((position(row)?, sealed(row, 1)?))).collect()
    }

    /// Deletes the sealed parts at these positions, after an erasure. The events stay, and every proof with them.
    pub async fn delete_sealed(&self, log: &LogId, positions: &[Position]) -> Result<(), StoreError> {
        let log = self.log(log).await?;
        let tx = self.0.db.begin().await?;
        for chunk in in_chunks(positions) {
            let sql = format!("DELETE FROM sealed WHERE id IN {}", placeholders(1, chunk.len()));
            tx.execute(&sql, chunk.iter().map(|at| Arg::from(row_id(log.no, at.get()))).collect()).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    async fn rows_at(
        &self,
        select: &str,
        log: &LogId,
        positions: &[Position],
    ) -> Result<Vec<Row>, StoreError> {
        let log = self.log(log).await?;
        let mut sorted = positions.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        let mut rows = Vec::new();
        for chunk in in_chunks(&sorted) {
            let sql = format!("{select} WHERE id IN {} ORDER BY id", placeholders(1, chunk.len()));
            let args = chunk.iter().map(|at| Arg::from(row_id(log.no, at.get()))).collect();
            rows.append(&mut self.0.db.fetch_all(&sql, args).await?);
        }
        Ok(rows)
    }

    /// What a command did, if it was carried out.
    pub async fn command(&self, command: CommandId) -> Result<Option<RecordedCommand>, StoreError> {
        let sql = format!("{SELECT_COMMANDS} WHERE c.command_id = $1");
        let row = self.0.db.fetch_optional(&sql, args![command.uuid()]).await?;
        Ok(row.map(|row| recorded_command(&row)).transpose()?)
    }

    /// What these commands did, of those that were carried out.
    pub async fn commands(
        &self,
        commands: &[CommandId],
    ) -> Result<HashMap<CommandId, RecordedCommand>, StoreError> {
        let mut recorded = HashMap::new();
        for chunk in in_chunks(commands) {
            let sql = format!("{SELECT_COMMANDS} WHERE c.command_id IN {}", placeholders(1, chunk.len()));
            let args = chunk.iter().map(|command| Arg::from(command.uuid())).collect();
            for row in self.0.db.fetch_all(&sql, args).await? {
                let command = recorded_command(&row)?;
                recorded.insert(command.command_id, command);
            }
        }
        Ok(recorded)
    }

    /// Who has a claimed thing.
    pub async fn claim(&self, namespace: &str, hmac: Hash) -> Result<Option<StreamId>, StoreError> {
        let sql = "SELECT owner FROM claims WHERE namespace = $1 AND hmac = $2";
        let row = self.0.db.fetch_optional(sql, args![namespace, hmac]).await?;
        Ok(row.map(|row| row.stream(0)).transpose()?)
    }

    /// The last position that was recorded at or before a moment; 0 where the log is younger.
    pub async fn position_at(&self, log: &LogId, moment: Timestamp) -> Result<Position, StoreError> {
        let head = self.head(log).await?;
        let log = self.log(log).await?;
        // `recorded_at` never decreases with the position.
        let (mut low, mut high) = (0, head.position.get());
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            let sql = "SELECT recorded_at FROM events WHERE id = $1";
            let row = self.0.db.fetch_optional(sql, args![row_id(log.no, middle)]).await?;
            let row = row.ok_or_else(|| StoreError::Damaged {
                position: Position::new(middle).unwrap_or(Position::MAX),
                problem: "the event is missing: run `verify`".to_owned(),
            })?;
            if row.time(0)? <= moment { low = middle } else { high = middle - 1 }
        }
        Ok(Position::new(low).unwrap_or(Position::MAX))
    }
}

pub(super) fn limit_arg(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// The row id after the last that a log can have.
fn end_of(log_no: i64) -> i64 {
    (log_no + 1) << POSITION_BITS
}

/// From `subject, key_version, bytes`, of which the first is this column.
pub(super) fn sealed(row: &Row, column: usize) -> Result<Sealed, sqlx::Error> {
    let unreadable = |index: &str| sqlx::Error::ColumnDecode {
        index: index.to_owned(),
        source: "not a data subject and its key's version".into(),
    };
    Ok(Sealed {
        subject: Subject::from_bytes(&row.bytes(column)?).ok_or_else(|| unreadable("subject"))?,
        key_version: u32::try_from(row.int(column + 1)?).map_err(|_| unreadable("key_version"))?,
        bytes: Bytes::from(row.bytes(column + 2)?),
    })
}
