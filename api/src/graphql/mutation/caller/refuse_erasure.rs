//! `refuseErasure`.

use async_graphql::{Context, ID, InputObject, Object, Result};
use sangdam_domain::aggregate::{Caller, CallerCommand};

use crate::graphql::code::LegalBasis;
use crate::graphql::mutation::field::id;
use crate::graphql::mutation::payload::CallerPayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::Executed;

/// What `refuseErasure` takes.
#[derive(InputObject)]
pub(super) struct RefuseErasureInput {
    /// The caller.
    caller: ID,
    /// On what ground.
    legal_basis: LegalBasis,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `refuseErasure`.
#[derive(Default)]
pub(super) struct RefuseErasure;

#[Object]
impl RefuseErasure {
    /// The request to be forgotten is refused.
    async fn refuse_erasure(&self, ctx: &Context<'_>, input: RefuseErasureInput) -> Result<CallerPayload> {
        CallerPayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(ctx: &Context<'_>, input: &RefuseErasureInput) -> Result<Executed<Caller>, Failure> {
    let request = Request::of(ctx, "refuseErasure", input, &input.command).await?;
    let caller = id("caller", &input.caller)?;
    request.execute(caller, CallerCommand::RefuseErasure { legal_basis: input.legal_basis.into() }).await
}
