//! `endCall`.

use async_graphql::{Context, ID, InputObject, Object, Result};
use sangdam_domain::aggregate::{Call, CallCommand};
use sangdam_domain::value::Code;

use crate::graphql::code::{EndedBy, Evidence};
use crate::graphql::mutation::field::{id, text_or_none};
use crate::graphql::mutation::payload::CallPayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::Executed;

/// What `endCall` takes.
#[derive(InputObject)]
pub(super) struct EndCallInput {
    /// The call.
    call: ID,
    /// Who ended it.
    #[graphql(default_with = "EndedBy::Unrecorded")]
    by: EndedBy,
    /// How long they talked; counted from the answer where it is left out.
    talk_seconds: Option<u32>,
    /// The telephone system's cause.
    cause: Option<String>,
    /// How this is known.
    #[graphql(default_with = "Evidence::Observed")]
    evidence: Evidence,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `endCall`.
#[derive(Default)]
pub(super) struct EndCall;

#[Object]
impl EndCall {
    /// The call is over.
    async fn end_call(&self, ctx: &Context<'_>, input: EndCallInput) -> Result<CallPayload> {
        CallPayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(ctx: &Context<'_>, input: &EndCallInput) -> Result<Executed<Call>, Failure> {
    let request = Request::of(ctx, "endCall", input, &input.command).await?;
    let call = id("call", &input.call)?;
    let cause = text_or_none("cause", input.cause.as_deref(), Code::parse)?;
    let (by, evidence) = (input.by.into(), input.evidence.into());
    request.must_be_offered(call).await?;
    let command = CallCommand::End { by, talk_seconds: input.talk_seconds, cause, evidence, closed_by: None };
    request.execute(call, command).await
}
