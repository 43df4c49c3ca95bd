//! What comes with every command.

use sangdam_domain::actor::Actor;
use sangdam_domain::id::CommandId;
use sangdam_domain::log::Version;
use sangdam_domain::time::Timestamp;

/// What comes with every command, whatever it asks.
#[derive(Clone, Debug)]
pub struct CommandMeta {
    /// Makes it safe to retry: the same id with the same content has one effect. `None`: the ledger makes one, and a
    /// retry is another command.
    pub command_id: Option<CommandId>,
    /// What was asked, in one spelling: the name of the command and its input. Two commands with the same id are the
    /// same if these bytes are. Only a keyed hash of them is kept.
    pub canonical: Vec<u8>,
    /// Who asks.
    pub actor: Actor,
    /// When it happened; `None` is now. At most five minutes ahead of the ledger's clock.
    pub occurred_at: Option<Timestamp>,
    /// The version that the (first) stream must have; `None` where any will do.
    pub expected_version: Option<Version>,
    /// What ties commands of one matter together, if anything does.
    pub correlation: Option<CommandId>,
}

impl CommandMeta {
    /// A command that happens now, with an id that the ledger makes.
    pub fn new(actor: Actor, canonical: impl Into<Vec<u8>>) -> Self {
        Self {
            command_id: None,
            canonical: canonical.into(),
            actor,
            occurred_at: None,
            expected_version: None,
            correlation: None,
        }
    }

    /// The same, safe to retry under this id.
    #[must_use]
    pub fn with_id(self, command_id: CommandId) -> Self {
        Self { command_id: Some(command_id), ..self }
    }

    /// The same, at this moment.
    #[must_use]
    pub fn at(self, occurred_at: Timestamp) -> Self {
        Self { occurred_at: Some(occurred_at), ..self }
    }

    /// The same, if the (first) stream has this version.
    #[must_use]
    pub fn expecting(self, version: Version) -> Self {
        Self { expected_version: Some(version), ..self }
    }
}
