//! `retireAgent`.

use async_graphql::{Context, ID, InputObject, Object, Result};
use sangdam_domain::aggregate::{Agent, AgentCommand};

use crate::graphql::mutation::field::id;
use crate::graphql::mutation::payload::AgentPayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::Executed;

/// What `retireAgent` takes.
#[derive(InputObject)]
pub(super) struct RetireAgentInput {
    /// The agent.
    agent: ID,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `retireAgent`.
#[derive(Default)]
pub(super) struct RetireAgent;

#[Object]
impl RetireAgent {
    /// The agent works here no longer.
    async fn retire_agent(&self, ctx: &Context<'_>, input: RetireAgentInput) -> Result<AgentPayload> {
        AgentPayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(ctx: &Context<'_>, input: &RetireAgentInput) -> Result<Executed<Agent>, Failure> {
    let request = Request::of(ctx, "retireAgent", input, &input.command).await?;
    request.execute(id("agent", &input.agent)?, AgentCommand::Retire).await
}
