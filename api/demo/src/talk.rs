//! A new matter, from the answer to the last word written about it.

use sangdam_domain::aggregate::{
    CallerCommand, ConsultationCommand as Command, ConsultationStatus, OpenFrom,
};
use sangdam_domain::id::{ConsultationId, DirectoryEntryId};
use sangdam_domain::value::{
    Code, ContactReason, EndedBy, LinkKind, NoteKind, NoteText, Outcome, ResolvedBy,
};

use crate::calendar::{day_of, second_of};
use crate::county::TOWNS;
use crate::error::DemoError;
use crate::floor::Floor;
use crate::opening::TAXONOMY;
use crate::script::{Ring, Thread};
use crate::words::Office;

/// How long an explanation takes, in milliseconds.
const EXPLAINING: [i64; 11] =
    [15_000, 30_000, 45_000, 60_000, 78_000, 98_000, 122_000, 152_000, 190_000, 250_000, 380_000];

/// An earlier matter is followed up within so many days.
const FOLLOWED_UP: i64 = 30 * 86_400_000_000;

impl Floor {
    /// A new matter on an answered call.
    pub(crate) fn matter(&mut self, desk: usize, ring: Ring, answered: i64) -> Result<(), DemoError> {
        let mut now = answered;
        let agent = self.desks[desk].agent;
        let (thread, reason, earlier) = self.begin_thread(desk, ring.person, ring.caller, now)?;
        let opens = self.tick(&mut now, 600, 3_500);
        let (consultation, call, caller) = (thread.consultation, ring.call, ring.caller);
        self.step(opens, Some(agent), move |stage, cue| {
            let from = OpenFrom::Call { call, standing: stage.standing_of_call(call) };
            let open = Command::Open { from, caller, agent: Some(agent), contact_reason: reason };
            stage.consultation(cue, consultation, open)
        });
        let mut thread = thread;
        let inquiry = self.words.inquiry(&mut thread.story, reason)?;
        self.hear(&mut now, &thread, inquiry)?;
        if let Some(other) = earlier {
            let linked = self.tick(&mut now, 2_000, 9_000);
            self.step(linked, Some(agent), move |stage, cue| {
                let status = match stage.status_of(other) {
                    ConsultationStatus::None => ConsultationStatus::Resolved,
                    known => known,
                };
                let link = Command::Link { other, status, kind: LinkKind::FollowUp };
                stage.consultation(cue, consultation, link)
            });
        }
        self.learn_who(&mut now, &mut thread, &ring)?;
        self.go_on(desk, thread, &ring, now)
    }

    /// Who talks about what; and the earlier matter that this one follows up.
    pub(crate) fn begin_thread(
        &mut self,
        desk: usize,
        person: usize,
        caller: Option<sangdam_domain::id::CallerId>,
        now: i64,
    ) -> Result<(Thread, ContactReason, Option<ConsultationId>), DemoError> {
        let today = day_of(now);
        let who = self.people.get(person).clone();
        let consultation = ConsultationId::from_uuid(self.stage.id(now));
        let recent = who.latest.filter(|(_, _, when)| caller.is_some() && now - when < FOLLOWED_UP);
        let (topic, reason, earlier) = match recent.filter(|_| self.rng.permille(300)) {
            Some((earlier, topic, _)) => {
                (topic, ContactReason::FollowUp, self.rng.permille(600).then_some(earlier))
            }
            None => {
                let reasons = [
                    (ContactReason::UnknownContact, 520),
                    (ContactReason::OfficerUnavailable, 220),
                    (ContactReason::LineDropped, 60),
                    (ContactReason::Other, 200),
                ];
                let reason = reasons[self.rng.weighted(&reasons.map(|(_, weight)| weight))].0;
                let topic = self.words.topic(&who, today);
                let elsewhere = self.words.library.topics[topic].is_of_agency();
                let reason = if elsewhere { ContactReason::UnknownContact } else { reason };
                (topic, reason, None)
            }
        };
        let office = self.office_of(topic, who.town)?;
        let (listed, _) = &self.cast.offices[office];
        let office = Office { department: &listed.called, tel: listed.phone };
        let story = self.words.story(topic, (person, &who), now, &office);
        if caller.is_some() {
            self.people.get_mut(person).latest = Some((consultation, topic, now));
        }
        let agent = self.desks[desk].agent;
        Ok((Thread { consultation, person, caller, agent, story }, reason, earlier))
    }

