//! `registerCaller`.

use async_graphql::{Context, InputObject, Object, Result};
use sangdam_domain::aggregate::{Caller, CallerCommand};
use sangdam_domain::id::CallerId;
use sangdam_domain::value::{ExternalReference, PersonName, PhoneNumber};

use crate::graphql::code::CallerKind;
use crate::graphql::mutation::field::text_or_none;
use crate::graphql::mutation::payload::CallerPayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::Executed;

/// What `registerCaller` takes.
#[derive(InputObject)]
pub(super) struct RegisterCallerInput {
    /// Their number, in any common spelling. One number has one caller.
    phone: Option<String>,
    /// Their name, if told.
    name: Option<String>,
    /// Resident, visitor or not known.
    #[graphql(default_with = "CallerKind::Unknown")]
    kind: CallerKind,
    /// Their id in another system.
    external_reference: Option<String>,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `registerCaller`.
#[derive(Default)]
pub(super) struct RegisterCaller;

#[Object]
impl RegisterCaller {
    /// A caller is known from now on.
    async fn register_caller(&self, ctx: &Context<'_>, input: RegisterCallerInput) -> Result<CallerPayload> {
        CallerPayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(ctx: &Context<'_>, input: &RegisterCallerInput) -> Result<Executed<Caller>, Failure> {
    let request = Request::of(ctx, "registerCaller", input, &input.command).await?;
    let phone = text_or_none("phone", input.phone.as_deref(), PhoneNumber::parse)?;
    let name = text_or_none("name", input.name.as_deref(), PersonName::parse)?;
    let external_reference =
        text_or_none("externalReference", input.external_reference.as_deref(), ExternalReference::parse)?;
    let command = CallerCommand::Register { phone, name, kind: input.kind.into(), external_reference };
    request.execute(CallerId::from_uuid(request.ledger.new_uuid()), command).await
}
