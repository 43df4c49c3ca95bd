//! `correctConsultation`.

use async_graphql::{Context, ID, InputObject, Object, Result};
use sangdam_domain::aggregate::{Consultation, ConsultationCommand};
use sangdam_domain::value::{NoteText, ReasonText};

use crate::graphql::code::ContactReason;
use crate::graphql::mutation::field::{id, invalid, text, text_or_none, version};
use crate::graphql::mutation::payload::ConsultationPayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::Executed;

/// What `correctConsultation` takes.
#[derive(InputObject)]
pub(super) struct CorrectConsultationInput {
    /// The consultation.
    consultation: ID,
    /// The right agent.
    agent: Option<ID>,
    /// The right reason.
    contact_reason: Option<ContactReason>,
    /// What a note should have said.
    note: Option<NoteCorrection>,
    /// Why, in free text.
    why: Option<String>,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `correctConsultation`.
#[derive(Default)]
pub(super) struct CorrectConsultation;

#[Object]
impl CorrectConsultation {
    /// Something recorded earlier was wrong: who took it, why they called, or what a note says. Exactly one of them. Days never move: what was recorded on a wrong day is voided and recorded anew.
    async fn correct_consultation(
        &self,
        ctx: &Context<'_>,
        input: CorrectConsultationInput,
    ) -> Result<ConsultationPayload> {
        ConsultationPayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(
    ctx: &Context<'_>,
    input: &CorrectConsultationInput,
) -> Result<Executed<Consultation>, Failure> {
    let request = Request::of(ctx, "correctConsultation", input, &input.command).await?;
    let consultation = id("consultation", &input.consultation)?;
    let why = text_or_none("why", input.why.as_deref(), ReasonText::parse)?;
    let command = match (&input.agent, input.contact_reason, &input.note) {
        (Some(agent), None, None) => {
            let agent = id("agent", agent)?;
            let standing = request.ledger.agent_standing(agent).await?;
            ConsultationCommand::CorrectAgent { agent, standing, why }
        }
        (None, Some(contact_reason), None) => {
            ConsultationCommand::CorrectContactReason { contact_reason: contact_reason.into(), why }
        }
        (None, None, Some(corrected)) => {
            let text = text("text", &corrected.text, NoteText::parse)?;
            ConsultationCommand::CorrectNote { note: version("note", corrected.note)?, text, why }
        }
        _ => return Err(invalid("agent", "expected exactly one of `agent`, `contactReason` and `note`")),
    };
    request.execute(consultation, command).await
}

/// What a note should have said.
#[derive(InputObject)]
pub(super) struct NoteCorrection {
    /// The note, by its `version`.
    note: u32,
    /// What is right.
    text: String,
}
