//! Which state of a log a question is about.

use sangdam_domain::log::{LogId, Position};

/// A log as it stands, or as it stood after the event at a position.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct At {
    log: LogId,
    position: Option<Position>,
}

impl At {
    /// As it stands when the question is asked.
    pub fn now(log: &LogId) -> Self {
        Self { log: log.clone(), position: None }
    }

    /// As it stood after this position; [`crate::ReadModels::as_of`] says whether the tables can tell.
    pub(crate) fn as_of(log: &LogId, position: Position) -> Self {
        Self { log: log.clone(), position: Some(position) }
    }

    /// The log.
    pub fn log(&self) -> &LogId {
        &self.log
    }

    /// The last position that counts; the highest that there can be where all do.
    pub fn last(&self) -> Position {
        self.position.unwrap_or(Position::MAX)
    }

    /// The last position that counts; `None` where all do.
    pub fn position(&self) -> Option<Position> {
        self.position
    }
}
