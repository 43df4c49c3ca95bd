//! Calls that are a caller's without anybody having said so: the number stands in the call, sealed for the call alone, and
//! only the consultation that it opened, or the callback that was promised for it, names the caller.

use std::collections::BTreeSet;

use sangdam_domain::actor::Subject;
use sangdam_domain::aggregate::{Call, Callback, Caller, Consultation, ErasureStatus};
use sangdam_domain::event::{CallbackPromised, Event, Fact};
use sangdam_domain::id::{CallId, CallbackId, CallerId, ConsultationId};
use sangdam_domain::log::{Position, StreamId, Version};
use sangdam_domain::rejection::Rejection;
use sangdam_domain::value::{CallbackFor, OpenedBy};
use sangdam_eventstore::StoredEvent;
use sangdam_projections::fact;

use super::commit::Change;
use super::{ExecuteError, Kept, Ledger, LoadError};

/// How many events are looked at in one go.
const EVENTS_A_READ: usize = 1_000;
/// How many aggregates are loaded in one go.
const LOADED_AT_ONCE: usize = 256;
/// The events that name a caller.
const NAMING: [&str; 3] = ["CallbackPromised", "CallerIdentified", "ConsultationOpened"];

/// Whose matter a consultation or a callback is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Whose {
    /// This caller's.
    Caller(CallerId),
    /// Whosever the consultation is.
    OfConsultation(ConsultationId),
    /// Whosever the call is.
    OfCall(CallId),
}

/// Whether an event makes a call part of somebody's matter without saying so in the call.
pub(super) fn takes_a_call(event: &Event) -> bool {
    matches!(
        event,
        Event::ConsultationOpened(_)
            | Event::CallAttached(_)
            | Event::CallbackPromised(_)
            | Event::CallbackAttempted(_)
            | Event::CallbackCompleted(_)
    )
}

/// What names the callers.
#[derive(Default)]
struct Named {
    consultations: BTreeSet<ConsultationId>,
    callbacks: BTreeSet<CallbackId>,
    calls: BTreeSet<CallId>,
}

impl Ledger {
    /// The streams that must not move before the changes are appended, so that no call becomes a caller's behind the back of
    /// that caller's erasure.
    ///
    /// # Errors
    /// [`Rejection::CallerErased`] where the caller is forgotten already.
    pub(super) async fn guards(&self, changes: &[Change]) -> Result<Vec<(StreamId, Version)>, ExecuteError> {
        let mut guards = Vec::new();
        for whose in changes.iter().filter_map(|change| change.whose) {
            let caller = match whose {
                Whose::Caller(caller) => Some(caller),
                Whose::OfConsultation(id) => {
                    let held = self.hold::<Consultation>(id).await?;
                    guards.push((held.stream, held.state.version));
                    held.state.caller
                }
                Whose::OfCall(id) => {
                    let held = self.hold::<Call>(id).await?;
                    guards.push((held.stream, held.state.version));
                    held.state.caller
                }
            };
            let Some(caller) = caller else { continue };
            let held = self.hold::<Caller>(caller).await?;
            if held.state.erasure == ErasureStatus::Erased {
                return Err(Rejection::CallerErased.into());
            }
            guards.push((held.stream, held.state.version));
        }
        // A stream that is written is expected where it was read, which is guard enough.
        guards.retain(|(stream, _)| changes.iter().all(|change| change.stream != *stream));
        Ok(guards)
    }

    /// The calls of these callers' consultations and callbacks that nobody identified. It goes through the whole log, which
    /// has no index by caller (appending would pay for it): this is for erasures, which are rare.
    pub(super) async fn unidentified_calls(
        &self,
        callers: &BTreeSet<CallerId>,
    ) -> Result<BTreeSet<Subject>, LoadError> {
        let Named { consultations, mut callbacks, mut calls } = self.named(callers).await?;
        callbacks.extend(self.callbacks_for(&consultations, &calls).await?);
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
                let of_theirs =
                    |caller: Option<CallerId>| caller.is_some_and(|caller| callers.contains(&caller));
                match read(event)?.event {
                    Event::ConsultationOpened(opened) if of_theirs(opened.caller) => {
                        named.consultations.insert(ConsultationId::from_uuid(event.stream.uuid));
                    }
                    Event::CallerIdentified(identified) if of_theirs(Some(identified.caller)) => {
                        match identified.subject {
                            Subject::Consultation(consultation) => {
                                named.consultations.insert(consultation);
                            }
                            Subject::Call(call) => {
                                named.calls.insert(call);
                            }
                            Subject::Agent(_) | Subject::Caller(_) => {}
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

    /// The callbacks that were promised for these before anybody knew whose they are.
    async fn callbacks_for(
        &self,
        consultations: &BTreeSet<ConsultationId>,
        calls: &BTreeSet<CallId>,
    ) -> Result<BTreeSet<CallbackId>, LoadError> {
        let mut callbacks = BTreeSet::new();
        let mut after = Position::ZERO;
        loop {
            let events =
                self.store.read_types(&self.log, after, &["CallbackPromised"], EVENTS_A_READ).await?;
            let Some(last) = events.last() else { return Ok(callbacks) };
            after = last.position;
            for event in &events {
                let Event::CallbackPromised(CallbackPromised { promised_for, .. }) = read(event)?.event
                else {
                    continue;
                };
                let of_theirs = match promised_for {
                    CallbackFor::Consultation { consultation } => consultations.contains(&consultation),
                    CallbackFor::MissedCall { call } => calls.contains(&call),
                };
                if of_theirs {
                    callbacks.insert(CallbackId::from_uuid(event.stream.uuid));
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

/// What an event says.
pub(super) fn read(event: &StoredEvent) -> Result<Fact, LoadError> {
    fact(event).map_err(|source| LoadError::Unreadable { position: event.position, source: Box::new(source) })
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
