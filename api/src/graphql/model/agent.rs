//! Agents. An agent's stream grows with every change of state, so a query never folds it: what an agent is doing comes from
//! the read model, and the name from the one event that holds it.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use sangdam_domain::aggregate;
use sangdam_domain::id::AgentId;
use sangdam_domain::log::Version;
use sangdam_domain::personal::Personal;
use sangdam_domain::time::Timestamp;
use sangdam_domain::value::{AgentState as State, Code, PersonName};
use sangdam_projections::At;
use sangdam_projections::agents::AgentRow;
use tokio::sync::OnceCell;

use super::{PersonalText, loaders};
use crate::graphql::code::AgentState;
use crate::graphql::error::ApiError;
use crate::graphql::node::global;
use crate::graphql::scalar::{DateTime, version};

/// A person who answers calls.
pub struct Agent {
    at: At,
    id: AgentId,
    profile: OnceCell<Profile>,
}

/// What is shown of an agent.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    version: Version,
    name: Option<Personal<PersonName>>,
    extension: Option<Code>,
    registered_at: Option<Timestamp>,
    state: Option<(State, Timestamp)>,
    shift_started_at: Option<Timestamp>,
    retired_at: Option<Timestamp>,
}

impl Profile {
    /// From the folded stream.
    pub fn of_state(state: &aggregate::Agent) -> Self {
        let registered = state.registered.as_ref();
        Self {
            version: state.version,
            name: registered.map(|of| of.what.name.clone()),
            extension: registered.and_then(|of| of.what.extension.clone()),
            registered_at: registered.map(|of| of.at),
            state: state.state.as_ref().map(|state| (state.what, state.at)),
            shift_started_at: state.shift_started_at,
            retired_at: state.retired_at,
        }
    }

    /// From the read model, with the name from the event that registered the agent.
    pub fn of_row(row: AgentRow, name: Option<Personal<PersonName>>) -> Self {
        Self {
            version: row.version,
            name,
            extension: row.extension,
            registered_at: Some(row.registered_at),
            state: row.state.zip(row.state_since),
            shift_started_at: row.on_shift_since,
            retired_at: row.retired_at,
        }
    }
}

impl Agent {
    /// As it stands.
    pub fn from_state(at: &At, state: impl Into<Arc<aggregate::Agent>>) -> Self {
        let state = state.into();
        let profile = OnceCell::new_with(Some(Profile::of_state(&state)));
        Self { at: at.clone(), id: state.id, profile }
    }

    /// With this id; loaded when a field asks for more.
    pub fn of_id(at: &At, id: AgentId) -> Self {
        Self { at: at.clone(), id, profile: OnceCell::new() }
    }

    /// Whether the log has this agent.
    pub async fn exists(&self, ctx: &Context<'_>) -> Result<bool, ApiError> {
        Ok(self.profile(ctx).await?.version > Version::ZERO)
    }

    async fn profile(&self, ctx: &Context<'_>) -> Result<&Profile, ApiError> {
        self.profile
            .get_or_try_init(|| async {
                let loaders = loaders(ctx)?;
                if let Some(profile) = loaders.agent(&self.at, self.id).await? {
                    return Ok(profile);
                }
                // The read models may not have come to the registration yet.
                let state = loaders.load::<aggregate::Agent>(&self.at, self.id).await?;
                Ok(state.map(|state| Profile::of_state(&state)).unwrap_or_default())
            })
            .await
    }
}

#[Object]
impl Agent {
    /// The global id.
    pub async fn id(&self) -> ID {
        global(self.id)
    }

    /// The UUID, as it stands in events and exports.
    async fn uuid(&self) -> String {
        self.id.to_string()
    }

    /// How many events the agent's stream has: give it back as `expectedVersion`.
    async fn version(&self, ctx: &Context<'_>) -> Result<i32, ApiError> {
        Ok(version(self.profile(ctx).await?.version))
    }

    /// The agent's name.
    async fn name(&self, ctx: &Context<'_>) -> Result<Option<PersonalText>, ApiError> {
        let name = self.profile(ctx).await?.name.as_ref();
        Ok(name.map(|name| PersonalText::of(name, |name| name.as_str())))
    }

    /// The extension in the telephone system.
    async fn extension(&self, ctx: &Context<'_>) -> Result<Option<&str>, ApiError> {
        Ok(self.profile(ctx).await?.extension.as_ref().map(Code::as_str))
    }

    /// When the agent was registered.
    async fn registered_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>, ApiError> {
        Ok(self.profile(ctx).await?.registered_at.map(Into::into))
    }

    /// What the agent is doing; null off shift.
    async fn state(&self, ctx: &Context<'_>) -> Result<Option<AgentState>, ApiError> {
        Ok(self.profile(ctx).await?.state.map(|(state, _)| state.into()))
    }

    /// Since when the agent is doing that; null off shift.
    async fn state_since(&self, ctx: &Context<'_>) -> Result<Option<DateTime>, ApiError> {
        Ok(self.profile(ctx).await?.state.map(|(_, since)| since.into()))
    }

    /// When the present shift began; null off shift.
    async fn shift_started_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>, ApiError> {
        Ok(self.profile(ctx).await?.shift_started_at.map(Into::into))
    }

    /// When the agent retired.
    async fn retired_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>, ApiError> {
        Ok(self.profile(ctx).await?.retired_at.map(Into::into))
    }
}
