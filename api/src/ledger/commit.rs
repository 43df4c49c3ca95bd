//! From decisions to what the store keeps: seal, claim, fingerprint, append.

use std::collections::HashMap;

use sangdam_domain::actor::{Actor, Subject};
use sangdam_domain::aggregate::{Aggregate, Caller};
use sangdam_domain::event::{Event, Fact};
use sangdam_domain::id::{CommandId, EventId};
use sangdam_domain::log::{Position, StreamId, Version};
use sangdam_domain::personal;
use sangdam_domain::rejection::Rejection;
use sangdam_domain::time::Timestamp;
use sangdam_domain::value::{OpenedBy, PhoneNumber};
use sangdam_eventstore::{
    Append, AppendError, Appended, Claim, ClaimChange, Expected, Fingerprint, NewEvent, Sealed, StoreError,
};
use serde_json::{Map, Value};

use super::fold::Held;
use super::theirs::{Whose, takes_a_call};
use super::{CommandMeta, ExecuteError, Kept, Ledger};

/// Claims of this namespace give a phone number one caller.
pub(super) const PHONE: &str = "phone";
/// Claims of this namespace give a call, or a callback to a missed call, one consultation.
pub(super) const OPENED_BY: &str = "opened_by";

/// What a command does to one stream.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) stream: StreamId,
    /// The stream's version before.
    pub(super) before: Version,
    /// Whose matter its calls belong to, where it makes a call theirs without saying so in the call.
    pub(super) whose: Option<Whose>,
    /// What happens, with whose key its personal fields are sealed. Positions are not known before the append.
    pub(super) facts: Vec<(Fact, Option<Subject>)>,
    /// What is claimed with it beyond what its events claim by themselves.
    pub(super) claims: Vec<ClaimChange>,
}

impl Change {
    /// Nothing yet, to a stream of this version.
    pub(super) fn nothing(stream: StreamId, before: Version) -> Self {
        Self { stream, before, whose: None, facts: Vec::new(), claims: Vec::new() }
    }
}

impl<A: Kept> Held<A> {
    /// What the command does to the aggregate.
    pub(super) fn decide(
        &self,
        command: A::Command,
        at: Timestamp,
        actor: &Actor,
    ) -> Result<Change, Rejection> {
        let events = self.state.decide(command, at)?;
        Ok(self.change(events, at, actor))
    }

    fn change(&self, events: Vec<Event>, at: Timestamp, actor: &Actor) -> Change {
        let before = self.state.version();
        let mut state = self.state.clone();
        let mut version = before;
        let facts = events.into_iter().map(|event| {
            version = version.next();
            let fact = provisional(event, version, at, actor);
            state.evolve(&fact);
            (fact, state.subject())
        });
        let facts: Vec<_> = facts.collect();
        let whose = facts.iter().any(|(fact, _)| takes_a_call(&fact.event)).then(|| state.whose()).flatten();
        Change { stream: self.stream, before, whose, facts, claims: Vec::new() }
    }

    /// The aggregate after the change was appended.
    pub(super) fn after(mut self, change: &Change) -> Self {
        for (fact, _) in &change.facts {
            self.state.evolve(fact);
            self.position = fact.position;
        }
        self
    }
}

/// A fact whose place in the log is not known yet.
pub(super) fn provisional(event: Event, version: Version, at: Timestamp, actor: &Actor) -> Fact {
    Fact {
        event_id: EventId::from_uuid(uuid::Uuid::nil()),
        position: Position::ZERO,
        version,
        occurred_at: at,
        recorded_at: at,
        actor: actor.clone(),
        event,
    }
}

/// Gives the facts the positions that the append gave them.
fn place(changes: &mut [Change], appended: &[Appended]) {
    for (change, appended) in changes.iter_mut().zip(appended) {
        for (n, (fact, _)) in (0..).zip(&mut change.facts) {
            fact.position = appended.first.plus(n);
            fact.recorded_at = appended.recorded_at;
        }
    }
}

/// The parts of an append that do not depend on a stream.
pub(super) struct Frame<'a> {
    pub(super) command_id: CommandId,
    pub(super) canonical: &'a [u8],
    pub(super) actor: &'a Actor,
    pub(super) correlation: Option<CommandId>,
    pub(super) recorded_at: Option<Timestamp>,
    /// Streams that the decision rests on.
    pub(super) guards: Vec<(StreamId, Version)>,
}

