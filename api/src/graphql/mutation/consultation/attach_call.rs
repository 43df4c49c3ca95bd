//! `attachCall`.

use async_graphql::{Context, ID, InputObject, Object, Result};
use sangdam_domain::aggregate::{Consultation, ConsultationCommand};

use crate::graphql::code::AttachReason;
use crate::graphql::mutation::field::id;
use crate::graphql::mutation::payload::ConsultationPayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::Executed;

/// What `attachCall` takes.
#[derive(InputObject)]
pub(super) struct AttachCallInput {
    /// The consultation.
    consultation: ID,
    /// The answered call.
    call: ID,
    /// Why it belongs here.
    reason: AttachReason,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `attachCall`.
#[derive(Default)]
pub(super) struct AttachCall;

#[Object]
impl AttachCall {
    /// A further call belongs to the consultation: the line dropped and they called again, or were called back. It counts as no further consultation.
    async fn attach_call(&self, ctx: &Context<'_>, input: AttachCallInput) -> Result<ConsultationPayload> {
        ConsultationPayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(ctx: &Context<'_>, input: &AttachCallInput) -> Result<Executed<Consultation>, Failure> {
    let request = Request::of(ctx, "attachCall", input, &input.command).await?;
    let consultation = id("consultation", &input.consultation)?;
    let call = id("call", &input.call)?;
    let standing = request.ledger.call_standing(call).await?;
    let reason = input.reason.into();
    request.execute(consultation, ConsultationCommand::AttachCall { call, standing, reason }).await
}
