//! The callers and agents that rows speak of: looked up in batches, remembered within bounds, registered when new.

use std::collections::{HashMap, HashSet};

use sangdam_domain::actor::Actor;
use sangdam_domain::aggregate::{Agent, AgentCommand, Caller, CallerCommand, ErasureStatus};
use sangdam_domain::id::{AgentId, CallerId};
use sangdam_domain::rejection::Rejection;
use sangdam_domain::time::Timestamp;
use sangdam_domain::value::{CallerKind, ExternalReference, PersonName};

use super::file::RowCall;
use super::ids::{Blind, Ids};
use crate::ledger::{BulkItem, CommandMeta, Ledger, Live, LoadError};

/// How many callers and how many agents are remembered; beyond, all are forgotten and looked up again.
const REMEMBERED_MAX: usize = 100_000;

/// How many merges are followed from an alias to who goes on.
const MERGES_MAX: usize = 16;

/// Who a row speaks of, as the ledger knows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party<I> {
    /// Registered.
    Known(I),
    /// Not registered yet.
    New(I),
    /// Forgotten: nothing more can be recorded of them.
    Erased,
}

impl<I> Party<I> {
    /// Who it is, unless they were forgotten.
    pub fn id(self) -> Option<I> {
        match self {
            Self::Known(id) | Self::New(id) => Some(id),
            Self::Erased => None,
        }
    }
}

/// The callers and agents of one source in one centre.
pub struct Parties<'a, B> {
    ids: Ids<'a, B>,
    callers: HashMap<String, Party<CallerId>>,
    agents: HashMap<String, Party<AgentId>>,
}

impl<'a, B: Blind> Parties<'a, B> {
    /// Nobody looked up yet.
    pub fn new(ids: Ids<'a, B>) -> Self {
        Self { ids, callers: HashMap::new(), agents: HashMap::new() }
    }

    /// Looks up all that a batch speaks of.
    pub async fn look_up(&mut self, ledger: &Ledger, batch: &[RowCall]) -> Result<(), LoadError> {
        if self.callers.len() > REMEMBERED_MAX {
            self.callers.clear();
        }
        if self.agents.len() > REMEMBERED_MAX {
            self.agents.clear();
        }
        let names = batch.iter().filter_map(|row| row.call.agent.as_ref()).map(PersonName::as_str);
        let names: HashSet<&str> = names.filter(|name| !self.agents.contains_key(*name)).collect();
        let names: Vec<&str> = names.into_iter().collect();
        let ids: Vec<AgentId> = names.iter().map(|name| self.ids.agent(name).0).collect();
        let found = ledger.load_many::<Agent>(&ids).await?;
        for ((name, id), found) in names.into_iter().zip(ids).zip(found) {
            let party = if found.is_some() { Party::Known(id) } else { Party::New(id) };
            self.agents.insert(name.to_owned(), party);
        }

        let references =
            batch.iter().filter_map(|row| row.call.caller.as_ref()).map(ExternalReference::as_str);
        let references: HashSet<&str> = references.filter(|text| !self.callers.contains_key(*text)).collect();
        let references: Vec<&str> = references.into_iter().collect();
        let ids: Vec<CallerId> = references.iter().map(|reference| self.ids.caller(reference).0).collect();
        let found = ledger.load_many::<Caller>(&ids).await?;
        for ((reference, id), found) in references.into_iter().zip(ids).zip(found) {
            let party = match found {
                None => Party::New(id),
                Some(caller) => who_goes_on(ledger, caller).await?,
            };
            self.callers.insert(reference.to_owned(), party);
        }
        Ok(())
    }

    /// A caller that was looked up.
    pub fn caller(&self, reference: &ExternalReference) -> Party<CallerId> {
        let new = || Party::New(self.ids.caller(reference.as_str()).0);
        self.callers.get(reference.as_str()).copied().unwrap_or_else(new)
    }

    /// An agent that was looked up.
    pub fn agent(&self, name: &PersonName) -> Party<AgentId> {
        let new = || Party::New(self.ids.agent(name.as_str()).0);
        self.agents.get(name.as_str()).copied().unwrap_or_else(new)
    }

    /// Registers a caller, who is known from then on.
    pub fn register_caller(
        &mut self,
        ledger: &Ledger,
        reference: &ExternalReference,
        at: Timestamp,
        actor: &Actor,
    ) -> Result<BulkItem, Rejection> {
        let (id, command) = self.ids.caller(reference.as_str());
        let canonical = [b"importCaller\0", reference.as_str().as_bytes()].concat();
        let mut item = BulkItem::new(CommandMeta::new(actor.clone(), canonical).with_id(command));
        let register = CallerCommand::Register {
            phone: None,
            name: None,
            kind: CallerKind::Unknown,
            external_reference: Some(reference.clone()),
        };
        item.push(Live::<Caller>::new(id, ledger).decide(register, at, actor)?);
        self.callers.insert(reference.as_str().to_owned(), Party::Known(id));
        Ok(item)
    }

    /// Registers an agent, who is known from then on.
    pub fn register_agent(
        &mut self,
        ledger: &Ledger,
        name: &PersonName,
        at: Timestamp,
        actor: &Actor,
    ) -> Result<BulkItem, Rejection> {
        let (id, command) = self.ids.agent(name.as_str());
        let canonical = [b"importAgent\0", name.as_str().as_bytes()].concat();
        let mut item = BulkItem::new(CommandMeta::new(actor.clone(), canonical).with_id(command));
        let register = AgentCommand::Register { name: name.clone(), extension: None };
        item.push(Live::<Agent>::new(id, ledger).decide(register, at, actor)?);
        self.agents.insert(name.as_str().to_owned(), Party::Known(id));
        Ok(item)
    }
}

/// The caller, or who goes on where they were merged.
async fn who_goes_on(ledger: &Ledger, mut caller: Caller) -> Result<Party<CallerId>, LoadError> {
    for _ in 0..MERGES_MAX {
        if matches!(caller.erasure, ErasureStatus::Erased) {
            return Ok(Party::Erased);
        }
        let Some(survivor) = caller.merged_into else { break };
        match ledger.load::<Caller>(survivor).await? {
            Some(next) => caller = next,
            None => break,
        }
    }
    Ok(Party::Known(caller.id))
}
