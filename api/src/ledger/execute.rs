//! Commands of one stream, and the loop that every command goes through.

use sangdam_domain::id::CommandId;
use sangdam_domain::log::{LogId, Position};
use sangdam_domain::time::Timestamp;
use sangdam_eventstore::{AppendError, Appended, RecordedCommand};

use super::commit::{Change, Frame};
use super::error::FUTURE_SECONDS_MAX;
use super::fold::Held;
use super::telephony::is_of_telephony;
use super::{CommandMeta, ExecuteError, Kept, Ledger};

/// How often a lost race is tried again before the client hears of it.
const ROUNDS_MAX: u32 = 20;

/// What a command did.
#[derive(Clone, Debug)]
pub struct Executed<A> {
    /// The log that holds it.
    pub log: LogId,
    /// The aggregate after it. A retry is answered with the state that the first attempt left.
    pub state: A,
    /// The position of the last event: a reader that has applied it sees this state.
    pub position: Position,
    /// What was appended. `None` where what was asked for held already, and for a retry.
    pub appended: Option<Appended>,
    /// It is a retry of a command that was carried out before.
    pub already: bool,
}

/// One command on its way, over all its rounds.
pub(super) struct Once<'a> {
    pub(super) meta: &'a CommandMeta,
    pub(super) command_id: CommandId,
    /// When it happened.
    pub(super) at: Timestamp,
    round: u32,
}

/// How one round ended.
pub(super) enum Settled<T> {
    /// It is done: what was decided on, its changes with their places, and the last position.
    Done { on: T, changes: Vec<Change>, appended: Option<Appended> },
    /// It was done before.
    Already(RecordedCommand),
    /// Somebody else was quicker: load and decide again.
    Again,
}

impl Ledger {
    /// Carries out a command of one stream: loads and folds it, decides, seals what is personal, appends, and answers
    /// with the folded state.
    ///
    /// # Errors
    /// [`ExecuteError::Rejected`] where the aggregate refuses it; [`ExecuteError::VersionConflict`] where the client
    /// expected another version; [`ExecuteError::CommandReused`] where the command id stands for something else.
    /// Nothing was written then.
    pub async fn execute<A: Kept>(
        &self,
        meta: &CommandMeta,
        id: A::Id,
        command: A::Command,
    ) -> Result<Executed<A>, ExecuteError> {
        let mut once = self.once(meta)?;
        loop {
            let attempt = self.attempt::<A>(&once, id, command.clone()).await;
            match self.settle(&mut once, attempt).await? {
                Settled::Done { on, changes, appended } => return Ok(self.done(on, &changes, appended)),
                Settled::Already(recorded) => return self.first_result(recorded).await,
                Settled::Again => {}
            }
        }
    }

    async fn attempt<A: Kept>(
        &self,
        once: &Once<'_>,
        id: A::Id,
        command: A::Command,
    ) -> Result<(Held<A>, Vec<Change>), ExecuteError> {
        let held = self.hold::<A>(id).await?;
        once.check_version(&held)?;
        let change = held.decide(command, once.at, &once.meta.actor)?;
        Ok((held, vec![change]))
    }

    /// When a command happened, as its input says or by the ledger's clock.
    ///
    /// # Errors
    /// [`ExecuteError::OccurredInFuture`] where the input says more than five minutes ahead.
    pub fn moment(&self, meta: &CommandMeta) -> Result<Timestamp, ExecuteError> {
        let now = self.now();
        let Some(given) = meta.occurred_at else { return Ok(now) };
        if given > now.plus_seconds(FUTURE_SECONDS_MAX) {
            return Err(ExecuteError::OccurredInFuture { given, now });
        }
        Ok(given)
    }

