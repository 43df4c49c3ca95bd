//! Loading aggregates: read their streams, open what is personal, fold.

use std::collections::HashMap;

use sangdam_domain::aggregate::fold;
use sangdam_domain::event::Fact;
use sangdam_domain::id::EventId;
use sangdam_domain::log::{Position, StreamId, Version};
use sangdam_eventstore::{Sealed, StoredEvent};
use sangdam_projections::fact_opened;

use super::retry::envelope_of;
use super::{Kept, Ledger, LoadError};

/// An aggregate as it was loaded, before a command.
#[derive(Clone)]
pub(super) struct Held<A> {
    pub(super) state: A,
    pub(super) stream: StreamId,
    /// Of the last event folded; zero where there was none.
    pub(super) position: Position,
}

impl Ledger {
    /// The aggregate with this id, personal data opened. `None` where this centre has none.
    pub async fn load<A: Kept>(&self, id: A::Id) -> Result<Option<A>, LoadError> {
        let held = self.hold::<A>(id).await?;
        Ok((held.state.version() > Version::ZERO).then_some(held.state))
    }

    /// The aggregates with these ids, in their order, read and opened in one batch.
    pub async fn load_many<A: Kept>(&self, ids: &[A::Id]) -> Result<Vec<Option<A>>, LoadError> {
        self.load_many_until(ids, Position::MAX).await
    }

    /// The aggregates with these ids as they were after the event at `last`, in their order.
    pub async fn load_many_until<A: Kept>(
        &self,
        ids: &[A::Id],
        last: Position,
    ) -> Result<Vec<Option<A>>, LoadError> {
        let streams: Vec<StreamId> = ids.iter().map(|id| A::stream(*id, &self.log)).collect();
        let mut events = self.store.read_streams_sealed(&self.log, &streams).await?;
        events.retain(|(event, _)| event.position <= last);
        let mut by_stream: HashMap<StreamId, Vec<Fact>> = HashMap::new();
        for (stream, fact) in self.unseal(events).await? {
            by_stream.entry(stream).or_default().push(fact);
        }
        let states = ids.iter().zip(&streams).map(|(id, stream)| {
            let facts = by_stream.get(stream)?;
            Some(fold(*id, facts))
        });
        Ok(states.collect())
    }

    /// The aggregate with this id, also where nothing has happened to it yet.
    pub(super) async fn hold<A: Kept>(&self, id: A::Id) -> Result<Held<A>, LoadError> {
        self.hold_until(id, Position::MAX).await
    }

    /// The aggregate with this id as it was at a position.
    pub(super) async fn hold_until<A: Kept>(&self, id: A::Id, last: Position) -> Result<Held<A>, LoadError> {
        let stream = A::stream(id, &self.log);
        let facts = self.facts_of(stream, last).await?;
        let position = facts.last().map_or(Position::ZERO, |fact| fact.position);
        Ok(Held { state: fold(id, &facts), stream, position })
    }

    /// What happened in a stream up to a position, personal fields opened.
    pub(super) async fn facts_of(&self, stream: StreamId, last: Position) -> Result<Vec<Fact>, LoadError> {
        let mut events = self.store.read_streams_sealed(&self.log, &[stream]).await?;
        events.retain(|(event, _)| event.position <= last);
        Ok(self.unseal(events).await?.into_iter().map(|(_, fact)| fact).collect())
    }

    /// The facts of these events, personal fields opened in one batch. Events of other centres are left out: a stream
    /// of theirs is none of this ledger's.
    pub(crate) async fn open(&self, events: Vec<StoredEvent>) -> Result<Vec<(StreamId, Fact)>, LoadError> {
        let mut own = Vec::with_capacity(events.len());
        let mut with_sealed = Vec::new();
        for event in events {
            let envelope = envelope_of(&event)?;
            if envelope.log != self.log {
                continue;
            }
            if !envelope.sealed.is_empty() {
                with_sealed.push(event.position);
            }
            own.push(event);
        }
        let mut sealed = if with_sealed.is_empty() {
            HashMap::new()
        } else {
            self.store.sealed(&self.log, &with_sealed).await?
        };
        let with_sealed = own.into_iter().map(|event| {
            let sealed = sealed.remove(&event.position);
            (event, sealed)
        });
        self.unseal(with_sealed.collect()).await
    }

    /// The facts of events that come with what was sealed of them.
    async fn unseal(
        &self,
        mut events: Vec<(StoredEvent, Option<Sealed>)>,
    ) -> Result<Vec<(StreamId, Fact)>, LoadError> {
        let parts = events.iter_mut().filter_map(|(event, sealed)| Some((event.event_id, sealed.take()?)));
        let parts: Vec<(EventId, Sealed)> = parts.collect();
        let opened = self.store.vault().open_many(&self.log, &parts).await?;
        let mut personal: HashMap<EventId, _> = parts.iter().map(|(event, _)| *event).zip(opened).collect();
        let fact = |(event, _): &(StoredEvent, Option<Sealed>)| {
            let opened = personal.remove(&event.event_id).flatten();
            fact_opened(event, opened).map(|fact| (event.stream, fact)).map_err(|source| {
                LoadError::Unreadable { position: event.position, source: Box::new(source) }
            })
        };
        events.iter().map(fact).collect()
    }
}
