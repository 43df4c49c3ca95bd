//! `moveCallerPhone`.

use async_graphql::{Context, ID, InputObject, Object, Result};
use sangdam_domain::aggregate::Caller;
use sangdam_domain::value::PhoneNumber;

use crate::graphql::mutation::field::{id, text};
use crate::graphql::mutation::payload::CallerPayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::Executed;

/// What `moveCallerPhone` takes.
#[derive(InputObject)]
pub(super) struct MoveCallerPhoneInput {
    /// The number, in any common spelling.
    phone: String,
    /// Whose it was.
    from: ID,
    /// Whose it is. `expectedVersion` is about this caller.
    to: ID,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `moveCallerPhone`.
#[derive(Default)]
pub(super) struct MoveCallerPhone;

#[Object]
impl MoveCallerPhone {
    /// A number is another caller's. Answers with the caller who has it now.
    async fn move_caller_phone(
        &self,
        ctx: &Context<'_>,
        input: MoveCallerPhoneInput,
    ) -> Result<CallerPayload> {
        CallerPayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(ctx: &Context<'_>, input: &MoveCallerPhoneInput) -> Result<Executed<Caller>, Failure> {
    let request = Request::of(ctx, "moveCallerPhone", input, &input.command).await?;
    let phone = text("phone", &input.phone, PhoneNumber::parse)?;
    let (from, to) = (id("from", &input.from)?, id("to", &input.to)?);
    request.must_be_callers([("from", from), ("to", to)]).await?;
    Ok(request.ledger.move_phone(&request.meta, phone, from, to).await?)
}