impl<'a> Frame<'a> {
    pub(super) fn of(meta: &'a CommandMeta, command_id: CommandId) -> Self {
        Self {
            command_id,
            canonical: &meta.canonical,
            actor: &meta.actor,
            correlation: meta.correlation,
            recorded_at: None,
            guards: Vec::new(),
        }
    }
}

/// An event, whose key, and its personal fields.
type ToSeal = (EventId, Subject, Map<String, Value>);

/// A command's changes on their way into the store.
pub(super) struct Outgoing<'a> {
    pub(super) frame: Frame<'a>,
    pub(super) changes: &'a mut [Change],
}

impl Ledger {
    /// Appends the changes, all or none, and places their facts. The outer error is the ledger's own; the inner one is
    /// the store's answer.
    pub(super) async fn commit(
        &self,
        frame: Frame<'_>,
        changes: &mut [Change],
    ) -> Result<Result<Vec<Appended>, AppendError>, ExecuteError> {
        let mut prepared = self.prepare(&mut [Outgoing { frame, changes }]).await?;
        let appends = prepared.pop().unwrap_or_default();
        let appended = match self.store.append_all(&self.log, appends).await {
            Ok(appended) => appended,
            Err(error) => return Ok(Err(error)),
        };
        place(changes, &appended);
        Ok(Ok(appended))
    }

