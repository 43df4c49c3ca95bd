//! `promiseCallback`.

use async_graphql::{Context, ID, InputObject, Object, Result};
use sangdam_domain::aggregate::{
    Call, CallStanding, Callback, CallbackCommand, Consultation, ConsultationStatus, PromiseFor,
};
use sangdam_domain::id::{CallId, CallbackId, ConsultationId};
use sangdam_domain::log::Position;

use crate::graphql::mutation::field::{id_or_none, invalid};
use crate::graphql::mutation::payload::CallbackPayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::graphql::scalar::DateTime;
use crate::ledger::Executed;

/// What `promiseCallback` takes.
#[derive(InputObject)]
pub(super) struct PromiseCallbackInput {
    /// The consultation that it is for. Either this or `call`.
    consultation: Option<ID>,
    /// The missed call that it is for. Either this or `consultation`.
    call: Option<ID>,
    /// Until when.
    due: DateTime,
    /// Whom to call; the caller of the consultation or call where it is left out.
    caller: Option<ID>,
    /// Who promises it, if anybody.
    agent: Option<ID>,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `promiseCallback`.
#[derive(Default)]
pub(super) struct PromiseCallback;

#[Object]
impl PromiseCallback {
    /// Somebody promises to call back: for a consultation that goes on, or for a missed call.
    async fn promise_callback(
        &self,
        ctx: &Context<'_>,
        input: PromiseCallbackInput,
    ) -> Result<CallbackPayload> {
        CallbackPayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(ctx: &Context<'_>, input: &PromiseCallbackInput) -> Result<Executed<Callback>, Failure> {
    let request = Request::of(ctx, "promiseCallback", input, &input.command).await?;
    let consultation = id_or_none::<ConsultationId>("consultation", input.consultation.as_ref())?;
    let call = id_or_none::<CallId>("call", input.call.as_ref())?;
    let given = id_or_none("caller", input.caller.as_ref())?;
    let agent = id_or_none("agent", input.agent.as_ref())?;
    if let Some(first) = request.first_result().await? {
        return Ok(first);
    }
    let (promised_for, known) = match (consultation, call) {
        (Some(consultation), None) => {
            let held = request.ledger.load::<Consultation>(consultation).await?;
            let status = held.as_ref().map_or(ConsultationStatus::None, |held| held.status);
            (PromiseFor::Consultation { consultation, status }, held.and_then(|held| held.caller))
        }
        (None, Some(call)) => {
            let held = request.ledger.load::<Call>(call).await?;
            let standing = held.as_ref().map_or(CallStanding::Unknown, Call::standing);
            (PromiseFor::MissedCall { call, standing }, held.and_then(|held| held.caller))
        }
        _ => return Err(invalid("consultation", "expected either `consultation` or `call`, and not both")),
    };
    let caller = match (given, known) {
        (Some(caller), _) => {
            request.ledger.must_be_active(caller).await?;
            Some(caller)
        }
        (None, Some(known)) => request.ledger.survivor(known, Position::MAX).await?,
        (None, None) => None,
    };
    if let Some(agent) = agent {
        request.ledger.must_work_here(agent).await?;
    }
    let command = CallbackCommand::Promise { due: input.due.0, promised_for, caller, agent };
    request.execute(CallbackId::from_uuid(request.ledger.new_uuid()), command).await
}
