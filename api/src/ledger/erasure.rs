//! Forgetting: an approved erasure is written into the caller's stream and every alias's, then the keys of all their
//! subjects are destroyed and the ciphertexts deleted. A crash in between is made good at the next start.
//!
//! From that event on no call becomes theirs any more (see [`Ledger::guards`]). Those that became theirs while it was
//! being made are looked for after it, and forgotten by an event of their own.

use std::collections::{BTreeMap, BTreeSet};

use sangdam_domain::actor::{Actor, ActorKind, Subject};
use sangdam_domain::aggregate::{Caller, CallerCommand};
use sangdam_domain::event::Event;
use sangdam_domain::id::CallerId;
use sangdam_domain::log::{Position, StreamId, StreamKind, Version};
use sangdam_eventstore::{Store, StoreError, StoredEvent};
use sangdam_projections::{At, ReadError, ReadModels, event_types};

use super::commit::Change;
use super::execute::{Once, Settled};
use super::fold::Held;
use super::theirs::read;
use super::{CommandMeta, ExecuteError, Executed, Ledger, LoadError};

/// The event that says so.
const ERASED: &str = "CallerErased";
/// How many erasures are looked at in one go.
const ERASURES_A_READ: usize = 500;

/// What the start found left undone.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Unforgotten {
    /// Erasures that stand in the log.
    pub erasures: usize,
    /// Subjects whose keys had not been destroyed yet; they are now.
    pub subjects: usize,
}

