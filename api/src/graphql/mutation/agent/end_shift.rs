//! `endShift`.

use async_graphql::{Context, ID, InputObject, Object, Result};
use sangdam_domain::aggregate::{Agent, AgentCommand};

use crate::graphql::mutation::field::id;
use crate::graphql::mutation::payload::AgentPayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::Executed;

/// What `endShift` takes.
#[derive(InputObject)]
pub(super) struct EndShiftInput {
    /// The agent.
    agent: ID,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `endShift`.
#[derive(Default)]
pub(super) struct EndShift;

#[Object]
impl EndShift {
    /// The shift is over.
    async fn end_shift(&self, ctx: &Context<'_>, input: EndShiftInput) -> Result<AgentPayload> {
        AgentPayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(ctx: &Context<'_>, input: &EndShiftInput) -> Result<Executed<Agent>, Failure> {
    let request = Request::of(ctx, "endShift", input, &input.command).await?;
    request.execute(id("agent", &input.agent)?, AgentCommand::EndShift).await
}
