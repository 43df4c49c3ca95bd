//! Keeping a callback: the promise, and the consultation that it belongs to or opens.

use sangdam_domain::aggregate::{
    Callback, CallbackCommand, CallbackStanding, Consultation, ConsultationCommand, OpenFrom,
};
use sangdam_domain::id::{AgentId, CallId, CallbackId, CallerId, ConsultationId};
use sangdam_domain::log::StreamKind;
use sangdam_domain::rejection::Rejection;
use sangdam_domain::value::{AttachReason, CallbackFor, ContactReason};

use super::commit::Change;
use super::execute::{Once, Settled};
use super::fold::Held;
use super::{CommandMeta, ExecuteError, Executed, Ledger};

/// A callback that was kept, and the consultation that its call belongs to.
#[derive(Clone, Debug)]
pub struct CompletedCallback {
    /// The callback.
    pub callback: Executed<Callback>,
    /// The consultation: the one that it was promised for, or the one that it opened.
    pub consultation: Option<Consultation>,
}

/// With what a callback to a missed call opens its consultation.
#[derive(Clone, Copy, Debug)]
pub struct Opening {
    /// Whose matter it is; whom the promise named, where it is not given.
    pub caller: Option<CallerId>,
    /// Who takes it; who answered the call, where it is not given.
    pub agent: Option<AgentId>,
    /// Why they had called.
    pub contact_reason: ContactReason,
}

type Both = (Held<Callback>, Option<Held<Consultation>>);

impl Ledger {
    /// The promise was kept, by an answered call. One for a consultation attaches the call to it; one for a missed
    /// call opens a new consultation, with what `opening` says.
    pub async fn complete_callback(
        &self,
        meta: &CommandMeta,
        callback: CallbackId,
        call: CallId,
        opening: Opening,
    ) -> Result<CompletedCallback, ExecuteError> {
        let mut once = self.once(meta)?;
        let new = ConsultationId::from_uuid(self.new_uuid());
        loop {
            let attempt = self.attempt_complete(&once, callback, call, (new, opening)).await;
            match self.settle(&mut once, attempt).await? {
                Settled::Done { on: (held, consultation), changes, appended } => {
                    let consultation = consultation.map(|held| self.done(held, &changes, appended).state);
                    let callback = self.done(held, &changes, appended);
                    return Ok(CompletedCallback { callback, consultation });
                }
                Settled::Already(recorded) => {
                    let callback = self.first_result(recorded).await?;
                    let events = self.store.read_at(&self.log, &[recorded.appended.last]).await?;
                    let touched = events.first().map(|event| event.stream);
                    let consultation = match touched.filter(|stream| stream.kind == StreamKind::Consultation)
                    {
                        Some(stream) => {
                            let id = ConsultationId::from_uuid(stream.uuid);
                            Some(self.hold_until(id, recorded.appended.last).await?.state)
                        }
                        None => None,
                    };
                    return Ok(CompletedCallback { callback, consultation });
                }
                Settled::Again => {}
            }
        }
    }

    async fn attempt_complete(
        &self,
        once: &Once<'_>,
        callback: CallbackId,
        call: CallId,
        opening: (ConsultationId, Opening),
    ) -> Result<(Both, Vec<Change>), ExecuteError> {
        let (at, actor) = (once.at, &once.meta.actor);
        let held = self.hold::<Callback>(callback).await?;
        once.check_version(&held)?;
        let kept_by = self.hold::<sangdam_domain::aggregate::Call>(call).await?.state;
        let standing = kept_by.standing();
        let of_callback = held.decide(CallbackCommand::Complete { call, standing }, at, actor)?;
        let Some(promised) = held.state.promised.as_ref().filter(|_| !of_callback.facts.is_empty()) else {
            return Ok(((held, None), vec![of_callback]));
        };
        let (consultation, command) = match promised.what.promised_for {
            CallbackFor::Consultation { consultation } => {
                let reason = AttachReason::CallbackKept;
                (consultation, ConsultationCommand::AttachCall { call, standing, reason })
            }
            CallbackFor::MissedCall { call: missed } => {
                let (new, opening) = opening;
                let promised_for = CallbackFor::MissedCall { call: missed };
                let standing = CallbackStanding::Completed { call, promised_for };
                let from = OpenFrom::Callback { callback, standing };
                let caller = opening.caller.or(promised.what.caller).or(kept_by.caller);
                let agent =
                    opening.agent.or_else(|| kept_by.answered.as_ref().and_then(|answer| answer.what.agent));
                let contact_reason = opening.contact_reason;
                (new, ConsultationCommand::Open { from, caller, agent, contact_reason })
            }
        };
        let of_consultation = self.hold::<Consultation>(consultation).await?;
        let change = match of_consultation.decide(command, at, actor) {
            Ok(change) => change,
            // The call was attached by hand before the promise was ticked off.
            Err(Rejection::CallAlreadyAttached) => {
                return Ok(((held, Some(of_consultation)), vec![of_callback]));
            }
            Err(rejection) => return Err(rejection.into()),
        };
        Ok(((held, Some(of_consultation)), vec![of_callback, change]))
    }
}
