//! `completeCallback`.

use async_graphql::{Context, ID, InputObject, Object, Result};

use crate::graphql::code::ContactReason;
use crate::graphql::mutation::field::{id, id_or_none};
use crate::graphql::mutation::payload::CompleteCallbackPayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::{CompletedCallback, Opening};

/// What `completeCallback` takes.
#[derive(InputObject)]
pub(super) struct CompleteCallbackInput {
    /// The callback.
    callback: ID,
    /// The answered call that kept it.
    call: ID,
    /// For a missed call: whose matter it is; whom the promise names where it is left out.
    caller: Option<ID>,
    /// For a missed call: who takes it; who answered the call where it is left out.
    agent: Option<ID>,
    /// For a missed call: why they had called.
    #[graphql(default_with = "ContactReason::Unrecorded")]
    contact_reason: ContactReason,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `completeCallback`.
#[derive(Default)]
pub(super) struct CompleteCallback;

#[Object]
impl CompleteCallback {
    /// The promise was kept. One for a consultation attaches the call to it; one for a missed call opens a new consultation.
    async fn complete_callback(
        &self,
        ctx: &Context<'_>,
        input: CompleteCallbackInput,
    ) -> Result<CompleteCallbackPayload> {
        CompleteCallbackPayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(ctx: &Context<'_>, input: &CompleteCallbackInput) -> Result<CompletedCallback, Failure> {
    let request = Request::of(ctx, "completeCallback", input, &input.command).await?;
    let callback = id("callback", &input.callback)?;
    let call = id("call", &input.call)?;
    let caller = id_or_none("caller", input.caller.as_ref())?;
    let agent = id_or_none("agent", input.agent.as_ref())?;
    if !request.is_retry().await? {
        if let Some(caller) = caller {
            request.ledger.must_be_active(caller).await?;
        }
        if let Some(agent) = agent {
            request.must_be_an_agent(agent).await?;
        }
    }
    let opening = Opening { caller, agent, contact_reason: input.contact_reason.into() };
    Ok(request.ledger.complete_callback(&request.meta, callback, call, opening).await?)
}
