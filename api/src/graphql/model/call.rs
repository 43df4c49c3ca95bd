//! Calls.

use async_graphql::{Context, Enum, ID, Object};
use sangdam_domain::aggregate::{self, CallStanding};
use sangdam_domain::id::CallId;
use sangdam_domain::value;
use sangdam_projections::consultations::ConsultationRow;
use sangdam_projections::{calls, consultations};

use super::lazy::lazy_object;
use super::{Agent, Caller, Consultation, PersonalText};
use crate::graphql::app;
use crate::graphql::code::{Direction, EndedBy, Evidence, NoConsultationReason, QueueExit};
use crate::graphql::error::ApiError;
use crate::graphql::node::global;
use crate::graphql::scalar::{DateTime, int, version};

/// How soon they call again whose line broke, in seconds.
const CALLED_AGAIN_WITHIN_SECONDS: u32 = 600;

/// How a call stands.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum CallStatus {
    /// It was offered; nobody has answered yet.
    Waiting,
    /// Somebody answered, and it goes on.
    Answered,
    /// Somebody answered, and it is over.
    Ended,
    /// The caller hung up before anybody answered.
    Abandoned,
    /// It left its queue or ended without an answer.
    Unanswered,
}

lazy_object! {
    /// One telephone leg.
    Call, aggregate::Call, CallId
}

#[Object]
impl Call {
    /// The global id.
    pub async fn id(&self) -> ID {
        global(self.0.id())
    }

    /// The UUID, as it stands in events and exports.
    async fn uuid(&self) -> String {
        self.0.id().to_string()
    }

    /// How many events its stream has: give it back as `expectedVersion`.
    async fn version(&self, ctx: &Context<'_>) -> Result<i32, ApiError> {
        Ok(version(self.0.get(ctx).await?.version))
    }

    /// How it stands.
    async fn status(&self, ctx: &Context<'_>) -> Result<CallStatus, ApiError> {
        let state = self.0.get(ctx).await?;
        Ok(match state.standing() {
            CallStanding::Answered if state.ended.is_some() => CallStatus::Ended,
            CallStanding::Answered => CallStatus::Answered,
            CallStanding::Abandoned => CallStatus::Abandoned,
            CallStanding::Unanswered => CallStatus::Unanswered,
            CallStanding::Waiting | CallStanding::Unknown => CallStatus::Waiting,
        })
    }

    /// Which way it went.
    async fn direction(&self, ctx: &Context<'_>) -> Result<Option<Direction>, ApiError> {
        Ok(self.0.get(ctx).await?.offered.as_ref().map(|offered| offered.what.direction.into()))
    }

    /// Whose call it is, if known.
    async fn caller(&self, ctx: &Context<'_>) -> Result<Option<Caller>, ApiError> {
        Ok(self.0.get(ctx).await?.caller.map(|id| Caller::of_id(self.0.at(), id)))
    }

    /// The number it came from (or went to), in E.164; null where it was withheld.
    async fn from(&self, ctx: &Context<'_>) -> Result<Option<PersonalText>, ApiError> {
        let state = self.0.get(ctx).await?;
        let from = state.offered.as_ref().and_then(|offered| offered.what.from.as_ref());
        Ok(from.map(|from| PersonalText::of(from, |phone| phone.as_str())))
    }

    /// The number dialled.
    async fn dialled(&self, ctx: &Context<'_>) -> Result<Option<String>, ApiError> {
        let state = self.0.get(ctx).await?;
        let dialled = state.offered.as_ref().and_then(|offered| offered.what.dialled.as_ref());
        Ok(dialled.map(|number| number.as_str().to_owned()))
    }

    /// The queue it waited in.
    async fn queue(&self, ctx: &Context<'_>) -> Result<Option<String>, ApiError> {
        let state = self.0.get(ctx).await?;
        let queue = state.offered.as_ref().and_then(|offered| offered.what.queue.as_ref());
        Ok(queue.map(|queue| queue.as_str().to_owned()))
    }

    /// Its id in the telephone system or an import.
    async fn external_reference(&self, ctx: &Context<'_>) -> Result<Option<PersonalText>, ApiError> {
        let state = self.0.get(ctx).await?;
        let reference = state.offered.as_ref().and_then(|offered| offered.what.external_reference.as_ref());
        Ok(reference.map(|reference| PersonalText::of(reference, |text| text.as_str())))
    }

    /// How the offer is known.
    async fn evidence(&self, ctx: &Context<'_>) -> Result<Option<Evidence>, ApiError> {
        Ok(self.0.get(ctx).await?.offered.as_ref().map(|offered| offered.what.evidence.into()))
    }

    /// When it was offered.
    async fn offered_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>, ApiError> {
        Ok(self.0.get(ctx).await?.offered.as_ref().map(|offered| offered.at.into()))
    }

