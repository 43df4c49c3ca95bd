//! One telephone leg: offered, then answered, abandoned or lost from its queue, then over.
//!
//! Telephone systems say things twice, late or not at all. What was said before changes nothing; what implies an
//! offer that nobody saw infers it; only what contradicts the record is refused.

use serde::Serialize;

use super::{Aggregate, Happened, nothing, one};
use crate::actor::Subject;
use crate::event::{
    CallAbandoned, CallAnswered, CallCameOutOfHours, CallDropped, CallEnded, CallLeftQueue,
    CallNeededNoConsultation, CallOffered, CallRangUnanswered, CallerIdentified, Event, Fact,
};
use crate::id::{AgentId, CallId, CallerId, ConsultationId};
use crate::log::{LogId, StreamId, StreamKind, Version};
use crate::personal::Personal;
use crate::rejection::Rejection;
use crate::time::Timestamp;
use crate::value::{
    Code, DialledNumber, Direction, EndedBy, Evidence, ExternalReference, NoConsultationReason, PhoneNumber,
    QueueExit, RingEnd,
};

/// One telephone leg.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Call {
    /// Which one.
    pub id: CallId,
    /// How many events its stream has.
    pub version: Version,
    /// Whose call it is, if known: from the offer, or since it was identified.
    pub caller: Option<CallerId>,
    /// The offer.
    pub offered: Option<Happened<CallOffered>>,
    /// The operating calendar that says it came out of hours, if it did.
    pub out_of_hours: Option<u32>,
    /// How often it rang at agents who did not answer.
    pub rings_unanswered: u32,
    /// The answer.
    pub answered: Option<Happened<CallAnswered>>,
    /// The hang-up before any answer.
    pub abandoned: Option<Happened<CallAbandoned>>,
    /// How it left its queue.
    pub left_queue: Option<Happened<CallLeftQueue>>,
    /// The break of the line.
    pub dropped: Option<Happened<CallDropped>>,
    /// The end.
    pub ended: Option<Happened<CallEnded>>,
    /// Why it was no consultation, if somebody said so.
    pub no_consultation: Option<Happened<CallNeededNoConsultation>>,
}

/// What can be asked of a call.
///
/// `closed_by` is the version of the operating calendar by which the centre is closed at the moment of the offer,
/// `None` where it is open; with anything but an offer it matters only where the offer must be inferred.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "fields are those of the events of the same names")]
pub enum CallCommand {
    /// It reached the centre, or the centre placed it.
    Offer {
        direction: Direction,
        from: Option<PhoneNumber>,
        caller: Option<CallerId>,
        dialled: Option<DialledNumber>,
        queue: Option<Code>,
        external_reference: Option<ExternalReference>,
        evidence: Evidence,
        closed_by: Option<u32>,
    },
    /// An agent answered. Without `wait_seconds`, the wait is counted from the offer.
    Answer { agent: Option<AgentId>, wait_seconds: Option<u32>, evidence: Evidence, closed_by: Option<u32> },
    /// The caller hung up before anybody answered. Without `wait_seconds`, the wait is counted from the offer.
    Abandon { wait_seconds: Option<u32>, evidence: Evidence, closed_by: Option<u32> },
    /// It left its queue without an answer or a hang-up.
    LeaveQueue { reason: QueueExit, evidence: Evidence, closed_by: Option<u32> },
    /// The line broke. May be told after the end, by the agent.
    Drop { evidence: Evidence, closed_by: Option<u32> },
    /// It is over. Without `talk_seconds`, they are counted from the answer, if there was one.
    End {
        by: EndedBy,
        talk_seconds: Option<u32>,
        cause: Option<Code>,
        evidence: Evidence,
        closed_by: Option<u32>,
    },
    /// An agent had answered, as is learnt only after the call was taken to be over: the telephone system's messages came
    /// in the wrong order.
    AnswerAfterAll { agent: Option<AgentId>, evidence: Evidence, closed_by: Option<u32> },
    /// It was answered and was no consultation. `consultation` is the one that it belongs to, if any.
    StateNoConsultation { reason: NoConsultationReason, consultation: Option<ConsultationId> },
    /// It rang at an agent who did not answer. Each ring is a fact of its own, in whatever order they are told.
    RingUnanswered {
        agent: Option<AgentId>,
        ring_milliseconds: u32,
        end: RingEnd,
        evidence: Evidence,
        closed_by: Option<u32>,
    },
    /// It turned out to be this caller's.
    Identify { caller: CallerId },
}

