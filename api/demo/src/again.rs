//! What goes beyond one call: dropped lines, calls back, settled matters that come up again.

use sangdam_domain::aggregate::{CallCommand, CallbackCommand, ConsultationCommand as Command, OpenFrom};
use sangdam_domain::id::{AgentId, CallId, CallbackId};
use sangdam_domain::value::{
    AttachReason, AttemptResult, ContactReason, Direction, EndedBy, Evidence, NoteKind, Outcome,
    ReopenReason, ResolvedBy,
};

use crate::calendar::{at, day_of, second_of};
use crate::error::DemoError;
use crate::floor::{Floor, Task};
use crate::script::{Incoming, Outgoing, Purpose, Ring, Thread, What};

impl Floor {
    /// The line breaks: they call again, or are called back at once.
    pub(crate) fn drop_line(
        &mut self,
        desk: usize,
        mut thread: Thread,
        ring: &Ring,
        mut now: i64,
    ) -> Result<(), DemoError> {
        let call = ring.call;
        let drops = self.tick(&mut now, 8_000, 90_000);
        let drop = CallCommand::Drop { evidence: Evidence::Observed, closed_by: None };
        self.step(drops, None, move |stage, cue| stage.call(cue, call, drop));
        let ends = self.tick(&mut now, 100, 600);
        self.end(call, EndedBy::System, Some("line_dropped"), ends)?;
        if self.rng.permille(500) {
            let text = self.words.say(&mut thread.story, "dropped")?;
            let written = self.tick(&mut now, 3_000, 12_000);
            self.note(written, &thread, NoteKind::Internal, text);
        }
        if thread.caller.is_none() || self.rng.permille(650) {
            let free = self.tick(&mut now, 2_000, 9_000);
            self.occupy(desk, free);
            let again = self.tick(&mut now, 15_000, 420_000);
            self.schedule(again, Task::Call(Incoming::of(What::Again(Box::new(thread)))));
            return Ok(());
        }
        let dialled = self.tick(&mut now, 8_000, 40_000);
        let outbound = Ring { call: self.new_call(dialled), ..*ring };
        self.dial(&outbound, thread.agent, dialled)?;
        let answered = self.tick(&mut now, 5_000, 16_000);
        self.answer(outbound.call, thread.agent, answered);
        self.resume(desk, thread, &outbound, AttachReason::CalledBack, now)
    }

    /// The centre places a call.
    fn dial(&mut self, ring: &Ring, agent: AgentId, dialled: i64) -> Result<(), DemoError> {
        let (call, offer) = (ring.call, self.offer_of(ring, Direction::Outbound)?);
        self.step(dialled, Some(agent), move |stage, cue| stage.call(cue, call, offer));
        Ok(())
    }

    /// Somebody whose line dropped is back.
    pub(crate) fn again(
        &mut self,
        desk: usize,
        ring: Ring,
        mut thread: Thread,
        answered: i64,
    ) -> Result<(), DemoError> {
        let mut now = answered;
        let agent = self.desks[desk].agent;
        let moved = agent != thread.agent;
        thread.agent = agent;
        if moved {
            let consultation = thread.consultation;
            let taken = self.tick(&mut now, 4_000, 12_000);
            self.step(taken, Some(agent), move |stage, cue| {
                let state = stage.agents.get(&agent).ok_or(DemoError::NotOnStage("agent"))?;
                let reassign = Command::Reassign { to: agent, standing: state.standing() };
                stage.consultation(cue, consultation, reassign)
            });
        }
        self.resume(desk, thread, &ring, AttachReason::CalledAgain, now)
    }

    fn resume(
        &mut self,
        desk: usize,
        mut thread: Thread,
        ring: &Ring,
        reason: AttachReason,
        mut now: i64,
    ) -> Result<(), DemoError> {
        self.attach(&mut now, &thread, ring.call, reason);
        let text = self.words.say(&mut thread.story, "resumed")?;
        let written = self.tick(&mut now, 30_000, 120_000);
        self.note(written, &thread, NoteKind::Answer, text);
        self.settle(desk, thread, ring.call, now)
    }

    fn attach(&mut self, now: &mut i64, thread: &Thread, call: CallId, reason: AttachReason) {
        let attached = self.tick(now, 1_000, 9_000);
        let (consultation, agent) = (thread.consultation, thread.agent);
        self.step(attached, Some(agent), move |stage, cue| {
            let standing = stage.standing_of_call(call);
            stage.consultation(cue, consultation, Command::AttachCall { call, standing, reason })
        });
    }

    /// A settled matter comes up again.
    pub(crate) fn reopened(
        &mut self,
        desk: usize,
        ring: Ring,
        mut thread: Thread,
        answered: i64,
    ) -> Result<(), DemoError> {
        let mut now = answered;
        thread.agent = self.desks[desk].agent;
        let reasons =
            [ReopenReason::CallerReturned, ReopenReason::CallerReturned, ReopenReason::AnswerIncomplete];
        let reason = *self.rng.pick(&reasons);
        let reopened = self.tick(&mut now, 9_000, 30_000);
        self.act(reopened, &thread, Command::Reopen { reason });
        self.attach(&mut now, &thread, ring.call, AttachReason::SameMatter);
        let asked = self.words.say(&mut thread.story, "reopened")?;
        let written = self.tick(&mut now, 10_000, 40_000);
        self.note(written, &thread, NoteKind::Inquiry, asked);
        let answer = self.words.say(&mut thread.story, "reopened_answer")?;
        let explained = self.tick(&mut now, 40_000, 180_000);
        self.note(explained, &thread, NoteKind::Answer, answer);
        self.settle(desk, thread, ring.call, now)
    }

