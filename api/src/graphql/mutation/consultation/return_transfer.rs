//! `returnTransfer`.

use async_graphql::{Context, ID, InputObject, Object, Result};
use sangdam_domain::aggregate::{Consultation, ConsultationCommand};

use crate::graphql::mutation::field::id;
use crate::graphql::mutation::payload::ConsultationPayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::Executed;

/// What `returnTransfer` takes.
#[derive(InputObject)]
pub(super) struct ReturnTransferInput {
    /// The consultation.
    consultation: ID,
    /// The transfer, as it was requested.
    transfer: ID,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `returnTransfer`.
#[derive(Default)]
pub(super) struct ReturnTransfer;

#[Object]
impl ReturnTransfer {
    /// The officer gave the call back to the agent.
    async fn return_transfer(
        &self,
        ctx: &Context<'_>,
        input: ReturnTransferInput,
    ) -> Result<ConsultationPayload> {
        ConsultationPayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(
    ctx: &Context<'_>,
    input: &ReturnTransferInput,
) -> Result<Executed<Consultation>, Failure> {
    let request = Request::of(ctx, "returnTransfer", input, &input.command).await?;
    let consultation = id("consultation", &input.consultation)?;
    let transfer = id("transfer", &input.transfer)?;
    request.execute(consultation, ConsultationCommand::ReturnTransfer { transfer }).await
}
