//! `approveErasure`.

use async_graphql::{Context, ID, InputObject, Object, Result};
use sangdam_domain::aggregate::{Caller, CallerCommand};

use crate::graphql::mutation::field::id;
use crate::graphql::mutation::payload::CallerPayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::Executed;

/// What `approveErasure` takes.
#[derive(InputObject)]
pub(super) struct ApproveErasureInput {
    /// The caller.
    caller: ID,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `approveErasure`.
#[derive(Default)]
pub(super) struct ApproveErasure;

#[Object]
impl ApproveErasure {
    /// The request to be forgotten is granted. It is carried out by `eraseCaller`.
    async fn approve_erasure(&self, ctx: &Context<'_>, input: ApproveErasureInput) -> Result<CallerPayload> {
        CallerPayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(ctx: &Context<'_>, input: &ApproveErasureInput) -> Result<Executed<Caller>, Failure> {
    let request = Request::of(ctx, "approveErasure", input, &input.command).await?;
    request.execute(id("caller", &input.caller)?, CallerCommand::ApproveErasure).await
}
