//! Carrying out calls in batches, each call as a whole or not at all.

use std::collections::HashMap;

use sangdam_domain::actor::Actor;
use sangdam_domain::aggregate::{Call, CallCommand};
use sangdam_domain::calendar::OperatingCalendar;
use sangdam_domain::id::{AgentId, CallId, CommandId};
use sangdam_domain::rejection::Rejection;
use sangdam_domain::value::{Code, Direction, EndedBy, Evidence, ExternalReference, PersonName, PhoneNumber};
use sangdam_eventstore::Vault;

use super::merge::{Merged, Rows, agent_of};
use crate::intake::agents::{Agents, Named};
use crate::intake::csv::IntakeError;
use crate::intake::ids::Ids;
use crate::intake::numbers::{Numbers, Ringing};
use crate::intake::queue_log::call_ids;
use crate::intake::run::ImportRun;
use crate::ledger::{BulkDone, BulkItem, CommandMeta, ExecuteError, Ledger, Live};

/// Carries out the calls of one telephone system.
pub(super) struct Carrier<'a> {
    ledger: &'a Ledger,
    ids: Ids<'a, Vault>,
    actor: Actor,
    calendar: OperatingCalendar,
    own_numbers: Vec<PhoneNumber>,
    numbers: Numbers,
    agents: Agents,
}

/// A call that the ledger does not know yet.
struct New<'r> {
    rows: &'r Rows,
    merged: Merged,
    reference: &'r str,
    id: CallId,
    command: CommandId,
    agent: Option<(AgentId, String)>,
}

impl<'a> Carrier<'a> {
    pub(super) fn new(
        ledger: &'a Ledger,
        ids: Ids<'a, Vault>,
        actor: Actor,
        calendar: OperatingCalendar,
        own_numbers: Vec<PhoneNumber>,
    ) -> Self {
        let (numbers, agents) = (Numbers::default(), Agents::default());
        Self { ledger, ids, actor, calendar, own_numbers, numbers, agents }
    }

