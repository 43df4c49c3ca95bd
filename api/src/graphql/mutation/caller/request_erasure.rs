//! `requestErasure`.

use async_graphql::{Context, ID, InputObject, Object, Result};
use sangdam_domain::aggregate::{Caller, CallerCommand};

use crate::graphql::mutation::field::id;
use crate::graphql::mutation::payload::CallerPayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::Executed;

/// What `requestErasure` takes.
#[derive(InputObject)]
pub(super) struct RequestErasureInput {
    /// The caller.
    caller: ID,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `requestErasure`.
#[derive(Default)]
pub(super) struct RequestErasure;

#[Object]
impl RequestErasure {
    /// The caller asks to be forgotten.
    async fn request_erasure(&self, ctx: &Context<'_>, input: RequestErasureInput) -> Result<CallerPayload> {
        CallerPayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(ctx: &Context<'_>, input: &RequestErasureInput) -> Result<Executed<Caller>, Failure> {
    let request = Request::of(ctx, "requestErasure", input, &input.command).await?;
    request.execute(id("caller", &input.caller)?, CallerCommand::RequestErasure).await
}
