//! `registerCentre`.

use async_graphql::{Context, InputObject, Object, Result};
use sangdam_domain::aggregate::{Centre, CentreCommand};
use sangdam_domain::value::DisplayText;

use crate::graphql::mutation::field::text;
use crate::graphql::mutation::payload::CentrePayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::graphql::scalar::Date;
use crate::ledger::Executed;

/// What `registerCentre` takes.
#[derive(InputObject)]
pub(super) struct RegisterCentreInput {
    /// Its name, for people.
    name: String,
    /// Its first day.
    opened_on: Date,
    /// The IANA time zone in which its days are counted, like Asia/Seoul.
    time_zone: String,
    /// The first day from which this ledger holds every call.
    records_complete_from: Date,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `registerCentre`.
#[derive(Default)]
pub(super) struct RegisterCentre;

#[Object]
impl RegisterCentre {
    /// A call centre keeps this ledger. Opens its log where it has none yet.
    async fn register_centre(&self, ctx: &Context<'_>, input: RegisterCentreInput) -> Result<CentrePayload> {
        CentrePayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(ctx: &Context<'_>, input: &RegisterCentreInput) -> Result<Executed<Centre>, Failure> {
    let request = Request::opening(ctx, "registerCentre", input, &input.command).await?;
    let name = text("name", &input.name, DisplayText::parse)?;
    let time_zone = text("timeZone", &input.time_zone, DisplayText::parse)?;
    let (opened_on, records_complete_from) = (input.opened_on.0, input.records_complete_from.0);
    let command = CentreCommand::Register { name, opened_on, time_zone, records_complete_from };
    request.execute((), command).await
}
