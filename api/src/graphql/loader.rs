//! Loading in batches: what many fields of one request ask for at once is read in one go.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::sync::Arc;

use async_graphql::dataloader::{DataLoader, Loader};
use sangdam_domain::event::Event;
use sangdam_domain::id::{AgentId, CallbackId};
use sangdam_domain::log::{LogId, Position, StreamId};
use sangdam_domain::personal::Personal;
use sangdam_domain::value::{CallbackFor, PersonName};
use sangdam_eventstore::{Store, StoredEvent};
use sangdam_projections::{At, ReadModels, agents, callbacks, fact_opened};
use uuid::Uuid;

use super::error::ApiError;
use super::model::Profile;
use crate::ledger::{Kept, Ledger};

/// The loaders of one request. They keep nothing: an object keeps what it has loaded, so that a mutation never answers
/// with what an earlier one of the same request saw.
pub struct Loaders(DataLoader<BatchLoader>);

impl Loaders {
    /// Loaders that read from this store and these read models.
    pub fn new(store: Store, models: ReadModels) -> Self {
        Self(DataLoader::new(BatchLoader { store, models }, tokio::spawn))
    }

    /// The aggregate with this id. `None` where the log has none, or had none then.
    pub async fn load<A: Kept>(&self, at: &At, id: A::Id) -> Result<Option<Arc<A>>, ApiError> {
        let uuid = A::stream(id, at.log()).uuid;
        self.0.load_one(StateKey::<A> { at: at.clone(), uuid, kind: PhantomData }).await
    }

    /// All events of a stream, in order. The stream's log is the caller's to check.
    pub async fn events(&self, stream: StreamId) -> Result<Arc<Vec<StoredEvent>>, ApiError> {
        Ok(self.0.load_one(stream).await?.unwrap_or_default())
    }

    /// An agent as the read model knows them. `None` where it does not know them (yet).
    pub async fn agent(&self, at: &At, id: AgentId) -> Result<Option<Profile>, ApiError> {
        self.0.load_one(AgentOf(at.clone(), id)).await
    }

    /// The callbacks promised for a consultation or a missed call, in the order in which they were.
    pub async fn callbacks(&self, at: &At, what: CallbackFor) -> Result<Vec<CallbackId>, ApiError> {
        Ok(self.0.load_one(PromisedFor(at.clone(), what)).await?.unwrap_or_default())
    }
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct AgentOf(At, AgentId);

struct BatchLoader {
    store: Store,
    models: ReadModels,
}

/// What callbacks are promised for, in which log as of when.
#[derive(Clone, PartialEq, Eq, Hash)]
struct PromisedFor(At, CallbackFor);

/// Which aggregate of which log as of when.
struct StateKey<A> {
    at: At,
    uuid: Uuid,
    kind: PhantomData<fn() -> A>,
}

impl<A> Clone for StateKey<A> {
    fn clone(&self) -> Self {
        Self { at: self.at.clone(), uuid: self.uuid, kind: PhantomData }
    }
}

impl<A> PartialEq for StateKey<A> {
    fn eq(&self, other: &Self) -> bool {
        self.uuid == other.uuid && self.at == other.at
    }
}

impl<A> Eq for StateKey<A> {}

impl<A> Hash for StateKey<A> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.uuid.hash(state);
    }
}

impl<A: Kept> Loader<StateKey<A>> for BatchLoader {
    type Value = Arc<A>;
    type Error = ApiError;

    async fn load(&self, keys: &[StateKey<A>]) -> Result<HashMap<StateKey<A>, Arc<A>>, ApiError> {
        let mut by_moment: HashMap<&At, Vec<&StateKey<A>>> = HashMap::new();
        for key in keys {
            by_moment.entry(&key.at).or_default().push(key);
        }
        let mut found = HashMap::with_capacity(keys.len());
        for (at, keys) in by_moment {
            let ids: Vec<A::Id> = keys.iter().map(|key| A::id_of(key.uuid)).collect();
            let states = Ledger::new(self.store.clone(), at.log().clone())
                .load_many_until::<A>(&ids, at.last())
                .await?;
            let known = keys.into_iter().zip(states);
            found.extend(known.filter_map(|(key, state)| Some((key.clone(), Arc::new(state?)))));
        }
        Ok(found)
    }
}