    /// Whether it came outside the opening hours.
    async fn out_of_hours(&self, ctx: &Context<'_>) -> Result<bool, ApiError> {
        Ok(self.0.get(ctx).await?.out_of_hours.is_some())
    }

    /// When it was answered.
    async fn answered_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>, ApiError> {
        Ok(self.0.get(ctx).await?.answered.as_ref().map(|answered| answered.at.into()))
    }

    /// Who answered, if known.
    async fn agent(&self, ctx: &Context<'_>) -> Result<Option<Agent>, ApiError> {
        let agent = self.0.get(ctx).await?.answered.as_ref().and_then(|answered| answered.what.agent);
        Ok(agent.map(|id| Agent::of_id(self.0.at(), id)))
    }

    /// From the offer to the answer or the hang-up, in seconds.
    async fn wait_seconds(&self, ctx: &Context<'_>) -> Result<Option<i32>, ApiError> {
        let state = self.0.get(ctx).await?;
        let answered = state.answered.as_ref().map(|answered| answered.what.wait_seconds);
        let wait = answered.or(state.abandoned.as_ref().map(|abandoned| abandoned.what.wait_seconds));
        Ok(wait.map(|seconds| int(seconds.into())))
    }

    /// When the caller hung up before anybody answered.
    async fn abandoned_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>, ApiError> {
        Ok(self.0.get(ctx).await?.abandoned.as_ref().map(|abandoned| abandoned.at.into()))
    }

    /// Why it left its queue without an answer or a hang-up.
    async fn left_queue(&self, ctx: &Context<'_>) -> Result<Option<QueueExit>, ApiError> {
        Ok(self.0.get(ctx).await?.left_queue.as_ref().map(|left| left.what.reason.into()))
    }

    /// When the line broke.
    async fn dropped_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>, ApiError> {
        Ok(self.0.get(ctx).await?.dropped.as_ref().map(|dropped| dropped.at.into()))
    }

    /// When it ended.
    async fn ended_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>, ApiError> {
        Ok(self.0.get(ctx).await?.ended.as_ref().map(|ended| ended.at.into()))
    }

    /// Who ended it.
    async fn ended_by(&self, ctx: &Context<'_>) -> Result<Option<EndedBy>, ApiError> {
        Ok(self.0.get(ctx).await?.ended.as_ref().map(|ended| ended.what.by.into()))
    }

    /// From the answer to the end, in seconds.
    async fn talk_seconds(&self, ctx: &Context<'_>) -> Result<Option<i32>, ApiError> {
        let talk = self.0.get(ctx).await?.ended.as_ref().and_then(|ended| ended.what.talk_seconds);
        Ok(talk.map(|seconds| int(seconds.into())))
    }

    /// The telephone system's cause of the end.
    async fn cause(&self, ctx: &Context<'_>) -> Result<Option<String>, ApiError> {
        let state = self.0.get(ctx).await?;
        let cause = state.ended.as_ref().and_then(|ended| ended.what.cause.as_ref());
        Ok(cause.map(|cause| cause.as_str().to_owned()))
    }

    /// Why it was no consultation, if somebody said so.
    async fn no_consultation(&self, ctx: &Context<'_>) -> Result<Option<NoConsultationReason>, ApiError> {
        let stated = &self.0.get(ctx).await?.no_consultation;
        Ok(stated.as_ref().map(|stated| stated.what.reason.into()))
    }

    /// The consultation to take up again: their line broke in it within ten minutes before this call came. Attach the call to
    /// it (`attachCall`) instead of opening another. Null where there is none.
    async fn take_up(&self, ctx: &Context<'_>) -> Result<Option<Consultation>, ApiError> {
        self.suggested(ctx).await
    }
}

impl Call {
    /// The consultation in which the caller's line broke shortly before this call came.
    pub async fn suggested(&self, ctx: &Context<'_>) -> Result<Option<Consultation>, ApiError> {
        let state = self.0.get(ctx).await?;
        let inbound =
            state.offered.as_ref().filter(|offered| offered.what.direction == value::Direction::Inbound);
        let (Some(offered), Some(caller)) = (inbound, state.caller) else { return Ok(None) };
        let at = self.0.at();
        let everyone = Caller::of_id(at, caller).everyone(ctx).await?;
        let models = &app(ctx)?.models;
        let cut_off = calls::cut_off(models, at, &everyone, offered.at, CALLED_AGAIN_WITHIN_SECONDS).await?;
        let earlier = cut_off.filter(|earlier| earlier.id != state.id);
        let Some(id) = earlier.and_then(|earlier| earlier.consultation) else { return Ok(None) };
        let known = consultations::by_ids(models, at, &[id]).await?;
        Ok(known.iter().any(ConsultationRow::counts).then(|| Consultation::of_id(at, id)))
    }
}
