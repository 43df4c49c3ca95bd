//! Rows of `events` as they come out of either engine.

use bytes::Bytes;
use futures::Stream;
use sangdam_domain::id::EventId;
use sangdam_domain::log::{LogId, Position, StreamId, Version};
use sangdam_domain::time::Timestamp;
use tokio::task::JoinHandle;

use super::Store;
use crate::contract::{StoreError, StoredEvent};
use crate::db::{Arg, Db, Row};
use crate::writer::rows::position_of;

pub(super) const SELECT_EVENTS: &str =
    "SELECT id, stream, version, event_id, type, occurred_at, recorded_at, leaf FROM events";

/// How many events a page has that is read ahead.
const PAGE_EVENTS: usize = 1000;

type Page = Result<Vec<StoredEvent>, StoreError>;

impl Store {
    /// All events after a position and up to another, in order, in pages that are never empty. The next page is read
    /// while the last one is worked on. It ends after an error.
    pub fn read_ahead(
        &self,
        log: &LogId,
        after: Position,
        until: Position,
    ) -> impl Stream<Item = Page> + Send + use<> {
        let (store, log) = (self.clone(), log.clone());
        let ask = move |after: Position| -> JoinHandle<Page> {
            let (store, log) = (store.clone(), log.clone());
            tokio::spawn(async move { store.read(&log, after, PAGE_EVENTS).await })
        };
        futures::stream::unfold((Some(after), None), move |(after, asked)| {
            let asked = asked.or_else(|| Some(ask(after?)));
            let ask = ask.clone();
            async move {
                let mut page = match asked?.await.unwrap_or(Err(StoreError::Closed)) {
                    Ok(page) => page,
                    Err(e) => return Some((Err(e), (None, None))),
                };
                let full = page.len() == PAGE_EVENTS;
                page.truncate(page.partition_point(|event| event.position <= until));
                let last = page.last()?.position;
                let next = (full && last < until).then(|| ask(last));
                Some((Ok(page), (None, next)))
            }
        })
    }

    /// The events that a statement selects, which begins with [`SELECT_EVENTS`].
    pub(super) async fn events(&self, sql: impl AsRef<str>, args: Vec<Arg>) -> Page {
        let Db::Sqlite(direct) = &self.0.db else {
            return events(&self.0.db.fetch_all(sql.as_ref(), args).await?);
        };
        Ok(direct.rows(sql.as_ref(), args, sqlite_event).await?)
    }
}

pub(super) fn events(rows: &[Row]) -> Page {
    Ok(rows.iter().map(event).collect::<Result<_, _>>()?)
}

pub(super) fn event(row: &Row) -> Result<StoredEvent, sqlx::Error> {
    Ok(StoredEvent {
        position: position(row)?,
        stream: row.stream(1)?,
        version: row.version(2)?,
        event_id: EventId::from_uuid(row.uuid(3)?),
        event_type: row.text(4)?,
        occurred_at: row.time(5)?,
        recorded_at: row.time(6)?,
        leaf: Bytes::from(row.bytes(7)?),
    })
}

fn sqlite_event(row: &rusqlite::Row<'_>) -> rusqlite::Result<StoredEvent> {
    let int = |column| row.get_ref(column)?.as_i64().map_err(|_| unreadable(row, column));
    let blob = |column| row.get_ref(column)?.as_blob().map_err(|_| unreadable(row, column));
    let moment = |column| Timestamp::from_micros(int(column)?).ok_or_else(|| unreadable(row, column));
    let version = u64::try_from(int(2)?).ok().and_then(Version::new);
    Ok(StoredEvent {
        position: Position::new(position_of(int(0)?)).unwrap_or(Position::MAX),
        stream: StreamId::from_bytes(blob(1)?).ok_or_else(|| unreadable(row, 1))?,
        version: version.ok_or_else(|| unreadable(row, 2))?,
        event_id: uuid::Uuid::from_slice(blob(3)?).map(EventId::from_uuid).map_err(|_| unreadable(row, 3))?,
        event_type: row.get_ref(4)?.as_str().map_err(|_| unreadable(row, 4))?.to_owned(),
        occurred_at: moment(5)?,
        recorded_at: moment(6)?,
        leaf: Bytes::copy_from_slice(blob(7)?),
    })
}

/// The column holds something else than was ever written there.
fn unreadable(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Error {
    let at = row.get::<_, i64>(0).map_or(0, position_of);
    let problem = format!("column {column} of the event at position {at} cannot be read: run `verify`");
    let kind = row.get_ref(column).map_or(rusqlite::types::Type::Null, |value| value.data_type());
    rusqlite::Error::FromSqlConversionFailure(column, kind, problem.into())
}

/// The position in a row's first column, an event's row id.
pub(super) fn position(row: &Row) -> Result<Position, sqlx::Error> {
    Ok(Position::new(position_of(row.int(0)?)).unwrap_or(Position::MAX))
}
