//! Who did it.

use async_graphql::{Enum, Object};
use sangdam_domain::actor;
use sangdam_projections::At;

use super::Agent;

/// What kind of actor.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "sangdam_domain::actor::ActorKind")]
pub enum ActorKind {
    /// An agent at work.
    Agent,
    /// Staff of the county: administrators, auditors.
    Staff,
    /// The ledger itself.
    System,
    /// An import of earlier records.
    Import,
    /// The demo county.
    Demo,
    /// Anybody, on a server that runs open, on loopback.
    Open,
}

/// Who made a command: a kind and an opaque id, never a name.
pub struct Actor {
    at: At,
    actor: actor::Actor,
}

impl Actor {
    /// From the domain's.
    pub fn new(at: &At, actor: &actor::Actor) -> Self {
        Self { at: at.clone(), actor: actor.clone() }
    }
}

#[Object]
impl Actor {
    /// What kind.
    async fn kind(&self) -> ActorKind {
        self.actor.kind.into()
    }

    /// The opaque id, or `-` where the kind has none.
    async fn id(&self) -> &str {
        &self.actor.id
    }

    /// The agent, where it was one.
    async fn agent(&self) -> Option<Agent> {
        let agent = (self.actor.kind == actor::ActorKind::Agent).then(|| self.actor.id.parse().ok());
        agent.flatten().map(|id| Agent::of_id(&self.at, id))
    }
}
