//! The fast way for imports and the demo county: decide on states held in memory, then append many commands at once.
//!
//! ```ignore
//! let mut call = Live::<Call>::new(call_id, &ledger);
//! let mut item = BulkItem::new(CommandMeta::new(actor, canonical).with_id(command_id));
//! item.push(call.decide(offer, offered_at, item.actor())?);
//! item.push(call.decide(answer, answered_at, item.actor())?);
//! let results = ledger.execute_bulk(vec![item, …]).await?;   // one result an item, in order
//! ```
//!
//! Each item is atomic, over all streams that it touches, and safe to retry under its command id. Items go in order, so
//! that a later item may build on an earlier one of the same call; where the earlier one fails, the later one does too.

use std::collections::HashSet;

use sangdam_domain::actor::{Actor, Subject};
use sangdam_domain::event::Event;
use sangdam_domain::id::CommandId;
use sangdam_domain::log::{Position, StreamId, Version};
use sangdam_domain::personal;
use sangdam_domain::rejection::Rejection;
use sangdam_domain::time::Timestamp;
use sangdam_eventstore::{AppendError, Appended, StoreError};

use super::commit::{Change, Frame, Outgoing, provisional};
use super::fold::Held;
use super::{CommandMeta, ExecuteError, Kept, Ledger, LoadError};

/// An aggregate held in memory: what was decided on it counts at once, whether it was appended yet or not.
#[derive(Clone)]
pub struct Live<A>(Held<A>);

/// What a decision on a [`Live`] aggregate makes happen, not appended yet.
#[derive(Clone, Debug)]
#[must_use = "what was decided counts in memory; it must be appended"]
pub struct Draft(Change);

/// One command of a bulk: all its drafts are appended, or none.
#[derive(Clone, Debug)]
pub struct BulkItem {
    meta: CommandMeta,
    recorded_at: Option<Timestamp>,
    changes: Vec<Change>,
}

/// What became of an item.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BulkDone {
    /// From its first event to its last. `None` where it had nothing to append.
    pub appended: Option<Appended>,
    /// It was there already.
    pub already: bool,
}

/// A bulk that waits to be written, or is being written.
#[must_use = "whether it was written is known once it is done"]
pub struct BulkUnderWay<'a> {
    ledger: &'a Ledger,
    items: Vec<BulkItem>,
    sendable: Vec<bool>,
    erased: HashSet<Subject>,
    written: sangdam_eventstore::BulkUnderWay,
}

impl<A: Kept> Live<A> {
    /// An aggregate to which nothing has happened yet.
    pub fn new(id: A::Id, ledger: &Ledger) -> Self {
        Self(Held { state: A::new(id), stream: A::stream(id, ledger.log()), position: Position::ZERO })
    }

    /// What it is, with all that was decided on it.
    pub fn state(&self) -> &A {
        &self.0.state
    }

    /// What the command makes happen. Nothing changes where it is refused.
    pub fn decide(&mut self, command: A::Command, at: Timestamp, actor: &Actor) -> Result<Draft, Rejection> {
        let change = self.0.decide(command, at, actor)?;
        for (fact, _) in &change.facts {
            self.0.state.evolve(fact);
        }
        Ok(Draft(change))
    }
}

impl Draft {
    /// What somebody else decided on states of their own: the demo county, which knows nothing of a store. `before` is
    /// the stream's version, and each event comes with whose key its personal fields are sealed with.
    pub(crate) fn decided(
        stream: StreamId,
        before: Version,
        events: Vec<(Event, Option<Subject>)>,
        at: Timestamp,
        actor: &Actor,
    ) -> Self {
        let mut version = before;
        let facts = events.into_iter().map(|(event, subject)| {
            version = version.next();
            (provisional(event, version, at, actor), subject)
        });
        Self(Change { facts: facts.collect(), ..Change::nothing(stream, before) })
    }
}

impl BulkItem {
    /// A command without anything in it yet. When it happened is said with each draft.
    pub fn new(meta: CommandMeta) -> Self {
        Self { meta, recorded_at: None, changes: Vec::new() }
    }

    /// The same, recorded at a moment of a simulated clock, which never goes back.
    #[must_use]
    pub fn recorded_at(self, moment: Timestamp) -> Self {
        Self { recorded_at: Some(moment), ..self }
    }

    /// Adds what was decided, in the order in which it was.
    pub fn push(&mut self, Draft(change): Draft) {
        match self.changes.iter_mut().find(|before| before.stream == change.stream) {
            Some(before) => before.facts.extend(change.facts),
            None if change.facts.is_empty() => {}
            None => self.changes.push(change),
        }
    }

    /// Who makes the command.
    pub fn actor(&self) -> &Actor {
        &self.meta.actor
    }

    /// Whether nothing was decided.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// How many events it would append.
    pub fn event_count(&self) -> usize {
        self.changes.iter().map(|change| change.facts.len()).sum()
    }

    /// The first of the subjects for which something personal is to be sealed.
    fn sealed_for_any_of(&self, erased: &HashSet<Subject>) -> Option<Subject> {
        let mut facts = self.changes.iter().flat_map(|change| &change.facts);
        facts.find_map(|(fact, subject)| {
            let subject = subject.filter(|subject| erased.contains(subject))?;
            (!personal::split(&mut fact.event.body()).is_empty()).then_some(subject)
        })
    }

    fn subjects(&self) -> impl Iterator<Item = Subject> {
        self.changes.iter().flat_map(|change| &change.facts).filter_map(|(_, subject)| *subject)
    }
}

