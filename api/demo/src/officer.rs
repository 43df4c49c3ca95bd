//! Officers: asked to take a call, briefed, busy or away; and promises to call back once they know.

use sangdam_domain::aggregate::{CallbackCommand, ConsultationCommand as Command, PromiseFor};
use sangdam_domain::id::{CallbackId, TransferId};
use sangdam_domain::value::{
    DeclineReason, DisplayText, EndedBy, NoteKind, Outcome, PersonName, ResolvedBy, TransferKind,
    UnansweredCause,
};

use crate::calendar::{at, day_of, second_of, spell, timestamp};
use crate::error::DemoError;
use crate::floor::{Floor, Task};
use crate::people;
use crate::script::{Outgoing, Purpose, Ring, Thread};

impl Floor {
    /// The agent asks an officer to take the call.
    pub(crate) fn transfer(
        &mut self,
        desk: usize,
        mut thread: Thread,
        ring: &Ring,
        mut now: i64,
    ) -> Result<(), DemoError> {
        let transfer = self.request(&mut thread, &mut now)?;
        match self.rng.below(100) {
            0..70 => self.accepted(desk, thread, ring, transfer, now),
            _ => {
                self.refused(&mut thread, transfer, &mut now)?;
                self.after_refusal(desk, thread, ring, now)
            }
        }
    }

    fn request(&mut self, thread: &mut Thread, now: &mut i64) -> Result<TransferId, DemoError> {
        let requested = self.tick(now, 15_000, 60_000);
        let transfer = TransferId::from_uuid(self.stage.id(requested));
        let (office, _) = self.entry_of(thread)?;
        let department = DisplayText::parse(&self.cast.offices[office].0.called)?;
        let warm = self.rng.permille(860);
        let kind = if warm { TransferKind::Warm } else { TransferKind::Cold };
        let section = match self.people.get(thread.person).visitor {
            true if self.words.library.topics[thread.story.topic].is_about_travel() => "brief_visitor",
            true => "brief_outsider",
            false => "brief",
        };
        let brief = match warm {
            true => Some(self.words.say(&mut thread.story, section)?),
            false => None,
        };
        let officer = match self.rng.permille(600) {
            true => {
                let woman = self.rng.permille(500);
                Some(PersonName::parse(&people::name(&mut self.rng, woman, true))?)
            }
            false => None,
        };
        self.act(requested, thread, Command::RequestTransfer { transfer, kind, department, officer, brief });
        Ok(transfer)
    }

    fn accepted(
        &mut self,
        desk: usize,
        thread: Thread,
        ring: &Ring,
        transfer: TransferId,
        mut now: i64,
    ) -> Result<(), DemoError> {
        let accepted = self.tick(&mut now, 8_000, 40_000);
        self.act(accepted, &thread, Command::AcceptTransfer { transfer });
        if self.rng.permille(80) {
            let returned = self.tick(&mut now, 25_000, 90_000);
            self.act(returned, &thread, Command::ReturnTransfer { transfer });
            return self.wind_up(desk, thread, ring, now);
        }
        let ends = self.tick(&mut now, 800, 4_000);
        self.end(ring.call, EndedBy::System, Some("transferred"), ends)?;
        let resolved = self.tick(&mut now, 1_500, 9_000);
        let resolve = Command::Resolve { by: ResolvedBy::Officer, outcome: Outcome::Transferred };
        self.act(resolved, &thread, resolve);
        let free = self.tick(&mut now, 3_000, 20_000);
        self.occupy(desk, free);
        self.afterwards(thread, now)
    }

