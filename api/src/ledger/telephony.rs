//! What a telephone system tells of its calls. It names a call by an id of its own, which is claimed for the call's stream: so
//! that one id there is one call here, whichever process is told, however often, and after a restart.
//!
//! Whoever called and was missed is to be called back; the promise is made in the very append that says that the call was
//! missed, and taken back in the one that says that the caller got through.

use sangdam_domain::aggregate::{
    Aggregate, Call, CallCommand, CallStanding, Callback, CallbackCommand, CallbackStatus, Centre, PromiseFor,
};
use sangdam_domain::calendar::OperatingCalendar;
use sangdam_domain::id::{CallId, CallbackId, CallerId};
use sangdam_domain::log::{StreamId, StreamKind, Version};
use sangdam_domain::time::Timestamp;
use sangdam_domain::value::{CallbackFor, CancelReason, Direction, QueueExit};
use sangdam_eventstore::{Claim, ClaimChange};

use super::commit::Change;
use super::execute::{Once, Settled};
use super::fold::Held;
use super::{CommandMeta, ExecuteError, Executed, Ledger};

/// Claims of this namespace give an id of a telephone system one call.
const SYSTEM_CALL: &str = "system_call";
/// Claims of this namespace give a caller who was missed one callback.
const MISSED_CALLER: &str = "missed_caller";

/// How much open time passes until a missed caller is to be called back, in seconds.
const CALL_BACK_WITHIN_SECONDS: u32 = 3_600;

/// Whether a claim is one of these: who lost it decides anew.
pub(super) fn is_of_telephony(namespace: &str) -> bool {
    matches!(namespace, SYSTEM_CALL | MISSED_CALLER)
}

/// What a telephone system's message comes to.
#[derive(Clone, Debug, Default)]
pub struct Telling {
    /// The id stands for another call from now on.
    pub anew: bool,
    /// What is concluded of the call that it stood for until now.
    pub of_former: Vec<Told>,
    /// What happens to the call.
    pub of_call: Vec<Told>,
}

/// A command to a call, and when it happened if not now.
pub type Told = (CallCommand, Option<Timestamp>);

impl Ledger {
    /// Carries out what a telephone system tells of the call that it calls `id_there`; the first call of that id is `first`,
    /// also where the system's files have told of it before. `tell` says what the message comes to, given the call that has
    /// this id, if one has, and the version of the calendar by which the centre is closed. It may be asked several times,
    /// where others write to the call meanwhile.
    ///
    /// # Errors
    /// As [`Ledger::execute`].
    pub async fn tell_call(
        &self,
        meta: &CommandMeta,
        (id_there, first): (&str, CallId),
        tell: impl Fn(Option<&Call>, Option<u32>) -> Telling,
    ) -> Result<Executed<Call>, ExecuteError> {
        let mut once = self.once(meta)?;
        loop {
            let attempt = self.attempt_tell(&once, (id_there, first), &tell).await;
            match self.settle(&mut once, attempt).await? {
                Settled::Done { on, changes, appended } => return Ok(self.done(on, &changes, appended)),
                Settled::Already(recorded) => return self.first_result(recorded).await,
                Settled::Again => {}
            }
        }
    }

    async fn attempt_tell(
        &self,
        once: &Once<'_>,
        (id_there, first): (&str, CallId),
        tell: impl Fn(Option<&Call>, Option<u32>) -> Telling,
    ) -> Result<(Held<Call>, Vec<Change>), ExecuteError> {
        let hmac = self.store.vault().blind(SYSTEM_CALL, self.in_centre(id_there.as_bytes()).as_slice());
        let claim = |owner| Claim { namespace: SYSTEM_CALL, hmac, owner };
        let owner = self.store.claim(SYSTEM_CALL, hmac).await?;
        let known_as = owner.filter(|owner| owner.kind == StreamKind::Call);
        let known_as = known_as.map_or(first, |stream| CallId::from_uuid(stream.uuid));
        let held = self.hold::<Call>(known_as).await?;
        let (former, new) = match held.state.version {
            Version::ZERO => (None, Some(held)),
            _ => (Some(held), None),
        };
        let calendar = self.hold::<Centre>(()).await?.state.calendar();
        let telling = tell(former.as_ref().map(|held| &held.state), calendar.closed_by(once.at));
        let mut changes = Vec::with_capacity(3);
        let held = match former {
            Some(held) if !telling.anew => held,
            former => {
                if let Some(former) = former {
                    changes.push(self.told(once, &former, telling.of_former)?.0);
                }
                match new {
                    Some(new) => new,
                    None => self.hold::<Call>(CallId::from_uuid(self.new_uuid())).await?,
                }
            }
        };
        let (mut change, after) = self.told(once, &held, telling.of_call)?;
        if owner != Some(held.stream) {
            if let Some(owner) = owner {
                change.claims.push(ClaimChange::Release(claim(owner)));
            }
            change.claims.push(ClaimChange::Take(claim(held.stream)));
        }
        changes.insert(0, change);
        changes.extend(self.of_callback(once, &held.state, &after, &calendar).await?);
        Ok((held, changes))
    }

