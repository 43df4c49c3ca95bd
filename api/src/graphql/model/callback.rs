//! Callbacks.

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use sangdam_domain::aggregate::{self, CallbackStatus as Status};
use sangdam_domain::id::CallbackId;
use sangdam_domain::value::CallbackFor;

use super::lazy::lazy_object;
use super::{Agent, Call, Caller, Consultation};
use crate::graphql::code::{AttemptResult, CancelReason};
use crate::graphql::error::ApiError;
use crate::graphql::node::global;
use crate::graphql::scalar::{DateTime, version};

/// How a callback stands.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum CallbackStatus {
    /// It is to be made.
    Promised,
    /// It was made.
    Completed,
    /// It will not be made.
    Cancelled,
}

/// An attempt to call back.
#[derive(SimpleObject)]
pub struct CallbackAttempt {
    /// When.
    pub at: DateTime,
    /// What came of it.
    pub result: AttemptResult,
    /// The outbound call, if recorded.
    pub call: Option<Call>,
}

lazy_object! {
    /// A promise to call somebody back.
    Callback, aggregate::Callback, CallbackId
}

#[Object]
impl Callback {
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
    async fn status(&self, ctx: &Context<'_>) -> Result<CallbackStatus, ApiError> {
        Ok(match self.0.get(ctx).await?.status {
            Status::None | Status::Promised => CallbackStatus::Promised,
            Status::Completed => CallbackStatus::Completed,
            Status::Cancelled => CallbackStatus::Cancelled,
        })
    }

    /// When it was promised.
    async fn promised_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>, ApiError> {
        Ok(self.0.get(ctx).await?.promised.as_ref().map(|promised| promised.at.into()))
    }

    /// Until when.
    async fn due(&self, ctx: &Context<'_>) -> Result<Option<DateTime>, ApiError> {
        Ok(self.0.get(ctx).await?.promised.as_ref().map(|promised| promised.what.due.into()))
    }

    /// The consultation it is promised for, unless it is for a missed call.
    async fn consultation(&self, ctx: &Context<'_>) -> Result<Option<Consultation>, ApiError> {
        let state = self.0.get(ctx).await?;
        Ok(match state.promised.as_ref().map(|promised| promised.what.promised_for) {
            Some(CallbackFor::Consultation { consultation }) => {
                Some(Consultation::of_id(self.0.at(), consultation))
            }
            _ => None,
        })
    }

    /// The missed call it is promised for, unless it is for a consultation.
    async fn missed_call(&self, ctx: &Context<'_>) -> Result<Option<Call>, ApiError> {
        let state = self.0.get(ctx).await?;
        Ok(match state.promised.as_ref().map(|promised| promised.what.promised_for) {
            Some(CallbackFor::MissedCall { call }) => Some(Call::of_id(self.0.at(), call)),
            _ => None,
        })
    }

    /// Whom to call, if known.
    async fn caller(&self, ctx: &Context<'_>) -> Result<Option<Caller>, ApiError> {
        let caller = self.0.get(ctx).await?.promised.as_ref().and_then(|promised| promised.what.caller);
        Ok(caller.map(|id| Caller::of_id(self.0.at(), id)))
    }

    /// Who promised it, if anybody.
    async fn agent(&self, ctx: &Context<'_>) -> Result<Option<Agent>, ApiError> {
        let agent = self.0.get(ctx).await?.promised.as_ref().and_then(|promised| promised.what.agent);
        Ok(agent.map(|id| Agent::of_id(self.0.at(), id)))
    }

    /// The attempts, in order.
    async fn attempts(&self, ctx: &Context<'_>) -> Result<Vec<CallbackAttempt>, ApiError> {
        let attempts = &self.0.get(ctx).await?.attempts;
        Ok(attempts
            .iter()
            .map(|attempt| CallbackAttempt {
                at: attempt.at.into(),
                result: attempt.what.result.into(),
                call: attempt.what.call.map(|id| Call::of_id(self.0.at(), id)),
            })
            .collect())
    }

    /// When it was made.
    async fn completed_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>, ApiError> {
        Ok(self.0.get(ctx).await?.completed.as_ref().map(|completed| completed.at.into()))
    }

    /// The call that kept it.
    async fn call(&self, ctx: &Context<'_>) -> Result<Option<Call>, ApiError> {
        let call = self.0.get(ctx).await?.completed.as_ref().map(|completed| completed.what.call);
        Ok(call.map(|id| Call::of_id(self.0.at(), id)))
    }

    /// When it was cancelled.
    async fn cancelled_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>, ApiError> {
        Ok(self.0.get(ctx).await?.cancelled.as_ref().map(|cancelled| cancelled.at.into()))
    }

    /// Why it will not be made.
    async fn cancel_reason(&self, ctx: &Context<'_>) -> Result<Option<CancelReason>, ApiError> {
        Ok(self.0.get(ctx).await?.cancelled.as_ref().map(|cancelled| cancelled.what.reason.into()))
    }
}