/// What kept a start from making good.
#[derive(Debug, thiserror::Error)]
pub enum UnforgottenError {
    /// Erasures could not be looked for.
    #[error(transparent)]
    Find(#[from] ReadError),
    /// One could not be completed.
    #[error(transparent)]
    Complete(#[from] ExecuteError),
}

/// Makes good in every centre's log what a crash left undone between an erasure's events and the destruction of its keys. To be
/// called at every start, before anybody reads. Erasures are found by the blocks in which the read models know of any, and
/// behind what these have applied in the log itself.
pub async fn complete_erasures(store: &Store, models: &ReadModels) -> Result<Unforgotten, UnforgottenError> {
    let mut all = Unforgotten::default();
    for log in store.logs().await.map_err(ExecuteError::from)? {
        let (at, ledger, mut after) = (At::now(&log), Ledger::new(store.clone(), log), Position::ZERO);
        loop {
            let events = event_types::events(store, models, &at, &[ERASED], after, ERASURES_A_READ).await?;
            let Some(last) = events.last() else { break };
            after = last.position;
            all.erasures += events.len();
            all.subjects += ledger.complete(&events).await?;
        }
    }
    Ok(all)
}

impl Ledger {
    /// Carries out an approved erasure: the caller and all aliases are forgotten at once, their claims given up, the
    /// keys of everything that is theirs destroyed, and the ciphertexts deleted. Answers with the caller. Once begun it
    /// comes to its end, also where nobody waits for the answer any more.
    pub async fn erase_caller(
        &self,
        meta: &CommandMeta,
        caller: CallerId,
    ) -> Result<Executed<Caller>, ExecuteError> {
        let (ledger, meta) = (self.clone(), meta.clone());
        let erasing = tokio::spawn(async move { ledger.erase_to_the_end(&meta, caller).await });
        erasing.await.unwrap_or_else(|_| Err(StoreError::Closed.into()))
    }

    async fn erase_to_the_end(
        &self,
        meta: &CommandMeta,
        caller: CallerId,
    ) -> Result<Executed<Caller>, ExecuteError> {
        let mut once = self.once(meta)?;
        loop {
            let attempt = self.attempt_erase(&once, caller).await;
            let executed = match self.settle(&mut once, attempt).await? {
                Settled::Done { on, changes, appended } => {
                    let subjects = changes.iter().flat_map(|change| &change.facts).flat_map(|(fact, _)| {
                        match &fact.event {
                            Event::CallerErased(erased) => erased.subjects.clone(),
                            _ => Vec::new(),
                        }
                    });
                    let subjects: BTreeSet<Subject> = subjects.collect();
                    let executed = self.done(on, &changes, appended);
                    self.forget_all(caller, subjects).await?;
                    executed
                }
                Settled::Already(recorded) => {
                    // Whoever began it may have been cut short.
                    let stream = StreamId::new(StreamKind::Caller, caller.uuid());
                    let mut events = self.store.read_stream(stream, Version::ZERO).await?;
                    events.retain(|event| event.event_type == ERASED);
                    self.complete(&events).await?;
                    self.first_result(recorded).await?
                }
                Settled::Again => continue,
            };
            return Ok(executed);
        }
    }

    async fn attempt_erase(
        &self,
        once: &Once<'_>,
        caller: CallerId,
    ) -> Result<(Held<Caller>, Vec<Change>), ExecuteError> {
        let (at, actor) = (once.at, &once.meta.actor);
        let held = self.hold::<Caller>(caller).await?;
        once.check_version(&held)?;
        let aliases = self.aliases(&held.state).await?;
        let mut subjects: BTreeSet<Subject> =
            aliases.values().flat_map(|alias| alias.state.subjects()).collect();
        // Only what may be erased is worth going through the log for.
        held.decide(CallerCommand::Erase { further: BTreeSet::new() }, at, actor)?;
        let everybody = aliases.keys().copied().chain([caller]).collect();
        subjects.extend(self.unidentified_calls(&everybody).await?);
        let mut changes = vec![held.decide(CallerCommand::Erase { further: subjects.clone() }, at, actor)?];
        let all: BTreeSet<Subject> = subjects.into_iter().chain(held.state.subjects()).collect();
        for alias in aliases.values() {
            let survivor = alias.state.merged_into.unwrap_or(caller);
            let command = CallerCommand::EraseAlias { survivor, subjects: all.iter().copied().collect() };
            changes.push(alias.decide(command, at, actor)?);
        }
        Ok((held, changes))
    }

    /// Everybody who was merged into the caller, and into those.
    async fn aliases(&self, caller: &Caller) -> Result<BTreeMap<CallerId, Held<Caller>>, LoadError> {
        let mut found = BTreeMap::new();
        let mut ahead: Vec<CallerId> = caller.aliases.iter().copied().collect();
        while let Some(id) = ahead.pop() {
            if id == caller.id || found.contains_key(&id) {
                continue;
            }
            let alias = self.hold::<Caller>(id).await?;
            ahead.extend(alias.state.aliases.iter().copied());
            found.insert(id, alias);
        }
        Ok(found)
    }

    /// Forgets the subjects of an erasure that stands in the caller's stream, and what became theirs meanwhile.
    async fn forget_all(
        &self,
        caller: CallerId,
        mut subjects: BTreeSet<Subject>,
    ) -> Result<(), ExecuteError> {
        let callers = subjects.iter().filter_map(|subject| match subject {
            Subject::Caller(caller) => Some(*caller),
            _ => None,
        });
        let found = self.unidentified_calls(&callers.collect()).await?;
        let further: Vec<Subject> = found.difference(&subjects).copied().collect();
        if !further.is_empty() {
            subjects.extend(further.iter().copied());
            let meta = CommandMeta::new(Actor::of(ActorKind::System), "eraseFurther");
            let command = CallerCommand::EraseFurther { subjects: further };
            self.execute::<Caller>(&meta, caller, command).await?;
        }
        Ok(self.forget(subjects).await?)
    }

    /// Deletes what is sealed for the subjects, then destroys their keys: as long as a key is there, the next start
    /// knows that there may be something left.
    async fn forget(&self, subjects: impl IntoIterator<Item = Subject>) -> Result<(), LoadError> {
        let subjects: Vec<Subject> = subjects.into_iter().collect();
        self.store.delete_sealed_of(&subjects).await?;
        self.store.vault().destroy(&subjects).await?;
        Ok(())
    }

    /// Forgets whom these erasures name, where a crash came in between; gives how many subjects that were.
    async fn complete(&self, events: &[StoredEvent]) -> Result<usize, ExecuteError> {
        let mut erasures = Vec::with_capacity(events.len());
        for event in events {
            if let Event::CallerErased(erased) = read(event)?.event {
                erasures.push((CallerId::from_uuid(event.stream.uuid), erased.subjects));
            }
        }
        let asked: Vec<Subject> = erasures.iter().flat_map(|(_, subjects)| subjects).copied().collect();
        let mut destroyed = self.store.vault().destroyed(&asked).await?;
        let mut completed = 0;
        for (caller, subjects) in erasures {
            let left = subjects.iter().filter(|subject| !destroyed.contains(subject)).count();
            if left > 0 {
                completed += left;
                destroyed.extend(subjects.iter().copied());
                self.forget_all(caller, subjects.into_iter().collect()).await?;
            }
        }
        Ok(completed)
    }
}
