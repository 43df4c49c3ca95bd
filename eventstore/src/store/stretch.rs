//! Reading history from either end: stretches of a log, and streams in parts, so that neither is in memory as a whole.

use sangdam_domain::log::{LogId, Position, StreamId, Version};

use super::Store;
use super::events::{SELECT_EVENTS, position};
use super::read::{EVENTS_A_STEP, limit_arg};
use crate::args;
use crate::contract::{StoreError, StoredEvent};
use crate::db::{Arg, in_chunks, placeholders};
use crate::writer::rows::{log_no_of, row_id};

/// Which events of a log: those after `after` and up to `last`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stretch<'a> {
    /// The position before the first.
    pub after: Position,
    /// The last position; those past the head are left out.
    pub last: Position,
    /// Only events of these types; empty for those of any.
    pub types: &'a [&'a str],
}

/// From which end a stretch is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReadFrom {
    /// The oldest first.
    Start,
    /// The newest first.
    End,
}

impl Store {
    /// At most `limit` events of a stretch, read from one of its ends. There is no index by type: it looks through the
    /// stretch, in steps between which it can be given up.
    pub async fn read_stretch(
        &self,
        log: &LogId,
        stretch: Stretch<'_>,
        from: ReadFrom,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let (log_no, head) = self.log_no(log).await?.ok_or_else(|| StoreError::NoSuchLog(log.clone()))?;
        let of_types = match stretch.types.len() {
            0 => String::new(),
            count => format!("AND type IN {}", placeholders(4, count)),
        };
        let order = match from {
            ReadFrom::Start => "ASC",
            ReadFrom::End => "DESC",
        };
        let sql =
            format!("{SELECT_EVENTS} WHERE id > $1 AND id <= $2 {of_types} ORDER BY id {order} LIMIT $3");
        let (mut low, mut high) = (stretch.after.get(), stretch.last.get().min(head));
        let mut found = Vec::new();
        while low < high && found.len() < limit {
            let (after, last) = match from {
                ReadFrom::Start => (low, high.min(low + EVENTS_A_STEP)),
                ReadFrom::End => (low.max(high.saturating_sub(EVENTS_A_STEP)), high),
            };
            let mut args = args![row_id(log_no, after), row_id(log_no, last), limit_arg(limit - found.len())];
            args.extend(stretch.types.iter().map(|name| Arg::from(*name)));
            found.extend(self.events(&sql, args).await?);
            match from {
                ReadFrom::Start => low = last,
                ReadFrom::End => high = after,
            }
        }
        Ok(found)
    }

    /// The positions of all events of several streams that a log holds, in order.
    pub async fn positions_of(&self, log: &LogId, streams: &[StreamId]) -> Result<Vec<Position>, StoreError> {
        let log = self.log(log).await?;
        let mut found = Vec::new();
        for chunk in in_chunks(&distinct(streams)) {
            let sql = format!("SELECT id FROM events WHERE stream IN {}", placeholders(1, chunk.len()));
            let args = chunk.iter().map(|stream| Arg::from(*stream)).collect();
            for row in self.0.db.fetch_all(&sql, args).await? {
                if log_no_of(row.int(0)?) == log.no {
                    found.push(position(&row)?);
                }
            }
        }
        found.sort_unstable();
        Ok(found)
    }

    /// The events of several streams up to a version: stream after stream, each in order.
    pub async fn read_streams_to(
        &self,
        streams: &[StreamId],
        last: Version,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let mut all = Vec::new();
        for chunk in in_chunks(&distinct(streams)) {
            let list = placeholders(2, chunk.len());
            let sql =
                format!("{SELECT_EVENTS} WHERE version <= $1 AND stream IN {list} ORDER BY stream, version");
            let mut args = args![last];
            args.extend(chunk.iter().map(|stream| Arg::from(*stream)));
            all.append(&mut self.events(sql, args).await?);
        }
        Ok(all)
    }

    /// A stream's events after a version, in order; at most `limit` of them.
    pub async fn read_stream_part(
        &self,
        stream: StreamId,
        after: Version,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let sql = format!("{SELECT_EVENTS} WHERE stream = $1 AND version > $2 ORDER BY version LIMIT $3");
        self.events(sql, args![stream, after, limit_arg(limit)]).await
    }
}

pub(super) fn distinct(streams: &[StreamId]) -> Vec<StreamId> {
    let mut sorted = streams.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    sorted
}
