//! `dropCall`.

use async_graphql::{Context, ID, InputObject, Object, Result};
use sangdam_domain::aggregate::{Call, CallCommand};

use crate::graphql::code::Evidence;
use crate::graphql::mutation::field::id;
use crate::graphql::mutation::payload::CallPayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::Executed;

/// What `dropCall` takes.
#[derive(InputObject)]
pub(super) struct DropCallInput {
    /// The call.
    call: ID,
    /// How this is known.
    #[graphql(default_with = "Evidence::Observed")]
    evidence: Evidence,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `dropCall`.
#[derive(Default)]
pub(super) struct DropCall;

#[Object]
impl DropCall {
    /// The line broke. May be told after the end, by the agent.
    async fn drop_call(&self, ctx: &Context<'_>, input: DropCallInput) -> Result<CallPayload> {
        CallPayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(ctx: &Context<'_>, input: &DropCallInput) -> Result<Executed<Call>, Failure> {
    let request = Request::of(ctx, "dropCall", input, &input.command).await?;
    let call = id("call", &input.call)?;
    request.must_be_offered(call).await?;
    let command = CallCommand::Drop { evidence: input.evidence.into(), closed_by: None };
    request.execute(call, command).await
}
