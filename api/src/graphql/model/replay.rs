//! Steps of a replay, and what was known when a call was answered.

use std::sync::Arc;

use async_graphql::connection::Connection;
use async_graphql::{Context, Enum, Json, Object, SimpleObject};
use sangdam_domain::id::CallId;
use sangdam_projections::callers::ContactKind;
use sangdam_projections::{At, directory};
use serde_json::Value;

use super::{Actor, Call, Callback, Caller, Consultation, Contact, DirectoryEntry, Event, EventCursor};
use crate::graphql::app;
use crate::graphql::error::ApiError;
use crate::graphql::page::rows;
use crate::graphql::scalar::{DateTime, Position, int};
use crate::ledger::Ledger;
use crate::replay::{self, Known, Step};

/// A page of a replay.
pub type ReplayConnection = Connection<EventCursor, ReplayStep>;

/// One event, with what was before it and what is after it.
pub struct ReplayStep {
    at: At,
    step: Step,
}

impl ReplayStep {
    /// From the replay's. What it leads to is shown as of the same moment.
    pub fn new(at: &At, step: Step) -> Self {
        Self { at: at.clone(), step }
    }
}

#[Object]
impl ReplayStep {
    /// The event.
    async fn event(&self) -> Event {
        Event::new(&self.at, Arc::clone(&self.step.event))
    }

    /// Who made the command.
    async fn actor(&self) -> Actor {
        Actor::new(&self.at, self.step.actor())
    }

    /// The state of its aggregate before it, for people to read. Personal data stands there as it is, or as
    /// `{"erased": true}`. Before the first event of a stream it is the state of one to which nothing has happened, at version 0.
    async fn before(&self) -> Json<&Value> {
        Json(&self.step.before)
    }

    /// The state of its aggregate after it, likewise.
    async fn after(&self) -> Json<&Value> {
        Json(&self.step.after)
    }

    /// The difference between the two.
    async fn changes(&self) -> Vec<Change> {
        self.step.changes.iter().map(Change::new).collect()
    }
}

/// What became of a value.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum ChangeKind {
    /// It was not there before.
    Added,
    /// It is another one now.
    Changed,
    /// It is not there any more.
    Removed,
}

/// One difference between two states.
#[derive(SimpleObject)]
pub struct Change {
    /// What became of the value.
    pub kind: ChangeKind,
    /// Where it stands, as a JSON pointer (RFC 6901): `/notes/0/text`. List indexes are those of the state that has the value.
    pub path: String,
    /// What it was; null also where it was not there.
    pub before: Option<Json<Value>>,
    /// What it is; null also where it is not there.
    pub after: Option<Json<Value>>,
}

impl Change {
    fn new(change: &replay::Change) -> Self {
        let kind = match (&change.before, &change.after) {
            (None, _) => ChangeKind::Added,
            (_, None) => ChangeKind::Removed,
            _ => ChangeKind::Changed,
        };
        let (before, after) = (change.before.clone().map(Json), change.after.clone().map(Json));
        Self { kind, path: change.path.clone(), before, after }
    }
}

/// What could be known when a call was answered: everything as of the event before the answer.
pub struct WhatWasKnown {
    call: CallId,
    known: Known,
    /// The moment that was asked as of, which knows what the call led to.
    later: At,
}

impl WhatWasKnown {
    /// From the replay's.
    pub fn new(call: CallId, known: Known, later: At) -> Self {
        Self { call, known, later }
    }
}

#[Object]
impl WhatWasKnown {
    /// The position of the event before the answer.
    async fn position(&self) -> Position {
        self.known.position().into()
    }

    /// When that event was recorded.
    async fn recorded_at(&self) -> DateTime {
        self.known.recorded_at.into()
    }

    /// The call, as it was then.
    async fn call(&self) -> Call {
        Call::of_id(&self.known.at, self.call)
    }

    /// Whose call it was, if that was known.
    async fn caller(&self) -> Option<Caller> {
        self.known.caller.map(|id| Caller::of_id(&self.known.at, id))
    }

    /// What had happened between the caller and the centre before this call, aliases included; newest first.
    async fn history(&self, ctx: &Context<'_>, first: Option<i32>) -> Result<Vec<Contact>, ApiError> {
        let at = &self.known.at;
        let contacts = self.known.history(&app(ctx)?.models, rows(first, "first")?).await?;
        let show = |contact: &sangdam_projections::callers::Contact| match contact.what {
            ContactKind::Call(id) => Contact::Call(Call::of_id(at, id)),
            ContactKind::Consultation(id) => Contact::Consultation(Consultation::of_id(at, id)),
            ContactKind::Callback(id) => Contact::Callback(Callback::of_id(at, id)),
        };
        Ok(contacts.iter().map(show).collect())
    }

    /// The callbacks that were still to be made to the caller, the one that was due first first.
    async fn open_callbacks(&self, ctx: &Context<'_>, first: Option<i32>) -> Result<Vec<Callback>, ApiError> {
        let found = self.known.open_callbacks(&app(ctx)?.models, rows(first, "first")?).await?;
        Ok(found.iter().map(|row| Callback::of_id(&self.known.at, row.id)).collect())
    }

    /// The entries of the telephone directory that were in force, and what they said.
    async fn directory(&self, ctx: &Context<'_>) -> Result<Vec<KnownEntry>, ApiError> {
        let at = &self.known.at;
        let found = directory::entries(&app(ctx)?.models, at, false).await?;
        Ok(found
            .iter()
            .map(|row| KnownEntry {
                entry: DirectoryEntry::of_id(at, row.id),
                entry_version: int(row.entry_version.into()),
            })
            .collect())
    }

    /// Similar cases: consultations of the same category as those that the call opened, settled before it; newest first. In
    /// which category those were put is known later, as of the moment that the ledger is asked.
    async fn similar(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 20)] first: i32,
    ) -> Result<Vec<SimilarCase>, ApiError> {
        let app = app(ctx)?;
        let ledger = Ledger::new(app.store.clone(), self.later.log().clone());
        let size = rows(Some(first), "first")?;
        let found = self.known.similar(&ledger, &app.models, &self.later, size).await?;
        Ok(found
            .into_iter()
            .map(|case| SimilarCase {
                consultation: Consultation::of_id(&self.known.at, case.consultation),
                opened_position: case.opened.into(),
                resolved_position: case.resolved.into(),
            })
            .collect())
    }
}

/// An entry of the directory as it was in force.
#[derive(SimpleObject)]
pub struct KnownEntry {
    /// The entry, as it was then.
    pub entry: DirectoryEntry,
    /// Which version of it.
    pub entry_version: i32,
}

/// An earlier consultation of the same category.
#[derive(SimpleObject)]
pub struct SimilarCase {
    /// The consultation, as it was then.
    pub consultation: Consultation,
    /// Where it was opened.
    pub opened_position: Position,
    /// Where it had been settled last.
    pub resolved_position: Position,
}
