//! `addCallerPhone`.

use async_graphql::{Context, ID, InputObject, Object, Result};
use sangdam_domain::aggregate::{Caller, CallerCommand};
use sangdam_domain::value::PhoneNumber;

use crate::graphql::mutation::field::{id, text};
use crate::graphql::mutation::payload::CallerPayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::Executed;

/// What `addCallerPhone` takes.
#[derive(InputObject)]
pub(super) struct AddCallerPhoneInput {
    /// The caller.
    caller: ID,
    /// The number, in any common spelling.
    phone: String,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `addCallerPhone`.
#[derive(Default)]
pub(super) struct AddCallerPhone;

#[Object]
impl AddCallerPhone {
    /// They have a further number.
    async fn add_caller_phone(&self, ctx: &Context<'_>, input: AddCallerPhoneInput) -> Result<CallerPayload> {
        CallerPayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(ctx: &Context<'_>, input: &AddCallerPhoneInput) -> Result<Executed<Caller>, Failure> {
    let request = Request::of(ctx, "addCallerPhone", input, &input.command).await?;
    let caller = id("caller", &input.caller)?;
    let phone = text("phone", &input.phone, PhoneNumber::parse)?;
    request.execute(caller, CallerCommand::AddPhone { phone }).await
}
