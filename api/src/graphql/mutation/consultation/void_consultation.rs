//! `voidConsultation`.

use async_graphql::{Context, ID, InputObject, Object, Result};
use sangdam_domain::aggregate::{Consultation, ConsultationCommand};
use sangdam_domain::value::ReasonText;

use crate::graphql::code::VoidReason;
use crate::graphql::mutation::field::{id, text_or_none};
use crate::graphql::mutation::payload::ConsultationPayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::Executed;

/// What `voidConsultation` takes.
#[derive(InputObject)]
pub(super) struct VoidConsultationInput {
    /// The consultation.
    consultation: ID,
    /// Why.
    reason: VoidReason,
    /// More about it, in free text.
    explanation: Option<String>,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `voidConsultation`.
#[derive(Default)]
pub(super) struct VoidConsultation;

#[Object]
impl VoidConsultation {
    /// The consultation does not count and never did. Its calls are free to be recorded anew.
    async fn void_consultation(
        &self,
        ctx: &Context<'_>,
        input: VoidConsultationInput,
    ) -> Result<ConsultationPayload> {
        ConsultationPayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(
    ctx: &Context<'_>,
    input: &VoidConsultationInput,
) -> Result<Executed<Consultation>, Failure> {
    let request = Request::of(ctx, "voidConsultation", input, &input.command).await?;
    let consultation = id("consultation", &input.consultation)?;
    let explanation = text_or_none("explanation", input.explanation.as_deref(), ReasonText::parse)?;
    request
        .execute(consultation, ConsultationCommand::Void { reason: input.reason.into(), explanation })
        .await
}