    /// Gives events their ids, seals what is personal in one batch, and makes the appends.
    pub(super) async fn prepare(
        &self,
        outgoing: &mut [Outgoing<'_>],
    ) -> Result<Vec<Vec<Append>>, ExecuteError> {
        let mut lists = Vec::with_capacity(outgoing.len());
        let mut to_seal = Vec::new();
        let mut subjects = Vec::with_capacity(outgoing.len());
        for item in outgoing.iter_mut() {
            let before = to_seal.len();
            lists.push(self.appends_of(item, &mut to_seal)?);
            subjects.push(to_seal.get(before).map(|(_, subject, _)| *subject));
        }
        let events: Vec<EventId> = to_seal.iter().map(|(event, ..)| *event).collect();
        let sealed = self.store.vault().seal_many(&self.log, to_seal).await?;
        let mut sealed: HashMap<EventId, Sealed> = events.into_iter().zip(sealed).collect();
        for ((list, subject), item) in lists.iter_mut().zip(subjects).zip(outgoing) {
            let fingerprint = self.fingerprint(subject, item.frame.canonical).await?;
            for append in list {
                append.fingerprint = fingerprint;
                for event in &mut append.events {
                    event.sealed = sealed.remove(&event.event_id);
                }
            }
        }
        Ok(lists)
    }

    /// The command's content as the store remembers it: keyed, so that it tells nothing; with the log, so that the
    /// same id in another centre is another command.
    pub(super) async fn fingerprint(
        &self,
        subject: Option<Subject>,
        canonical: &[u8],
    ) -> Result<Fingerprint, StoreError> {
        let content = [self.log.as_str().as_bytes(), b"\0", canonical].concat();
        self.store.vault().fingerprint(subject, &content).await
    }

    fn appends_of(
        &self,
        item: &mut Outgoing<'_>,
        to_seal: &mut Vec<ToSeal>,
    ) -> Result<Vec<Append>, ExecuteError> {
        let frame = &item.frame;
        let mut appends = Vec::with_capacity(item.changes.len());
        for change in item.changes.iter_mut() {
            let mut claims = change.claims.clone();
            for (fact, _) in &change.facts {
                self.claims_of(change.stream, &fact.event, &mut claims);
            }
            let expected = if change.before == Version::ZERO {
                Expected::NoStream
            } else {
                Expected::Version(change.before)
            };
            appends.push(Append {
                command_id: frame.command_id,
                fingerprint: [0; 16],
                stream: change.stream,
                expected,
                actor: frame.actor.clone(),
                causation: None,
                correlation: frame.correlation,
                events: self.new_events(frame, change, to_seal)?,
                claims,
                // Whatever is appended rests on all of them: one append of the list will do.
                guards: if appends.is_empty() { frame.guards.clone() } else { Vec::new() },
                recorded_at: frame.recorded_at,
            });
        }
        Ok(appends)
    }

    /// Gives the change's events their ids and takes their personal fields out.
    fn new_events(
        &self,
        frame: &Frame<'_>,
        change: &mut Change,
        to_seal: &mut Vec<ToSeal>,
    ) -> Result<Vec<NewEvent>, ExecuteError> {
        let moment = frame.recorded_at.unwrap_or_else(|| self.now());
        let mut events = Vec::with_capacity(change.facts.len());
        for (fact, subject) in &mut change.facts {
            fact.event_id = self.event_id(frame.command_id, change.stream, fact.version, moment);
            let mut body = fact.event.body();
            let personal = personal::split(&mut body);
            if !personal.is_empty() {
                let subject = subject.ok_or_else(|| {
                    let event_type = fact.event.event_type();
                    ExecuteError::Unkeepable(format!("a {event_type} of {} has nobody's key", change.stream))
                })?;
                to_seal.push((fact.event_id, subject, personal));
            }
            events.push(NewEvent {
                event_id: fact.event_id,
                event_type: fact.event.event_type(),
                schema_version: fact.event.schema_version(),
                occurred_at: fact.occurred_at,
                body,
                sealed: None,
            });
        }
        Ok(events)
    }

    /// A UUIDv7 whose random bits are drawn for this event alone, so that seeded ledgers don't depend on batching.
    fn event_id(&self, command: CommandId, stream: StreamId, version: Version, moment: Timestamp) -> EventId {
        let mut label = Vec::with_capacity(46);
        label.extend_from_slice(b"event");
        label.extend_from_slice(command.uuid().as_bytes());
        label.extend_from_slice(&stream.to_bytes());
        label.extend_from_slice(&version.get().to_be_bytes());
        let derived = self.store.entropy().derive(&label);
        let mut random = [0; 10];
        random.copy_from_slice(&derived[..10]);
        let millis = u64::try_from(moment.micros() / 1000).unwrap_or(0);
        EventId::from_uuid(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }

    /// What the event takes and gives up.
    pub(super) fn claims_of(&self, stream: StreamId, event: &Event, claims: &mut Vec<ClaimChange>) {
        match event {
            Event::CallerRegistered(registered) => {
                if let Some(phone) = registered.phone.as_ref().and_then(|phone| phone.known()) {
                    claims.push(ClaimChange::Take(self.phone_claim(phone, stream)));
                }
            }
            Event::CallerPhoneAdded(added) => {
                if let Some(phone) = added.phone.known() {
                    claims.push(ClaimChange::Take(self.phone_claim(phone, stream)));
                }
            }
            Event::CallerPhoneMoved(moved) => {
                // Both streams hold the event; who takes the number over does it all.
                if let Some(phone) = moved.phone.as_ref().and_then(|phone| phone.known()) {
                    let from = Caller::stream(moved.from, &self.log);
                    claims.push(ClaimChange::Release(self.phone_claim(phone, from)));
                    claims.push(ClaimChange::Take(self.phone_claim(phone, stream)));
                }
            }
            Event::ConsultationOpened(opened) => {
                for claim in self.source_claims(&opened.opened_by, stream) {
                    claims.push(ClaimChange::Take(claim));
                }
            }
            Event::CallAttached(attached) => {
                claims.push(ClaimChange::Take(self.opened_by_claim(attached.call.uuid(), stream)));
            }
            // What was recorded by mistake is recorded anew: its call must be free for that. And whoever is missed again
            // after a callback is promised another.
            Event::ConsultationVoided(_)
            | Event::CallerErased(_)
            | Event::CallbackCompleted(_)
            | Event::CallbackCancelled(_) => claims.push(ClaimChange::ReleaseAll(stream)),
            _ => {}
        }
    }

    /// The claim of a caller to a phone number.
    pub(super) fn phone_claim(&self, phone: &PhoneNumber, owner: StreamId) -> Claim {
        Claim { namespace: PHONE, hmac: self.store.vault().blind(PHONE, phone.as_str().as_bytes()), owner }
    }

    fn opened_by_claim(&self, source: uuid::Uuid, owner: StreamId) -> Claim {
        Claim { namespace: OPENED_BY, hmac: self.store.vault().blind(OPENED_BY, source.as_bytes()), owner }
    }

    fn source_claims(&self, opened_by: &OpenedBy, owner: StreamId) -> Vec<Claim> {
        match opened_by {
            OpenedBy::Call { call } => vec![self.opened_by_claim(call.uuid(), owner)],
            OpenedBy::Callback { callback, call } => {
                vec![self.opened_by_claim(callback.uuid(), owner), self.opened_by_claim(call.uuid(), owner)]
            }
        }
    }
}
