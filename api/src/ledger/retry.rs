//! Retries: telling them from other commands under the same id, and answering them with the first result.

use std::collections::{HashMap, HashSet};

use sangdam_domain::actor::Subject;
use sangdam_domain::log::{Position, StreamId};
use sangdam_eventstore::{Envelope, RecordedCommand, StoreError, StoredEvent};

use super::{CommandMeta, ExecuteError, Executed, Kept, Ledger};

/// How many events one look at recorded commands reads at most.
const EVENTS_A_READ: usize = 1_000;

impl Ledger {
    /// Refuses the command if what was recorded under its id had another content.
    pub(super) async fn must_be_same(
        &self,
        canonical: &[u8],
        recorded: RecordedCommand,
    ) -> Result<(), ExecuteError> {
        let same = self.are_same(&[(canonical, recorded)]).await?;
        if same.first() == Some(&true) {
            Ok(())
        } else {
            Err(ExecuteError::CommandReused(recorded.command_id))
        }
    }

    /// Which of the commands have the content that was recorded. Where the key is gone with its subject, nobody can
    /// tell, and it is taken for a retry.
    pub(super) async fn are_same(
        &self,
        commands: &[(&[u8], RecordedCommand)],
    ) -> Result<Vec<bool>, ExecuteError> {
        let subjects = self.subjects_of(commands.iter().map(|(_, recorded)| recorded)).await?;
        let known: Vec<Subject> = subjects.values().copied().flatten().collect();
        let destroyed: HashSet<Subject> = self.store.vault().destroyed(&known).await?;
        let mut same = Vec::with_capacity(commands.len());
        for (canonical, recorded) in commands {
            same.push(match subjects.get(&recorded.appended.first) {
                None => false,
                Some(Some(subject)) if destroyed.contains(subject) => true,
                Some(subject) => self.fingerprint(*subject, canonical).await? == recorded.fingerprint,
            });
        }
        Ok(same)
    }

    /// Under whose key each recorded command's content was fingerprinted: that of its first event with a sealed part.
    /// By the command's first position; commands of other logs are left out.
    async fn subjects_of(
        &self,
        recorded: impl Iterator<Item = &RecordedCommand>,
    ) -> Result<HashMap<Position, Option<Subject>>, ExecuteError> {
        let mut wanted = HashMap::new();
        let mut positions = Vec::new();
        for command in recorded {
            wanted.insert(command.appended.first, *command);
            let (first, last) = (command.appended.first, command.appended.last);
            positions.extend((0..=last.get().saturating_sub(first.get())).map(|n| (first.plus(n), first)));
        }
        let mut subjects = HashMap::with_capacity(wanted.len());
        for chunk in positions.chunks(EVENTS_A_READ) {
            let asked: Vec<Position> = chunk.iter().map(|(position, _)| *position).collect();
            let events = self.store.read_at(&self.log, &asked).await?;
            let firsts: HashMap<Position, Position> = chunk.iter().copied().collect();
            for event in &events {
                let Some(first) = firsts.get(&event.position) else { continue };
                let envelope = envelope_of(event)?;
                if wanted.get(first).is_some_and(|command| command.command_id == envelope.command_id) {
                    let found: &mut Option<Subject> = subjects.entry(*first).or_insert(None);
                    *found = found.or_else(|| envelope.sealed.first().map(|part| part.subject));
                }
            }
        }
        Ok(subjects)
    }

    /// The first answer to a command that was carried out before; `None` for a new one.
    ///
    /// # Errors
    /// [`ExecuteError::CommandReused`] where its id stands for something else.
    pub async fn retried<A: Kept>(&self, meta: &CommandMeta) -> Result<Option<Executed<A>>, ExecuteError> {
        match self.recorded(meta).await? {
            Some(recorded) => self.first_result(recorded).await.map(Some),
            None => Ok(None),
        }
    }

    /// Whether a command was carried out before.
    ///
    /// # Errors
    /// [`ExecuteError::CommandReused`] where its id stands for something else.
    pub async fn was_carried_out(&self, meta: &CommandMeta) -> Result<bool, ExecuteError> {
        Ok(self.recorded(meta).await?.is_some())
    }

    pub(super) async fn recorded(&self, meta: &CommandMeta) -> Result<Option<RecordedCommand>, ExecuteError> {
        let Some(command_id) = meta.command_id else { return Ok(None) };
        let Some(recorded) = self.store.command(command_id).await? else { return Ok(None) };
        self.must_be_same(&meta.canonical, recorded).await?;
        Ok(Some(recorded))
    }

    /// What the command answered when it was carried out: the state of its first stream as it left it.
    pub(super) async fn first_result<A: Kept>(
        &self,
        recorded: RecordedCommand,
    ) -> Result<Executed<A>, ExecuteError> {
        let stream = self.stream_of(recorded).await?;
        if stream.kind != A::KIND {
            return Err(ExecuteError::CommandReused(recorded.command_id));
        }
        let last = recorded.appended.last;
        let held = self.hold_until::<A>(A::id_of(stream.uuid), last).await?;
        Ok(Executed {
            log: self.log.clone(),
            state: held.state,
            position: last,
            appended: None,
            already: true,
        })
    }

    /// The stream of the first event of a recorded command.
    pub(super) async fn stream_of(&self, recorded: RecordedCommand) -> Result<StreamId, ExecuteError> {
        let events = self.store.read_at(&self.log, &[recorded.appended.first]).await?;
        let event = events.first().ok_or(ExecuteError::CommandReused(recorded.command_id))?;
        Ok(event.stream)
    }
}

pub(super) fn envelope_of(event: &StoredEvent) -> Result<Envelope<'_>, StoreError> {
    Envelope::parse(&event.leaf)
        .map_err(|problem| StoreError::Damaged { position: event.position, problem: problem.to_string() })
}
