//! Calls as they come in: who calls, and what becomes of it.

use sangdam_domain::aggregate::{CallCommand, CallbackCommand, CallerCommand, PromiseFor};
use sangdam_domain::id::{AgentId, CallId, CallbackId, CallerId, ConsultationId};
use sangdam_domain::personal::Personal;
use sangdam_domain::value::{Code, DialledNumber, Direction, EndedBy, Evidence, PhoneNumber};

use crate::calendar::{CLOSES, at, day_of, second_of, timestamp};
use crate::error::DemoError;
use crate::floor::{Floor, Task};
use crate::scribe::Story;
use crate::stage::{Cue, Played, Stage};

/// The centre's representative number.
const NUMBER: &str = "033-100-2114";

/// A call that comes in.
pub(crate) struct Incoming {
    pub(crate) what: What,
    /// Once it rings.
    ring: Option<Ring>,
}

/// What a call is about.
pub(crate) enum What {
    /// A new matter.
    Matter,
    /// No matter at all: a wrong number, a test.
    Mistake,
    /// Nobody will answer in time; perhaps they are called back.
    GivenUp { returned: bool, tries: u32 },
    /// The line dropped.
    Again(Box<Thread>),
    /// A settled matter comes up again.
    Reopened(Box<Thread>),
}

/// A call to make.
pub(crate) struct Outgoing {
    pub(crate) callback: CallbackId,
    pub(crate) person: usize,
    pub(crate) caller: CallerId,
    pub(crate) purpose: Purpose,
    pub(crate) attempts: u32,
}

/// What a call is made for.
pub(crate) enum Purpose {
    /// A promise within a consultation.
    Kept(Box<Thread>),
    /// Somebody whom nobody answered.
    Missed(CallId),
}

/// A call that rings.
#[derive(Clone, Copy)]
pub(crate) struct Ring {
    pub(crate) call: CallId,
    pub(crate) person: usize,
    /// `None` where the number is withheld.
    pub(crate) caller: Option<CallerId>,
    /// A caller of an earlier number who turns out to be the same person.
    pub(crate) also: Option<CallerId>,
}

/// A consultation that goes on over several calls.
#[derive(Clone)]
pub(crate) struct Thread {
    pub(crate) consultation: ConsultationId,
    pub(crate) person: usize,
    pub(crate) caller: Option<CallerId>,
    pub(crate) agent: AgentId,
    pub(crate) story: Story,
}

impl Incoming {
    pub(crate) fn of(what: What) -> Self {
        Self { what, ring: None }
    }
}

impl Floor {
    /// Somebody calls.
    pub(crate) fn offered(&mut self, mut incoming: Incoming, now: i64) -> Result<(), DemoError> {
        if let What::GivenUp { returned, tries } = incoming.what {
            return self.given_up(returned, tries, now);
        }
        let (person, withheld) = match &incoming.what {
            What::Again(thread) | What::Reopened(thread) => (thread.person, thread.caller.is_none()),
            What::Mistake => (self.somebody_calls(now), self.rng.permille(500)),
            _ => (self.somebody_calls(now), self.rng.permille(30)),
        };
        let mut ring = Ring { call: self.new_call(now), person, caller: None, also: None };
        if let What::Again(thread) | What::Reopened(thread) = &incoming.what {
            ring.caller = thread.caller;
        } else if !withheld {
            (ring.caller, ring.also) = self.caller_of(person, now)?;
        }
        self.offer(&ring, Direction::Inbound, Cue { at: now, by: None })?;
        incoming.ring = Some(ring);
        self.queue(incoming, now)
    }

    fn somebody_calls(&mut self, now: i64) -> usize {
        self.people.next(day_of(now).month(), now)
    }

    pub(crate) fn new_call(&mut self, now: i64) -> CallId {
        CallId::from_uuid(self.stage.id(now))
    }

    /// The person's caller, registered if this is their first call. Now and then they call from a new number.
    fn caller_of(
        &mut self,
        person: usize,
        now: i64,
    ) -> Result<(Option<CallerId>, Option<CallerId>), DemoError> {
        let known = self.people.get(person).clone();
        match known.caller {
            Some(caller) if known.named && !known.visitor && !known.merged && self.rng.permille(3) => {
                let name = self.stage.callers.of(caller)?.name.and_then(Personal::into_known);
                let other = self.register(person, name, now)?;
                self.people.get_mut(person).merged = true;
                Ok((Some(other), Some(caller)))
            }
            Some(caller) => Ok((Some(caller), None)),
            None => {
                let named = self.rng.permille(280);
                let name = if named { Some(self.people.name(person)?) } else { None };
                let caller = self.register(person, name, now)?;
                let person = self.people.get_mut(person);
                (person.caller, person.named) = (Some(caller), named);
                Ok((Some(caller), None))
            }
        }
    }

    fn register(
        &mut self,
        person: usize,
        name: Option<sangdam_domain::value::PersonName>,
        now: i64,
    ) -> Result<CallerId, DemoError> {
        let caller = CallerId::from_uuid(self.stage.id(now));
        let (phone, kind) = (Some(self.people.phone(person)?), self.people.kind(person));
        let register = CallerCommand::Register { phone, name, kind, external_reference: None };
        self.stage.caller(Cue { at: now, by: None }, caller, register)?;
        Ok(caller)
    }

    /// The first number of a caller.
    pub(crate) fn phone_of(&self, caller: Option<CallerId>) -> Result<Option<PhoneNumber>, DemoError> {
        let known = caller.map(|caller| self.stage.callers.get(caller)).transpose()?.flatten();
        let first = known.and_then(|state| state.phones.into_iter().next());
        Ok(first.and_then(|first| first.phone.into_known()))
    }

