//! `mergeCallers`.

use async_graphql::{Context, ID, InputObject, Object, Result};
use sangdam_domain::aggregate::Caller;

use crate::graphql::mutation::field::id;
use crate::graphql::mutation::payload::CallerPayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::Executed;

/// What `mergeCallers` takes.
#[derive(InputObject)]
pub(super) struct MergeCallersInput {
    /// Who goes on. `expectedVersion` is about this caller.
    survivor: ID,
    /// Who becomes an alias.
    absorbed: ID,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `mergeCallers`.
#[derive(Default)]
pub(super) struct MergeCallers;

#[Object]
impl MergeCallers {
    /// Two callers are one person. Answers with the one who goes on.
    async fn merge_callers(&self, ctx: &Context<'_>, input: MergeCallersInput) -> Result<CallerPayload> {
        CallerPayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(ctx: &Context<'_>, input: &MergeCallersInput) -> Result<Executed<Caller>, Failure> {
    let request = Request::of(ctx, "mergeCallers", input, &input.command).await?;
    let (survivor, absorbed) = (id("survivor", &input.survivor)?, id("absorbed", &input.absorbed)?);
    request.must_be_callers([("survivor", survivor), ("absorbed", absorbed)]).await?;
    Ok(request.ledger.merge_callers(&request.meta, survivor, absorbed).await?)
}
