//! `recordNote`.

use async_graphql::{Context, ID, InputObject, Object, Result};
use sangdam_domain::aggregate::{Consultation, ConsultationCommand};
use sangdam_domain::value::NoteText;

use crate::graphql::code::NoteKind;
use crate::graphql::mutation::field::{id, text};
use crate::graphql::mutation::payload::ConsultationPayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::Executed;

/// What `recordNote` takes.
#[derive(InputObject)]
pub(super) struct RecordNoteInput {
    /// The consultation.
    consultation: ID,
    /// What it holds.
    kind: NoteKind,
    /// What it says: up to 10,000 characters, and no resident registration number.
    text: String,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `recordNote`.
#[derive(Default)]
pub(super) struct RecordNote;

#[Object]
impl RecordNote {
    /// Writes a note: what was asked, what was answered, or something for colleagues only.
    async fn record_note(&self, ctx: &Context<'_>, input: RecordNoteInput) -> Result<ConsultationPayload> {
        ConsultationPayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(ctx: &Context<'_>, input: &RecordNoteInput) -> Result<Executed<Consultation>, Failure> {
    let request = Request::of(ctx, "recordNote", input, &input.command).await?;
    let consultation = id("consultation", &input.consultation)?;
    let (kind, text) = (input.kind.into(), text("text", &input.text, NoteText::parse)?);
    request.execute(consultation, ConsultationCommand::RecordNote { kind, text }).await
}
