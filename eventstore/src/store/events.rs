//! Rows of `events` as they come out of either engine.

use std::fmt::Display;

use bytes::Bytes;
use sangdam_domain::id::EventId;
use sangdam_domain::log::{Position, StreamId, Version};
use sangdam_domain::time::Timestamp;

use super::Store;
use crate::contract::{StoreError, StoredEvent};
use crate::db::{Arg, Db, Row};
use crate::writer::rows::position_of;

pub(super) const SELECT_EVENTS: &str =
    "SELECT id, stream, version, event_id, type, occurred_at, recorded_at, leaf FROM events";

pub(super) type Page = Result<Vec<StoredEvent>, StoreError>;

impl Store {
    /// The events that a statement selects, which begins with [`SELECT_EVENTS`].
    pub(super) async fn events(&self, sql: impl AsRef<str>, args: Vec<Arg>) -> Page {
        let Db::Sqlite(direct) = &self.0.db else {
            return events(&self.0.db.fetch_all(sql.as_ref(), args).await?);
        };
        Ok(direct.rows(sql.as_ref(), args, sqlite_event).await?)
    }

    /// The same of a statement that may select many, and takes numbers only.
    pub(super) async fn many_events(&self, sql: &str, numbers: &[i64]) -> Page {
        if self.0.db.is_postgres() {
            return Ok(self.0.db.fetch_many(sql, numbers, |row| event(&row)).await?);
        }
        self.events(sql, numbers.iter().map(|number| Arg::from(*number)).collect()).await
    }
}

pub(super) fn events(rows: &[Row]) -> Page {
    Ok(rows.iter().map(event).collect::<Result<_, _>>()?)
}

/// An event that somebody asked for. Where it cannot be read, the error says what to do.
pub(super) fn event(row: &Row) -> Result<StoredEvent, sqlx::Error> {
    event_columns(row).map_err(|e| match &e {
        sqlx::Error::ColumnDecode { index, .. } => {
            sqlx::Error::Decode(unreadable(index, row.int(0).map_or(0, position_of)).into())
        }
        _ => e,
    })
}

/// The same as it is: the error says what is wrong.
pub(super) fn event_columns(row: &Row) -> Result<StoredEvent, sqlx::Error> {
    Ok(StoredEvent {
        position: position(row)?,
        stream: row.stream(1)?,
        version: row.version(2)?,
        event_id: EventId::from_uuid(row.uuid(3)?),
        event_type: row.text(4)?.to_owned(),
        occurred_at: row.time(5)?,
        recorded_at: row.time(6)?,
        leaf: row.shared(7)?,
    })
}

fn sqlite_event(row: &rusqlite::Row<'_>) -> rusqlite::Result<StoredEvent> {
    let int = |column| row.get_ref(column)?.as_i64().map_err(|_| sqlite_unreadable(row, column));
    let blob = |column| row.get_ref(column)?.as_blob().map_err(|_| sqlite_unreadable(row, column));
    let moment = |column| Timestamp::from_micros(int(column)?).ok_or_else(|| sqlite_unreadable(row, column));
    let version = u64::try_from(int(2)?).ok().and_then(Version::new);
    Ok(StoredEvent {
        position: Position::new(position_of(int(0)?)).unwrap_or(Position::MAX),
        stream: StreamId::from_bytes(blob(1)?).ok_or_else(|| sqlite_unreadable(row, 1))?,
        version: version.ok_or_else(|| sqlite_unreadable(row, 2))?,
        event_id: uuid::Uuid::from_slice(blob(3)?)
            .map(EventId::from_uuid)
            .map_err(|_| sqlite_unreadable(row, 3))?,
        event_type: row.get_ref(4)?.as_str().map_err(|_| sqlite_unreadable(row, 4))?.to_owned(),
        occurred_at: moment(5)?,
        recorded_at: moment(6)?,
        leaf: Bytes::copy_from_slice(blob(7)?),
    })
}

/// The column holds something else than was ever written there.
fn unreadable(column: impl Display, position: u64) -> String {
    format!("column {column} of the event at position {position} cannot be read: run `verify`")
}

fn sqlite_unreadable(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Error {
    let problem = unreadable(column, row.get::<_, i64>(0).map_or(0, position_of));
    let kind = row.get_ref(column).map_or(rusqlite::types::Type::Null, |value| value.data_type());
    rusqlite::Error::FromSqlConversionFailure(column, kind, problem.into())
}

/// The position in a row's first column, an event's row id.
pub(super) fn position(row: &Row) -> Result<Position, sqlx::Error> {
    Ok(Position::new(position_of(row.int(0)?)).unwrap_or(Position::MAX))
}
