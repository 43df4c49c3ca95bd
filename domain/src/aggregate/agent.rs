//! A person who answers calls: registered, on and off shift, retired.
//!
//! What an agent's state forbids never stands in the way of what a telephone system saw: calls do not ask here.

use serde::Serialize;

use super::{Aggregate, Happened, nothing, one};
use crate::actor::Subject;
use crate::event::{AgentRegistered, AgentRetired, AgentStateChanged, Event, Fact, ShiftEnded, ShiftStarted};
use crate::id::AgentId;
use crate::log::{LogId, StreamId, StreamKind, Version};
use crate::personal::Personal;
use crate::rejection::Rejection;
use crate::time::Timestamp;
use crate::value::{AgentState, Code, PersonName};

/// A person who answers calls.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Agent {
    /// Which one.
    pub id: AgentId,
    /// How many events the agent's stream has.
    pub version: Version,
    /// The name and the extension.
    pub registered: Option<Happened<AgentRegistered>>,
    /// What the agent is doing, and since when. `None` off shift.
    pub state: Option<Happened<AgentState>>,
    /// When the present shift began. `None` off shift.
    pub shift_started_at: Option<Timestamp>,
    /// When the agent last began to do something else, or came or went.
    #[serde(skip)]
    pub changed_at: Option<Timestamp>,
    /// When the agent retired.
    pub retired_at: Option<Timestamp>,
}

/// What can be asked of an agent.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "fields are those of the events of the same names")]
pub enum AgentCommand {
    /// The agent works here from now on.
    Register { name: PersonName, extension: Option<Code> },
    /// The shift begins.
    StartShift,
    /// The agent does something else now.
    ChangeState { state: AgentState },
    /// The shift is over.
    EndShift,
    /// The agent works here no longer.
    Retire,
    /// A telephone system saw what the agent does from now on; `None` is off shift. What it saw is taken whatever was
    /// known before. News that is older than what is known changes nothing.
    Observe { state: Option<AgentState> },
}

/// What others need to know of an agent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AgentStanding {
    /// There is no such agent.
    Unknown,
    /// Works here.
    Active,
    /// Worked here.
    Retired,
}

impl AgentStanding {
    /// Refuses who does not work here.
    pub fn must_be_active(self) -> Result<(), Rejection> {
        match self {
            Self::Unknown => Err(Rejection::NotFound { kind: AgentId::KIND }),
            Self::Retired => Err(Rejection::AgentRetired),
            Self::Active => Ok(()),
        }
    }
}

impl Agent {
    /// What others need to know.
    pub fn standing(&self) -> AgentStanding {
        match (&self.registered, self.retired_at) {
            (None, _) => AgentStanding::Unknown,
            (Some(_), None) => AgentStanding::Active,
            (Some(_), Some(_)) => AgentStanding::Retired,
        }
    }

    fn observe(&self, seen: Option<AgentState>, at: Timestamp) -> Result<Vec<Event>, Rejection> {
        self.standing().must_be_active()?;
        if self.changed_at.is_some_and(|changed_at| at < changed_at) {
            return nothing();
        }
        let now = self.state.as_ref().map(|state| state.what);
        let mut events: Vec<Event> = Vec::new();
        match (now, seen) {
            (None, None) => {}
            (Some(_), None) => events.push(ShiftEnded {}.into()),
            (None, Some(state)) => {
                events.push(ShiftStarted {}.into());
                if state != AgentState::Available {
                    events.push(AgentStateChanged { state }.into());
                }
            }
            (Some(now), Some(state)) if now != state => events.push(AgentStateChanged { state }.into()),
            (Some(_), Some(_)) => {}
        }
        Ok(events)
    }
}

impl Aggregate for Agent {
    type Id = AgentId;
    type Command = AgentCommand;

    fn new(id: AgentId) -> Self {
        Self {
            id,
            version: Version::ZERO,
            registered: None,
            state: None,
            shift_started_at: None,
            changed_at: None,
            retired_at: None,
        }
    }

    fn stream(id: AgentId, _log: &LogId) -> StreamId {
        StreamId::new(StreamKind::Agent, id.uuid())
    }

    fn decide(&self, command: AgentCommand, at: Timestamp) -> Result<Vec<Event>, Rejection> {
        if let AgentCommand::Register { name, extension } = command {
            return match self.registered {
                Some(_) => Err(Rejection::AgentAlreadyRegistered),
                None => one(AgentRegistered { name: Personal::Known(name), extension }),
            };
        }
        if let AgentCommand::Observe { state } = command {
            return self.observe(state, at);
        }
        if matches!(command, AgentCommand::Retire) && self.retired_at.is_some() {
            return nothing();
        }
        self.standing().must_be_active()?;
        let state = self.state.as_ref().map(|state| state.what);
        match (command, state) {
            (AgentCommand::StartShift, None) => one(ShiftStarted {}),
            (AgentCommand::ChangeState { .. }, None) => Err(Rejection::AgentNotOnShift),
            (AgentCommand::ChangeState { state }, Some(now)) if state != now => {
                one(AgentStateChanged { state })
            }
            (AgentCommand::EndShift, Some(AgentState::OnCall)) => Err(Rejection::AgentOnCall),
            (AgentCommand::EndShift, Some(_)) => one(ShiftEnded {}),
            (AgentCommand::Retire, Some(_)) => Err(Rejection::AgentOnShift),
            (AgentCommand::Retire, None) => one(AgentRetired {}),
            _ => nothing(),
        }
    }

    fn evolve(&mut self, fact: &Fact) {
        self.version = fact.version;
        if matches!(fact.event, Event::ShiftStarted(_) | Event::AgentStateChanged(_) | Event::ShiftEnded(_)) {
            self.changed_at = Some(fact.occurred_at);
        }
        match &fact.event {
            Event::AgentRegistered(registered) => {
                self.registered = Some(Happened::new(fact, registered.clone()))
            }
            Event::ShiftStarted(_) => {
                self.state = Some(Happened::new(fact, AgentState::Available));
                self.shift_started_at = Some(fact.occurred_at);
            }
            Event::AgentStateChanged(change) => self.state = Some(Happened::new(fact, change.state)),
            Event::ShiftEnded(_) => {
                self.state = None;
                self.shift_started_at = None;
            }
            Event::AgentRetired(_) => self.retired_at = Some(fact.occurred_at),
            _ => {}
        }
    }

    fn subject(&self) -> Option<Subject> {
        Some(Subject::Agent(self.id))
    }
}

#[cfg(test)]
mod tests;
