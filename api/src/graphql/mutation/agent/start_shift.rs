//! `startShift`.

use async_graphql::{Context, ID, InputObject, Object, Result};
use sangdam_domain::aggregate::{Agent, AgentCommand};

use crate::graphql::mutation::field::id;
use crate::graphql::mutation::payload::AgentPayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::Executed;

/// What `startShift` takes.
#[derive(InputObject)]
pub(super) struct StartShiftInput {
    /// The agent.
    agent: ID,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `startShift`.
#[derive(Default)]
pub(super) struct StartShift;

#[Object]
impl StartShift {
    /// A shift begins; the agent is available.
    async fn start_shift(&self, ctx: &Context<'_>, input: StartShiftInput) -> Result<AgentPayload> {
        AgentPayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(ctx: &Context<'_>, input: &StartShiftInput) -> Result<Executed<Agent>, Failure> {
    let request = Request::of(ctx, "startShift", input, &input.command).await?;
    request.execute(id("agent", &input.agent)?, AgentCommand::StartShift).await
}
