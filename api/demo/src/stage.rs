//! The stage: the aggregates that live at the moment. What the script asks of them goes through the domain's own
//! `decide` and `evolve`, so that the county's history is a legal one.

use std::collections::{HashMap, VecDeque};

use sangdam_domain::actor::{Actor, ActorKind};
use sangdam_domain::aggregate::{
    Agent, Aggregate, Call, CallStanding, Callback, CallbackStanding, Caller, Centre, Consultation,
    ConsultationStatus, DirectoryEditions, DirectoryEntry,
};
use sangdam_domain::event::{Event, Fact, LogOpened};
use sangdam_domain::id::{
    AgentId, CallId, CallbackId, CallerId, CommandId, ConsultationId, DirectoryEntryId, EventId,
};
use sangdam_domain::log::{LogId, Position, StreamId, StreamKind, Version};
use sangdam_domain::time::Timestamp;
use uuid::Uuid;

use crate::calendar::timestamp;
use crate::callers::Callers;
use crate::edition::Given;
use crate::error::DemoError;
use crate::item::{Item, Part, Staged};
use crate::rng::Rng;

/// What lives at the moment, and what happened that nobody took yet.
pub(crate) struct Stage {
    pub(crate) calls: HashMap<CallId, Call>,
    pub(crate) consultations: HashMap<ConsultationId, Consultation>,
    pub(crate) callbacks: HashMap<CallbackId, Callback>,
    pub(crate) callers: Callers,
    pub(crate) agents: HashMap<AgentId, Agent>,
    pub(crate) entries: HashMap<DirectoryEntryId, DirectoryEntry>,
    pub(crate) centre: Centre,
    pub(crate) happened: VecDeque<Item>,
    given: Given,
    feed: Feed,
}

/// Turns decisions into items.
struct Feed {
    log: LogId,
    ids: Rng,
    position: Position,
}

/// Who acts: an agent, or the telephone system.
#[derive(Clone, Copy)]
pub(crate) struct Cue {
    /// In microseconds since 1970.
    pub(crate) at: i64,
    pub(crate) by: Option<AgentId>,
}

impl Cue {
    fn actor(self) -> Actor {
        match self.by {
            Some(agent) => Actor { id: agent.to_string(), kind: ActorKind::Demo },
            None => Actor::of(ActorKind::Demo),
        }
    }
}

impl Stage {
    pub(crate) fn new(log: LogId, ids: Rng) -> Self {
        Self {
            calls: HashMap::new(),
            consultations: HashMap::new(),
            callbacks: HashMap::new(),
            callers: Callers::default(),
            agents: HashMap::new(),
            entries: HashMap::new(),
            centre: Centre::new(()),
            happened: VecDeque::new(),
            given: Given::default(),
            feed: Feed { log, ids, position: Position::ZERO },
        }
    }

    /// A new id of the moment.
    pub(crate) fn id(&mut self, at: i64) -> Uuid {
        self.feed.id(at)
    }

    /// The log begins.
    pub(crate) fn open_log(&mut self, cue: Cue) {
        let log = self.feed.log.clone();
        let stream = StreamId::singleton(StreamKind::Log, &log);
        let event = Event::from(LogOpened { log });
        let staged = Staged { event, subject: None };
        self.feed.position = self.feed.position.next();
        let part = Part { stream, before: Version::ZERO, events: vec![staged] };
        self.publish(cue, vec![part]);
    }

    pub(crate) fn call(&mut self, cue: Cue, id: CallId, command: <Call as Aggregate>::Command) -> Played {
        let state = self.calls.entry(id).or_insert_with(|| Call::new(id));
        let part = self.feed.play(state, id, command, cue)?;
        self.publish_one(cue, part)
    }

    pub(crate) fn consultation(
        &mut self,
        cue: Cue,
        id: ConsultationId,
        command: <Consultation as Aggregate>::Command,
    ) -> Played {
        let state = self.consultations.entry(id).or_insert_with(|| Consultation::new(id));
        let part = self.feed.play(state, id, command, cue)?;
        self.given.see(&part, state);
        self.publish_one(cue, part)
    }

    pub(crate) fn callback(
        &mut self,
        cue: Cue,
        id: CallbackId,
        command: <Callback as Aggregate>::Command,
    ) -> Played {
        let state = self.callbacks.entry(id).or_insert_with(|| Callback::new(id));
        let part = self.feed.play(state, id, command, cue)?;
        self.publish_one(cue, part)
    }

    pub(crate) fn caller(
        &mut self,
        cue: Cue,
        id: CallerId,
        command: <Caller as Aggregate>::Command,
    ) -> Played {
        let mut state = self.callers.get(id)?.unwrap_or_else(|| Caller::new(id));
        let part = self.feed.play(&mut state, id, command, cue)?;
        self.callers.keep(state);
        self.publish_one(cue, part)
    }

    pub(crate) fn agent(&mut self, cue: Cue, id: AgentId, command: <Agent as Aggregate>::Command) -> Played {
        let state = self.agents.entry(id).or_insert_with(|| Agent::new(id));
        let part = self.feed.play(state, id, command, cue)?;
        self.publish_one(cue, part)
    }

    pub(crate) fn entry(
        &mut self,
        cue: Cue,
        id: DirectoryEntryId,
        command: <DirectoryEntry as Aggregate>::Command,
    ) -> Played {
        let state = self.entries.entry(id).or_insert_with(|| DirectoryEntry::new(id));
        let part = self.feed.play(state, id, command, cue)?;
        self.publish_one(cue, part)
    }

