//! `changeAgentState`.

use async_graphql::{Context, ID, InputObject, Object, Result};
use sangdam_domain::aggregate::{Agent, AgentCommand};

use crate::graphql::code::AgentState;
use crate::graphql::mutation::field::id;
use crate::graphql::mutation::payload::AgentPayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::Executed;

/// What `changeAgentState` takes.
#[derive(InputObject)]
pub(super) struct ChangeAgentStateInput {
    /// The agent.
    agent: ID,
    /// What.
    state: AgentState,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `changeAgentState`.
#[derive(Default)]
pub(super) struct ChangeAgentState;

#[Object]
impl ChangeAgentState {
    /// The agent does something else now.
    async fn change_agent_state(
        &self,
        ctx: &Context<'_>,
        input: ChangeAgentStateInput,
    ) -> Result<AgentPayload> {
        AgentPayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(ctx: &Context<'_>, input: &ChangeAgentStateInput) -> Result<Executed<Agent>, Failure> {
    let request = Request::of(ctx, "changeAgentState", input, &input.command).await?;
    request.execute(id("agent", &input.agent)?, AgentCommand::ChangeState { state: input.state.into() }).await
}
