//! The envelope: what an event's leaf says, taken apart without copying the body.
//!
//! A leaf is JSON in the canonical form of RFC 8785, keys in order: `actor`, `body`, `causation`?, `command`,
//! `correlation`?, `event`, `ledger`, `log`, `occurred_at`, `position`, `recorded_at`, `schema`, `sealed`?, `stream`,
//! `type`, `v`, `version`. Keys with a question mark are left out where there is nothing to say.

use sangdam_domain::actor::{Actor, Subject};
use sangdam_domain::id::{CommandId, EventId, LedgerId};
use sangdam_domain::log::{LogId, Position, StreamId, Version};
use sangdam_domain::time::Timestamp;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::contract::Hash;

/// The version of the envelope that is written: `v`.
pub const ENVELOPE_VERSION: u32 = 1;

/// The algorithm that seals: AES-256-GCM, as JSON Web Algorithms name it.
pub const SEAL_ALGORITHM: &str = "A256GCM";

/// What a leaf says.
#[derive(Clone, Debug, Deserialize)]
pub struct Envelope<'a> {
    /// The version of the envelope: 1.
    pub v: u32,
    /// The deployment that it belongs to.
    pub ledger: LedgerId,
    /// Its log.
    pub log: LogId,
    /// Its place in the log.
    pub position: Position,
    /// Its stream.
    #[serde(deserialize_with = "from_text")]
    pub stream: StreamId,
    /// Its place in the stream.
    pub version: Version,
    /// Its id.
    #[serde(rename = "event")]
    pub event_id: EventId,
    /// Its name.
    #[serde(rename = "type")]
    pub event_type: &'a str,
    /// The schema version of its body.
    #[serde(rename = "schema")]
    pub schema_version: u32,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// When the ledger learnt it.
    pub recorded_at: Timestamp,
    /// Who made the command.
    pub actor: Actor,
    /// The command.
    #[serde(rename = "command")]
    pub command_id: CommandId,
    /// The event that caused the command.
    #[serde(default)]
    pub causation: Option<EventId>,
    /// What ties commands of one matter together.
    #[serde(default)]
    pub correlation: Option<CommandId>,
    /// The body as it stands, JSON.
    #[serde(borrow)]
    body: &'a RawValue,
    /// What was sealed. At most one entry in version 1.
    #[serde(default)]
    pub sealed: Vec<SealedPart>,
}

/// What a leaf says of something sealed, so that what is gone can be told erased or missing.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct SealedPart {
    /// How it is sealed: `A256GCM`.
    pub algorithm: String,
    /// Which version of the subject's key.
    #[serde(rename = "key")]
    pub key_version: u32,
    /// SHA-256 of nonce ‖ ciphertext ‖ tag.
    #[serde(deserialize_with = "from_hex")]
    pub sha256: Hash,
    /// Whose key.
    pub subject: Subject,
}

impl<'a> Envelope<'a> {
    /// Takes a leaf apart.
    ///
    /// # Errors
    /// Where the bytes are no envelope.
    pub fn parse(leaf: &'a [u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(leaf)
    }

    /// The body as it stands, JSON, with `{"sealed":0}` in place of each personal field.
    pub fn body(&self) -> &'a str {
        self.body.get()
    }
}

fn from_text<'de, D: Deserializer<'de>, T: std::str::FromStr<Err: std::fmt::Display>>(
    deserializer: D,
) -> Result<T, D::Error> {
    <&str>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
}

fn from_hex<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Hash, D::Error> {
    let mut hash = [0; 32];
    hex::decode_to_slice(<&str>::deserialize(deserializer)?, &mut hash).map_err(serde::de::Error::custom)?;
    Ok(hash)
}
