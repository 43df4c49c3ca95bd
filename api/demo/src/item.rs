//! What the county hands out: commands' events, ready to be sealed and appended.

use sangdam_domain::actor::{Actor, Subject};
use sangdam_domain::event::Event;
use sangdam_domain::id::CommandId;
use sangdam_domain::log::{StreamId, Version};
use sangdam_domain::time::Timestamp;

/// What one command made happen. Its parts are appended all or none.
#[derive(Clone, Debug)]
pub struct Item {
    /// The command.
    pub command_id: CommandId,
    /// When it happened, and when the ledger learnt it. Never before the item in front of it.
    pub at: Timestamp,
    /// Who made the command.
    pub actor: Actor,
    /// One, or two where the event stands in two streams.
    pub parts: Vec<Part>,
}

/// The events for one stream.
#[derive(Clone, Debug)]
pub struct Part {
    /// The stream.
    pub stream: StreamId,
    /// How many events it has before.
    pub before: Version,
    /// What happened, personal fields included.
    pub events: Vec<Staged>,
}

/// An event, and whose key its personal fields are sealed with.
#[derive(Clone, Debug)]
pub struct Staged {
    /// What happened.
    pub event: Event,
    /// Whose key. `None` where its stream holds no personal data.
    pub subject: Option<Subject>,
}