    /// The office in charge of a topic, by its place in the directory.
    pub(crate) fn office_of(&self, topic: usize, town: usize) -> Result<usize, DemoError> {
        let key = self.words.library.topics[topic].office.as_str();
        self.cast.office(if key == "eup" { TOWNS[town].office } else { key })
    }

    pub(crate) fn entry_of(&self, thread: &Thread) -> Result<(usize, DirectoryEntryId), DemoError> {
        let office = self.office_of(thread.story.topic, self.people.get(thread.person).town)?;
        Ok((office, self.cast.offices[office].1))
    }

    /// The agent listens, and writes down what is asked.
    pub(crate) fn hear(
        &mut self,
        now: &mut i64,
        thread: &Thread,
        inquiry: NoteText,
    ) -> Result<(), DemoError> {
        let code = Code::parse(&self.words.library.topics[thread.story.topic].category)?;
        let categorise = Command::Categorise { code, taxonomy_version: TAXONOMY, known: true };
        let (first, second) = (self.tick(now, 14_000, 50_000), self.tick(now, 4_000, 22_000));
        self.act(first, thread, categorise);
        self.note(second, thread, NoteKind::Inquiry, inquiry);
        Ok(())
    }

    /// The agent does something to the consultation.
    pub(crate) fn act(&mut self, moment: i64, thread: &Thread, command: Command) {
        let (consultation, agent) = (thread.consultation, thread.agent);
        self.step(moment, Some(agent), move |stage, cue| stage.consultation(cue, consultation, command));
    }

    pub(crate) fn note(&mut self, moment: i64, thread: &Thread, kind: NoteKind, text: NoteText) {
        self.act(moment, thread, Command::RecordNote { kind, text });
    }

    /// The caller may tell their name, a further number, or who they are at all.
    fn learn_who(&mut self, now: &mut i64, thread: &mut Thread, ring: &Ring) -> Result<(), DemoError> {
        let (person, agent) = (thread.person, thread.agent);
        let Some(caller) = ring.caller else {
            if self.rng.permille(300) {
                self.identify(now, thread, ring)?;
            }
            return Ok(());
        };
        if !self.people.get(person).named && self.rng.permille(180) {
            let name = self.people.name(person)?;
            self.people.get_mut(person).named = true;
            let told = self.tick(now, 2_000, 8_000);
            let command = CallerCommand::Name { name };
            self.step(told, Some(agent), move |stage, cue| stage.caller(cue, caller, command));
        } else if ring.also.is_none() && self.rng.permille(2) {
            let command = CallerCommand::AddPhone { phone: self.people.phone(person)? };
            let told = self.tick(now, 2_000, 8_000);
            self.step(told, Some(agent), move |stage, cue| stage.caller(cue, caller, command));
        }
        if let Some(survivor) = ring.also {
            let merged = self.tick(now, 3_000, 15_000);
            self.step(merged, Some(agent), move |stage, cue| stage.merge(cue, survivor, caller));
        }
        Ok(())
    }

    /// Somebody who withheld their number says who they are.
    fn identify(&mut self, now: &mut i64, thread: &Thread, ring: &Ring) -> Result<(), DemoError> {
        let (call, consultation, person) = (ring.call, thread.consultation, thread.person);
        let said = self.tick(now, 3_000, 12_000);
        let caller = match self.people.get(person).caller {
            Some(caller) => caller,
            None => {
                let caller = sangdam_domain::id::CallerId::from_uuid(self.stage.id(said));
                let (phone, name) = (Some(self.people.phone(person)?), Some(self.people.name(person)?));
                let kind = self.people.kind(person);
                let register = CallerCommand::Register { phone, name, kind, external_reference: None };
                let agent = Some(thread.agent);
                self.step(said, agent, move |stage, cue| stage.caller(cue, caller, register));
                let person = self.people.get_mut(person);
                (person.caller, person.named) = (Some(caller), true);
                caller
            }
        };
        let linked = self.tick(now, 1_000, 4_000);
        self.step(linked, Some(thread.agent), move |stage, cue| {
            stage.identify(cue, caller, call, consultation)
        });
        Ok(())
    }