/// What others need to know of a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CallStanding {
    /// There is no such call.
    Unknown,
    /// It was offered; nobody has answered yet.
    Waiting,
    /// Somebody answered.
    Answered,
    /// The caller hung up first.
    Abandoned,
    /// It left its queue or ended without an answer.
    Unanswered,
}

impl CallStanding {
    /// Refuses every call that nobody answered.
    pub fn must_be_answered(self) -> Result<(), Rejection> {
        match self {
            Self::Unknown => Err(Rejection::NotFound { kind: CallId::KIND }),
            Self::Waiting | Self::Unanswered => Err(Rejection::CallNotAnswered),
            Self::Abandoned => Err(Rejection::CallAbandoned),
            Self::Answered => Ok(()),
        }
    }
}

impl Call {
    /// What others need to know.
    pub fn standing(&self) -> CallStanding {
        if self.answered.is_some() {
            CallStanding::Answered
        } else if self.abandoned.is_some() {
            CallStanding::Abandoned
        } else if self.left_queue.is_some() || self.ended.is_some() {
            CallStanding::Unanswered
        } else if self.offered.is_some() {
            CallStanding::Waiting
        } else {
            CallStanding::Unknown
        }
    }

    fn wait_until(&self, at: Timestamp) -> u32 {
        self.offered.as_ref().map_or(0, |offered| at.seconds_since(offered.at))
    }

    /// The fact, after an inferred offer if nobody saw one.
    fn after_offer(&self, closed_by: Option<u32>, fact: impl Into<Event>) -> Result<Vec<Event>, Rejection> {
        let mut events = Vec::with_capacity(3);
        if self.offered.is_none() {
            let offer = CallOffered {
                direction: Direction::Inbound,
                from: None,
                caller: None,
                dialled: None,
                queue: None,
                external_reference: None,
                evidence: Evidence::Inferred,
            };
            events.extend(offer_events(offer, closed_by));
        }
        events.push(fact.into());
        Ok(events)
    }

    fn offer(&self, offer: CallOffered, closed_by: Option<u32>) -> Result<Vec<Event>, Rejection> {
        let Some(Happened { what: before, .. }) = &self.offered else {
            return Ok(offer_events(offer, closed_by));
        };
        let contradicts = before.evidence != Evidence::Inferred
            && (before.direction != offer.direction
                || differ(
                    before.from.as_ref().and_then(Personal::known),
                    offer.from.as_ref().and_then(Personal::known),
                )
                || differ(self.caller, offer.caller));
        if contradicts { Err(Rejection::CallAlreadyOffered) } else { nothing() }
    }

    fn answer(
        &self,
        (agent, wait, evidence, closed_by): (Option<AgentId>, Option<u32>, Evidence, Option<u32>),
        at: Timestamp,
    ) -> Result<Vec<Event>, Rejection> {
        if let Some(answered) = &self.answered {
            return if differ(answered.what.agent, agent) {
                Err(Rejection::CallAlreadyAnswered)
            } else {
                nothing()
            };
        }
        if self.abandoned.is_some() {
            return Err(Rejection::CallAbandoned);
        }
        if self.ended.is_some() {
            return Err(Rejection::CallAlreadyEnded);
        }
        let wait_seconds = wait.unwrap_or_else(|| self.wait_until(at));
        self.after_offer(closed_by, CallAnswered { agent, wait_seconds, evidence })
    }

