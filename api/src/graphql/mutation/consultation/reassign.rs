//! `reassignConsultation`.

use async_graphql::{Context, ID, InputObject, Object, Result};
use sangdam_domain::aggregate::{Consultation, ConsultationCommand};

use crate::graphql::mutation::field::id;
use crate::graphql::mutation::payload::ConsultationPayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::Executed;

/// What `reassignConsultation` takes.
#[derive(InputObject)]
pub(super) struct ReassignConsultationInput {
    /// The consultation.
    consultation: ID,
    /// Who has it from now on.
    agent: ID,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `reassignConsultation`.
#[derive(Default)]
pub(super) struct ReassignConsultation;

#[Object]
impl ReassignConsultation {
    /// Another agent goes on.
    async fn reassign_consultation(
        &self,
        ctx: &Context<'_>,
        input: ReassignConsultationInput,
    ) -> Result<ConsultationPayload> {
        ConsultationPayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(
    ctx: &Context<'_>,
    input: &ReassignConsultationInput,
) -> Result<Executed<Consultation>, Failure> {
    let request = Request::of(ctx, "reassignConsultation", input, &input.command).await?;
    let consultation = id("consultation", &input.consultation)?;
    let to = id("agent", &input.agent)?;
    let standing = request.ledger.agent_standing(to).await?;
    request.execute(consultation, ConsultationCommand::Reassign { to, standing }).await
}
