//! What a line makes happen, decided on states held in memory.

use std::sync::Arc;

use sangdam_domain::actor::Actor;
use sangdam_domain::aggregate::{
    Agent, AgentCommand, Call, CallCommand, Consultation, ConsultationCommand, OpenFrom,
};
use sangdam_domain::calendar::OperatingCalendar;
use sangdam_domain::id::{AgentId, CallerId};
use sangdam_domain::rejection::Rejection;
use sangdam_domain::time::Timestamp;
use sangdam_domain::value::{
    Code, ContactReason, DialledNumber, Direction, EndedBy, Evidence, ExternalReference, Outcome,
    PhoneNumber, ResolvedBy,
};
use sangdam_records::queue_log::QueueEvent;

use crate::ledger::{Draft, Live};

/// What a decision about a call rests on, beside the call.
pub(super) struct About<'a> {
    pub(super) actor: Actor,
    pub(super) evidence: Evidence,
    pub(super) calendar: Arc<OperatingCalendar>,
    pub(super) at: Timestamp,
    pub(super) queue: Option<Code>,
    pub(super) agent: Option<AgentId>,
    pub(super) from: Option<PhoneNumber>,
    pub(super) caller: Option<CallerId>,
    pub(super) dialled: Option<DialledNumber>,
    /// The call's id in the telephone system.
    pub(super) reference: &'a str,
}

type Decided = Result<Vec<Draft>, Rejection>;

