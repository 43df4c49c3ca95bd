//! What is pushed over the WebSocket. Every subscription can be resumed at a position: nothing is missed and nothing comes
//! twice.

mod events;
mod incoming_call;
mod milestones;
mod wallboard;

use std::pin::Pin;

use async_graphql::{Context, ID, Subscription};
use futures::Stream;
use sangdam_domain::value::Code;

pub use events::{ConsultationChange, Followed};
pub use incoming_call::IncomingCall;
pub use wallboard::Wallboard;

use super::error::ApiError;
use super::model::Milestone;
use super::query::{parse_stream, parse_thresholds, parse_types};
use super::scalar::Position;
use super::{app, model, node};

type Pushed<T> = Pin<Box<dyn Stream<Item = Result<T, ApiError>> + Send>>;

/// The root of what is pushed.
pub struct Subscription;

#[Subscription]
impl Subscription {
    /// Every event behind the position `after`, in order: those that are there first, then each as it is recorded. Without
    /// `after`, from now on. To go on where a connection broke, give the position of the last event received.
    async fn events(
        &self,
        ctx: &Context<'_>,
        centre: Option<String>,
        after: Option<Position>,
        types: Option<Vec<String>>,
        stream: Option<ID>,
    ) -> Result<Pushed<model::Event>, ApiError> {
        let followed = Followed::new(app(ctx)?, centre.as_deref(), after).await?;
        let types = types.map(|types| parse_types(&types)).transpose()?;
        let stream = stream.map(|stream| parse_stream(&stream)).transpose()?;
        Ok(Box::pin(events::events(followed, types, stream)))
    }

    /// A consultation each time that something happened in it: one by `id`, or all of an `agent` or a `caller`, or all.
    async fn consultation_changed(
        &self,
        ctx: &Context<'_>,
        centre: Option<String>,
        id: Option<ID>,
        agent: Option<ID>,
        caller: Option<ID>,
        after: Option<Position>,
    ) -> Result<Pushed<ConsultationChange>, ApiError> {
        let wanted = events::Wanted {
            id: id.as_ref().map(node::parse).transpose()?,
            agent: agent.as_ref().map(node::parse).transpose()?,
            caller: caller.as_ref().map(node::parse).transpose()?,
        };
        let app = app(ctx)?;
        let followed = Followed::new(app, centre.as_deref(), after).await?;
        Ok(Box::pin(events::consultations(app.clone(), followed, wanted)))
    }

    /// Each incoming call when it rings and when it is answered, with who is calling: of a `queue`, or all. With `agent`, only the
    /// answers of that agent, and every call that rings: nobody knows yet who will answer.
    async fn incoming_call(
        &self,
        ctx: &Context<'_>,
        centre: Option<String>,
        agent: Option<ID>,
        queue: Option<String>,
        after: Option<Position>,
    ) -> Result<Pushed<IncomingCall>, ApiError> {
        let queue = queue.map(|queue| Code::parse(&queue)).transpose();
        let wanted = incoming_call::Wanted {
            agent: agent.as_ref().map(node::parse).transpose()?,
            queue: queue.map_err(|problem| ApiError::bad_input(format!("queue: {problem}")))?,
        };
        let app = app(ctx)?;
        let followed = Followed::new(app, centre.as_deref(), after).await?;
        let ledger = app.ledger(centre.as_deref()).await?;
        let runner = app.runner(ledger.log());
        Ok(Box::pin(incoming_call::incoming(followed, ledger, runner, wanted)))
    }

    /// A milestone when its threshold is reached (100,000 where none are given). With `after`, those first that were reached
    /// behind that position.
    async fn milestone_reached(
        &self,
        ctx: &Context<'_>,
        centre: Option<String>,
        thresholds: Option<Vec<i32>>,
        after: Option<Position>,
    ) -> Result<Pushed<Milestone>, ApiError> {
        let app = app(ctx)?;
        let log = app.log_of(centre.as_deref()).await?;
        let thresholds = parse_thresholds(thresholds)?;
        Ok(Box::pin(milestones::reached(app.clone(), log, thresholds, after.map(|after| after.0))))
    }

    /// What hangs on the wall: calls waiting, what the agents are doing, today's numbers. At once, then whenever it changes,
    /// at most twice a second.
    async fn wallboard(
        &self,
        ctx: &Context<'_>,
        centre: Option<String>,
    ) -> Result<Pushed<Wallboard>, ApiError> {
        let app = app(ctx)?;
        let log = app.log_of(centre.as_deref()).await?;
        Ok(Box::pin(wallboard::wallboard(app.clone(), log)))
    }
}
