//! Going through history, and looking back at what was known.

use async_graphql::connection::{Connection, CursorType, Edge};
use async_graphql::{Context, ID};
use sangdam_domain::id::{CallId, CallerId};
use sangdam_domain::log;
use sangdam_projections::At;

use super::as_of::wait_for;
use super::parse::{parse_stream, parse_types};
use crate::graphql::error::{ApiError, Code};
use crate::graphql::model::{EventCursor, ReplayConnection, ReplayStep, WhatWasKnown};
use crate::graphql::page::rows;
use crate::graphql::scalar::Position;
use crate::graphql::{app, node};
use crate::ledger::Ledger;
use crate::replay::{self, End, Known, Replay, ReplayError, Source, Span};

/// What is to be replayed, and which page of it.
pub(super) struct Asked {
    pub(super) stream: Option<ID>,
    pub(super) caller: Option<ID>,
    pub(super) types: Option<Vec<String>>,
    pub(super) from: Option<Position>,
    pub(super) to: Option<Position>,
    pub(super) first: Option<i32>,
    pub(super) after: Option<String>,
    pub(super) last: Option<i32>,
    pub(super) before: Option<String>,
}

impl From<ReplayError> for ApiError {
    fn from(error: ReplayError) -> Self {
        match error {
            ReplayError::NotFound { .. } => Self::new(Code::NotFound, error.to_string()),
            ReplayError::Load(error) => error.into(),
            ReplayError::Read(error) => error.into(),
            wrong => Self::bad_input(wrong.to_string()),
        }
    }
}

/// A page of the steps up to `known`, the last position that the answers know of.
pub(super) async fn replay(
    ctx: &Context<'_>,
    at: &At,
    known: log::Position,
    asked: Asked,
) -> Result<ReplayConnection, ApiError> {
    let page = Page::of(&asked, known)?;
    if known == log::Position::ZERO {
        return Ok(Connection::new(false, false));
    }
    let app = app(ctx)?;
    let ledger = Ledger::new(app.store.clone(), at.log().clone());
    let end = |given: Option<Position>| given.map(|Position(position)| End::Position(position));
    let span = Span::find(&ledger, known, end(asked.from), end(asked.to)).await?;
    let source = match (&asked.stream, &asked.caller) {
        (None, None) => Source::log(),
        (Some(stream), None) => Source::stream(&ledger, parse_stream(stream)?, span.last).await?,
        (None, Some(caller)) => {
            let caller: CallerId = node::parse(caller)?;
            Source::caller(&ledger, &app.models, caller, span.last).await?
        }
        (Some(_), Some(_)) => return Err(ApiError::bad_input("replay: give `stream` or `caller`, not both")),
    };
    let types = asked.types.as_deref().map(parse_types).transpose()?.unwrap_or_default();
    page.fetch(at, Replay::new(ledger, source, span, types)).await
}

/// Which steps are wanted.
enum Page {
    First { size: usize, after: Option<log::Position> },
    Last { size: usize, before: Option<log::Position> },
}

impl Page {
    fn of(asked: &Asked, known: log::Position) -> Result<Self, ApiError> {
        let cursor = |text: &Option<String>| {
            let Some(text) = text else { return Ok(None) };
            let EventCursor(position) = EventCursor::decode_cursor(text)?;
            if position > known {
                return Err(ApiError::bad_input(format!(
                    "this is the cursor of position {position}, which came after `asOf` ({known}): begin the list anew"
                )));
            }
            Ok(Some(position))
        };
        let backwards = asked.last.is_some() || asked.before.is_some();
        if backwards && (asked.first.is_some() || asked.after.is_some()) {
            return Err(ApiError::bad_input("give `first` and `after`, or `last` and `before`, not both"));
        }
        Ok(if backwards {
            Self::Last { size: rows(asked.last, "last")?, before: cursor(&asked.before)? }
        } else {
            Self::First { size: rows(asked.first, "first")?, after: cursor(&asked.after)? }
        })
    }

    async fn fetch(self, at: &At, mut replay: Replay) -> Result<ReplayConnection, ApiError> {
        let (steps, previous, next) = match self {
            Self::First { size, after } => {
                let page = replay.after(after.unwrap_or(log::Position::ZERO), size).await?;
                (page.steps, after.is_some(), page.more)
            }
            Self::Last { size, before } => {
                let mut page = replay.before(before.unwrap_or(log::Position::MAX), size).await?;
                page.steps.reverse();
                (page.steps, page.more, before.is_some())
            }
        };
        let mut connection = Connection::new(previous, next);
        connection.edges.extend(
            steps.into_iter().map(|step| Edge::new(EventCursor(step.position()), ReplayStep::new(at, step))),
        );
        Ok(connection)
    }
}

/// What was known when a call was answered; `None` where there is no such call, or nobody has answered it up to `known`.
pub(super) async fn what_was_known(
    ctx: &Context<'_>,
    at: &At,
    known: log::Position,
    call: &ID,
) -> Result<Option<WhatWasKnown>, ApiError> {
    let call: CallId = node::parse(call)?;
    let app = app(ctx)?;
    let ledger = Ledger::new(app.store.clone(), at.log().clone());
    let Some(answered) = replay::answered_at(&ledger, call, known).await? else { return Ok(None) };
    wait_for(app, at.log(), answered, "whatWasKnown").await?;
    let then = Known::before(&ledger, &app.models, call, answered).await?;
    Ok(Some(WhatWasKnown::new(call, then, at.clone())))
}
