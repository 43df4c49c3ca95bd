//! `recordNumberAskedFor`.

use async_graphql::{Context, ID, InputObject, Object, Result};
use sangdam_domain::aggregate::{Consultation, ConsultationCommand};

use crate::graphql::mutation::field::id;
use crate::graphql::mutation::payload::ConsultationPayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::Executed;

/// What `recordNumberAskedFor` takes.
#[derive(InputObject)]
pub(super) struct RecordNumberAskedForInput {
    /// The consultation.
    consultation: ID,
    /// The entry of the directory.
    entry: ID,
    /// The version of the entry that was meant; the latest where it is left out.
    entry_version: Option<u32>,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `recordNumberAskedFor`.
#[derive(Default)]
pub(super) struct RecordNumberAskedFor;

#[Object]
impl RecordNumberAskedFor {
    /// The caller asked for a number of the directory, whether it was then given or they were connected.
    async fn record_number_asked_for(
        &self,
        ctx: &Context<'_>,
        input: RecordNumberAskedForInput,
    ) -> Result<ConsultationPayload> {
        ConsultationPayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(
    ctx: &Context<'_>,
    input: &RecordNumberAskedForInput,
) -> Result<Executed<Consultation>, Failure> {
    let request = Request::of(ctx, "recordNumberAskedFor", input, &input.command).await?;
    let consultation = id("consultation", &input.consultation)?;
    let entry = id("entry", &input.entry)?;
    let standing = request.ledger.entry_standing(entry).await?;
    let entry_version = input.entry_version;
    request.execute(consultation, ConsultationCommand::AskForNumber { entry, entry_version, standing }).await
}
