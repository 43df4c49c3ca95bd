//! The root of all reading.

mod answers;
mod as_of;
mod ledger;
mod parse;
mod replay;
mod similar;

use std::sync::Arc;

use async_graphql::{Context, ID, Interface, Object, SimpleObject};
use sangdam_domain::id::AgentId;
use sangdam_projections::At;

pub use as_of::AsOfInput;
pub use ledger::Ledger;
pub(super) use parse::{parse_stream, parse_thresholds, parse_types, today};

use super::error::ApiError;
use super::model::{
    ActorKind, Agent, Call, Callback, Caller, Consultation, DirectoryEntry, Import, KnowledgeArticle, loaders,
};
use super::node::NodeId;
use super::scalar::Position;
use super::{Principal, app};
use crate::ledger::Kept;

/// The root of all reading.
pub struct Query;

/// Who asks.
#[derive(SimpleObject)]
#[graphql(name = "Principal")]
pub struct PrincipalInfo {
    /// What kind of actor.
    pub kind: ActorKind,
    /// The opaque id, or `-` where the kind has none.
    pub id: String,
}

/// What has a global id.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "The global id."))]
pub enum Node {
    Agent(Agent),
    Call(Call),
    Callback(Callback),
    Caller(Caller),
    Consultation(Consultation),
    DirectoryEntry(DirectoryEntry),
    Import(Import),
    KnowledgeArticle(KnowledgeArticle),
}

#[Object]
impl Query {
    /// A centre's ledger, as it stands now, or as it stood at the moment `asOf`: every answer below is then what it was
    /// at that moment, but for what was erased since. `minPosition` waits (a few seconds at most) until the answers know of
    /// that position: give what a mutation answered with to read one's own write.
    async fn ledger(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The centre's short name; the server's own where it is left out.")] centre: Option<
            String,
        >,
        as_of: Option<AsOfInput>,
        min_position: Option<Position>,
    ) -> Result<Ledger, ApiError> {
        Ledger::open(ctx, centre.as_deref(), min_position, as_of).await
    }

    /// Anything with a global id; null where there is nothing with it in this ledger.
    async fn node(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Node>, ApiError> {
        Ok(match NodeId::parse(&id)? {
            NodeId::Agent(id) => find_agent(ctx, id).await?.map(Node::from),
            NodeId::Call(id) => find(ctx, id, Call::from_state).await?.map(Node::from),
            NodeId::Callback(id) => find(ctx, id, Callback::from_state).await?.map(Node::from),
            NodeId::Caller(id) => find(ctx, id, Caller::from_state).await?.map(Node::from),
            NodeId::Consultation(id) => find(ctx, id, Consultation::from_state).await?.map(Node::from),
            NodeId::DirectoryEntry(id) => find(ctx, id, DirectoryEntry::from_state).await?.map(Node::from),
            NodeId::Import(id) => find(ctx, id, Import::from_state).await?.map(Node::from),
            NodeId::KnowledgeArticle(id) => {
                find(ctx, id, KnowledgeArticle::from_state).await?.map(Node::from)
            }
            NodeId::Transfer(_) => {
                return Err(ApiError::bad_input("a transfer is read with its consultation"));
            }
        })
    }

    /// Who asks.
    async fn me(&self, ctx: &Context<'_>) -> Result<PrincipalInfo, ApiError> {
        let Principal(actor) = ctx.data::<Principal>().map_err(|error| ApiError::internal(&error.message))?;
        Ok(PrincipalInfo { kind: actor.kind.into(), id: actor.id.clone() })
    }
}

/// The aggregate with this id, in whichever centre's log it stands; the server's own centre is looked at first.
async fn find<A: Kept, T>(
    ctx: &Context<'_>,
    id: A::Id,
    show: impl Fn(&At, Arc<A>) -> T,
) -> Result<Option<T>, ApiError> {
    for at in app(ctx)?.logs().await?.iter().map(At::now) {
        if let Some(state) = loaders(ctx)?.load::<A>(&at, id).await? {
            return Ok(Some(show(&at, state)));
        }
    }
    Ok(None)
}

async fn find_agent(ctx: &Context<'_>, id: AgentId) -> Result<Option<Agent>, ApiError> {
    for at in app(ctx)?.logs().await?.iter().map(At::now) {
        let agent = Agent::of_id(&at, id);
        if agent.exists(ctx).await? {
            return Ok(Some(agent));
        }
    }
    Ok(None)
}