impl About<'_> {
    /// What the event makes happen to its call; nothing where it says nothing new. What was decided before a refusal
    /// counts in memory: the caller decides on a copy.
    pub(super) fn call(&self, call: &mut Live<Call>, event: &QueueEvent<'_>) -> Decided {
        let mut drafts = Vec::with_capacity(4);
        match *event {
            QueueEvent::Entered { .. } if call.state().offered.is_none() => {
                drafts.push(self.offer(call, self.at, self.evidence)?);
            }
            QueueEvent::Connected { hold_seconds } => {
                drafts.extend(self.offer_before(call, hold_seconds)?);
                drafts.push(self.answer(call, self.at, hold_seconds, self.evidence)?);
            }
            QueueEvent::Completed { by, hold_seconds, talk_seconds } => {
                self.end(call, &mut drafts, by, (hold_seconds, talk_seconds), None)?;
            }
            QueueEvent::Transferred { kind, hold_seconds, talk_seconds } => {
                let times = (hold_seconds, talk_seconds);
                self.end(call, &mut drafts, EndedBy::Agent, times, Some(kind.cause()))?;
            }
            QueueEvent::Abandoned { wait_seconds } => {
                drafts.extend(self.offer_before(call, wait_seconds)?);
                let evidence = self.evidence;
                let command = CallCommand::Abandon { wait_seconds, evidence, closed_by: None };
                drafts.push(call.decide(command, self.at, &self.actor)?);
            }
            QueueEvent::Left(reason) => {
                drafts.extend(self.offer_before(call, None)?);
                let command = CallCommand::LeaveQueue { reason, evidence: self.evidence, closed_by: None };
                drafts.push(call.decide(command, self.at, &self.actor)?);
            }
            QueueEvent::RangUnanswered { ring_milliseconds, end } => {
                drafts.extend(self.offer_before(call, Some(ring_milliseconds / 1000))?);
                let command = CallCommand::RingUnanswered {
                    agent: self.agent,
                    ring_milliseconds,
                    end,
                    evidence: self.evidence,
                    closed_by: None,
                };
                drafts.push(call.decide(command, self.at, &self.actor)?);
            }
            QueueEvent::AgentDumped => self.hang_up(call, &mut drafts, EndedBy::Agent, "agent_dump")?,
            QueueEvent::Incompatible => {
                self.hang_up(call, &mut drafts, EndedBy::System, "incompatible_channels")?;
            }
            _ => {}
        }
        Ok(drafts)
    }

    /// What the telephone system saw of an agent.
    pub(super) fn agent(&self, agent: &mut Live<Agent>, event: &QueueEvent<'_>) -> Decided {
        let QueueEvent::AgentSeen(state) = *event else { return Ok(Vec::new()) };
        Ok(vec![agent.decide(AgentCommand::Observe { state }, self.at, &self.actor)?])
    }

    /// What happens to the consultation of a call that is taken for one, after what happened to the call.
    pub(super) fn consultation(&self, consultation: &mut Live<Consultation>, call: &Call) -> Decided {
        let mut drafts = Vec::new();
        let Some(answered) = &call.answered else { return Ok(drafts) };
        if consultation.state().opened.is_none() {
            let command = ConsultationCommand::Open {
                from: OpenFrom::Call { call: call.id, standing: call.standing() },
                caller: call.caller,
                agent: answered.what.agent,
                contact_reason: ContactReason::Unrecorded,
            };
            drafts.push(consultation.decide(command, answered.at, &self.actor)?);
        }
        if let Some(ended) = call.ended.as_ref().filter(|_| consultation.state().resolved.is_none()) {
            let command =
                ConsultationCommand::Resolve { by: ResolvedBy::Unrecorded, outcome: Outcome::Unrecorded };
            drafts.push(consultation.decide(command, ended.at, &self.actor)?);
        }
        Ok(drafts)
    }

    fn offer(&self, call: &mut Live<Call>, at: Timestamp, evidence: Evidence) -> Result<Draft, Rejection> {
        let command = CallCommand::Offer {
            direction: Direction::Inbound,
            from: self.from.clone(),
            caller: self.caller,
            dialled: self.dialled.clone(),
            queue: self.queue.clone(),
            external_reference: ExternalReference::parse(self.reference).ok(),
            evidence,
            closed_by: self.calendar.closed_by(at),
        };
        call.decide(command, at, &self.actor)
    }

    /// An offer that nobody saw, so many seconds before.
    fn offer_before(&self, call: &mut Live<Call>, seconds: Option<u32>) -> Result<Option<Draft>, Rejection> {
        if call.state().offered.is_some() {
            return Ok(None);
        }
        let at = self.at.plus_seconds(-i64::from(seconds.unwrap_or(0)));
        self.offer(call, at, Evidence::Inferred).map(Some)
    }

    fn answer(
        &self,
        call: &mut Live<Call>,
        at: Timestamp,
        wait_seconds: Option<u32>,
        evidence: Evidence,
    ) -> Result<Draft, Rejection> {
        let command = CallCommand::Answer { agent: self.agent, wait_seconds, evidence, closed_by: None };
        call.decide(command, at, &self.actor)
    }

    /// The end of a talk. Where nobody saw the answer, there was one so many seconds before.
    fn end(
        &self,
        call: &mut Live<Call>,
        drafts: &mut Vec<Draft>,
        by: EndedBy,
        (hold, talk_seconds): (Option<u32>, Option<u32>),
        cause: Option<&str>,
    ) -> Result<(), Rejection> {
        let state = call.state();
        if state.answered.is_none() && state.ended.is_none() && state.abandoned.is_none() {
            let talked = talk_seconds.unwrap_or(0);
            drafts.extend(self.offer_before(call, Some(talked.saturating_add(hold.unwrap_or(0))))?);
            let answered_at = self.at.plus_seconds(-i64::from(talked));
            drafts.push(self.answer(call, answered_at, hold, Evidence::Inferred)?);
        }
        drafts.push(self.ended(call, by, talk_seconds, cause)?);
        Ok(())
    }

    /// The end of a call that no agent talked on.
    fn hang_up(
        &self,
        call: &mut Live<Call>,
        drafts: &mut Vec<Draft>,
        by: EndedBy,
        cause: &str,
    ) -> Result<(), Rejection> {
        drafts.extend(self.offer_before(call, None)?);
        drafts.push(self.ended(call, by, None, Some(cause))?);
        Ok(())
    }

    fn ended(
        &self,
        call: &mut Live<Call>,
        by: EndedBy,
        talk_seconds: Option<u32>,
        cause: Option<&str>,
    ) -> Result<Draft, Rejection> {
        let cause = cause.and_then(|cause| Code::parse(cause).ok());
        let command = CallCommand::End { by, talk_seconds, cause, evidence: self.evidence, closed_by: None };
        call.decide(command, self.at, &self.actor)
    }
}
