//! Callers by the number that a telephone system tells: looked up once, remembered within bounds, registered when the
//! number is nobody's.

use std::collections::HashMap;

use sangdam_domain::actor::Actor;
use sangdam_domain::aggregate::{Caller, CallerCommand};
use sangdam_domain::id::{CallId, CallerId};
use sangdam_domain::log::Position;
use sangdam_domain::rejection::Rejection;
use sangdam_domain::time::Timestamp;
use sangdam_domain::value::{CallerKind, PhoneNumber};
use sangdam_eventstore::Vault;

use super::csv::IntakeError;
use super::ids::Ids;
use crate::ledger::{BulkItem, CommandMeta, ExecuteError, Ledger, Live};

/// How many numbers are remembered; beyond, all are forgotten and looked up again.
const REMEMBERED_MAX: usize = 50_000;

/// A number that calls, with the first call that it is told of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ringing<'a> {
    pub(super) number: &'a PhoneNumber,
    pub(super) call: CallId,
    pub(super) at: Timestamp,
}

/// Whose numbers are whose.
#[derive(Default)]
pub(super) struct Numbers(HashMap<PhoneNumber, CallerId>);

impl Numbers {
    /// Looks up numbers, and registers a caller for each that is nobody's.
    pub(super) async fn look_up(
        &mut self,
        ledger: &Ledger,
        ids: &Ids<'_, Vault>,
        actor: &Actor,
        ringing: &[Ringing<'_>],
    ) -> Result<(), IntakeError> {
        if self.0.len() > REMEMBERED_MAX {
            self.0.clear();
        }
        let mut fresh: Vec<(Ringing<'_>, CallerId)> = Vec::new();
        let mut items = Vec::new();
        for told in ringing {
            let there = self.0.contains_key(told.number);
            if there || fresh.iter().any(|(other, _)| other.number == told.number) {
                continue;
            }
            match ledger.caller_by_phone(told.number, Position::MAX).await? {
                Some(caller) => {
                    self.0.insert(told.number.clone(), caller);
                }
                None => {
                    let (caller, item) = register(ledger, ids, actor, told)?;
                    fresh.push((*told, caller));
                    items.push(item);
                }
            }
        }
        let results = ledger.execute_bulk(items).await?;
        for ((told, caller), result) in fresh.into_iter().zip(results) {
            let caller = match result {
                Ok(_) => caller,
                // Somebody else was quicker.
                Err(ExecuteError::Rejected(Rejection::PhoneOfAnotherCaller { caller })) => caller,
                Err(error) => return Err(error.into()),
            };
            self.0.insert(told.number.clone(), caller);
        }
        Ok(())
    }

    /// Whose number it is, as it was looked up.
    pub(super) fn caller(&self, number: &PhoneNumber) -> Option<CallerId> {
        self.0.get(number).copied()
    }

    /// Forgets all: somebody was erased or merged, or a number was moved.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

fn register(
    ledger: &Ledger,
    ids: &Ids<'_, Vault>,
    actor: &Actor,
    told: &Ringing<'_>,
) -> Result<(CallerId, BulkItem), IntakeError> {
    let (caller, command) = ids.caller_of(told.call, told.number.as_str());
    let canonical = [b"telephoneCaller\0", told.number.as_str().as_bytes()].concat();
    let mut item = BulkItem::new(CommandMeta::new(actor.clone(), canonical).with_id(command));
    let register = CallerCommand::Register {
        phone: Some(told.number.clone()),
        name: None,
        kind: CallerKind::Unknown,
        external_reference: None,
    };
    item.push(Live::<Caller>::new(caller, ledger).decide(register, told.at, actor)?);
    Ok((caller, item))
}