    /// The officer is busy, away, or will not take it.
    fn refused(&mut self, thread: &mut Thread, transfer: TransferId, now: &mut i64) -> Result<(), DemoError> {
        let settled = self.tick(now, 9_000, 40_000);
        let command = if self.rng.permille(200) {
            let reasons = [DeclineReason::NotInCharge, DeclineReason::Occupied, DeclineReason::OtherWay];
            let reason = *self.rng.pick(&reasons);
            thread.story.absent(match reason {
                DeclineReason::Occupied => "민원 상담 중",
                DeclineReason::NotInCharge => "소관 확인 중",
                DeclineReason::OtherWay | DeclineReason::Other => "서면 접수 요청",
            });
            Command::DeclineTransfer { transfer, reason }
        } else {
            let causes = [UnansweredCause::Busy, UnansweredCause::Away, UnansweredCause::NoAnswer];
            let cause = *self.rng.pick(&causes);
            let absences: &[&str] = match cause {
                UnansweredCause::Busy => &["통화 중", "민원 상담 중", "다른 전화 응대 중"],
                UnansweredCause::Away => {
                    &["출장 중", "회의 중", "현장 점검 중", "연가", "교육 중", "외근 중"]
                }
                UnansweredCause::NoAnswer => &["자리 비움", "부재 중", "무응답"],
            };
            thread.story.absent(self.rng.pick::<&str>(absences));
            Command::LeaveTransferUnanswered { transfer, cause }
        };
        self.act(settled, thread, command);
        Ok(())
    }

    fn after_refusal(
        &mut self,
        desk: usize,
        mut thread: Thread,
        ring: &Ring,
        mut now: i64,
    ) -> Result<(), DemoError> {
        match self.rng.below(100) {
            0..45 if thread.caller.is_some() => self.promise(desk, thread, ring, now),
            45..65 => {
                let transfer = self.request(&mut thread, &mut now)?;
                self.accepted(desk, thread, ring, transfer, now)
            }
            _ => {
                let text = self.words.say(&mut thread.story, "internal_busy")?;
                let written = self.tick(&mut now, 3_000, 15_000);
                self.note(written, &thread, NoteKind::Internal, text);
                self.wind_up(desk, thread, ring, now)
            }
        }
    }

    /// The agent promises to call back.
    pub(crate) fn promise(
        &mut self,
        desk: usize,
        mut thread: Thread,
        ring: &Ring,
        mut now: i64,
    ) -> Result<(), DemoError> {
        let Some(caller) = thread.caller else { return self.wind_up(desk, thread, ring, now) };
        let today = day_of(now);
        let tomorrow = self.calendar.next_open(today);
        let hour = second_of(now) / 3600 + self.rng.range(2, 4);
        let same_day = hour <= 18 && (tomorrow > self.last_day || self.rng.permille(600));
        if !same_day && tomorrow > self.last_day {
            return self.wind_up(desk, thread, ring, now);
        }
        let (day, hour) = if same_day { (today, hour) } else { (tomorrow, self.rng.range(10, 16)) };
        let due = at(day, hour * 3600);
        let spelled =
            if hour <= 12 { format!("오전 {hour}시") } else { format!("오후 {}시", hour - 12) };
        thread.story.promise(format!("{} {}까지", spell(day), spelled.replace("오전 12", "낮 12")));

        let promised = self.tick(&mut now, 6_000, 25_000);
        let callback = CallbackId::from_uuid(self.stage.id(promised));
        let (consultation, agent) = (thread.consultation, thread.agent);
        self.step(promised, Some(agent), move |stage, cue| {
            let promised_for =
                PromiseFor::Consultation { consultation, status: stage.status_of(consultation) };
            let (due, caller, agent) = (timestamp(due), Some(caller), Some(agent));
            stage.callback(cue, callback, CallbackCommand::Promise { due, promised_for, caller, agent })
        });
        let text = self.words.say(&mut thread.story, "internal_promise")?;
        let ends = self.tick(&mut now, 3_000, 12_000);
        self.end(ring.call, EndedBy::Caller, None, ends)?;
        let written = self.tick(&mut now, 3_000, 15_000);
        self.note(written, &thread, NoteKind::Internal, text);
        let free = self.tick(&mut now, 2_000, 12_000);
        self.occupy(desk, free);
        let calls = (due - self.rng.range(240, 3300) * 1_000_000).max(now + 60_000_000);
        let (person, purpose) = (thread.person, Purpose::Kept(Box::new(thread)));
        self.schedule(calls, Task::Return(Outgoing { callback, person, caller, purpose, attempts: 0 }));
        Ok(())
    }
}
