//! `nameCaller`.

use async_graphql::{Context, ID, InputObject, Object, Result};
use sangdam_domain::aggregate::{Caller, CallerCommand};
use sangdam_domain::value::PersonName;

use crate::graphql::mutation::field::{id, text};
use crate::graphql::mutation::payload::CallerPayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::Executed;

/// What `nameCaller` takes.
#[derive(InputObject)]
pub(super) struct NameCallerInput {
    /// The caller.
    caller: ID,
    /// The name.
    name: String,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `nameCaller`.
#[derive(Default)]
pub(super) struct NameCaller;

#[Object]
impl NameCaller {
    /// They told their name.
    async fn name_caller(&self, ctx: &Context<'_>, input: NameCallerInput) -> Result<CallerPayload> {
        CallerPayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(ctx: &Context<'_>, input: &NameCallerInput) -> Result<Executed<Caller>, Failure> {
    let request = Request::of(ctx, "nameCaller", input, &input.command).await?;
    let caller = id("caller", &input.caller)?;
    let name = text("name", &input.name, PersonName::parse)?;
    request.execute(caller, CallerCommand::Name { name }).await
}
