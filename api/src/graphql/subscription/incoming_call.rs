//! Calls as they come in, with what the agent should know of who is calling.

use std::time::Duration;

use async_graphql::{Context, Enum, Object};
use futures::{Stream, StreamExt, stream};
use sangdam_domain::aggregate;
use sangdam_domain::id::{AgentId, CallId};
use sangdam_domain::log::StreamKind;
use sangdam_domain::value::{Code, Direction};
use sangdam_eventstore::StoredEvent;
use sangdam_projections::At;
use sangdam_projections::runner::Runner;

use super::events::Followed;
use crate::graphql::error::ApiError;
use crate::graphql::model::{Call, Caller, Consultation};
use crate::graphql::scalar::Position;
use crate::ledger::Ledger;

/// What there is to tell of an incoming call.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum IncomingCallMoment {
    /// It rings.
    Ringing,
    /// An agent answered.
    Answered,
}

/// A call that comes in, or that an agent has answered.
pub struct IncomingCall {
    moment: IncomingCallMoment,
    position: Position,
    at: At,
    state: aggregate::Call,
}

#[Object]
impl IncomingCall {
    /// Whether it rings, or was answered.
    async fn moment(&self) -> IncomingCallMoment {
        self.moment
    }

    /// The position of the event that this tells of: give it as `after` to go on from here.
    async fn position(&self) -> Position {
        self.position
    }

    /// The call: the number it comes from, the queue, since when.
    async fn call(&self) -> Call {
        Call::from_state(&self.at, self.state.clone())
    }

    /// Who calls, with their names, last consultations and what they were promised; null where the number is withheld.
    async fn caller(&self) -> Option<Caller> {
        self.state.caller.map(|caller| Caller::of_id(&self.at, caller))
    }

    /// The consultation to take up again: their line broke in it within the last ten minutes.
    async fn take_up(&self, ctx: &Context<'_>) -> Result<Option<Consultation>, ApiError> {
        Call::from_state(&self.at, self.state.clone()).suggested(ctx).await
    }
}

/// Which calls are wanted: those that meet every condition given.
#[derive(Clone)]
pub(super) struct Wanted {
    /// Answered by this agent, or still ringing: nobody knows yet who will answer.
    pub(super) agent: Option<AgentId>,
    /// Of this queue.
    pub(super) queue: Option<Code>,
}

impl Wanted {
    fn moment(&self, call: &aggregate::Call, event: &str) -> Option<IncomingCallMoment> {
        let offered = call.offered.as_ref().filter(|offered| offered.what.direction == Direction::Inbound)?;
        if self.queue.is_some() && self.queue != offered.what.queue {
            return None;
        }
        match event {
            "CallOffered" => Some(IncomingCallMoment::Ringing),
            "CallAnswered" => {
                let by = call.answered.as_ref().and_then(|answered| answered.what.agent);
                (self.agent.is_none() || by == self.agent).then_some(IncomingCallMoment::Answered)
            }
            _ => None,
        }
    }
}

/// How long a screen waits for the read models at most: they know of the caller's consultations, and of a line that broke just
/// now. Mostly they have come so far in a few milliseconds; a call that rings is shown in any case.
const KNOWN_WITHIN: Duration = Duration::from_secs(1);

/// Incoming calls as they ring and as they are answered.
pub(super) fn incoming(
    followed: Followed,
    ledger: Ledger,
    runner: Runner,
    wanted: Wanted,
) -> impl Stream<Item = Result<IncomingCall, ApiError>> + Send {
    followed
        .batches()
        .then(move |batch| {
            let (ledger, runner, wanted) = (ledger.clone(), runner.clone(), wanted.clone());
            async move {
                let told = told(&ledger, &wanted, batch?).await?;
                if let Some(last) = told.last() {
                    drop(runner.wait_for(last.position.0, KNOWN_WITHIN).await);
                }
                Ok(told)
            }
        })
        .flat_map(|told| match told {
            Ok(told) => stream::iter(told.into_iter().map(Ok).collect::<Vec<_>>()),
            Err(error) => stream::iter(vec![Err(error)]),
        })
}

async fn told(
    ledger: &Ledger,
    wanted: &Wanted,
    mut batch: Vec<StoredEvent>,
) -> Result<Vec<IncomingCall>, ApiError> {
    batch.retain(|event| {
        event.stream.kind == StreamKind::Call
            && matches!(event.event_type.as_str(), "CallOffered" | "CallAnswered")
    });
    let ids: Vec<CallId> = batch.iter().map(|event| CallId::from_uuid(event.stream.uuid)).collect();
    let states = ledger.load_many::<aggregate::Call>(&ids).await?;
    let at = At::now(ledger.log());
    let told = batch.into_iter().zip(states).filter_map(|(event, state)| {
        let state = state?;
        let moment = wanted.moment(&state, &event.event_type)?;
        Some(IncomingCall { moment, position: event.position.into(), at: at.clone(), state })
    });
    Ok(told.collect())
}
