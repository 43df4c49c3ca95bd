//! Which streams have to do with a caller.

use std::collections::BTreeSet;

use sangdam_domain::event::Event;
use sangdam_domain::id::{CallId, CallbackId, CallerId, ConsultationId};
use sangdam_domain::log::{StreamId, StreamKind};
use sangdam_domain::value::{CallbackFor, OpenedBy};
use sangdam_eventstore::StoreError;
use sangdam_projections::callers::{Contact, ContactKind};
use sangdam_projections::{At, Order, Page, ReadModels, callbacks, callers, fact};

use super::ReplayError;
use crate::ledger::Ledger;

/// How many contacts are read in one go.
const CONTACTS_A_READ: usize = 1_000;
/// How many streams are looked into in one go.
const STREAMS_A_READ: usize = 256;

/// The streams of a caller and their aliases, of all calls, consultations and callbacks that are known to be theirs, and of
/// what belongs to those: a call whose number nobody knew, or a callback that was promised for one of the consultations.
pub(super) async fn streams_of(
    ledger: &Ledger,
    models: &ReadModels,
    at: &At,
    caller: CallerId,
) -> Result<Vec<StreamId>, ReplayError> {
    let everyone = callers::aliases(models, at, caller).await?;
    let mut streams: BTreeSet<StreamId> =
        everyone.iter().map(|id| StreamId::new(StreamKind::Caller, id.uuid())).collect();
    let mut page = Page { size: CONTACTS_A_READ, after: None, order: Order::OldestFirst };
    loop {
        let contacts = callers::history(models, at, &everyone, &page).await?;
        streams.extend(contacts.rows.iter().map(|contact| stream_of(contact.what)));
        page.after = contacts.rows.last().map(Contact::cursor);
        if !contacts.more {
            break;
        }
    }
    let of_consultations: Vec<CallbackFor> = streams
        .iter()
        .filter(|stream| stream.kind == StreamKind::Consultation)
        .map(|stream| CallbackFor::Consultation { consultation: ConsultationId::from_uuid(stream.uuid) })
        .collect();
    let promised = callbacks::of(models, at, &of_consultations).await?;
    streams.extend(promised.iter().map(|row| stream_of(ContactKind::Callback(row.id))));
    let named: Vec<StreamId> = streams.iter().copied().collect();
    // Once more for the callbacks that consultations were opened by.
    let further = named_in(ledger, &named).await?;
    streams.extend(named_in(ledger, &further).await?);
    streams.extend(further);
    Ok(streams.into_iter().collect())
}

fn stream_of(contact: ContactKind) -> StreamId {
    match contact {
        ContactKind::Call(id) => StreamId::new(StreamKind::Call, id.uuid()),
        ContactKind::Consultation(id) => StreamId::new(StreamKind::Consultation, id.uuid()),
        ContactKind::Callback(id) => StreamId::new(StreamKind::Callback, id.uuid()),
    }
}

/// The calls and callbacks that consultations and callbacks among these streams name.
async fn named_in(ledger: &Ledger, streams: &[StreamId]) -> Result<Vec<StreamId>, ReplayError> {
    let naming = |stream: &&StreamId| matches!(stream.kind, StreamKind::Consultation | StreamKind::Callback);
    let naming: Vec<StreamId> = streams.iter().filter(naming).copied().collect();
    let mut named = Vec::new();
    for part in naming.chunks(STREAMS_A_READ) {
        for event in ledger.store().read_streams(part).await? {
            let fact = fact(&event).map_err(|problem| StoreError::Damaged {
                position: event.position,
                problem: problem.to_string(),
            })?;
            let (call, callback) = names(&fact.event);
            named.extend(call.map(|id| stream_of(ContactKind::Call(id))));
            named.extend(callback.map(|id| stream_of(ContactKind::Callback(id))));
        }
    }
    Ok(named)
}

fn names(event: &Event) -> (Option<CallId>, Option<CallbackId>) {
    match event {
        Event::ConsultationOpened(opened) => match opened.opened_by {
            OpenedBy::Call { call } => (Some(call), None),
            OpenedBy::Callback { callback, call } => (Some(call), Some(callback)),
        },
        Event::CallAttached(attached) => (Some(attached.call), None),
        Event::CallbackPromised(promised) => match promised.promised_for {
            CallbackFor::MissedCall { call } => (Some(call), None),
            CallbackFor::Consultation { .. } => (None, None),
        },
        Event::CallbackAttempted(attempted) => (attempted.call, None),
        Event::CallbackCompleted(completed) => (Some(completed.call), None),
        _ => (None, None),
    }
}
