//! `registerAgent`.

use async_graphql::{Context, InputObject, Object, Result};
use sangdam_domain::aggregate::{Agent, AgentCommand};
use sangdam_domain::id::AgentId;
use sangdam_domain::value::{Code, PersonName};

use crate::graphql::mutation::field::{text, text_or_none};
use crate::graphql::mutation::payload::AgentPayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::Executed;

/// What `registerAgent` takes.
#[derive(InputObject)]
pub(super) struct RegisterAgentInput {
    /// The agent's name.
    name: String,
    /// The agent's extension in the telephone system.
    extension: Option<String>,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `registerAgent`.
#[derive(Default)]
pub(super) struct RegisterAgent;

#[Object]
impl RegisterAgent {
    /// An agent works here from now on.
    async fn register_agent(&self, ctx: &Context<'_>, input: RegisterAgentInput) -> Result<AgentPayload> {
        AgentPayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(ctx: &Context<'_>, input: &RegisterAgentInput) -> Result<Executed<Agent>, Failure> {
    let request = Request::of(ctx, "registerAgent", input, &input.command).await?;
    let name = text("name", &input.name, PersonName::parse)?;
    let extension = text_or_none("extension", input.extension.as_deref(), Code::parse)?;
    let agent = AgentId::from_uuid(request.ledger.new_uuid());
    request.execute(agent, AgentCommand::Register { name, extension }).await
}
