//! `linkConsultations`.

use async_graphql::{Context, ID, InputObject, Object, Result};
use sangdam_domain::aggregate::{Consultation, ConsultationCommand};

use crate::graphql::code::LinkKind;
use crate::graphql::mutation::field::id;
use crate::graphql::mutation::payload::ConsultationPayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::Executed;

/// What `linkConsultations` takes.
#[derive(InputObject)]
pub(super) struct LinkConsultationsInput {
    /// The consultation.
    consultation: ID,
    /// The other one.
    other: ID,
    /// How they belong together.
    kind: LinkKind,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `linkConsultations`.
#[derive(Default)]
pub(super) struct LinkConsultations;

#[Object]
impl LinkConsultations {
    /// Two consultations belong together.
    async fn link_consultations(
        &self,
        ctx: &Context<'_>,
        input: LinkConsultationsInput,
    ) -> Result<ConsultationPayload> {
        ConsultationPayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(
    ctx: &Context<'_>,
    input: &LinkConsultationsInput,
) -> Result<Executed<Consultation>, Failure> {
    let request = Request::of(ctx, "linkConsultations", input, &input.command).await?;
    let consultation = id("consultation", &input.consultation)?;
    let other = id("other", &input.other)?;
    let status = request.ledger.consultation_status(other).await?;
    let kind = input.kind.into();
    request.execute(consultation, ConsultationCommand::Link { other, status, kind }).await
}