    /// Carries out calls, and counts their rows.
    pub(super) async fn carry_out(
        &mut self,
        calls: &[(String, Rows)],
        import: &mut ImportRun<'_, '_>,
    ) -> Result<(), IntakeError> {
        let new = self.sort(calls, import).await?;
        self.look_up(&new).await?;
        let mut items = Vec::with_capacity(new.len());
        let mut sent = Vec::with_capacity(new.len());
        for call in new {
            match self.item(&call) {
                Ok(item) => {
                    items.push(item);
                    sent.push(call);
                }
                Err(rejection) => reject(import, call.rows, &rejection.to_string())?,
            }
        }
        let results = self.ledger.execute_bulk(items).await?;
        for (call, result) in sent.into_iter().zip(results) {
            let rows = call.rows.0.len() as u64;
            match result {
                Ok(BulkDone { appended: Some(appended), already: false }) => import.accepted(appended, rows),
                Ok(BulkDone { appended, .. }) => import.already(appended, rows).await?,
                Err(ExecuteError::Rejected(rejection)) => {
                    reject(import, call.rows, &rejection.to_string())?;
                }
                // Somebody else told of it meanwhile: it is known now.
                Err(ExecuteError::Contended(_)) => import.already(None, rows).await?,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Counts the calls that are known, and those within the house; answers with the others.
    async fn sort<'r>(
        &self,
        calls: &'r [(String, Rows)],
        import: &mut ImportRun<'_, '_>,
    ) -> Result<Vec<New<'r>>, IntakeError> {
        let mut candidates: Vec<(usize, CallId)> = Vec::new();
        for (index, (key, rows)) in calls.iter().enumerate() {
            let references = rows.references();
            let keys = if references.is_empty() { vec![key.as_str()] } else { references };
            candidates.extend(keys.into_iter().map(|key| (index, call_ids(&self.ids, key).call)));
        }
        let ids: Vec<CallId> = candidates.iter().map(|(_, id)| *id).collect();
        let found = self.ledger.load_many::<Call>(&ids).await?;
        let known: HashMap<usize, ()> = candidates
            .iter()
            .zip(found)
            .filter_map(|((index, _), call)| call.map(|_| (*index, ())))
            .collect();
        let commands: Vec<CommandId> = calls.iter().map(|(key, rows)| self.command(key, rows)).collect();
        let recorded = self.ledger.store().commands(&commands).await?;
        let mut new = Vec::new();
        for (index, ((key, rows), command)) in calls.iter().zip(commands).enumerate() {
            let count = rows.0.len() as u64;
            if known.contains_key(&index) {
                import.already(recorded.get(&command).map(|before| before.appended), count).await?;
                continue;
            }
            let Some(merged) = rows.merge(&self.own_numbers) else {
                for _ in 0..count {
                    import.skip(Code::parse("internal_call")?);
                }
                continue;
            };
            let name = merged.answered.as_ref().map(|(_, channel)| agent_of(channel));
            let agent = name.and_then(|name| PersonName::parse(name).ok());
            let agent = agent.map(|name| (self.ids.agent(name.as_str()).0, name.as_str().to_owned()));
            let reference = rows.references().first().copied().unwrap_or(key);
            let id = call_ids(&self.ids, reference).call;
            new.push(New { rows, merged, reference, id, command, agent });
        }
        Ok(new)
    }

    fn command(&self, key: &str, rows: &Rows) -> CommandId {
        let start = rows.0.iter().map(|row| row.start).min().unwrap_or(sangdam_domain::time::Timestamp::MIN);
        self.ids.record(start, &format!("cdr-csv\0{key}")).0
    }

    async fn look_up(&mut self, new: &[New<'_>]) -> Result<(), IntakeError> {
        let named = new.iter().filter_map(|call| {
            let (id, name) = call.agent.as_ref()?;
            Some(Named { id: *id, name, at: call.merged.start })
        });
        self.agents.look_up(self.ledger, &self.ids, &self.actor, named).await?;
        let ringing: Vec<Ringing<'_>> = new
            .iter()
            .filter_map(|call| {
                let number = call.merged.number.as_ref()?;
                Some(Ringing { number, call: call.id, at: call.merged.start })
            })
            .collect();
        self.numbers.look_up(self.ledger, &self.ids, &self.actor, &ringing).await
    }

    /// A call as one command.
    fn item(&self, new: &New<'_>) -> Result<BulkItem, Rejection> {
        let (merged, actor, evidence) = (&new.merged, &self.actor, Evidence::Imported);
        let canonical = [b"cdrCall\0", new.reference.as_bytes()].concat();
        let mut item = BulkItem::new(CommandMeta::new(actor.clone(), canonical).with_id(new.command));
        let mut call = Live::<Call>::new(new.id, self.ledger);
        let offer = CallCommand::Offer {
            direction: merged.direction,
            from: merged.number.clone(),
            caller: merged.number.as_ref().and_then(|number| self.numbers.caller(number)),
            dialled: merged.dialled.clone(),
            queue: None,
            external_reference: ExternalReference::parse(new.reference).ok(),
            evidence,
            closed_by: self.calendar.closed_by(merged.start),
        };
        item.push(call.decide(offer, merged.start, actor)?);
        let closed_by = None;
        if let Some((at, _)) = &merged.answered {
            let agent = new.agent.as_ref().map(|(id, _)| *id);
            let answer = CallCommand::Answer { agent, wait_seconds: None, evidence, closed_by };
            item.push(call.decide(answer, *at, actor)?);
        }
        let hung_up =
            merged.answered.is_none() && merged.failure.is_none() && merged.direction == Direction::Inbound;
        let last = if hung_up {
            CallCommand::Abandon { wait_seconds: None, evidence, closed_by }
        } else {
            let (by, cause) = match (&merged.answered, merged.failure) {
                (Some(_), _) => (EndedBy::Unrecorded, None),
                (None, failure) => (EndedBy::System, Some(failure.unwrap_or("no_answer"))),
            };
            let cause = cause.and_then(|cause| Code::parse(cause).ok());
            CallCommand::End { by, talk_seconds: None, cause, evidence, closed_by }
        };
        item.push(call.decide(last, merged.end, actor)?);
        Ok(item)
    }
}

fn reject(import: &mut ImportRun<'_, '_>, rows: &Rows, reason: &str) -> Result<(), IntakeError> {
    for row in &rows.0 {
        import.reject(row.line, reason.to_owned())?;
    }
    Ok(())
}
