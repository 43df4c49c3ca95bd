//! `resolveConsultation`.

use async_graphql::{Context, ID, InputObject, Object, Result};
use sangdam_domain::aggregate::{Consultation, ConsultationCommand};

use crate::graphql::code::{Outcome, ResolvedBy};
use crate::graphql::mutation::field::id;
use crate::graphql::mutation::payload::ConsultationPayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::Executed;

/// What `resolveConsultation` takes.
#[derive(InputObject)]
pub(super) struct ResolveConsultationInput {
    /// The consultation.
    consultation: ID,
    /// Who settled it.
    #[graphql(default_with = "ResolvedBy::Agent")]
    by: ResolvedBy,
    /// How.
    outcome: Outcome,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `resolveConsultation`.
#[derive(Default)]
pub(super) struct ResolveConsultation;

#[Object]
impl ResolveConsultation {
    /// The matter is settled.
    async fn resolve_consultation(
        &self,
        ctx: &Context<'_>,
        input: ResolveConsultationInput,
    ) -> Result<ConsultationPayload> {
        ConsultationPayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(
    ctx: &Context<'_>,
    input: &ResolveConsultationInput,
) -> Result<Executed<Consultation>, Failure> {
    let request = Request::of(ctx, "resolveConsultation", input, &input.command).await?;
    let consultation = id("consultation", &input.consultation)?;
    let (by, outcome) = (input.by.into(), input.outcome.into());
    request.execute(consultation, ConsultationCommand::Resolve { by, outcome }).await
}
