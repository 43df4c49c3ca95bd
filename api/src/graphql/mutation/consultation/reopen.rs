//! `reopenConsultation`.

use async_graphql::{Context, ID, InputObject, Object, Result};
use sangdam_domain::aggregate::{Consultation, ConsultationCommand};

use crate::graphql::code::ReopenReason;
use crate::graphql::mutation::field::id;
use crate::graphql::mutation::payload::ConsultationPayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::Executed;

/// What `reopenConsultation` takes.
#[derive(InputObject)]
pub(super) struct ReopenConsultationInput {
    /// The consultation.
    consultation: ID,
    /// Why.
    reason: ReopenReason,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `reopenConsultation`.
#[derive(Default)]
pub(super) struct ReopenConsultation;

#[Object]
impl ReopenConsultation {
    /// A settled matter is taken up again.
    async fn reopen_consultation(
        &self,
        ctx: &Context<'_>,
        input: ReopenConsultationInput,
    ) -> Result<ConsultationPayload> {
        ConsultationPayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(
    ctx: &Context<'_>,
    input: &ReopenConsultationInput,
) -> Result<Executed<Consultation>, Failure> {
    let request = Request::of(ctx, "reopenConsultation", input, &input.command).await?;
    let consultation = id("consultation", &input.consultation)?;
    request.execute(consultation, ConsultationCommand::Reopen { reason: input.reason.into() }).await
}
