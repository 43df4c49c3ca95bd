//! What each event does to callers and their histories.

use futures::FutureExt;
use futures::future::BoxFuture;
use sangdam_domain::event::{CallerRegistered, Event};
use sangdam_domain::id::{CallId, CallbackId, CallerId, ConsultationId};
use sangdam_domain::log::StreamKind;
use uuid::Uuid;

use super::row::{CALLERS, CONTACTS, CallerRow, Contact, ContactKind, SELECT, SELECT_CONTACT};
use crate::context::Seen;
use crate::error::Inapplicable;
use crate::projection::{Applied, Batch, Needs, Projection, Rows, apply_each, needed};
use crate::table::Table;

/// Callers, their numbers and their histories.
pub(crate) struct Callers;

const TABLES: [Table; 2] = [CALLERS, CONTACTS];

impl Projection for Callers {
    fn name(&self) -> &'static str {
        "callers"
    }

    fn version(&self) -> u32 {
        2
    }

    fn tables(&self) -> &'static [Table] {
        &TABLES
    }

    fn apply<'a>(
        &'a self,
        batch: &'a mut Batch<'_>,
        facts: &'a [Seen],
    ) -> BoxFuture<'a, Result<Applied, sqlx::Error>> {
        apply(batch, facts).boxed()
    }
}

async fn apply(batch: &mut Batch<'_>, facts: &[Seen]) -> Result<Applied, sqlx::Error> {
    let mut work = Work { callers: Rows::of("caller"), contacts: Rows::of("contact") };
    let needed_callers = needed(facts, caller_needs);
    let rows = batch.load(&CALLERS, SELECT, "id", needed_callers, CallerRow::read).await?;
    work.callers.read(rows, |row| row.id.uuid());
    let needed_contacts = needed(facts, contact_needs);
    let rows = batch.load(&CONTACTS, SELECT_CONTACT, "id", needed_contacts, Contact::read).await?;
    work.contacts.read(rows, |row| row.what.parts().1);
    let applied = apply_each(facts, |seen| work.apply(seen));
    batch.write_rows(&CALLERS, &work.callers, CallerRow::args).await?;
    batch.write_rows(&CONTACTS, &work.contacts, Contact::args).await?;
    Ok(applied)
}

fn caller_needs(seen: &Seen) -> Needs {
    match (seen.stream.kind, &seen.fact.event) {
        (StreamKind::Caller, Event::CallerRegistered(_)) => Needs::Makes(seen.stream.uuid),
        (StreamKind::Caller, _) => Needs::Changes(seen.stream.uuid),
        _ => Needs::Nothing,
    }
}

fn contact_needs(seen: &Seen) -> Needs {
    match (seen.stream.kind, &seen.fact.event) {
        (_, Event::CallOffered(_) | Event::ConsultationOpened(_) | Event::CallbackPromised(_)) => {
            Needs::Makes(seen.stream.uuid)
        }
        (_, Event::CallAnswered(_) | Event::ConsultationVoided(_)) => Needs::Changes(seen.stream.uuid),
        // It stands in the caller's own stream too; the copy in the contact's is the one that counts here.
        (StreamKind::Call | StreamKind::Consultation, Event::CallerIdentified(_)) => {
            Needs::Changes(seen.stream.uuid)
        }
        _ => Needs::Nothing,
    }
}

struct Work {
    callers: Rows<Uuid, CallerRow>,
    contacts: Rows<Uuid, Contact>,
}

impl Work {
    fn apply(&mut self, seen: &Seen) -> Result<(), Inapplicable> {
        let (id, at) = (seen.stream.uuid, seen.fact.position);
        match (seen.stream.kind, &seen.fact.event) {
            (StreamKind::Caller, Event::CallerRegistered(registered)) => {
                self.callers.make(id, registered_row(seen, registered), at)
            }
            (StreamKind::Caller, _) => {
                change(self.callers.get(id, at)?, seen);
                Ok(())
            }
            (_, Event::CallOffered(offered)) => {
                self.begins(seen, ContactKind::Call(CallId::from_uuid(id)), offered.caller)
            }
            (_, Event::ConsultationOpened(opened)) => {
                self.begins(seen, ContactKind::Consultation(ConsultationId::from_uuid(id)), opened.caller)
            }
            (_, Event::CallbackPromised(promised)) => {
                self.begins(seen, ContactKind::Callback(CallbackId::from_uuid(id)), promised.caller)
            }
            (_, Event::CallAnswered(_)) => self.contact(seen, |contact| contact.answered = true),
            (_, Event::ConsultationVoided(_)) => self.contact(seen, |contact| contact.voided = true),
            (StreamKind::Call | StreamKind::Consultation, Event::CallerIdentified(identified)) => {
                self.contact(seen, |contact| contact.caller = Some(identified.caller))
            }
            _ => Ok(()),
        }
    }

    fn begins(
        &mut self,
        seen: &Seen,
        what: ContactKind,
        caller: Option<CallerId>,
    ) -> Result<(), Inapplicable> {
        let fact = &seen.fact;
        let contact = Contact {
            what,
            position: fact.position,
            occurred_at: fact.occurred_at,
            caller,
            answered: false,
            voided: false,
        };
        self.contacts.make(seen.stream.uuid, contact, fact.position)
    }

    fn contact(&mut self, seen: &Seen, change: impl FnOnce(&mut Contact)) -> Result<(), Inapplicable> {
        change(self.contacts.get(seen.stream.uuid, seen.fact.position)?);
        Ok(())
    }
}

fn registered_row(seen: &Seen, registered: &CallerRegistered) -> CallerRow {
    let fact = &seen.fact;
    CallerRow {
        id: CallerId::from_uuid(seen.stream.uuid),
        registered_position: fact.position,
        last_position: fact.position,
        version: fact.version,
        registered_at: fact.occurred_at,
        kind: registered.kind,
        has_external_reference: registered.external_reference.is_some(),
        merged_into: None,
        erased_at: None,
    }
}

/// An event that stands in two callers' streams changes each of them once, by its own copy.
fn change(row: &mut CallerRow, seen: &Seen) {
    let fact = &seen.fact;
    row.last_position = fact.position;
    row.version = fact.version;
    match &fact.event {
        Event::CallersMerged(merged) if merged.absorbed == row.id => row.merged_into = Some(merged.survivor),
        Event::CallersUnmerged(unmerged) if unmerged.absorbed == row.id => row.merged_into = None,
        Event::CallerErased(_) => row.erased_at = Some(fact.occurred_at),
        _ => {}
    }
}
