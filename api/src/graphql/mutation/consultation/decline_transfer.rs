//! `declineTransfer`.

use async_graphql::{Context, ID, InputObject, Object, Result};
use sangdam_domain::aggregate::{Consultation, ConsultationCommand};

use crate::graphql::code::DeclineReason;
use crate::graphql::mutation::field::id;
use crate::graphql::mutation::payload::ConsultationPayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::Executed;

/// What `declineTransfer` takes.
#[derive(InputObject)]
pub(super) struct DeclineTransferInput {
    /// The consultation.
    consultation: ID,
    /// The transfer, as it was requested.
    transfer: ID,
    /// Why.
    reason: DeclineReason,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `declineTransfer`.
#[derive(Default)]
pub(super) struct DeclineTransfer;

#[Object]
impl DeclineTransfer {
    /// The officer would not take the call.
    async fn decline_transfer(
        &self,
        ctx: &Context<'_>,
        input: DeclineTransferInput,
    ) -> Result<ConsultationPayload> {
        ConsultationPayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(
    ctx: &Context<'_>,
    input: &DeclineTransferInput,
) -> Result<Executed<Consultation>, Failure> {
    let request = Request::of(ctx, "declineTransfer", input, &input.command).await?;
    let consultation = id("consultation", &input.consultation)?;
    let transfer = id("transfer", &input.transfer)?;
    request
        .execute(consultation, ConsultationCommand::DeclineTransfer { transfer, reason: input.reason.into() })
        .await
}