    fn offer(&mut self, ring: &Ring, direction: Direction, cue: Cue) -> Played {
        let offer = self.offer_of(ring, direction)?;
        self.stage.call(cue, ring.call, offer)
    }

    pub(crate) fn offer_of(&self, ring: &Ring, direction: Direction) -> Result<CallCommand, DemoError> {
        let inbound = direction == Direction::Inbound;
        Ok(CallCommand::Offer {
            direction,
            from: self.phone_of(ring.caller)?,
            caller: ring.caller,
            dialled: if inbound { Some(DialledNumber::parse(NUMBER)?) } else { None },
            queue: if inbound { Some(Code::parse("main")?) } else { None },
            external_reference: None,
            evidence: Evidence::Observed,
            closed_by: None,
        })
    }

    /// Somebody hangs up before anybody answers: when all agents are busy, if that happens in time.
    fn given_up(&mut self, returned: bool, tries: u32, now: i64) -> Result<(), DemoError> {
        let idle = self.idle_desk().is_some();
        if idle && tries < 40 && second_of(now) < 16 * 3600 {
            let later = now + self.rng.range(40, 300) * 1_000_000;
            let what = What::GivenUp { returned, tries: tries + 1 };
            self.schedule(later, Task::Call(Incoming::of(what)));
            return Ok(());
        }
        let patience = if idle { self.rng.range(900, 2_500) } else { self.rng.range(8_000, 65_000) };
        let free = self.first_free().filter(|_| !idle).unwrap_or(i64::MAX);
        let gives_up = (now + patience * 1000).min(free - 200_000).max(now + 300_000);
        let person = self.somebody_calls(now);
        let mut ring = Ring { call: self.new_call(now), person, caller: None, also: None };
        if returned || !self.rng.permille(100) {
            (ring.caller, _) = self.caller_of(person, now)?;
        }
        self.offer(&ring, Direction::Inbound, Cue { at: now, by: None })?;
        let abandon =
            CallCommand::Abandon { wait_seconds: None, evidence: Evidence::Observed, closed_by: None };
        self.step(gives_up, None, move |stage, cue| stage.call(cue, ring.call, abandon));
        match ring.caller {
            Some(caller) if returned => self.promise_missed(caller, &ring, gives_up),
            _ => self.forget_call(ring.call, gives_up + 1),
        }
        Ok(())
    }

    fn promise_missed(&mut self, caller: CallerId, ring: &Ring, gave_up: i64) {
        let noticed = gave_up + self.rng.range(20, 120) * 1_000_000;
        let due = timestamp((noticed + 7_200_000_000).min(at(day_of(noticed), CLOSES - 600)));
        let callback = CallbackId::from_uuid(self.stage.id(noticed));
        let call = ring.call;
        self.step(noticed, None, move |stage, cue| {
            let promised_for = PromiseFor::MissedCall { call, standing: stage.standing_of_call(call) };
            let promise = CallbackCommand::Promise { due, promised_for, caller: Some(caller), agent: None };
            stage.callback(cue, callback, promise)
        });
        let returns = noticed + self.rng.range(180, 1500) * 1_000_000;
        let (person, purpose) = (ring.person, Purpose::Missed(call));
        self.schedule(returns, Task::Return(Outgoing { callback, person, caller, purpose, attempts: 0 }));
    }

    /// A desk takes a waiting call.
    pub(crate) fn take(&mut self, desk: usize, incoming: Incoming, now: i64) -> Result<(), DemoError> {
        let ring = incoming.ring.ok_or(DemoError::NotOnStage("call"))?;
        let answered = now + self.rng.range(1_500_000, 7_500_000);
        let agent = self.desks[desk].agent;
        self.answer(ring.call, agent, answered);
        match incoming.what {
            What::Matter | What::GivenUp { .. } => self.matter(desk, ring, answered),
            What::Mistake => self.mistake(desk, ring, answered),
            What::Again(thread) => self.again(desk, ring, *thread, answered),
            What::Reopened(thread) => self.reopened(desk, ring, *thread, answered),
        }
    }

    pub(crate) fn answer(&mut self, call: CallId, agent: AgentId, answered: i64) {
        let command = CallCommand::Answer {
            agent: Some(agent),
            wait_seconds: None,
            evidence: Evidence::Observed,
            closed_by: None,
        };
        self.step(answered, Some(agent), move |stage, cue| stage.call(cue, call, command));
    }

    /// The call ends, and nothing more will happen to it.
    pub(crate) fn end(
        &mut self,
        call: CallId,
        by: EndedBy,
        cause: Option<&str>,
        ends: i64,
    ) -> Result<(), DemoError> {
        let cause = cause.map(Code::parse).transpose()?;
        let end =
            CallCommand::End { by, talk_seconds: None, cause, evidence: Evidence::Observed, closed_by: None };
        self.step(ends, None, move |stage, cue| stage.call(cue, call, end));
        self.forget_call(call, ends + 3_600_000_000);
        Ok(())
    }

    pub(crate) fn forget_call(&mut self, call: CallId, moment: i64) {
        self.step(moment, None, move |stage: &mut Stage, _| {
            stage.calls.remove(&call);
            Ok(())
        });
    }

    pub(crate) fn forget(&mut self, consultation: ConsultationId, moment: i64) {
        self.step(moment, None, move |stage: &mut Stage, _| {
            stage.consultations.remove(&consultation);
            Ok(())
        });
    }

    /// The moment moves on by milliseconds.
    pub(crate) fn tick(&mut self, moment: &mut i64, low: i64, high: i64) -> i64 {
        *moment += self.rng.range(low * 1000, high * 1000);
        *moment
    }
}
