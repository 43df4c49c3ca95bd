//! Lists of calls.

use async_graphql::Context;
use async_graphql::connection::Connection;
use jiff::civil::Date;
use sangdam_projections::{At, Cursor, calls};

use super::Call;
use crate::graphql::app;
use crate::graphql::error::ApiError;
use crate::graphql::page::{PageArgs, TimeCursor, connection};

/// A page of calls, newest first.
pub type CallConnection = Connection<TimeCursor, Call>;

/// The calls of some days that nobody has accounted for.
pub async fn unaccounted_page(
    ctx: &Context<'_>,
    at: &At,
    (from, to): (Option<Date>, Option<Date>),
    args: PageArgs,
) -> Result<CallConnection, ApiError> {
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        return Err(ApiError::bad_input("`from` is later than `to`"));
    }
    connection(
        at,
        args,
        |page| async move { Ok(calls::unaccounted(&app(ctx)?.models, at, (from, to), &page).await?) },
        |row| (Cursor { at: row.offered_at, id: row.id.uuid() }, Call::of_id(at, row.id)),
    )
    .await
}
