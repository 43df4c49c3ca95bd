//! A step: an event with what was before it and what is after it.

use std::sync::Arc;

use sangdam_domain::actor::{Actor, Subject};
use sangdam_domain::event::Fact;
use sangdam_domain::log::Position;
use sangdam_eventstore::StoredEvent;
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::change::Change;

/// One event of a replay.
#[derive(Clone, Debug)]
pub struct Step {
    /// The event as it is stored.
    pub event: Arc<StoredEvent>,
    /// The same, read, personal data opened.
    pub fact: Fact,
    /// The state of its aggregate before it; before the first event of a stream, that of one to which nothing has happened.
    pub before: Arc<Value>,
    /// The state of its aggregate after it.
    pub after: Arc<Value>,
    /// The difference between the two.
    pub changes: Vec<Change>,
    /// Whose key opens what is personal in the states.
    pub(super) subject: Option<Subject>,
}

impl Step {
    /// Where it stands in the log.
    pub fn position(&self) -> Position {
        self.event.position
    }

    /// Who made the command.
    pub fn actor(&self) -> &Actor {
        &self.fact.actor
    }
}

/// As `sangdam replay --format json` writes it.
#[derive(Serialize)]
struct Record<'a> {
    position: Position,
    recorded_at: String,
    occurred_at: String,
    r#type: &'a str,
    stream: String,
    version: u64,
    event_id: String,
    actor: &'a Actor,
    before: &'a Value,
    after: &'a Value,
    changes: &'a [Change],
}

impl Serialize for Step {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let event = &self.event;
        Record {
            position: event.position,
            recorded_at: event.recorded_at.to_string(),
            occurred_at: event.occurred_at.to_string(),
            r#type: &event.event_type,
            stream: event.stream.to_string(),
            version: event.version.get(),
            event_id: event.event_id.to_string(),
            actor: self.actor(),
            before: &self.before,
            after: &self.after,
            changes: &self.changes,
        }
        .serialize(serializer)
    }
}
