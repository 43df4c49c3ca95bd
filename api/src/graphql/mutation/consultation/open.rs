//! `openConsultation`.

use async_graphql::{Context, ID, InputObject, Object, Result};
use sangdam_domain::aggregate::{
    Call, CallStanding, CallbackStanding, Consultation, ConsultationCommand, OpenFrom,
};
use sangdam_domain::id::{CallId, CallbackId, ConsultationId};
use sangdam_domain::log::Position;

use crate::graphql::code::ContactReason;
use crate::graphql::mutation::field::{id_or_none, invalid};
use crate::graphql::mutation::payload::ConsultationPayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::Executed;

/// What `openConsultation` takes.
#[derive(InputObject)]
pub(super) struct OpenConsultationInput {
    /// The answered call that opens it. Either this or `callback`.
    call: Option<ID>,
    /// The completed callback that opens it. Either this or `call`.
    callback: Option<ID>,
    /// Whose matter it is; the call's caller where it is left out.
    caller: Option<ID>,
    /// Who takes it; who answered the call where it is left out.
    agent: Option<ID>,
    /// Why they called.
    #[graphql(default_with = "ContactReason::Unrecorded")]
    contact_reason: ContactReason,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `openConsultation`.
#[derive(Default)]
pub(super) struct OpenConsultation;

#[Object]
impl OpenConsultation {
    /// A matter of a caller begins: with an answered call, or with a callback that was made for a missed call.
    async fn open_consultation(
        &self,
        ctx: &Context<'_>,
        input: OpenConsultationInput,
    ) -> Result<ConsultationPayload> {
        ConsultationPayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(
    ctx: &Context<'_>,
    input: &OpenConsultationInput,
) -> Result<Executed<Consultation>, Failure> {
    let request = Request::of(ctx, "openConsultation", input, &input.command).await?;
    let call = id_or_none::<CallId>("call", input.call.as_ref())?;
    let callback = id_or_none::<CallbackId>("callback", input.callback.as_ref())?;
    let caller = id_or_none("caller", input.caller.as_ref())?;
    let agent = id_or_none("agent", input.agent.as_ref())?;
    if let Some(first) = request.first_result().await? {
        return Ok(first);
    }
    let (from, call) = match (call, callback) {
        (Some(call), None) => {
            let known = request.ledger.load::<Call>(call).await?;
            let standing = known.as_ref().map_or(CallStanding::Unknown, Call::standing);
            (OpenFrom::Call { call, standing }, known)
        }
        (None, Some(callback)) => {
            let standing = request.ledger.callback_standing(callback).await?;
            let call = match standing {
                CallbackStanding::Completed { call, .. } => request.ledger.load::<Call>(call).await?,
                _ => None,
            };
            (OpenFrom::Callback { callback, standing }, call)
        }
        _ => return Err(invalid("call", "expected either `call` or `callback`, and not both")),
    };
    if let Some(caller) = caller {
        request.ledger.must_be_active(caller).await?;
    }
    if let Some(agent) = agent {
        request.must_be_an_agent(agent).await?;
    }
    let answered = call.as_ref().and_then(|call| call.answered.as_ref());
    let agent = agent.or_else(|| answered.and_then(|answered| answered.what.agent));
    let caller = match (caller, call.as_ref().and_then(|call| call.caller)) {
        (None, Some(known)) => request.ledger.survivor(known, Position::MAX).await?,
        (given, _) => given,
    };
    let contact_reason = input.contact_reason.into();
    let command = ConsultationCommand::Open { from, caller, agent, contact_reason };
    request.execute(ConsultationId::from_uuid(request.ledger.new_uuid()), command).await
}
