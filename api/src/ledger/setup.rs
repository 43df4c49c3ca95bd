//! Opening logs.

use sangdam_domain::actor::{Actor, ActorKind};
use sangdam_domain::event::{Event, LogOpened};
use sangdam_domain::id::CommandId;
use sangdam_domain::log::{StreamId, StreamKind, Version};
use sangdam_domain::time::Timestamp;
use sangdam_eventstore::{AppendError, Head, StoreError};

use super::commit::{Change, Frame, Outgoing, provisional};
use super::{ExecuteError, Ledger};

impl Ledger {
    /// Whether the centre's log has been opened.
    pub async fn exists(&self) -> Result<bool, StoreError> {
        self.store.has_log(&self.log).await
    }

    /// Opens the centre's log, with `LogOpened` at position 1; nothing happens where it is open. `at` is given by a
    /// simulated clock only.
    pub async fn ensure_log(&self, actor: Actor, at: Option<Timestamp>) -> Result<Head, ExecuteError> {
        self.ensure_log_by(CommandId::from_uuid(self.new_uuid()), actor, at).await
    }

    /// The same, by a command that has an id already.
    pub(crate) async fn ensure_log_by(
        &self,
        command_id: CommandId,
        actor: Actor,
        at: Option<Timestamp>,
    ) -> Result<Head, ExecuteError> {
        if self.exists().await? {
            return Ok(self.store.head(&self.log).await?);
        }
        let moment = at.unwrap_or_else(|| self.now());
        let event = Event::from(LogOpened { log: self.log.clone() });
        let fact = provisional(event, Version::ZERO.next(), moment, &actor);
        let stream = StreamId::singleton(StreamKind::Log, &self.log);
        let mut changes = [Change { facts: vec![(fact, None)], ..Change::nothing(stream, Version::ZERO) }];
        let frame = Frame {
            command_id,
            canonical: b"openLog",
            actor: &actor,
            correlation: None,
            recorded_at: at,
            guards: Vec::new(),
        };
        let mut prepared = self.prepare(&mut [Outgoing { frame, changes: &mut changes }]).await?;
        let Some(first) = prepared.pop().and_then(|mut list| list.pop()) else {
            return Err(ExecuteError::Unkeepable("a log without its first event".to_owned()));
        };
        match self.store.create_log(&self.log, first).await {
            Ok(head) => Ok(head),
            // Another process was quicker.
            Err(AppendError::VersionConflict { .. } | AppendError::AlreadyAppended { .. }) => {
                Ok(self.store.head(&self.log).await?)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Opens the centre's log as the ledger itself, now.
    pub async fn open_log(&self) -> Result<Head, ExecuteError> {
        self.ensure_log(Actor::of(ActorKind::System), None).await
    }
}