    /// The answer takes the place of the hang-up, which then ended the call. It cannot have waited longer than until there.
    fn answer_after_all(
        &self,
        (agent, evidence, closed_by): (Option<AgentId>, Evidence, Option<u32>),
        at: Timestamp,
    ) -> Result<Vec<Event>, Rejection> {
        let hung_up_at = self.abandoned.as_ref().map(|hang_up| hang_up.at);
        let Some(over_at) = self.ended.as_ref().map(|end| end.at).or(hung_up_at) else {
            return self.answer((agent, None, evidence, closed_by), at);
        };
        if self.answered.is_some() {
            return self.answer((agent, None, evidence, closed_by), at);
        }
        let answer = CallAnswered { agent, wait_seconds: self.wait_until(over_at), evidence };
        let mut events = vec![answer.into()];
        if self.ended.is_none() {
            let (by, evidence) = (EndedBy::Unrecorded, Evidence::Inferred);
            events.push(CallEnded { by, talk_seconds: None, cause: None, evidence }.into());
        }
        Ok(events)
    }

    fn state_no_consultation(
        &self,
        reason: NoConsultationReason,
        consultation: Option<ConsultationId>,
    ) -> Result<Vec<Event>, Rejection> {
        self.standing().must_be_answered()?;
        if let Some(consultation) = consultation {
            return Err(Rejection::CallHasConsultation { consultation });
        }
        match &self.no_consultation {
            Some(stated) if stated.what.reason == reason => nothing(),
            _ => one(CallNeededNoConsultation { reason }),
        }
    }

    fn abandon(
        &self,
        (wait, evidence, closed_by): (Option<u32>, Evidence, Option<u32>),
        at: Timestamp,
    ) -> Result<Vec<Event>, Rejection> {
        if self.answered.is_some() {
            return Err(Rejection::CallAlreadyAnswered);
        }
        if self.abandoned.is_some() || self.ended.is_some() {
            return nothing();
        }
        let wait_seconds = wait.unwrap_or_else(|| self.wait_until(at));
        self.after_offer(closed_by, CallAbandoned { wait_seconds, evidence })
    }

    fn leave_queue(
        &self,
        reason: QueueExit,
        evidence: Evidence,
        closed_by: Option<u32>,
    ) -> Result<Vec<Event>, Rejection> {
        if let Some(left) = &self.left_queue {
            return if left.what.reason == reason { nothing() } else { Err(Rejection::CallAlreadyLeftQueue) };
        }
        if self.answered.is_some() {
            return Err(Rejection::CallAlreadyAnswered);
        }
        if self.abandoned.is_some() {
            return Err(Rejection::CallAbandoned);
        }
        if self.ended.is_some() {
            return Err(Rejection::CallAlreadyEnded);
        }
        self.after_offer(closed_by, CallLeftQueue { reason, evidence })
    }

    fn identify(&self, caller: CallerId) -> Result<Vec<Event>, Rejection> {
        if self.offered.is_none() {
            return Err(Rejection::NotFound { kind: CallId::KIND });
        }
        match self.caller {
            Some(same) if same == caller => nothing(),
            Some(other) => Err(Rejection::CallOfAnotherCaller { caller: other }),
            None => one(CallerIdentified { caller, subject: Subject::Call(self.id) }),
        }
    }
}

impl Aggregate for Call {
    type Id = CallId;
    type Command = CallCommand;

    fn new(id: CallId) -> Self {
        Self {
            id,
            version: Version::ZERO,
            caller: None,
            offered: None,
            out_of_hours: None,
            rings_unanswered: 0,
            answered: None,
            abandoned: None,
            left_queue: None,
            dropped: None,
            ended: None,
            no_consultation: None,
        }
    }

    fn stream(id: CallId, _log: &LogId) -> StreamId {
        StreamId::new(StreamKind::Call, id.uuid())
    }

