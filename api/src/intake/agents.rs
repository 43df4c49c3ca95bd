//! Agents by the name that a telephone system gives them: held in memory, registered when they first occur.

use std::collections::HashMap;

use sangdam_domain::actor::Actor;
use sangdam_domain::aggregate::{Agent, AgentCommand};
use sangdam_domain::id::AgentId;
use sangdam_domain::time::Timestamp;
use sangdam_domain::value::PersonName;
use sangdam_eventstore::Vault;

use super::csv::IntakeError;
use super::ids::Ids;
use crate::ledger::{BulkItem, CommandMeta, Ledger, Live};

/// The agents of a telephone system.
#[derive(Default)]
pub(super) struct Agents(HashMap<AgentId, Live<Agent>>);

/// An agent by name, with the first moment that they are told of.
pub(super) struct Named<'a> {
    pub(super) id: AgentId,
    pub(super) name: &'a str,
    pub(super) at: Timestamp,
}

impl Agents {
    /// Loads the agents, and registers those who are new.
    pub(super) async fn look_up(
        &mut self,
        ledger: &Ledger,
        ids: &Ids<'_, Vault>,
        actor: &Actor,
        named: impl Iterator<Item = Named<'_>>,
    ) -> Result<(), IntakeError> {
        let mut wanted: Vec<Named<'_>> = Vec::new();
        for agent in named {
            if !self.0.contains_key(&agent.id) && wanted.iter().all(|other| other.id != agent.id) {
                wanted.push(agent);
            }
        }
        let loaded: Vec<AgentId> = wanted.iter().map(|agent| agent.id).collect();
        let mut items = Vec::new();
        for (told, mut agent) in wanted.iter().zip(ledger.live_many::<Agent>(&loaded).await?) {
            if agent.state().registered.is_none() {
                let name = PersonName::parse(told.name)?;
                let (_, command) = ids.agent(name.as_str());
                let canonical = [b"importAgent\0", name.as_str().as_bytes()].concat();
                let mut item = BulkItem::new(CommandMeta::new(actor.clone(), canonical).with_id(command));
                let register = AgentCommand::Register { name, extension: None };
                item.push(agent.decide(register, told.at, actor)?);
                items.push(item);
            }
            self.0.insert(told.id, agent);
        }
        for result in ledger.execute_bulk(items).await? {
            result?;
        }
        Ok(())
    }

    /// An agent who was looked up.
    pub(super) fn get(&self, id: AgentId) -> Option<&Live<Agent>> {
        self.0.get(&id)
    }

    /// Holds an agent as they stand after a decision.
    pub(super) fn hold(&mut self, agent: Live<Agent>) {
        self.0.insert(agent.state().id, agent);
    }

    /// How many are held.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Forgets all: others may have written meanwhile.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}
