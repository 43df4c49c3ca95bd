//! What is replayed: the whole log, a stream, what a caller had to do with the centre, what an agent did.

use sangdam_domain::id::{AgentId, CallerId};
use sangdam_domain::log::{Position, StreamId};
use sangdam_eventstore::{ReadFrom, StoredEvent, Stretch};
use sangdam_projections::{ReadModels, agents, callers};

use super::ReplayError;
use super::agents::OfAgent;
use super::theirs::streams_of;
use crate::ledger::Ledger;

/// How many events are read to find those of some types among them.
const EVENTS_A_READ: usize = 500;

/// Which events are replayed.
pub struct Source(From);

enum From {
    Log,
    /// The events at these positions, in order.
    Listed(Vec<Position>),
    Agent(OfAgent),
}

impl Source {
    /// All events of the log.
    pub fn log() -> Self {
        Self(From::Log)
    }

    /// The events of a stream.
    ///
    /// # Errors
    /// Where the log has none up to `last`.
    pub async fn stream(ledger: &Ledger, stream: StreamId, last: Position) -> Result<Self, ReplayError> {
        let positions = ledger.store().positions_of(ledger.log(), &[stream]).await?;
        if positions.first().is_none_or(|first| *first > last) {
            return Err(not_found(ledger, format!("stream {stream}"), last));
        }
        Ok(Self(From::Listed(positions)))
    }

    /// The events of a caller and the aliases that they have at `last`: their own streams, and their calls, consultations and
    /// callbacks.
    ///
    /// # Errors
    /// Where the log has no such caller up to `last`, or the read models have not come so far.
    pub async fn caller(
        ledger: &Ledger,
        models: &ReadModels,
        caller: CallerId,
        last: Position,
    ) -> Result<Self, ReplayError> {
        let at = models.as_of(ledger.store(), ledger.log(), last).await?;
        if callers::by_ids(models, &at, &[caller]).await?.is_empty() {
            return Err(not_found(ledger, format!("caller {caller}"), last));
        }
        let streams = streams_of(ledger, models, &at, caller).await?;
        Ok(Self(From::Listed(ledger.store().positions_of(ledger.log(), &streams).await?)))
    }

    /// The events of an agent: their own stream, whatever they did, and all of the calls, consultations and callbacks that are
    /// theirs at `last`.
    ///
    /// # Errors
    /// Where the log has no such agent up to `last`, or the read models have not come so far.
    pub async fn agent(
        ledger: &Ledger,
        models: &ReadModels,
        agent: AgentId,
        last: Position,
    ) -> Result<Self, ReplayError> {
        let at = models.as_of(ledger.store(), ledger.log(), last).await?;
        if agents::by_ids(models, &at, &[agent]).await?.is_empty() {
            return Err(not_found(ledger, format!("agent {agent}"), last));
        }
        Ok(Self(From::Agent(OfAgent::new(models.clone(), at, agent))))
    }

    /// At most `limit` of these events in a stretch of the log, from one of its ends.
    pub(super) async fn events(
        &self,
        ledger: &Ledger,
        stretch: Stretch<'_>,
        from: ReadFrom,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, ReplayError> {
        match &self.0 {
            From::Log => Ok(ledger.store().read_stretch(ledger.log(), stretch, from, limit).await?),
            From::Listed(positions) => listed(ledger, positions, stretch, from, limit).await,
            From::Agent(agent) => agent.events(ledger, stretch, from, limit).await,
        }
    }
}

fn not_found(ledger: &Ledger, what: String, last: Position) -> ReplayError {
    ReplayError::NotFound { what, log: ledger.log().clone(), last }
}

async fn listed(
    ledger: &Ledger,
    positions: &[Position],
    stretch: Stretch<'_>,
    from: ReadFrom,
    limit: usize,
) -> Result<Vec<StoredEvent>, ReplayError> {
    let first = positions.partition_point(|position| *position <= stretch.after);
    let end = positions.partition_point(|position| *position <= stretch.last);
    let mut left = positions.get(first..end).unwrap_or_default();
    let mut found = Vec::new();
    while found.len() < limit && !left.is_empty() {
        let size = EVENTS_A_READ.min(limit).min(left.len());
        let part;
        (part, left) = match from {
            ReadFrom::Start => left.split_at(size),
            ReadFrom::End => {
                let (rest, part) = left.split_at(left.len() - size);
                (part, rest)
            }
        };
        let mut events = ledger.store().read_at(ledger.log(), part).await?;
        events.retain(|event| stretch.types.is_empty() || stretch.types.contains(&event.event_type.as_str()));
        if from == ReadFrom::End {
            events.reverse();
        }
        found.append(&mut events);
    }
    found.truncate(limit);
    Ok(found)
}
