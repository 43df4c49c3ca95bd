//! What a batch of lines is about, loaded before anything is decided.

use std::collections::HashMap;

use sangdam_domain::actor::Subject;
use sangdam_domain::aggregate::{Call, Consultation};
use sangdam_domain::id::{CallId, ConsultationId};

use super::carrier::Carrier;
use super::told::Told;
use crate::intake::agents::Named;
use crate::intake::csv::IntakeError;
use crate::intake::numbers::Ringing;
use crate::ledger::Live;

impl Carrier<'_> {
    /// Loads what the lines are about, and registers callers and agents who are new.
    pub(super) async fn load(&mut self, told: &[(usize, Told<'_>)]) -> Result<(), IntakeError> {
        let calls: HashMap<CallId, ConsultationId> = told
            .iter()
            .filter_map(|(_, told)| told.ids.map(|ids| (ids.call, ids.consultation)))
            .filter(|(call, _)| !self.calls.contains_key(call))
            .collect();
        let wanted: Vec<CallId> = calls.keys().copied().collect();
        for (id, call) in wanted.iter().zip(self.ledger.live_many::<Call>(&wanted).await?) {
            self.calls.insert(*id, call);
        }
        if self.settings.consultations {
            let wanted: HashMap<CallId, ConsultationId> = told
                .iter()
                .filter_map(|(_, told)| told.ids.map(|ids| (ids.call, ids.consultation)))
                .filter(|(call, _)| !self.consultations.contains_key(call))
                .collect();
            let (calls, wanted): (Vec<CallId>, Vec<ConsultationId>) = wanted.into_iter().unzip();
            let found = self.ledger.live_many::<Consultation>(&wanted).await?;
            self.consultations.extend(calls.into_iter().zip(found));
        }
        self.load_agents(told).await?;
        self.load_callers(told).await
    }

    async fn load_agents(&mut self, told: &[(usize, Told<'_>)]) -> Result<(), IntakeError> {
        let named = told.iter().filter_map(|(_, told)| {
            Some(Named { id: told.agent?, name: told.line.agent?, at: told.line.at })
        });
        self.agents.look_up(self.ledger, &self.ids, &self.actor, named).await
    }

    async fn load_callers(&mut self, told: &[(usize, Told<'_>)]) -> Result<(), IntakeError> {
        let mut ringing = Vec::new();
        let mut offered = Vec::new();
        for (_, told) in told {
            let (Some(number), Some(ids)) = (told.number.as_ref(), told.ids) else { continue };
            let new = |call: &Live<Call>| call.state().offered.is_none();
            if self.calls.get(&ids.call).is_some_and(new) {
                ringing.push(Ringing { number, call: ids.call, at: told.line.at });
                offered.push(Subject::Call(ids.call));
            }
        }
        self.numbers.look_up(self.ledger, &self.ids, &self.actor, &ringing).await?;
        let sealed = self.ledger.store().vault().having_keys(&offered).await?;
        self.sealed_before.extend(sealed.into_iter().filter_map(|subject| match subject {
            Subject::Call(call) => Some(call),
            _ => None,
        }));
        Ok(())
    }
}