    /// The call ends and the matter is settled, with nothing more to come.
    fn settle(&mut self, desk: usize, thread: Thread, call: CallId, mut now: i64) -> Result<(), DemoError> {
        let ends = self.tick(&mut now, 3_000, 15_000);
        self.end(call, EndedBy::Caller, None, ends)?;
        let resolved = self.tick(&mut now, 2_000, 12_000);
        self.act(resolved, &thread, Command::Resolve { by: ResolvedBy::Agent, outcome: Outcome::Answered });
        let free = self.tick(&mut now, 3_000, 15_000);
        self.occupy(desk, free);
        self.forget(thread.consultation, now + 3_600_000_000);
        Ok(())
    }

    /// Somebody is to be called back: as soon as a desk is idle and nobody waits.
    pub(crate) fn return_call(&mut self, outgoing: Outgoing, now: i64) -> Result<(), DemoError> {
        let desk = self.idle_desk().filter(|_| !self.is_anybody_waiting());
        let late = second_of(now) > 18 * 3600 + 900;
        let Some(desk) = desk.filter(|_| !late) else {
            return self.put_off(outgoing, late, now);
        };
        let mut now = now;
        let agent = self.desks[desk].agent;
        let Outgoing { callback, person, caller, .. } = outgoing;
        let ring = Ring { call: self.new_call(now), person, caller: Some(caller), also: None };
        let dialled = self.tick(&mut now, 1_000, 6_000);
        self.dial(&ring, agent, dialled)?;
        if outgoing.attempts < 2 && second_of(now) < 16 * 3600 && self.rng.permille(200) {
            return self.in_vain(desk, outgoing, &ring, now);
        }
        let answered = self.tick(&mut now, 5_000, 18_000);
        self.answer(ring.call, agent, answered);
        let (call, completed) = (ring.call, self.tick(&mut now, 1_000, 3_000));
        self.step(completed, Some(agent), move |stage, cue| {
            let complete = CallbackCommand::Complete { call, standing: stage.standing_of_call(call) };
            stage.callback(cue, callback, complete)
        });
        match outgoing.purpose {
            Purpose::Kept(thread) => self.kept(desk, &ring, *thread, now),
            Purpose::Missed(missed) => self.missed(desk, &ring, callback, missed, now),
        }
    }

    /// Later, or, after the last minute, on the next day.
    fn put_off(&mut self, outgoing: Outgoing, late: bool, now: i64) -> Result<(), DemoError> {
        let mut moment = now + self.rng.range(40, 120) * 1_000_000;
        if late {
            let tomorrow = self.calendar.next_open(day_of(now));
            if tomorrow > self.last_day {
                return Ok(());
            }
            moment = at(tomorrow, self.rng.range(8 * 3600 + 2400, 10 * 3600));
        }
        self.schedule(moment, Task::Return(outgoing));
        Ok(())
    }

    fn in_vain(
        &mut self,
        desk: usize,
        outgoing: Outgoing,
        ring: &Ring,
        mut now: i64,
    ) -> Result<(), DemoError> {
        let ends = self.tick(&mut now, 18_000, 40_000);
        self.end(ring.call, EndedBy::Agent, Some("no_answer"), ends)?;
        let (agent, callback, call) = (self.desks[desk].agent, outgoing.callback, Some(ring.call));
        let result = *self.rng.pick(&[AttemptResult::NoAnswer, AttemptResult::NoAnswer, AttemptResult::Busy]);
        let tried = self.tick(&mut now, 2_000, 8_000);
        let attempt = CallbackCommand::Attempt { result, call };
        self.step(tried, Some(agent), move |stage, cue| stage.callback(cue, callback, attempt));
        let free = self.tick(&mut now, 1_000, 6_000);
        self.occupy(desk, free);
        let next = now + self.rng.range(600, 2_400) * 1_000_000;
        let attempts = outgoing.attempts + 1;
        self.schedule(next, Task::Return(Outgoing { attempts, ..outgoing }));
        Ok(())
    }

    /// A promise within a consultation is kept.
    fn kept(&mut self, desk: usize, ring: &Ring, mut thread: Thread, mut now: i64) -> Result<(), DemoError> {
        thread.agent = self.desks[desk].agent;
        thread.story.continue_at(now);
        self.attach(&mut now, &thread, ring.call, AttachReason::CallbackKept);
        let text = self.words.say(&mut thread.story, "kept")?;
        let written = self.tick(&mut now, 30_000, 150_000);
        self.note(written, &thread, NoteKind::Answer, text);
        self.settle(desk, thread, ring.call, now)
    }

    /// Somebody whom nobody had answered is reached: a new matter.
    fn missed(
        &mut self,
        desk: usize,
        ring: &Ring,
        callback: CallbackId,
        missed: CallId,
        mut now: i64,
    ) -> Result<(), DemoError> {
        let (mut thread, ..) = self.begin_thread(desk, ring.person, ring.caller, now)?;
        let (consultation, caller, agent) = (thread.consultation, ring.caller, thread.agent);
        let opens = self.tick(&mut now, 500, 2_000);
        self.step(opens, Some(agent), move |stage, cue| {
            let from = OpenFrom::Callback { callback, standing: stage.standing_of_callback(callback) };
            let contact_reason = ContactReason::UnknownContact;
            let open = Command::Open { from, caller, agent: Some(agent), contact_reason };
            stage.consultation(cue, consultation, open)
        });
        self.forget_call(missed, opens + 1);
        let inquiry = self.words.say_then_ask(&mut thread.story, "missed")?;
        self.hear(&mut now, &thread, inquiry)?;
        self.wind_up(desk, thread, ring, now)
    }
}
