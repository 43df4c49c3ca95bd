//! `markTransferUnanswered`.

use async_graphql::{Context, ID, InputObject, Object, Result};
use sangdam_domain::aggregate::{Consultation, ConsultationCommand};

use crate::graphql::code::UnansweredCause;
use crate::graphql::mutation::field::id;
use crate::graphql::mutation::payload::ConsultationPayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::Executed;

/// What `markTransferUnanswered` takes.
#[derive(InputObject)]
pub(super) struct MarkTransferUnansweredInput {
    /// The consultation.
    consultation: ID,
    /// The transfer, as it was requested.
    transfer: ID,
    /// Why.
    cause: UnansweredCause,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `markTransferUnanswered`.
#[derive(Default)]
pub(super) struct MarkTransferUnanswered;

#[Object]
impl MarkTransferUnanswered {
    /// The officer could not be reached.
    async fn mark_transfer_unanswered(
        &self,
        ctx: &Context<'_>,
        input: MarkTransferUnansweredInput,
    ) -> Result<ConsultationPayload> {
        ConsultationPayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(
    ctx: &Context<'_>,
    input: &MarkTransferUnansweredInput,
) -> Result<Executed<Consultation>, Failure> {
    let request = Request::of(ctx, "markTransferUnanswered", input, &input.command).await?;
    let consultation = id("consultation", &input.consultation)?;
    let transfer = id("transfer", &input.transfer)?;
    request
        .execute(
            consultation,
            ConsultationCommand::LeaveTransferUnanswered { transfer, cause: input.cause.into() },
        )
        .await
}
