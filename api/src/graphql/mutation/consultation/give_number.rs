//! `giveNumber`.

use async_graphql::{Context, ID, InputObject, Object, Result};
use sangdam_domain::aggregate::{Consultation, ConsultationCommand};

use crate::graphql::mutation::field::id;
use crate::graphql::mutation::payload::ConsultationPayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::Executed;

/// What `giveNumber` takes.
#[derive(InputObject)]
pub(super) struct GiveNumberInput {
    /// The consultation.
    consultation: ID,
    /// The entry of the directory.
    entry: ID,
    /// The version of the entry that was read out; the latest where it is left out.
    entry_version: Option<u32>,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `giveNumber`.
#[derive(Default)]
pub(super) struct GiveNumber;

#[Object]
impl GiveNumber {
    /// The caller was given a number of the directory.
    async fn give_number(&self, ctx: &Context<'_>, input: GiveNumberInput) -> Result<ConsultationPayload> {
        ConsultationPayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(ctx: &Context<'_>, input: &GiveNumberInput) -> Result<Executed<Consultation>, Failure> {
    let request = Request::of(ctx, "giveNumber", input, &input.command).await?;
    let consultation = id("consultation", &input.consultation)?;
    let entry = id("entry", &input.entry)?;
    let standing = request.ledger.entry_standing(entry).await?;
    let entry_version = input.entry_version;
    request.execute(consultation, ConsultationCommand::GiveNumber { entry, entry_version, standing }).await
}
