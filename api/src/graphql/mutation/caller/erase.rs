//! `eraseCaller`.

use async_graphql::{Context, ID, InputObject, Object, Result};
use sangdam_domain::aggregate::Caller;

use crate::graphql::mutation::field::id;
use crate::graphql::mutation::payload::CallerPayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::Executed;

/// What `eraseCaller` takes.
#[derive(InputObject)]
pub(super) struct EraseCallerInput {
    /// The caller.
    caller: ID,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `eraseCaller`.
#[derive(Default)]
pub(super) struct EraseCaller;

#[Object]
impl EraseCaller {
    /// The caller and all aliases are forgotten: every key of theirs is destroyed. Needs an approved request. There is no way back.
    async fn erase_caller(&self, ctx: &Context<'_>, input: EraseCallerInput) -> Result<CallerPayload> {
        CallerPayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(ctx: &Context<'_>, input: &EraseCallerInput) -> Result<Executed<Caller>, Failure> {
    let request = Request::of(ctx, "eraseCaller", input, &input.command).await?;
    Ok(request.ledger.erase_caller(&request.meta, id("caller", &input.caller)?).await?)
}
