//! What a message means for a call, given how the call stands. A pure function: nothing here reads or writes.

use sangdam_domain::aggregate::{Call, CallCommand};
use sangdam_domain::id::{AgentId, CallerId};
use sangdam_domain::personal::Personal;
use sangdam_domain::time::Timestamp;
use sangdam_domain::value::{
    Code, DialledNumber, Direction, EndedBy, Evidence, ExternalReference, PhoneNumber, QueueExit,
};

use crate::ledger::{Telling, Told};
use sangdam_records::cti::Event;
use sangdam_records::cti::cause::{Cause, code};

/// How long after a call was over its id stands for it still, in seconds: what comes later is of another call. Some systems
/// count from 1 after a restart; and messages are repeated for minutes, not for hours.
pub const KEPT_AFTER_END_SECONDS: u32 = 3_600;
/// How long a call is believed to go on of which nothing more is heard, in seconds.
pub const KEPT_SILENT_SECONDS: u32 = 12 * 3_600;

/// A message with everybody looked up who is spoken of.
#[derive(Clone, Debug)]
pub struct Heard {
    /// What happened.
    pub event: Event,
    /// Which way the call goes.
    pub direction: Direction,
    /// Who calls, or is called.
    pub phone: Option<PhoneNumber>,
    /// Whose number that is.
    pub caller: Option<CallerId>,
    /// The number of the centre that was dialled.
    pub dialled: Option<DialledNumber>,
    /// The queue.
    pub queue: Option<Code>,
    /// The telephone system's id of the call.
    pub reference: Option<ExternalReference>,
    /// Who answered.
    pub agent: Option<AgentId>,
    /// A machine answered: nobody has talked to the caller.
    pub by_machine: bool,
    /// Why it is over, as it was said.
    pub cause: Option<String>,
}

/// What the message comes to, at this moment, given the call that its id stands for.
pub fn meaning(heard: &Heard, call: Option<&Call>, now: Timestamp, closed_by: Option<u32>) -> Telling {
    match call {
        Some(call) if !is_of_another(heard, call, now) => {
            Telling { of_call: heard.next(call), ..Telling::default() }
        }
        former => {
            let mut of_call = vec![heard.offer(closed_by)];
            of_call.extend(heard.first());
            Telling { anew: former.is_some(), of_former: former.map(closing).unwrap_or_default(), of_call }
        }
    }
}

/// Whether the message is of a later call than the one to which its id was given.
fn is_of_another(heard: &Heard, call: &Call, now: Timestamp) -> bool {
    if let Some(over_at) = over_at(call) {
        return now.seconds_since(over_at) > KEPT_AFTER_END_SECONDS || heard.is_new_call_of_another(call);
    }
    now.seconds_since(last_heard(call)) > KEPT_SILENT_SECONDS || heard.is_new_call_of_another(call)
}

fn over_at(call: &Call) -> Option<Timestamp> {
    call.ended.as_ref().map(|end| end.at).or(call.abandoned.as_ref().map(|hang_up| hang_up.at))
}

fn last_heard(call: &Call) -> Timestamp {
    let answered = call.answered.as_ref().map(|answer| answer.at);
    answered.or(call.offered.as_ref().map(|offer| offer.at)).unwrap_or(Timestamp::MIN)
}

/// A call of whose end nothing was heard ended at some time after what was heard last.
fn closing(call: &Call) -> Vec<Told> {
    if over_at(call).is_some() {
        return Vec::new();
    }
    let end = CallCommand::End {
        by: EndedBy::Unrecorded,
        talk_seconds: None,
        cause: None,
        evidence: Evidence::Inferred,
        closed_by: None,
    };
    vec![(end, Some(last_heard(call)))]
}

impl Heard {
    fn is_new_call_of_another(&self, call: &Call) -> bool {
        let from = call.offered.as_ref().and_then(|offered| offered.what.from.as_ref());
        self.event == Event::NewCall
            && matches!((from.and_then(Personal::known), &self.phone), (Some(before), Some(now)) if before != now)
    }

    fn offer(&self, closed_by: Option<u32>) -> Told {
        let evidence = match self.event {
            Event::NewCall => Evidence::Observed,
            Event::Answer | Event::Hangup => Evidence::Inferred,
        };
        let offer = CallCommand::Offer {
            direction: self.direction,
            from: self.phone.clone(),
            caller: self.caller,
            dialled: self.dialled.clone(),
            queue: self.queue.clone(),
            external_reference: self.reference.clone(),
            evidence,
            closed_by,
        };
        (offer, None)
    }

    /// What else happens to a call of which this is the first message.
    fn first(&self) -> Vec<Told> {
        match self.event {
            Event::NewCall => Vec::new(),
            Event::Answer => self.answered(None),
            Event::Hangup => self.unanswered(self.direction, false),
        }
    }

    /// What happens to a call of which there were messages before. What was said before changes nothing.
    fn next(&self, call: &Call) -> Vec<Told> {
        let direction = call.offered.as_ref().map_or(self.direction, |offered| offered.what.direction);
        match self.event {
            Event::NewCall => Vec::new(),
            Event::Answer if call.answered.is_some() => Vec::new(),
            Event::Answer => self.answered(over_at(call)),
            Event::Hangup if over_at(call).is_some() => Vec::new(),
            Event::Hangup if call.answered.is_some() => self.ended(),
            Event::Hangup => self.unanswered(direction, call.left_queue.is_some()),
        }
    }

    fn answered(&self, over_at: Option<Timestamp>) -> Vec<Told> {
        let (agent, evidence) = (self.agent, Evidence::Observed);
        if self.by_machine {
            let leave = CallCommand::LeaveQueue { reason: QueueExit::Timeout, evidence, closed_by: None };
            return if over_at.is_some() { Vec::new() } else { vec![(leave, None)] };
        }
        match over_at {
            Some(_) => vec![(CallCommand::AnswerAfterAll { agent, evidence, closed_by: None }, over_at)],
            None => {
                vec![(CallCommand::Answer { agent, wait_seconds: None, evidence, closed_by: None }, None)]
            }
        }
    }

    fn ended(&self) -> Vec<Told> {
        let mut told = Vec::with_capacity(2);
        let failed = Cause::of(self.cause.as_deref()) == Cause::LineFailed;
        if failed {
            told.push((CallCommand::Drop { evidence: Evidence::Observed, closed_by: None }, None));
        }
        told.push(self.end(if failed { EndedBy::System } else { EndedBy::Unrecorded }));
        told
    }

    fn end(&self, by: EndedBy) -> Told {
        let cause = self.cause.as_deref().and_then(code);
        (
            CallCommand::End { by, talk_seconds: None, cause, evidence: Evidence::Observed, closed_by: None },
            None,
        )
    }

    fn unanswered(&self, direction: Direction, left_queue: bool) -> Vec<Told> {
        let (evidence, closed_by) = (Evidence::Observed, None);
        let cause = Cause::of(self.cause.as_deref());
        match (direction, cause.queue_exit()) {
            (Direction::Outbound, _) => vec![self.end(EndedBy::Unrecorded)],
            (Direction::Inbound, _) if left_queue => vec![self.end(EndedBy::Unrecorded)],
            (Direction::Inbound, Some(reason)) => {
                let leave = CallCommand::LeaveQueue { reason, evidence, closed_by };
                vec![(leave, None), self.end(EndedBy::System)]
            }
            (Direction::Inbound, None) if cause == Cause::NoSuchNumber => vec![self.end(EndedBy::System)],
            (Direction::Inbound, None) => {
                vec![(CallCommand::Abandon { wait_seconds: None, evidence, closed_by }, None)]
            }
        }
    }
}