impl Loader<StreamId> for BatchLoader {
    type Value = Arc<Vec<StoredEvent>>;
    type Error = ApiError;

    async fn load(&self, streams: &[StreamId]) -> Result<HashMap<StreamId, Self::Value>, ApiError> {
        let mut by_stream: HashMap<StreamId, Vec<StoredEvent>> = HashMap::new();
        for event in self.store.read_streams(streams).await? {
            by_stream.entry(event.stream).or_default().push(event);
        }
        Ok(by_stream.into_iter().map(|(stream, events)| (stream, Arc::new(events))).collect())
    }
}

impl Loader<PromisedFor> for BatchLoader {
    type Value = Vec<CallbackId>;
    type Error = ApiError;

    async fn load(&self, keys: &[PromisedFor]) -> Result<HashMap<PromisedFor, Self::Value>, ApiError> {
        let mut by_moment: HashMap<&At, Vec<CallbackFor>> = HashMap::new();
        for PromisedFor(at, what) in keys {
            by_moment.entry(at).or_default().push(*what);
        }
        let mut found: HashMap<PromisedFor, Vec<CallbackId>> = HashMap::new();
        for (at, wanted) in by_moment {
            let mut rows = callbacks::of(&self.models, at, &wanted).await?;
            rows.sort_unstable_by_key(|row| row.promised_position);
            for row in rows {
                found.entry(PromisedFor(at.clone(), row.promised_for)).or_default().push(row.id);
            }
        }
        Ok(found)
    }
}

impl Loader<AgentOf> for BatchLoader {
    type Value = Profile;
    type Error = ApiError;

    async fn load(&self, keys: &[AgentOf]) -> Result<HashMap<AgentOf, Profile>, ApiError> {
        let mut by_moment: HashMap<&At, Vec<AgentId>> = HashMap::new();
        for AgentOf(at, id) in keys {
            by_moment.entry(at).or_default().push(*id);
        }
        let mut found = HashMap::with_capacity(keys.len());
        for (at, ids) in by_moment {
            let rows = agents::by_ids(&self.models, at, &ids).await?;
            let positions: Vec<Position> = rows.iter().map(|row| row.registered_position).collect();
            let mut names = self.agents_names(at.log(), &positions).await?;
            found.extend(rows.into_iter().map(|row| {
                let name = names.remove(&row.registered_position);
                (AgentOf(at.clone(), row.id), Profile::of_row(row, name))
            }));
        }
        Ok(found)
    }
}

impl BatchLoader {
    /// The names in the events that registered agents, by position.
    async fn agents_names(
        &self,
        log: &LogId,
        positions: &[Position],
    ) -> Result<HashMap<Position, Personal<PersonName>>, ApiError> {
        let events = self.store.read_at(log, positions).await?;
        let mut sealed = self.store.sealed(log, positions).await?;
        let held = events
            .iter()
            .filter_map(|event| Some((event.position, (event.event_id, sealed.remove(&event.position)?))));
        let (places, parts): (Vec<Position>, Vec<_>) = held.unzip();
        let mut opened: HashMap<Position, _> =
            places.into_iter().zip(self.store.vault().open_many(log, &parts).await?).collect();
        let mut names = HashMap::with_capacity(events.len());
        for event in &events {
            let personal = opened.remove(&event.position).flatten();
            let fact = fact_opened(event, personal).map_err(|problem| ApiError::internal(&problem))?;
            if let Event::AgentRegistered(registered) = fact.event {
                names.insert(event.position, registered.name);
            }
        }
        Ok(names)
    }
}
