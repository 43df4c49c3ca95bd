//! `acceptTransfer`.

use async_graphql::{Context, ID, InputObject, Object, Result};
use sangdam_domain::aggregate::{Consultation, ConsultationCommand};

use crate::graphql::mutation::field::id;
use crate::graphql::mutation::payload::ConsultationPayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::Executed;

/// What `acceptTransfer` takes.
#[derive(InputObject)]
pub(super) struct AcceptTransferInput {
    /// The consultation.
    consultation: ID,
    /// The transfer, as it was requested.
    transfer: ID,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `acceptTransfer`.
#[derive(Default)]
pub(super) struct AcceptTransfer;

#[Object]
impl AcceptTransfer {
    /// The officer took the call.
    async fn accept_transfer(
        &self,
        ctx: &Context<'_>,
        input: AcceptTransferInput,
    ) -> Result<ConsultationPayload> {
        ConsultationPayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(
    ctx: &Context<'_>,
    input: &AcceptTransferInput,
) -> Result<Executed<Consultation>, Failure> {
    let request = Request::of(ctx, "acceptTransfer", input, &input.command).await?;
    let consultation = id("consultation", &input.consultation)?;
    let transfer = id("transfer", &input.transfer)?;
    request.execute(consultation, ConsultationCommand::AcceptTransfer { transfer }).await
}
