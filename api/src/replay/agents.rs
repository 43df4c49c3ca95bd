//! Which events are an agent's. There may be as many as a quarter of the log, so they are not listed but met on the way through
//! it.

use std::collections::HashSet;

use sangdam_domain::id::{AgentId, CallId, CallbackId, ConsultationId};
use sangdam_domain::log::{StreamId, StreamKind};
use sangdam_eventstore::{Envelope, ReadFrom, StoreError, StoredEvent, Stretch};
use sangdam_projections::{At, ReadError, ReadModels, callbacks, calls, consultations};
use uuid::Uuid;

use super::ReplayError;
use crate::ledger::Ledger;

/// How many events are looked at in one go.
const EVENTS_A_READ: usize = 1_000;

/// What is an agent's: their own stream, what they did, and the calls, consultations and callbacks that are theirs at a
/// position.
pub(super) struct OfAgent {
    models: ReadModels,
    at: At,
    agent: AgentId,
}

impl OfAgent {
    pub(super) fn new(models: ReadModels, at: At, agent: AgentId) -> Self {
        Self { models, at, agent }
    }

    pub(super) async fn events(
        &self,
        ledger: &Ledger,
        mut stretch: Stretch<'_>,
        from: ReadFrom,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, ReplayError> {
        let mut found = Vec::new();
        while found.len() < limit {
            let events = ledger.store().read_stretch(ledger.log(), stretch, from, EVENTS_A_READ).await?;
            let Some(reached) = events.last().map(|event| event.position) else { break };
            match from {
                ReadFrom::Start => stretch.after = reached,
                ReadFrom::End => stretch.last = reached.previous(),
            }
            let streams = self.streams_among(&events).await?;
            for event in events {
                if streams.contains(&event.stream) || self.did(&event)? {
                    found.push(event);
                }
            }
        }
        found.truncate(limit);
        Ok(found)
    }

    fn did(&self, event: &StoredEvent) -> Result<bool, StoreError> {
        let envelope = Envelope::parse(&event.leaf).map_err(|problem| StoreError::Damaged {
            position: event.position,
            problem: problem.to_string(),
        })?;
        Ok(envelope.actor.id.parse() == Ok(self.agent))
    }

    /// Those of the events' streams that are the agent's.
    async fn streams_among(&self, events: &[StoredEvent]) -> Result<HashSet<StreamId>, ReadError> {
        let of_kind = |kind: StreamKind| {
            let streams = events.iter().map(|event| event.stream).filter(move |stream| stream.kind == kind);
            streams.map(|stream| stream.uuid).collect::<HashSet<Uuid>>()
        };
        let (models, at, agent) = (&self.models, &self.at, Some(self.agent));
        let own = StreamId::new(StreamKind::Agent, self.agent.uuid());
        let mut streams = HashSet::from([own]);
        let ids: Vec<_> = of_kind(StreamKind::Call).into_iter().map(CallId::from_uuid).collect();
        let rows = calls::by_ids(models, at, &ids).await?.into_iter().filter(|row| row.agent == agent);
        streams.extend(rows.map(|row| StreamId::new(StreamKind::Call, row.id.uuid())));
        let ids: Vec<_> =
            of_kind(StreamKind::Consultation).into_iter().map(ConsultationId::from_uuid).collect();
        let rows =
            consultations::by_ids(models, at, &ids).await?.into_iter().filter(|row| row.agent == agent);
        streams.extend(rows.map(|row| StreamId::new(StreamKind::Consultation, row.id.uuid())));
        let ids: Vec<_> = of_kind(StreamKind::Callback).into_iter().map(CallbackId::from_uuid).collect();
        let rows = callbacks::by_ids(models, at, &ids).await?.into_iter().filter(|row| row.agent == agent);
        streams.extend(rows.map(|row| StreamId::new(StreamKind::Callback, row.id.uuid())));
        Ok(streams)
    }
}
