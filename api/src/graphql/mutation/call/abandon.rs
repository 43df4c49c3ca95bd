//! `abandonCall`.

use async_graphql::{Context, ID, InputObject, Object, Result};
use sangdam_domain::aggregate::{Call, CallCommand};

use crate::graphql::code::Evidence;
use crate::graphql::mutation::field::id_or_none;
use crate::graphql::mutation::payload::CallPayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::Executed;

/// What `abandonCall` takes.
#[derive(InputObject)]
pub(super) struct AbandonCallInput {
    /// The call. Left out where nobody saw it being offered: it is a new one then.
    call: Option<ID>,
    /// How long the caller waited; counted from the offer where it is left out.
    wait_seconds: Option<u32>,
    /// How this is known.
    #[graphql(default_with = "Evidence::Observed")]
    evidence: Evidence,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `abandonCall`.
#[derive(Default)]
pub(super) struct AbandonCall;

#[Object]
impl AbandonCall {
    /// The caller hung up before anybody answered. Where nobody saw the call being offered, the offer is inferred.
    async fn abandon_call(&self, ctx: &Context<'_>, input: AbandonCallInput) -> Result<CallPayload> {
        CallPayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(ctx: &Context<'_>, input: &AbandonCallInput) -> Result<Executed<Call>, Failure> {
    let request = Request::of(ctx, "abandonCall", input, &input.command).await?;
    let call = id_or_none("call", input.call.as_ref())?;
    if let Some(first) = request.first_result().await? {
        return Ok(first);
    }
    let call = request.offered_or_new(call).await?;
    let closed_by = request.closed_by().await?;
    let (wait_seconds, evidence) = (input.wait_seconds, input.evidence.into());
    request.execute(call, CallCommand::Abandon { wait_seconds, evidence, closed_by }).await
}
