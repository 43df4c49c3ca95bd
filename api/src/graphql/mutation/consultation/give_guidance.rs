//! `giveGuidance`.

use async_graphql::{Context, ID, InputObject, Object, Result};
use sangdam_domain::aggregate::{Consultation, ConsultationCommand};

use crate::graphql::code::GuidanceKind;
use crate::graphql::mutation::field::id;
use crate::graphql::mutation::payload::ConsultationPayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::Executed;

/// What `giveGuidance` takes.
#[derive(InputObject)]
pub(super) struct GiveGuidanceInput {
    /// The consultation.
    consultation: ID,
    /// About what.
    kind: GuidanceKind,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `giveGuidance`.
#[derive(Default)]
pub(super) struct GiveGuidance;

#[Object]
impl GiveGuidance {
    /// The caller was told about something.
    async fn give_guidance(
        &self,
        ctx: &Context<'_>,
        input: GiveGuidanceInput,
    ) -> Result<ConsultationPayload> {
        ConsultationPayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(ctx: &Context<'_>, input: &GiveGuidanceInput) -> Result<Executed<Consultation>, Failure> {
    let request = Request::of(ctx, "giveGuidance", input, &input.command).await?;
    let consultation = id("consultation", &input.consultation)?;
    request.execute(consultation, ConsultationCommand::GiveGuidance { kind: input.kind.into() }).await
}
