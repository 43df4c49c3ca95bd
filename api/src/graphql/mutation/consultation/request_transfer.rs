//! `requestTransfer`.

use async_graphql::{Context, ID, InputObject, Object, Result};
use sangdam_domain::aggregate::{Consultation, ConsultationCommand};
use sangdam_domain::id::TransferId;
use sangdam_domain::value::{DisplayText, NoteText, PersonName};

use crate::graphql::code::TransferKind;
use crate::graphql::mutation::field::{id, text, text_or_none};
use crate::graphql::mutation::payload::ConsultationPayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::Executed;

/// What `requestTransfer` takes.
#[derive(InputObject)]
pub(super) struct RequestTransferInput {
    /// The consultation.
    consultation: ID,
    /// Warm (the officer is briefed first) or cold.
    kind: TransferKind,
    /// The officer's department.
    department: String,
    /// The officer, if named.
    officer: Option<String>,
    /// What the agent told the officer.
    brief: Option<String>,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `requestTransfer`.
#[derive(Default)]
pub(super) struct RequestTransfer;

#[Object]
impl RequestTransfer {
    /// Asks an officer to take the call.
    async fn request_transfer(
        &self,
        ctx: &Context<'_>,
        input: RequestTransferInput,
    ) -> Result<ConsultationPayload> {
        ConsultationPayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(
    ctx: &Context<'_>,
    input: &RequestTransferInput,
) -> Result<Executed<Consultation>, Failure> {
    let request = Request::of(ctx, "requestTransfer", input, &input.command).await?;
    let consultation = id("consultation", &input.consultation)?;
    let department = text("department", &input.department, DisplayText::parse)?;
    let officer = text_or_none("officer", input.officer.as_deref(), PersonName::parse)?;
    let brief = text_or_none("brief", input.brief.as_deref(), NoteText::parse)?;
    let transfer = TransferId::from_uuid(request.ledger.new_uuid());
    let kind = input.kind.into();
    let command = ConsultationCommand::RequestTransfer { transfer, kind, department, officer, brief };
    request.execute(consultation, command).await
}