    /// What the agent does about it.
    pub(crate) fn go_on(
        &mut self,
        desk: usize,
        thread: Thread,
        ring: &Ring,
        mut now: i64,
    ) -> Result<(), DemoError> {
        let agency = self.words.library.topics[thread.story.topic].is_of_agency();
        let early = !agency && second_of(now) < 17 * 3600 + 2400;
        match self.rng.below(1000) {
            0..124 if early => self.transfer(desk, thread, ring, now),
            124..138 if early => self.drop_line(desk, thread, ring, now),
            138..148 if early && thread.caller.is_some() => self.promise(desk, thread, ring, now),
            _ => {
                now += self.rng.deciles(&EXPLAINING) * 1000;
                self.wind_up(desk, thread, ring, now)
            }
        }
    }

    /// Guidance, a number, the answer; the call ends, the matter is settled.
    pub(crate) fn wind_up(
        &mut self,
        desk: usize,
        mut thread: Thread,
        ring: &Ring,
        mut now: i64,
    ) -> Result<(), DemoError> {
        let number = self.rng.permille(400);
        if self.rng.permille(if number { 130 } else { 600 }) {
            let kind = self.words.library.topics[thread.story.topic].guidance;
            let given = self.tick(&mut now, 500, 7_000);
            self.act(given, &thread, Command::GiveGuidance { kind });
        }
        if number {
            let given = self.tick(&mut now, 2_000, 15_000);
            self.give_number(&thread, given)?;
        }
        let by = if self.rng.permille(740) { EndedBy::Caller } else { EndedBy::Agent };
        let ends = self.tick(&mut now, 2_500, 14_000);
        self.end(ring.call, by, None, ends)?;
        if self.rng.permille(if number { 380 } else { 760 }) {
            let text = self.words.answer(&mut thread.story, number)?;
            let written = self.tick(&mut now, 4_000, 26_000);
            self.note(written, &thread, NoteKind::Answer, text);
        }
        if self.rng.permille(4) {
            self.reassign(&mut now, desk, &mut thread);
        }
        let outcome = match (number, self.rng.below(100)) {
            (_, 0) => Outcome::NotPossible,
            (_, 1) => Outcome::Withdrawn,
            (true, _) => Outcome::NumberGiven,
            (false, 2..14) => Outcome::Received,
            (false, _) => Outcome::Answered,
        };
        let resolved = self.tick(&mut now, 1_500, 8_000);
        self.act(resolved, &thread, Command::Resolve { by: ResolvedBy::Agent, outcome });
        let free = self.tick(&mut now, 2_000, 14_000);
        self.occupy(desk, free);
        self.afterwards(thread, now)
    }

    pub(crate) fn give_number(&mut self, thread: &Thread, moment: i64) -> Result<(), DemoError> {
        let (_, entry) = self.entry_of(thread)?;
        let (consultation, agent) = (thread.consultation, thread.agent);
        self.step(moment, Some(agent), move |stage, cue| {
            let state = stage.entries.get(&entry).ok_or(DemoError::NotOnStage("directory entry"))?;
            let give = Command::GiveNumber { entry, entry_version: None, standing: state.standing() };
            stage.consultation(cue, consultation, give)
        });
        Ok(())
    }

    /// A colleague goes on.
    fn reassign(&mut self, now: &mut i64, desk: usize, thread: &mut Thread) {
        let other = (desk + 1 + self.rng.index(self.desks.len() - 1)) % self.desks.len();
        let to = self.desks[other].agent;
        let moment = self.tick(now, 3_000, 20_000);
        let (consultation, from) = (thread.consultation, thread.agent);
        self.step(moment, Some(from), move |stage, cue| {
            let state = stage.agents.get(&to).ok_or(DemoError::NotOnStage("agent"))?;
            let reassign = Command::Reassign { to, standing: state.standing() };
            stage.consultation(cue, consultation, reassign)
        });
        thread.agent = to;
    }
}
