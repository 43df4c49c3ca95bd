//! Pages of lists: Relay connections over keysets, forwards and backwards.

use std::future::Future;

use async_graphql::OutputType;
use async_graphql::connection::{Connection, CursorType, Edge};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sangdam_domain::time::Timestamp;
use sangdam_projections::{Cursor, Order, Page, Paged};
use uuid::Uuid;

use super::error::{ApiError, Code};
use super::limits::{PAGE_DEFAULT, PAGE_MAX};

/// Which page of a list is wanted: `first` rows `after` a cursor, or the `last` rows `before` one.
#[derive(Clone, Debug, Default)]
pub struct PageArgs {
    first: Option<i32>,
    after: Option<String>,
    last: Option<i32>,
    before: Option<String>,
}

/// Where a row stands in a list in the order of time. Opaque to clients.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TimeCursor(Cursor);

impl TimeCursor {
    /// The place of a row.
    pub fn new(at: Timestamp, id: Uuid) -> Self {
        Self(Cursor { at, id })
    }
}

/// A text that is not a cursor of the list it was given to.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("this is not a cursor of this list: expected an `endCursor` or `startCursor` that it gave out")]
pub struct BadCursor;

impl From<BadCursor> for ApiError {
    fn from(bad: BadCursor) -> Self {
        Self::bad_input(bad.to_string())
    }
}

impl CursorType for TimeCursor {
    type Error = BadCursor;

    fn decode_cursor(text: &str) -> Result<Self, BadCursor> {
        let decode = || {
            let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
            let (at, id) = bytes.split_first_chunk::<8>()?;
            Some(Self::new(Timestamp::from_micros(i64::from_be_bytes(*at))?, Uuid::from_slice(id).ok()?))
        };
        decode().ok_or(BadCursor)
    }

    fn encode_cursor(&self) -> String {
        let mut bytes = self.0.at.micros().to_be_bytes().to_vec();
        bytes.extend_from_slice(self.0.id.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }
}

/// Checks how many rows are asked for.
pub fn rows(asked: Option<i32>, name: &str) -> Result<usize, ApiError> {
    match asked.map(usize::try_from) {
        None => Ok(PAGE_DEFAULT),
        Some(Ok(rows)) if (1..=PAGE_MAX).contains(&rows) => Ok(rows),
        Some(_) => Err(ApiError::new(Code::BadInput, format!("`{name}` must be from 1 to {PAGE_MAX}"))),
    }
}

impl PageArgs {
    /// From the four arguments of a connection.
    pub fn new(first: Option<i32>, after: Option<String>, last: Option<i32>, before: Option<String>) -> Self {
        Self { first, after, last, before }
    }

    /// Whether the list is walked backwards.
    fn backwards(&self) -> Result<bool, ApiError> {
        let forwards = self.first.is_some() || self.after.is_some();
        let backwards = self.last.is_some() || self.before.is_some();
        if forwards && backwards {
            return Err(ApiError::bad_input("give `first` and `after`, or `last` and `before`, not both"));
        }
        Ok(backwards)
    }
}

/// A page of a list in the order of time, newest first.
pub async fn connection<Row, Node, Fetched, Fut>(
    args: PageArgs,
    fetch: Fetched,
    node: impl Fn(&Row) -> (TimeCursor, Node),
) -> Result<Connection<TimeCursor, Node>, ApiError>
where
    Node: OutputType,
    Fetched: FnOnce(Page) -> Fut,
    Fut: Future<Output = Result<Paged<Row>, ApiError>>,
{
    let backwards = args.backwards()?;
    let (asked, name, cursor, order) = if backwards {
        (args.last, "last", args.before, Order::NewestFirst.reversed())
    } else {
        (args.first, "first", args.after, Order::NewestFirst)
    };
    let after = cursor.as_deref().map(TimeCursor::decode_cursor).transpose()?.map(|cursor| cursor.0);
    let began_inside = after.is_some();
    let mut page = fetch(Page { size: rows(asked, name)?, after, order }).await?;
    if backwards {
        page.rows.reverse();
    }
    let (previous, next) = if backwards { (page.more, began_inside) } else { (began_inside, page.more) };
    let mut connection = Connection::new(previous, next);
    connection.edges.extend(page.rows.iter().map(|row| {
        let (cursor, node) = node(row);
        Edge::new(cursor, node)
    }));
    Ok(connection)
}
