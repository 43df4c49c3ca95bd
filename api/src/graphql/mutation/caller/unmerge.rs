//! `unmergeCallers`.

use async_graphql::{Context, ID, InputObject, Object, Result};
use sangdam_domain::aggregate::Caller;

use crate::graphql::mutation::field::id;
use crate::graphql::mutation::payload::CallerPayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::Executed;

/// What `unmergeCallers` takes.
#[derive(InputObject)]
pub(super) struct UnmergeCallersInput {
    /// Who went on. `expectedVersion` is about this caller.
    survivor: ID,
    /// Who was an alias.
    absorbed: ID,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `unmergeCallers`.
#[derive(Default)]
pub(super) struct UnmergeCallers;

#[Object]
impl UnmergeCallers {
    /// They were two persons after all. Answers with the one who went on.
    async fn unmerge_callers(&self, ctx: &Context<'_>, input: UnmergeCallersInput) -> Result<CallerPayload> {
        CallerPayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(ctx: &Context<'_>, input: &UnmergeCallersInput) -> Result<Executed<Caller>, Failure> {
    let request = Request::of(ctx, "unmergeCallers", input, &input.command).await?;
    let (survivor, absorbed) = (id("survivor", &input.survivor)?, id("absorbed", &input.absorbed)?);
    request.must_be_callers([("survivor", survivor), ("absorbed", absorbed)]).await?;
    Ok(request.ledger.unmerge_callers(&request.meta, survivor, absorbed).await?)
}
