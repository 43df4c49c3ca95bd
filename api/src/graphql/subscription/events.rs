//! Events as they come, and the consultations that they change.

use std::sync::Arc;

use async_graphql::SimpleObject;
use futures::{Stream, StreamExt, TryStreamExt, stream};
use sangdam_domain::aggregate;
use sangdam_domain::id::{AgentId, CallerId, ConsultationId};
use sangdam_domain::log::{self, LogId, StreamId, StreamKind};
use sangdam_eventstore::{StoreError, StoredEvent};
use sangdam_projections::At;

use crate::graphql::error::ApiError;
use crate::graphql::model::{Consultation, Event};
use crate::graphql::scalar::Position;
use crate::graphql::state::App;
use crate::ledger::Ledger;

/// A log that is followed from behind a position.
pub struct Followed {
    app: App,
    log: LogId,
    after: log::Position,
}

impl Followed {
    /// A centre's log from behind `after`, or from its head where none is given.
    pub async fn new(app: &App, centre: Option<&str>, after: Option<Position>) -> Result<Self, ApiError> {
        let log = app.log_of(centre).await?;
        let after = match after {
            Some(Position(after)) => after,
            None => match app.store.head(&log).await {
                Ok(head) => head.position,
                Err(StoreError::NoSuchLog(_)) => log::Position::ZERO,
                Err(error) => return Err(error.into()),
            },
        };
        Ok(Self { app: app.clone(), log, after })
    }

    pub(super) fn batches(
        &self,
    ) -> impl Stream<Item = Result<Vec<StoredEvent>, ApiError>> + Send + 'static + use<> {
        self.app.store.subscribe(&self.log, self.after).map_err(ApiError::from)
    }
}

/// All events, of some types or of a stream.
pub(super) fn events(
    followed: Followed,
    types: Option<Vec<&'static str>>,
    stream: Option<StreamId>,
) -> impl Stream<Item = Result<Event, ApiError>> + Send {
    let wanted = move |event: &StoredEvent| {
        types.as_ref().is_none_or(|types| types.contains(&event.event_type.as_str()))
            && stream.is_none_or(|stream| stream == event.stream)
    };
    let at = At::now(&followed.log);
    followed.batches().flat_map(move |batch| {
        let events: Vec<Result<Event, ApiError>> = match batch {
            Ok(events) => {
                events.into_iter().filter(&wanted).map(|event| Ok(Event::new(&at, event))).collect()
            }
            Err(error) => vec![Err(error)],
        };
        stream::iter(events)
    })
}

/// Which consultations are wanted: those that meet every condition given.
pub(super) struct Wanted {
    pub(super) id: Option<ConsultationId>,
    pub(super) agent: Option<AgentId>,
    pub(super) caller: Option<CallerId>,
}

impl Wanted {
    fn has(&self, state: &aggregate::Consultation) -> bool {
        self.agent.is_none_or(|agent| state.agent == Some(agent))
            && self.caller.is_none_or(|caller| state.caller == Some(caller))
    }
}

/// Something happened in a consultation.
#[derive(SimpleObject)]
pub struct ConsultationChange {
    /// The consultation as it stands when this is sent.
    pub consultation: Consultation,
    /// The latest event that this tells of.
    pub event: Event,
    /// Its position: give it as `after` to go on from here.
    pub position: Position,
}

/// The consultations that events change. What changes one several times at once is told once, with the latest event.
pub(super) fn consultations(
    app: App,
    followed: Followed,
    wanted: Wanted,
) -> impl Stream<Item = Result<ConsultationChange, ApiError>> + Send {
    let ledger = Ledger::new(app.store.clone(), followed.log.clone());
    let wanted = Arc::new(wanted);
    followed
        .batches()
        .then(move |batch| {
            let (ledger, wanted) = (ledger.clone(), Arc::clone(&wanted));
            async move { changes(&ledger, &wanted, batch?).await }
        })
        .flat_map(|changes| match changes {
            Ok(changes) => stream::iter(changes.into_iter().map(Ok).collect::<Vec<_>>()),
            Err(error) => stream::iter(vec![Err(error)]),
        })
}

async fn changes(
    ledger: &Ledger,
    wanted: &Wanted,
    batch: Vec<StoredEvent>,
) -> Result<Vec<ConsultationChange>, ApiError> {
    let mut latest: Vec<StoredEvent> = Vec::new();
    for event in batch.into_iter().rev() {
        let id = ConsultationId::from_uuid(event.stream.uuid);
        let is_wanted =
            event.stream.kind == StreamKind::Consultation && wanted.id.is_none_or(|one| one == id);
        if is_wanted && !latest.iter().any(|later| later.stream == event.stream) {
            latest.push(event);
        }
    }
    latest.reverse();
    let ids: Vec<ConsultationId> =
        latest.iter().map(|event| ConsultationId::from_uuid(event.stream.uuid)).collect();
    let states = ledger.load_many::<aggregate::Consultation>(&ids).await?;
    let (changed, at) = (latest.into_iter().zip(states), At::now(ledger.log()));
    Ok(changed
        .filter_map(|(event, state)| {
            let state = state.filter(|state| wanted.has(state))?;
            Some(ConsultationChange {
                consultation: Consultation::from_state(&at, state),
                position: event.position.into(),
                event: Event::new(&at, event),
            })
        })
        .collect())
}