    pub(super) fn once<'a>(&self, meta: &'a CommandMeta) -> Result<Once<'a>, ExecuteError> {
        let command_id = meta.command_id.unwrap_or_else(|| CommandId::from_uuid(self.new_uuid()));
        Ok(Once { meta, command_id, at: self.moment(meta)?, round: 0 })
    }

    /// Appends what an attempt decided, and says how the round ended. A refusal, too, may be a retry's: what was done
    /// cannot be done again.
    pub(super) async fn settle<T>(
        &self,
        once: &mut Once<'_>,
        attempt: Result<(T, Vec<Change>), ExecuteError>,
    ) -> Result<Settled<T>, ExecuteError> {
        once.round += 1;
        let (on, mut changes) = match attempt {
            Ok(decided) => decided,
            Err(error) if error.is_refusal() => return self.already_or(once, Err(error)).await,
            Err(error) => return Err(error),
        };
        changes.retain(|change| !change.facts.is_empty());
        if changes.is_empty() {
            return self.already_or(once, Ok(Settled::Done { on, changes, appended: None })).await;
        }
        let mut frame = Frame::of(once.meta, once.command_id);
        frame.guards = match self.guards(&changes).await {
            Ok(guards) => guards,
            Err(error) if error.is_refusal() => return self.already_or(once, Err(error)).await,
            Err(error) => return Err(error),
        };
        let error = match self.commit(frame, &mut changes).await {
            Ok(Ok(appended)) => {
                let appended = total(&appended);
                return Ok(Settled::Done { on, changes, appended });
            }
            Ok(Err(error)) => error,
            Err(error) if error.is_refusal() => return self.already_or(once, Err(error)).await,
            Err(error) => return Err(error),
        };
        match error {
            AppendError::AlreadyAppended { recorded } => {
                self.must_be_same(&once.meta.canonical, recorded).await?;
                Ok(Settled::Already(recorded))
            }
            AppendError::VersionConflict { stream, actual, .. } => match once.meta.expected_version {
                Some(expected) if changes.first().is_some_and(|change| change.stream == stream) => {
                    self.already_or(once, Err(ExecuteError::VersionConflict { stream, expected, actual }))
                        .await
                }
                _ if once.round < ROUNDS_MAX => Ok(Settled::Again),
                _ => Err(ExecuteError::Contended(stream)),
            },
            AppendError::ClaimTaken { namespace, .. }
                if is_of_telephony(&namespace) && once.round < ROUNDS_MAX =>
            {
                Ok(Settled::Again)
            }
            other => self.already_or(once, Err(other.into())).await,
        }
    }

    /// The answer to a command that was carried out now.
    pub(super) fn done<A: Kept>(
        &self,
        held: Held<A>,
        changes: &[Change],
        appended: Option<Appended>,
    ) -> Executed<A> {
        let held = match changes.iter().find(|change| change.stream == held.stream) {
            Some(change) => held.after(change),
            None => held,
        };
        let position = appended.map_or(held.position, |appended| appended.last);
        Executed { log: self.log.clone(), state: held.state, position, appended, already: false }
    }

    /// The recorded command where this one is its retry; else what it came to now.
    async fn already_or<T>(
        &self,
        once: &Once<'_>,
        otherwise: Result<Settled<T>, ExecuteError>,
    ) -> Result<Settled<T>, ExecuteError> {
        match self.recorded(once.meta).await? {
            Some(recorded) => Ok(Settled::Already(recorded)),
            None => otherwise,
        }
    }
}

impl Once<'_> {
    /// Refuses where the client expected another version.
    pub(super) fn check_version<A: Kept>(&self, held: &Held<A>) -> Result<(), ExecuteError> {
        let actual = held.state.version();
        match self.meta.expected_version {
            Some(expected) if expected != actual => {
                Err(ExecuteError::VersionConflict { stream: held.stream, expected, actual })
            }
            _ => Ok(()),
        }
    }
}

/// From the first event of the first append to the last of the last.
pub(super) fn total(appended: &[Appended]) -> Option<Appended> {
    let (first, last) = (appended.first()?, appended.last()?);
    Some(Appended {
        first: first.first,
        last: last.last,
        version: first.version,
        recorded_at: last.recorded_at,
    })
}
