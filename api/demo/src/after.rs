//! After a call: corrections, the same question again some days later; and calls that were no matter at all.

use sangdam_domain::aggregate::{ConsultationCommand as Command, OpenFrom};
use sangdam_domain::log::Version;
use sangdam_domain::value::{ContactReason, EndedBy, NoteKind, ReasonText, VoidReason};

use crate::calendar::{CLOSES, at, day_of};
use crate::error::DemoError;
use crate::floor::{Floor, Task};
use crate::script::{Incoming, Ring, Thread, What};

impl Floor {
    /// What may come of a settled matter: a correction, or the same question again some days later.
    pub(crate) fn afterwards(&mut self, mut thread: Thread, now: i64) -> Result<(), DemoError> {
        let mut later = now;
        let closes = at(day_of(now), CLOSES);
        if self.rng.permille(4) {
            let corrected = self.tick(&mut later, 240_000, 1_500_000).min(closes);
            let of_note = self.rng.permille(500);
            let section = if of_note { "why_corrected_note" } else { "why_corrected_reason" };
            let why = Some(ReasonText::parse(&self.words.remark(&thread.story, section)?)?);
            let command = if !of_note {
                Command::CorrectContactReason { contact_reason: ContactReason::Other, why }
            } else {
                let text = self.words.inquiry(&mut thread.story, ContactReason::Other)?;
                Command::CorrectNote { note: Version::ZERO, text, why }
            };
            self.correct(corrected, &thread, command);
        }
        if self.rng.permille(5) && thread.caller.is_some() && self.reopens(&mut thread, now) {
            return Ok(());
        }
        self.forget(thread.consultation, later + 3_600_000_000);
        Ok(())
    }

    /// Corrects the contact reason, or the first note (whose version is known only then).
    fn correct(&mut self, moment: i64, thread: &Thread, command: Command) {
        let (consultation, agent) = (thread.consultation, thread.agent);
        self.step(moment, Some(agent), move |stage, cue| {
            let command = match command {
                Command::CorrectNote { text, why, .. } => {
                    let state = stage.consultations.get(&consultation);
                    let first =
                        state.and_then(|state| state.notes.first()).ok_or(DemoError::NotOnStage("note"))?;
                    Command::CorrectNote { note: first.version, text, why }
                }
                other => other,
            };
            stage.consultation(cue, consultation, command)
        });
    }

    fn reopens(&mut self, thread: &mut Thread, now: i64) -> bool {
        let mut day = day_of(now);
        for _ in 0..self.rng.range(1, 6) {
            day = self.calendar.next_open(day);
        }
        if day > self.last_day {
            return false;
        }
        let moment = at(day, self.rng.range(9 * 3600, 17 * 3600)) + self.rng.range(0, 999_999);
        thread.story.continue_at(moment);
        self.schedule(moment, Task::Call(Incoming::of(What::Reopened(Box::new(thread.clone())))));
        true
    }

    /// Not a matter at all: opened, seen to be none, voided.
    pub(crate) fn mistake(&mut self, desk: usize, ring: Ring, answered: i64) -> Result<(), DemoError> {
        let mut now = answered;
        let (thread, _, _) = self.begin_thread(desk, ring.person, None, now)?;
        let mut thread = Thread { caller: ring.caller, ..thread };
        let (consultation, call, caller, agent) = (thread.consultation, ring.call, ring.caller, thread.agent);
        let opens = self.tick(&mut now, 600, 3_500);
        self.step(opens, Some(agent), move |stage, cue| {
            let from = OpenFrom::Call { call, standing: stage.standing_of_call(call) };
            let contact_reason = ContactReason::Other;
            let open = Command::Open { from, caller, agent: Some(agent), contact_reason };
            stage.consultation(cue, consultation, open)
        });
        let test = caller.is_none() && self.rng.permille(400);
        let (said, why, reason) = if test {
            ("test_call", "why_test", VoidReason::Test)
        } else {
            ("misdial", "why_misdial", VoidReason::NotAConsultation)
        };
        let text = self.words.say(&mut thread.story, said)?;
        let ends = self.tick(&mut now, 6_000, 25_000);
        self.end(call, EndedBy::Caller, None, ends)?;
        let written = self.tick(&mut now, 4_000, 15_000);
        self.note(written, &thread, NoteKind::Internal, text);
        let free = self.tick(&mut now, 1_000, 6_000);
        self.occupy(desk, free);
        let explanation = match self.rng.permille(500) {
            true => Some(ReasonText::parse(&self.words.remark(&thread.story, why)?)?),
            false => None,
        };
        let voided = self.tick(&mut now, 5_000, 240_000);
        self.act(voided, &thread, Command::Void { reason, explanation });
        self.forget(consultation, voided + 1);
        Ok(())
    }
}
