//! A line as one command: facts, or the line itself where it says nothing that facts could say.

use std::sync::Arc;

use sangdam_domain::actor::Subject;
use sangdam_domain::aggregate::{Call, Caller, CallerCommand, TelephoneRecord, TelephoneRecordCommand};
use sangdam_domain::event::TelephoneRecordKept;
use sangdam_domain::id::{CallId, CallerId};
use sangdam_domain::personal::Personal;
use sangdam_domain::value::{Code, RecordText};

use super::carrier::Carrier;
use super::decide::About;
use super::told::Told;
use crate::intake::csv::IntakeError;
use crate::ledger::{BulkItem, CommandMeta, Live};

impl Carrier<'_> {
    /// What a line comes to. Only what is decided here counts in memory.
    pub(super) async fn item(&mut self, told: &Told<'_>) -> Result<BulkItem, IntakeError> {
        let mut canonical = b"queueLogLine\0".to_vec();
        canonical.extend(told.text.as_bytes());
        let mut item = BulkItem::new(CommandMeta::new(self.actor.clone(), canonical).with_id(told.command));
        let about = self.about(told);
        if let Some(ids) = told.ids {
            self.of_call(ids.call, told, &about, &mut item).await?;
        } else if let Some(before) = told.agent.and_then(|id| self.agents.get(id)) {
            let mut agent = before.clone();
            if let Ok(drafts) = about.agent(&mut agent, &told.line.event) {
                drafts.into_iter().for_each(|draft| item.push(draft));
                self.agents.hold(agent);
            }
        }
        if item.is_empty() || told.says_more() {
            self.keep(told, &mut item)?;
        }
        Ok(item)
    }

    async fn of_call(
        &mut self,
        id: CallId,
        told: &Told<'_>,
        about: &About<'_>,
        item: &mut BulkItem,
    ) -> Result<(), IntakeError> {
        let Some(before) = self.calls.get(&id) else { return Ok(()) };
        let offered_before = before.state().offered.is_some();
        let mut call = before.clone();
        let Ok(drafts) = about.call(&mut call, &told.line.event) else { return Ok(()) };
        drafts.into_iter().for_each(|draft| item.push(draft));
        if item.is_empty() {
            return Ok(());
        }
        self.consult(call.state(), about, item);
        if let (false, Some(caller)) = (offered_before, call.state().caller) {
            self.link(id, caller, about, item).await?;
        }
        self.calls.insert(id, call);
        Ok(())
    }

    /// Opens and resolves the consultation that each answered call is taken for, unless somebody opened one.
    fn consult(&mut self, call: &Call, about: &About<'_>, item: &mut BulkItem) {
        if !self.settings.consultations || self.consulted.contains(&call.id) {
            return;
        }
        if let Some(consultation) = self.consultations.get_mut(&call.id) {
            let mut next = consultation.clone();
            if let Ok(drafts) = about.consultation(&mut next, call) {
                drafts.into_iter().for_each(|draft| item.push(draft));
                *consultation = next;
            }
        }
    }

    /// Where something was sealed for a call before anybody knew whose it is, its key becomes the caller's, so that it
    /// goes when they are forgotten.
    async fn link(
        &mut self,
        call: CallId,
        caller: CallerId,
        about: &About<'_>,
        item: &mut BulkItem,
    ) -> Result<(), IntakeError> {
        if self.sealed_before.remove(&call) {
            let mut theirs: Live<Caller> = self.ledger.live(caller).await?;
            let command = CallerCommand::Identify { subject: Subject::Call(call) };
            item.push(theirs.decide(command, about.at, &self.actor)?);
        }
        Ok(())
    }

    /// Keeps the line as it stands.
    fn keep(&mut self, told: &Told<'_>, item: &mut BulkItem) -> Result<(), IntakeError> {
        let call = told.ids.and_then(|ids| self.calls.get(&ids.call));
        // The call's own key, where that is what its offer is sealed with.
        let caller = match call.map(|call| call.state()) {
            Some(call) => call.offered.as_ref().and_then(|offered| offered.what.caller),
            None => None,
        };
        if let Some(call) = call.filter(|call| call.state().offered.is_none()) {
            self.sealed_before.insert(call.state().id);
        }
        let record = TelephoneRecordKept {
            format: Code::parse("queue-log")?,
            source: self.settings.source.clone(),
            name: told.name(),
            call: told.ids.map(|ids| ids.call),
            caller,
            agent: told.agent,
            record: Personal::Known(RecordText::parse(told.text)?),
            evidence: self.evidence,
        };
        let mut kept = Live::<TelephoneRecord>::new(told.record, self.ledger);
        item.push(kept.decide(TelephoneRecordCommand::Keep(record), told.line.at, &self.actor)?);
        Ok(())
    }

    fn about<'s>(&self, told: &'s Told<'_>) -> About<'s> {
        About {
            actor: self.actor.clone(),
            evidence: self.evidence,
            calendar: Arc::clone(&self.calendar),
            at: told.line.at,
            queue: told.line.queue.and_then(|queue| self.settings.queues.code(queue)),
            agent: told.agent,
            from: told.number.clone(),
            caller: told.number.as_ref().and_then(|number| self.numbers.caller(number)),
            dialled: told.ids.and_then(|ids| self.dialled.get(&ids.call).cloned()),
            reference: told.line.call.unwrap_or_default(),
        }
    }
}
