//! `leaveQueue`.

use async_graphql::{Context, ID, InputObject, Object, Result};
use sangdam_domain::aggregate::{Call, CallCommand};

use crate::graphql::code::{Evidence, QueueExit};
use crate::graphql::mutation::field::id;
use crate::graphql::mutation::payload::CallPayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::Executed;

/// What `leaveQueue` takes.
#[derive(InputObject)]
pub(super) struct LeaveQueueInput {
    /// The call.
    call: ID,
    /// Why.
    reason: QueueExit,
    /// How this is known.
    #[graphql(default_with = "Evidence::Observed")]
    evidence: Evidence,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `leaveQueue`.
#[derive(Default)]
pub(super) struct LeaveQueue;

#[Object]
impl LeaveQueue {
    /// The call left its queue without an answer or a hang-up.
    async fn leave_queue(&self, ctx: &Context<'_>, input: LeaveQueueInput) -> Result<CallPayload> {
        CallPayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(ctx: &Context<'_>, input: &LeaveQueueInput) -> Result<Executed<Call>, Failure> {
    let request = Request::of(ctx, "leaveQueue", input, &input.command).await?;
    let call = id("call", &input.call)?;
    request.must_be_offered(call).await?;
    let command = CallCommand::LeaveQueue {
        reason: input.reason.into(),
        evidence: input.evidence.into(),
        closed_by: None,
    };
    request.execute(call, command).await
}
