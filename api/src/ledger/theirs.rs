//! Calls that are a caller's without anybody having said so: the number stands in the call, sealed for the call alone, and
//! only the consultation that it opened, or the callback that was promised for it, names the caller.

use std::collections::BTreeSet;

use sangdam_domain::actor::Subject;
use sangdam_domain::aggregate::{Call, Callback, Consultation};
use sangdam_domain::event::Event;
use sangdam_domain::id::{CallId, CallbackId, CallerId, ConsultationId};
use sangdam_domain::log::Position;
use sangdam_domain::value::{CallbackFor, OpenedBy};
use sangdam_projections::fact;

use super::{Kept, Ledger, LoadError};

/// How many events are looked at in one go.
const EVENTS_A_READ: usize = 1_000;
/// How many aggregates are loaded in one go.
const LOADED_AT_ONCE: usize = 256;
/// The events that name a caller.
const NAMING: [&str; 3] = ["CallbackPromised", "CallerIdentified", "ConsultationOpened"];

/// What names the callers.
#[derive(Default)]
struct Named {
    consultations: BTreeSet<ConsultationId>,
    callbacks: BTreeSet<CallbackId>,
}

impl Ledger {
    /// The calls of these callers' consultations and callbacks that nobody identified. It goes through the whole log, which
    /// has no index by caller (appending would pay for it): this is for erasures, which are rare.
    pub(super) async fn unidentified_calls(
        &self,
        callers: &BTreeSet<CallerId>,
    ) -> Result<BTreeSet<Subject>, LoadError> {
        let Named { consultations, mut callbacks } = self.named(callers).await?;
        let mut calls = BTreeSet::new();
        for consultation in self.load_all::<Consultation>(consultations).await? {
            calls.extend(consultation.calls.iter().map(|attached| attached.call));
            if let Some(OpenedBy::Callback { callback, .. }) = consultation.opened.map(|opened| opened.what) {
                callbacks.insert(callback);
            }
        }
        for callback in self.load_all::<Callback>(callbacks).await? {
            calls.extend(calls_of(&callback));
        }
        let calls = self.load_all::<Call>(calls).await?;
        Ok(calls.iter().filter(|call| call.caller.is_none()).map(|call| Subject::Call(call.id)).collect())
    }

    async fn named(&self, callers: &BTreeSet<CallerId>) -> Result<Named, LoadError> {
        let mut named = Named::default();
        let mut after = Position::ZERO;
        loop {
            let events = self.store.read_types(&self.log, after, &NAMING, EVENTS_A_READ).await?;
            let Some(last) = events.last() else { return Ok(named) };
            after = last.position;
            for event in &events {
                let fact = fact(event).map_err(|source| LoadError::Unreadable {
                    position: event.position,
                    source: Box::new(source),
                })?;
                let of_theirs =
                    |caller: Option<CallerId>| caller.is_some_and(|caller| callers.contains(&caller));
                match fact.event {
                    Event::ConsultationOpened(opened) if of_theirs(opened.caller) => {
                        named.consultations.insert(ConsultationId::from_uuid(event.stream.uuid));
                    }
                    Event::CallerIdentified(identified) if of_theirs(Some(identified.caller)) => {
                        if let Subject::Consultation(consultation) = identified.subject {
                            named.consultations.insert(consultation);
                        }
                    }
                    Event::CallbackPromised(promised) if of_theirs(promised.caller) => {
                        named.callbacks.insert(CallbackId::from_uuid(event.stream.uuid));
                    }
                    _ => {}
                }
            }
        }
    }

    async fn load_all<A: Kept>(&self, ids: BTreeSet<A::Id>) -> Result<Vec<A>, LoadError> {
        let ids: Vec<A::Id> = ids.into_iter().collect();
        let mut loaded = Vec::with_capacity(ids.len());
        for ids in ids.chunks(LOADED_AT_ONCE) {
            loaded.extend(self.load_many::<A>(ids).await?.into_iter().flatten());
        }
        Ok(loaded)
    }
}

/// The missed call that it was promised for, and those by which it was tried and kept.
fn calls_of(callback: &Callback) -> impl Iterator<Item = CallId> {
    let missed = callback.promised.as_ref().and_then(|promised| match promised.what.promised_for {
        CallbackFor::MissedCall { call } => Some(call),
        CallbackFor::Consultation { .. } => None,
    });
    let tried = callback.attempts.iter().filter_map(|attempt| attempt.what.call);
    let kept = callback.completed.as_ref().map(|completed| completed.what.call);
    missed.into_iter().chain(tried).chain(kept)
}
