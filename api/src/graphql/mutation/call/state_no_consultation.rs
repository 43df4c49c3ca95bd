//! `stateNoConsultation`.

use async_graphql::{Context, ID, InputObject, Object, Result};
use sangdam_domain::aggregate::{Call, CallCommand};

use crate::graphql::code::NoConsultationReason;
use crate::graphql::mutation::field::id;
use crate::graphql::mutation::payload::CallPayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::Executed;

/// What `stateNoConsultation` takes.
#[derive(InputObject)]
pub(super) struct StateNoConsultationInput {
    /// The call, which somebody answered.
    call: ID,
    /// Why it was no consultation.
    reason: NoConsultationReason,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `stateNoConsultation`.
#[derive(Default)]
pub(super) struct StateNoConsultation;

#[Object]
impl StateNoConsultation {
    /// An answered call was no consultation: nothing is missing from the ledger for it. Another reason may be stated later, and
    /// a consultation be opened for it still.
    async fn state_no_consultation(
        &self,
        ctx: &Context<'_>,
        input: StateNoConsultationInput,
    ) -> Result<CallPayload> {
        CallPayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(ctx: &Context<'_>, input: &StateNoConsultationInput) -> Result<Executed<Call>, Failure> {
    let request = Request::of(ctx, "stateNoConsultation", input, &input.command).await?;
    let call = id("call", &input.call)?;
    if let Some(first) = request.first_result().await? {
        return Ok(first);
    }
    let consultation = request.ledger.consultation_of(call).await?;
    let command = CallCommand::StateNoConsultation { reason: input.reason.into(), consultation };
    request.execute(call, command).await
}
