//! `categoriseConsultation`.

use async_graphql::{Context, ID, InputObject, Object, Result};
use sangdam_domain::aggregate::{Consultation, ConsultationCommand};
use sangdam_domain::value::Code;

use crate::graphql::mutation::field::{id, text};
use crate::graphql::mutation::payload::ConsultationPayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::Executed;

/// What `categoriseConsultation` takes.
#[derive(InputObject)]
pub(super) struct CategoriseConsultationInput {
    /// The consultation.
    consultation: ID,
    /// The code of the category.
    code: String,
    /// The version of the taxonomy; the latest where it is left out.
    taxonomy_version: Option<u32>,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `categoriseConsultation`.
#[derive(Default)]
pub(super) struct CategoriseConsultation;

#[Object]
impl CategoriseConsultation {
    /// Puts the matter in a category of the taxonomy.
    async fn categorise_consultation(
        &self,
        ctx: &Context<'_>,
        input: CategoriseConsultationInput,
    ) -> Result<ConsultationPayload> {
        ConsultationPayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(
    ctx: &Context<'_>,
    input: &CategoriseConsultationInput,
) -> Result<Executed<Consultation>, Failure> {
    let request = Request::of(ctx, "categoriseConsultation", input, &input.command).await?;
    let consultation = id("consultation", &input.consultation)?;
    let code = text("code", &input.code, Code::parse)?;
    let (taxonomy_version, known) = request.ledger.category(&code, input.taxonomy_version).await?;
    request.execute(consultation, ConsultationCommand::Categorise { code, taxonomy_version, known }).await
}
