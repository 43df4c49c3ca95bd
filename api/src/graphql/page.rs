//! Pages of lists: Relay connections over keysets, forwards and backwards.

use std::future::Future;

use async_graphql::OutputType;
use async_graphql::connection::{Connection, CursorType, Edge};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sangdam_domain::log::Position;
use sangdam_domain::time::Timestamp;
use sangdam_projections::{At, Cursor, Order, Page, Paged};
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

/// Where a row stands in a list in the order of time, as of which position. Opaque to clients.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TimeCursor {
    place: Cursor,
    /// `None` in a list as it stands now.
    as_of: Option<Position>,
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
            let (at, rest) = bytes.split_first_chunk::<8>()?;
            let (id, as_of) = rest.split_first_chunk::<16>()?;
            let place =
                Cursor { at: Timestamp::from_micros(i64::from_be_bytes(*at))?, id: Uuid::from_bytes(*id) };
            let as_of = match as_of {
                [] => None,
                position => Some(Position::new(u64::from_be_bytes(position.try_into().ok()?))?),
            };
            Some(Self { place, as_of })
        };
        decode().ok_or(BadCursor)
    }

    fn encode_cursor(&self) -> String {
        let mut bytes = self.place.at.micros().to_be_bytes().to_vec();
        bytes.extend_from_slice(self.place.id.as_bytes());
        bytes.extend(self.as_of.map(|position| position.get().to_be_bytes()).into_iter().flatten());
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

/// A page of a list in the order of time, newest first. `node` gives a row's place and what is shown of it.
pub async fn connection<Row, Node, Fetched, Fut>(
    at: &At,
    args: PageArgs,
    fetch: Fetched,
    node: impl Fn(Row) -> (Cursor, Node),
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
    let after = cursor.as_deref().map(|text| place_in(at, text)).transpose()?;
    let began_inside = after.is_some();
    let mut page = fetch(Page { size: rows(asked, name)?, after, order }).await?;
    if backwards {
        page.rows.reverse();
    }
    let (previous, next) = if backwards { (page.more, began_inside) } else { (began_inside, page.more) };
    let mut connection = Connection::new(previous, next);
    connection.edges.extend(page.rows.into_iter().map(|row| {
        let (place, node) = node(row);
        Edge::new(TimeCursor { place, as_of: at.position() }, node)
    }));
    Ok(connection)
}

/// The place that a cursor names, in a list as of the moment that it was given out for: lists of different moments
/// hold different rows.
fn place_in(at: &At, text: &str) -> Result<Cursor, ApiError> {
    let cursor = TimeCursor::decode_cursor(text)?;
    if cursor.as_of == at.position() {
        return Ok(cursor.place);
    }
    let named = |as_of: Option<Position>| {
        as_of.map_or_else(|| "now".to_owned(), |position| format!("as of position {position}"))
    };
    Err(ApiError::bad_input(format!(
        "this cursor is one of the list {}, and the list {} was asked for: ask with the same `asOf`, or begin the list anew",
        named(cursor.as_of),
        named(at.position()),
    )))
}
