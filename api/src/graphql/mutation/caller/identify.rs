//! `identifyCaller`.

use async_graphql::{Context, ID, InputObject, Object, Result};
use sangdam_domain::actor::Subject;
use sangdam_domain::aggregate::Caller;

use crate::graphql::mutation::field::{id, id_or_none, invalid};
use crate::graphql::mutation::payload::CallerPayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::Executed;

/// What `identifyCaller` takes.
#[derive(InputObject)]
pub(super) struct IdentifyCallerInput {
    /// The caller.
    caller: ID,
    /// The call. Either this or `consultation`.
    call: Option<ID>,
    /// The consultation. Either this or `call`.
    consultation: Option<ID>,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `identifyCaller`.
#[derive(Default)]
pub(super) struct IdentifyCaller;

#[Object]
impl IdentifyCaller {
    /// A call or a consultation turned out to be this caller's.
    async fn identify_caller(&self, ctx: &Context<'_>, input: IdentifyCallerInput) -> Result<CallerPayload> {
        CallerPayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(ctx: &Context<'_>, input: &IdentifyCallerInput) -> Result<Executed<Caller>, Failure> {
    let request = Request::of(ctx, "identifyCaller", input, &input.command).await?;
    let caller = id("caller", &input.caller)?;
    let call = id_or_none("call", input.call.as_ref())?;
    let consultation = id_or_none("consultation", input.consultation.as_ref())?;
    let subject = match (call, consultation) {
        (Some(call), None) => Subject::Call(call),
        (None, Some(consultation)) => Subject::Consultation(consultation),
        _ => return Err(invalid("consultation", "expected either `consultation` or `call`, and not both")),
    };
    Ok(request.ledger.identify_caller(&request.meta, caller, subject).await?)
}
