//! Going through history.

use sangdam_domain::log::Position;
use sangdam_eventstore::{ReadFrom, Stretch};

use super::folder::Folder;
use super::span::first_at;
use super::{End, ReplayError, Source, Span, Step};
use crate::ledger::Ledger;

/// Steps in the order in which they were asked for.
#[derive(Debug)]
pub struct Steps {
    /// The steps.
    pub steps: Vec<Step>,
    /// Whether there are more behind the last one.
    pub more: bool,
}

/// A way through history. It holds a bounded number of aggregates, however long the way is.
pub struct Replay {
    ledger: Ledger,
    source: Source,
    span: Span,
    types: Vec<&'static str>,
    folder: Folder,
}

impl Replay {
    /// Through those events of a source that stand in a span and are of some types; of any, where none are named.
    pub fn new(ledger: Ledger, source: Source, span: Span, types: Vec<&'static str>) -> Self {
        let folder = Folder::new(ledger.clone());
        Self { ledger, source, span, types, folder }
    }

    /// From where to where it goes.
    pub fn span(&self) -> Span {
        self.span
    }

    /// The next steps after a position, the oldest first; at most `limit`.
    pub async fn after(&mut self, position: Position, limit: usize) -> Result<Steps, ReplayError> {
        let after = position.max(self.span.first.previous());
        self.steps(after, self.span.last, ReadFrom::Start, limit).await
    }

    /// The steps from a position or a moment on, the oldest first; at most `limit`.
    pub async fn at(&mut self, place: End, limit: usize) -> Result<Steps, ReplayError> {
        let position = match place {
            End::Position(position) => position,
            End::Time(moment) => first_at(&self.ledger, moment).await?,
        };
        self.after(position.previous(), limit).await
    }

    /// The steps before a position, the newest first; at most `limit`.
    pub async fn before(&mut self, position: Position, limit: usize) -> Result<Steps, ReplayError> {
        let last = position.previous().min(self.span.last);
        self.steps(self.span.first.previous(), last, ReadFrom::End, limit).await
    }

    /// Whether what is personal in a step has been erased since it was made: then it must not be shown any more.
    pub async fn is_erased(&self, step: &Step) -> Result<bool, ReplayError> {
        Ok(self.folder.is_erased(step).await?)
    }

    async fn steps(
        &mut self,
        after: Position,
        last: Position,
        from: ReadFrom,
        limit: usize,
    ) -> Result<Steps, ReplayError> {
        let stretch = Stretch { after, last, types: &self.types };
        let mut events = self.source.events(&self.ledger, stretch, from, limit.saturating_add(1)).await?;
        let more = events.len() > limit;
        events.truncate(limit);
        let mut steps = self.folder.steps(events).await?;
        if from == ReadFrom::End {
            steps.reverse();
        }
        Ok(Steps { steps, more })
    }
}