    fn decide(&self, command: CallCommand, at: Timestamp) -> Result<Vec<Event>, Rejection> {
        match command {
            CallCommand::Offer {
                direction,
                from,
                caller,
                dialled,
                queue,
                external_reference,
                evidence,
                closed_by,
            } => {
                let from = from.map(Personal::Known);
                let external_reference = external_reference.map(Personal::Known);
                let offer =
                    CallOffered { direction, from, caller, dialled, queue, external_reference, evidence };
                self.offer(offer, closed_by)
            }
            CallCommand::Answer { agent, wait_seconds, evidence, closed_by } => {
                self.answer((agent, wait_seconds, evidence, closed_by), at)
            }
            CallCommand::Abandon { wait_seconds, evidence, closed_by } => {
                self.abandon((wait_seconds, evidence, closed_by), at)
            }
            CallCommand::LeaveQueue { reason, evidence, closed_by } => {
                self.leave_queue(reason, evidence, closed_by)
            }
            CallCommand::Drop { evidence, closed_by } => {
                if self.abandoned.is_some() {
                    return Err(Rejection::CallAbandoned);
                }
                if self.dropped.is_some() {
                    return nothing();
                }
                self.after_offer(closed_by, CallDropped { evidence })
            }
            CallCommand::End { by, talk_seconds, cause, evidence, closed_by } => {
                if self.ended.is_some() || self.abandoned.is_some() {
                    return nothing();
                }
                let counted = || self.answered.as_ref().map(|answered| at.seconds_since(answered.at));
                let talk_seconds = talk_seconds.or_else(counted);
                self.after_offer(closed_by, CallEnded { by, talk_seconds, cause, evidence })
            }
            CallCommand::AnswerAfterAll { agent, evidence, closed_by } => {
                self.answer_after_all((agent, evidence, closed_by), at)
            }
            CallCommand::StateNoConsultation { reason, consultation } => {
                self.state_no_consultation(reason, consultation)
            }
            CallCommand::RingUnanswered { agent, ring_milliseconds, end, evidence, closed_by } => {
                let ring = CallRangUnanswered { agent, ring_milliseconds, end, evidence };
                self.after_offer(closed_by, ring)
            }
            CallCommand::Identify { caller } => self.identify(caller),
        }
    }

    fn evolve(&mut self, fact: &Fact) {
        self.version = fact.version;
        match &fact.event {
            Event::CallOffered(offer) => {
                self.caller = offer.caller;
                self.offered = Some(Happened::new(fact, offer.clone()));
            }
            Event::CallCameOutOfHours(CallCameOutOfHours { calendar_version }) => {
                self.out_of_hours = Some(*calendar_version);
            }
            Event::CallAnswered(answer) => {
                // An answer that is learnt of after a hang-up says that the call was not abandoned.
                self.abandoned = None;
                self.answered = Some(Happened::new(fact, answer.clone()));
            }
            Event::CallRangUnanswered(_) => self.rings_unanswered = self.rings_unanswered.saturating_add(1),
            Event::CallAbandoned(hang_up) => self.abandoned = Some(Happened::new(fact, hang_up.clone())),
            Event::CallLeftQueue(exit) => self.left_queue = Some(Happened::new(fact, exit.clone())),
            Event::CallDropped(drop) => self.dropped = Some(Happened::new(fact, drop.clone())),
            Event::CallEnded(end) => self.ended = Some(Happened::new(fact, end.clone())),
            Event::CallNeededNoConsultation(stated) => {
                self.no_consultation = Some(Happened::new(fact, stated.clone()));
            }
            Event::CallerIdentified(identified) => self.caller = Some(identified.caller),
            _ => {}
        }
    }

    /// The caller with whom it was offered; else the call itself, also after it was identified: its key is linked to
    /// the caller then, and nothing is sealed again.
    fn subject(&self) -> Option<Subject> {
        let offered_with = self.offered.as_ref().and_then(|offered| offered.what.caller);
        Some(offered_with.map_or(Subject::Call(self.id), Subject::Caller))
    }
}

fn offer_events(offer: CallOffered, closed_by: Option<u32>) -> Vec<Event> {
    let inbound = offer.direction == Direction::Inbound;
    let mut events = vec![offer.into()];
    if let Some(calendar_version) = closed_by.filter(|_| inbound) {
        events.push(CallCameOutOfHours { calendar_version }.into());
    }
    events
}

/// Both are known, and they are not the same.
fn differ<T: PartialEq>(a: Option<T>, b: Option<T>) -> bool {
    matches!((a, b), (Some(a), Some(b)) if a != b)
}

#[cfg(test)]
mod tests;
