//! Agents.

use async_graphql::{Context, ID, Object};
use sangdam_domain::aggregate;
use sangdam_domain::id::AgentId;

use super::PersonalText;
use super::lazy::lazy_object;
use crate::graphql::code::AgentState;
use crate::graphql::error::ApiError;
use crate::graphql::node::global;
use crate::graphql::scalar::{DateTime, version};

lazy_object! {
    /// A person who answers calls.
    Agent, aggregate::Agent, AgentId
}

#[Object]
impl Agent {
    /// The global id.
    pub async fn id(&self) -> ID {
        global(self.0.id())
    }

    /// The UUID, as it stands in events and exports.
    async fn uuid(&self) -> String {
        self.0.id().to_string()
    }

    /// How many events the agent's stream has: give it back as `expectedVersion`.
    async fn version(&self, ctx: &Context<'_>) -> Result<i32, ApiError> {
        Ok(version(self.0.get(ctx).await?.version))
    }

    /// The agent's name.
    async fn name(&self, ctx: &Context<'_>) -> Result<Option<PersonalText>, ApiError> {
        let state = self.0.get(ctx).await?;
        Ok(state.registered.as_ref().map(|of| PersonalText::of(&of.what.name, |name| name.as_str())))
    }

    /// The extension in the telephone system.
    async fn extension(&self, ctx: &Context<'_>) -> Result<Option<String>, ApiError> {
        let state = self.0.get(ctx).await?;
        let extension = state.registered.as_ref().and_then(|of| of.what.extension.as_ref());
        Ok(extension.map(|code| code.as_str().to_owned()))
    }

    /// When the agent was registered.
    async fn registered_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>, ApiError> {
        Ok(self.0.get(ctx).await?.registered.as_ref().map(|of| of.at.into()))
    }

    /// What the agent is doing; null off shift.
    async fn state(&self, ctx: &Context<'_>) -> Result<Option<AgentState>, ApiError> {
        Ok(self.0.get(ctx).await?.state.as_ref().map(|state| state.what.into()))
    }

    /// Since when the agent is doing that; null off shift.
    async fn state_since(&self, ctx: &Context<'_>) -> Result<Option<DateTime>, ApiError> {
        Ok(self.0.get(ctx).await?.state.as_ref().map(|state| state.at.into()))
    }

    /// When the present shift began; null off shift.
    async fn shift_started_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>, ApiError> {
        Ok(self.0.get(ctx).await?.shift_started_at.map(Into::into))
    }

    /// When the agent retired.
    async fn retired_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>, ApiError> {
        Ok(self.0.get(ctx).await?.retired_at.map(Into::into))
    }
}