    /// What the commands, one after the other, do to a call, and how it is then.
    fn told(
        &self,
        once: &Once<'_>,
        held: &Held<Call>,
        commands: Vec<Told>,
    ) -> Result<(Change, Call), ExecuteError> {
        let mut live = held.clone();
        let mut all = Change::nothing(held.stream, held.state.version);
        for (command, at) in commands {
            let change = live.decide(command, at.unwrap_or(once.at), &once.meta.actor)?;
            change.facts.iter().for_each(|(fact, _)| live.state.evolve(fact));
            all.facts.extend(change.facts);
        }
        Ok((all, live.state))
    }

    /// What happens to callbacks by what happened to a call.
    async fn of_callback(
        &self,
        once: &Once<'_>,
        before: &Call,
        after: &Call,
        calendar: &OperatingCalendar,
    ) -> Result<Option<Change>, ExecuteError> {
        let inbound =
            after.offered.as_ref().is_some_and(|offered| offered.what.direction == Direction::Inbound);
        let Some(caller) = after.caller.filter(|_| inbound) else { return Ok(None) };
        if before.answered.is_none() && after.answered.is_some() {
            return self.cancel_of(once, after, caller).await;
        }
        if !was_missed(before) && was_missed(after) {
            return self.promise_to(once, after, caller, calendar).await;
        }
        Ok(None)
    }

    async fn promise_to(
        &self,
        once: &Once<'_>,
        call: &Call,
        caller: CallerId,
        calendar: &OperatingCalendar,
    ) -> Result<Option<Change>, ExecuteError> {
        if self.callback_of(caller).await?.is_some() {
            return Ok(None);
        }
        let held = self.hold::<Callback>(CallbackId::from_uuid(self.new_uuid())).await?;
        let due = calendar.after_open_seconds(once.at, CALL_BACK_WITHIN_SECONDS);
        let promised_for = PromiseFor::MissedCall { call: call.id, standing: call.standing() };
        let command = CallbackCommand::Promise { due, promised_for, caller: Some(caller), agent: None };
        let mut change = held.decide(command, once.at, &once.meta.actor)?;
        change.claims.push(ClaimChange::Take(self.missed_claim(caller, held.stream)));
        Ok(Some(change))
    }

    /// The caller got through, or had never been missed.
    async fn cancel_of(
        &self,
        once: &Once<'_>,
        call: &Call,
        caller: CallerId,
    ) -> Result<Option<Change>, ExecuteError> {
        let Some(held) = self.callback_of(caller).await? else { return Ok(None) };
        let promised_for = held.state.promised.as_ref().map(|promised| promised.what.promised_for);
        let reason = if promised_for == Some(CallbackFor::MissedCall { call: call.id }) {
            CancelReason::Mistake
        } else {
            CancelReason::CallerCalledAgain
        };
        Ok(Some(held.decide(CallbackCommand::Cancel { reason }, once.at, &once.meta.actor)?))
    }

    /// The callback that was promised to a caller who was missed, while it is to be made.
    async fn callback_of(&self, caller: CallerId) -> Result<Option<Held<Callback>>, ExecuteError> {
        let claim = self.missed_claim(caller, StreamId::new(StreamKind::Caller, caller.uuid()));
        let Some(owner) = self.store.claim(MISSED_CALLER, claim.hmac).await? else { return Ok(None) };
        let held = self.hold::<Callback>(CallbackId::from_uuid(owner.uuid)).await?;
        Ok((held.state.status == CallbackStatus::Promised).then_some(held))
    }

    fn missed_claim(&self, caller: CallerId, owner: StreamId) -> Claim {
        let hmac = self.store.vault().blind(MISSED_CALLER, caller.uuid().as_bytes());
        Claim { namespace: MISSED_CALLER, hmac, owner }
    }

    fn in_centre(&self, bytes: &[u8]) -> Vec<u8> {
        [self.log.as_str().as_bytes(), b"\0", bytes].concat()
    }
}

/// Whether an inbound call is over, and nobody at the centre or elsewhere took it.
fn was_missed(call: &Call) -> bool {
    let is_over = call.abandoned.is_some() || call.ended.is_some();
    let went_elsewhere = call
        .left_queue
        .as_ref()
        .is_some_and(|left| matches!(left.what.reason, QueueExit::Redirected | QueueExit::KeyPressed));
    let missed = matches!(call.standing(), CallStanding::Abandoned | CallStanding::Unanswered);
    is_over && missed && !went_elsewhere
}
