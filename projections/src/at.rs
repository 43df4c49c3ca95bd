//! Which state of a log a question is about.

use sangdam_domain::log::{LogId, Position};

/// A log as it stands, or as it stood after the event at a position.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct At {
    log: LogId,
    then: Option<Then>,
}

/// A moment of the past.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Then {
    /// The last position that counts.
    pub position: Position,
    /// Nothing that counts happened later than this, in microseconds since 1970: lists in the order of time need not be
    /// looked through from the present back.
    pub latest_micros: i64,
}

impl At {
    /// As it stands when the question is asked.
    pub fn now(log: &LogId) -> Self {
        Self { log: log.clone(), then: None }
    }

    /// As it stood after this position; [`crate::ReadModels::as_of`] says whether the tables can tell.
    pub(crate) fn as_of(log: &LogId, then: Then) -> Self {
        Self { log: log.clone(), then: Some(then) }
    }

    pub(crate) fn then(&self) -> Option<Then> {
        self.then
    }

    /// The log.
    pub fn log(&self) -> &LogId {
        &self.log
    }

    /// The last position that counts; the highest that there can be where all do.
    pub fn last(&self) -> Position {
        self.position().unwrap_or(Position::MAX)
    }

    /// The last position that counts; `None` where all do.
    pub fn position(&self) -> Option<Position> {
        self.then.map(|then| then.position)
    }
}
