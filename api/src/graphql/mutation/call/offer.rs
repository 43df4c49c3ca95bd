//! `offerCall`.

use async_graphql::{Context, ID, InputObject, Object, Result};
use sangdam_domain::aggregate::{Call, CallCommand};
use sangdam_domain::id::CallId;
use sangdam_domain::log::Position;
use sangdam_domain::value::{Code, DialledNumber, ExternalReference, PhoneNumber};

use crate::graphql::code::{Direction, Evidence};
use crate::graphql::mutation::field::{id_or_none, text_or_none};
use crate::graphql::mutation::payload::CallPayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::Executed;

/// What `offerCall` takes.
#[derive(InputObject)]
pub(super) struct OfferCallInput {
    /// Which way it goes.
    #[graphql(default_with = "Direction::Inbound")]
    direction: Direction,
    /// Who calls (or is called), as a number in any common spelling; left out where it was withheld.
    from: Option<String>,
    /// Whose call it is, if known otherwise than by the number.
    caller: Option<ID>,
    /// The number dialled.
    dialled: Option<String>,
    /// The queue it waits in, if it waits.
    queue: Option<String>,
    /// Its id in the telephone system.
    external_reference: Option<String>,
    /// How this is known.
    #[graphql(default_with = "Evidence::Observed")]
    evidence: Evidence,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `offerCall`.
#[derive(Default)]
pub(super) struct OfferCall;

#[Object]
impl OfferCall {
    /// A call reached the centre, or the centre placed one. Whose it is is looked up by its number, unless it is said.
    async fn offer_call(&self, ctx: &Context<'_>, input: OfferCallInput) -> Result<CallPayload> {
        CallPayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(ctx: &Context<'_>, input: &OfferCallInput) -> Result<Executed<Call>, Failure> {
    let request = Request::of(ctx, "offerCall", input, &input.command).await?;
    let from = text_or_none("from", input.from.as_deref(), PhoneNumber::parse)?;
    let dialled = text_or_none("dialled", input.dialled.as_deref(), DialledNumber::parse)?;
    let queue = text_or_none("queue", input.queue.as_deref(), Code::parse)?;
    let external_reference =
        text_or_none("externalReference", input.external_reference.as_deref(), ExternalReference::parse)?;
    if let Some(first) = request.first_result().await? {
        return Ok(first);
    }
    let caller = match (id_or_none("caller", input.caller.as_ref())?, &from) {
        (Some(caller), _) => {
            request.ledger.must_be_active(caller).await?;
            Some(caller)
        }
        (None, Some(phone)) => request.ledger.caller_by_phone(phone, Position::MAX).await?,
        (None, None) => None,
    };
    let direction = input.direction.into();
    let evidence = input.evidence.into();
    let closed_by = request.closed_by().await?;
    let command = CallCommand::Offer {
        direction,
        from,
        caller,
        dialled,
        queue,
        external_reference,
        evidence,
        closed_by,
    };
    request.execute(CallId::from_uuid(request.ledger.new_uuid()), command).await
}