    pub(crate) fn centre(&mut self, cue: Cue, command: <Centre as Aggregate>::Command) -> Played {
        let part = self.feed.play(&mut self.centre, (), command, cue)?;
        self.publish_one(cue, part)
    }

    /// The directory goes to print: entries in the order in which they were added.
    pub(crate) fn print(&mut self, cue: Cue, added: impl Iterator<Item = DirectoryEntryId>) -> Played {
        let command = self.given.edition(added, self.feed.position);
        let part = self.feed.play(&mut DirectoryEditions::new(()), (), command, cue)?;
        self.publish_one(cue, part)
    }

    /// A call and its consultation turned out to be a caller's: each stands in two streams.
    pub(crate) fn identify(
        &mut self,
        cue: Cue,
        caller: CallerId,
        call: CallId,
        consultation: ConsultationId,
    ) -> Played {
        use sangdam_domain::actor::Subject;
        use sangdam_domain::aggregate::{CallCommand, CallerCommand, ConsultationCommand};

        let mut of_caller = self.callers.of(caller)?;
        let of_call = self.calls.get_mut(&call).ok_or(DemoError::NotOnStage("call"))?;
        let command = CallerCommand::Identify { subject: Subject::Call(call) };
        let first = self.feed.play(&mut of_caller, caller, command, cue)?;
        let second = self.feed.play(of_call, call, CallCommand::Identify { caller }, cue)?;
        publish(&mut self.happened, &mut self.feed, cue, vec![first, second]);

        let of_consultation =
            self.consultations.get_mut(&consultation).ok_or(DemoError::NotOnStage("consultation"))?;
        let command = CallerCommand::Identify { subject: Subject::Consultation(consultation) };
        let first = self.feed.play(&mut of_caller, caller, command, cue)?;
        let command = ConsultationCommand::Identify { caller };
        let second = self.feed.play(of_consultation, consultation, command, cue)?;
        self.callers.keep(of_caller);
        publish(&mut self.happened, &mut self.feed, cue, vec![first, second]);
        Ok(())
    }

    /// Two callers are one person.
    pub(crate) fn merge(&mut self, cue: Cue, survivor: CallerId, absorbed: CallerId) -> Played {
        let mut parts = Vec::with_capacity(2);
        for id in [survivor, absorbed] {
            let mut state = self.callers.of(id)?;
            let command = sangdam_domain::aggregate::CallerCommand::Merge { survivor, absorbed };
            parts.push(self.feed.play(&mut state, id, command, cue)?);
            self.callers.keep(state);
        }
        self.publish(cue, parts);
        Ok(())
    }

    pub(crate) fn standing_of_call(&self, id: CallId) -> CallStanding {
        self.calls.get(&id).map_or(CallStanding::Unknown, Call::standing)
    }

    pub(crate) fn standing_of_callback(&self, id: CallbackId) -> CallbackStanding {
        self.callbacks.get(&id).map_or(CallbackStanding::Unknown, Callback::standing)
    }

    pub(crate) fn status_of(&self, id: ConsultationId) -> ConsultationStatus {
        self.consultations.get(&id).map_or(ConsultationStatus::None, |consultation| consultation.status)
    }

    fn publish_one(&mut self, cue: Cue, part: Part) -> Played {
        self.publish(cue, vec![part]);
        Ok(())
    }

    fn publish(&mut self, cue: Cue, parts: Vec<Part>) {
        publish(&mut self.happened, &mut self.feed, cue, parts);
    }
}

/// Whether the move was legal.
pub(crate) type Played = Result<(), DemoError>;

fn publish(happened: &mut VecDeque<Item>, feed: &mut Feed, cue: Cue, mut parts: Vec<Part>) {
    parts.retain(|part| !part.events.is_empty());
    if parts.is_empty() {
        return;
    }
    let command_id = CommandId::from_uuid(feed.id(cue.at));
    happened.push_back(Item { command_id, at: timestamp(cue.at), actor: cue.actor(), parts });
}

impl Feed {
    /// A UUIDv7 of the moment.
    fn id(&mut self, at: i64) -> Uuid {
        let millis = u64::try_from(at / 1000).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &self.ids.bytes::<10>()).into_uuid()
    }

    fn play<A: Aggregate + Versioned>(
        &mut self,
        state: &mut A,
        id: A::Id,
        command: A::Command,
        cue: Cue,
    ) -> Result<Part, DemoError> {
        let at: Timestamp = timestamp(cue.at);
        let illegal = |rejection| DemoError::Illegal { at: at.to_string(), rejection };
        let decided = state.decide(command, at).map_err(illegal)?;
        let before = state.version();
        let mut events = Vec::with_capacity(decided.len());
        for event in decided {
            self.position = self.position.next();
            let fact = Fact {
                // No aggregate asks for it; the ledger gives it.
                event_id: EventId::from_uuid(Uuid::nil()),
                position: self.position,
                version: state.version().next(),
                occurred_at: at,
                recorded_at: at,
                actor: cue.actor(),
                event,
            };
            state.evolve(&fact);
            events.push(Staged { event: fact.event, subject: state.subject() });
        }
        Ok(Part { stream: A::stream(id, &self.log), before, events })
    }
}

/// An aggregate that says how many events its stream has.
pub(crate) trait Versioned {
    fn version(&self) -> Version;
}

macro_rules! versioned {
    ($($aggregate:ty),*) => {$(
        impl Versioned for $aggregate {
            fn version(&self) -> Version {
                self.version
            }
        }
    )*};
}

versioned!(Agent, Call, Callback, Caller, Centre, Consultation, DirectoryEditions, DirectoryEntry);