impl Ledger {
    /// The aggregate with this id as it stands, to be held in memory.
    pub async fn live<A: Kept>(&self, id: A::Id) -> Result<Live<A>, LoadError> {
        Ok(Live(self.hold(id).await?))
    }

    /// The aggregates with these ids as they stand, in their order, read in one batch.
    pub async fn live_many<A: Kept>(&self, ids: &[A::Id]) -> Result<Vec<Live<A>>, LoadError> {
        let states = self.load_many::<A>(ids).await?;
        let held = ids.iter().zip(states).map(|(id, state)| match state {
            // Where its last event stands matters to single commands only.
            Some(state) => Live(Held { state, stream: A::stream(*id, &self.log), position: Position::ZERO }),
            None => Live::new(*id, self),
        });
        Ok(held.collect())
    }

    /// Appends the items in order, each atomic on its own, many to a transaction. Answers for each, in order.
    ///
    /// # Errors
    /// The outer error is the system's. What was appended is told as already there where the bulk is tried again.
    pub async fn execute_bulk(
        &self,
        items: Vec<BulkItem>,
    ) -> Result<Vec<Result<BulkDone, ExecuteError>>, ExecuteError> {
        self.begin_bulk(items).await?.done().await
    }

    /// As [`Ledger::execute_bulk`], but returns once the items wait to be written, behind those of earlier bulks: the next bulk
    /// can be made and sealed meanwhile.
    ///
    /// # Errors
    /// The system's: nothing of this bulk is appended then.
    pub async fn begin_bulk(&self, mut items: Vec<BulkItem>) -> Result<BulkUnderWay<'_>, ExecuteError> {
        let erased = self.erased(&items).await?;
        let ids: Vec<CommandId> = items
            .iter()
            .map(|item| item.meta.command_id.unwrap_or_else(|| CommandId::from_uuid(self.new_uuid())))
            .collect();
        let sendable: Vec<bool> =
            items.iter().map(|item| !item.is_empty() && item.sealed_for_any_of(&erased).is_none()).collect();
        let mut outgoing: Vec<Outgoing<'_>> = items
            .iter_mut()
            .zip(&ids)
            .zip(&sendable)
            .filter(|(_, sendable)| **sendable)
            .map(|((item, id), _)| {
                let mut frame = Frame::of(&item.meta, *id);
                frame.recorded_at = item.recorded_at;
                Outgoing { frame, changes: &mut item.changes }
            })
            .collect();
        let lists = self.prepare(&mut outgoing).await?;
        drop(outgoing);
        let written = self.store.begin_bulk_lists(&self.log, lists).await;
        Ok(BulkUnderWay { ledger: self, items, sendable, erased, written })
    }

    /// Whose keys are gone, of all that the items would seal for.
    async fn erased(&self, items: &[BulkItem]) -> Result<HashSet<Subject>, ExecuteError> {
        let subjects: HashSet<Subject> = items.iter().flat_map(BulkItem::subjects).collect();
        let subjects: Vec<Subject> = subjects.into_iter().collect();
        Ok(self.store.vault().destroyed(&subjects).await?)
    }

    /// Tells retries from reused command ids, all in one batch.
    async fn tell_retries(
        &self,
        items: &[BulkItem],
        results: Vec<Result<BulkDone, AppendError>>,
    ) -> Result<Vec<Result<BulkDone, ExecuteError>>, ExecuteError> {
        let mut recorded = Vec::new();
        for (index, (item, result)) in items.iter().zip(&results).enumerate() {
            match result {
                Ok(_) => {}
                Err(AppendError::AlreadyAppended { recorded: before }) => recorded.push((index, *before)),
                Err(_) => {
                    if let Some(id) = item.meta.command_id
                        && let Some(before) = self.store.command(id).await?
                    {
                        recorded.push((index, before));
                    }
                }
            }
        }
        let asked: Vec<_> = recorded
            .iter()
            .map(|(index, before)| (items[*index].meta.canonical.as_slice(), *before))
            .collect();
        let same = self.are_same(&asked).await?;
        let mut told: Vec<Result<BulkDone, ExecuteError>> =
            results.into_iter().map(|result| result.map_err(ExecuteError::from)).collect();
        for ((index, before), same) in recorded.into_iter().zip(same) {
            told[index] = if same {
                Ok(BulkDone { appended: Some(before.appended), already: true })
            } else {
                Err(ExecuteError::CommandReused(before.command_id))
            };
        }
        Ok(told)
    }
}

impl BulkUnderWay<'_> {
    /// What became of each item, in order, once all are on disk.
    ///
    /// # Errors
    /// The system's, where what was there already cannot be looked up.
    pub async fn done(self) -> Result<Vec<Result<BulkDone, ExecuteError>>, ExecuteError> {
        let Self { ledger, items, sendable, erased, written } = self;
        let mut answers = written.answers().await.into_iter();
        let mut results = Vec::with_capacity(items.len());
        for (item, sent) in items.iter().zip(sendable) {
            results.push(match if sent { answers.next() } else { None } {
                Some(Ok(appended)) => {
                    Ok(BulkDone { appended: super::execute::total(&appended), already: false })
                }
                Some(Err(error)) => Err(error),
                None if item.is_empty() => Ok(BulkDone { appended: None, already: false }),
                None => Err(AppendError::from(refusal(item, &erased))),
            });
        }
        ledger.tell_retries(&items, results).await
    }
}

fn refusal(item: &BulkItem, erased: &HashSet<Subject>) -> StoreError {
    item.sealed_for_any_of(erased).map_or(StoreError::Closed, StoreError::SubjectErased)
}
