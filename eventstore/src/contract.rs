//! What goes into the store, what comes out of it, and how it says no.

use bytes::Bytes;
use sangdam_domain::actor::{Actor, Subject};
use sangdam_domain::id::{CommandId, EventId, LedgerId};
use sangdam_domain::log::{LogId, Position, StreamId, Version};
use sangdam_domain::time::Timestamp;
use serde_json::{Map, Value};

/// SHA-256, as RFC 6962 uses it.
pub type Hash = [u8; 32];

/// The first 16 bytes of a keyed HMAC-SHA-256 of a command's canonical input: as few as RFC 2104 (section 5) allows, since
/// one is kept for every command.
pub type Fingerprint = [u8; 16];

/// What the writer expects of a stream before its events are appended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Expected {
    /// Nothing.
    Any,
    /// That it has no events yet.
    NoStream,
    /// That it has exactly so many.
    Version(Version),
}

/// An event to be appended. Its position, version and `recorded_at` are the store's to give.
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// Its own id (UUIDv7).
    pub event_id: EventId,
    /// Its name.
    pub event_type: &'static str,
    /// The schema version of its body.
    pub schema_version: u32,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// The body, with `{"sealed":0}` in place of each personal field.
    pub body: Map<String, Value>,
    /// The personal fields, sealed (see `Vault::seal`). `None` where it has none.
    pub sealed: Option<Sealed>,
}

/// An event's personal fields, as one ciphertext under its subject's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// Whose key.
    pub subject: Subject,
    /// Which version of the key: 1, 2, …
    pub key_version: u32,
    /// Nonce ‖ ciphertext ‖ tag (AES-256-GCM: 12 + n + 16 bytes).
    pub bytes: Bytes,
}

/// What must be unique over the whole ledger, and who has it: a phone number has one caller, a call one consultation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Claim {
    /// Which kind of thing is claimed: a short constant such as `phone` or `opened_by`.
    pub namespace: &'static str,
    /// A keyed HMAC of the thing (see `Vault::blind`), so that the table tells nothing without the key.
    pub hmac: Hash,
    /// The stream that has it.
    pub owner: StreamId,
}

/// What an append does to claims, in order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ClaimChange {
    /// Takes what nobody has. Taking what the same owner has already changes nothing.
    Take(Claim),
    /// Gives it up, if the owner has it.
    Release(Claim),
    /// Gives up everything that this stream owns (an erasure).
    ReleaseAll(StreamId),
}

/// Events of one command for one stream. All are written, or none.
#[derive(Clone, Debug)]
pub struct Append {
    /// The command that made them: the same id has one effect. (In an atomic list, only the first append's id is
    /// remembered; the others carry the same id.)
    pub command_id: CommandId,
    /// Of the command's canonical input, so that a retry with other content is told apart.
    pub fingerprint: Fingerprint,
    /// Where they go.
    pub stream: StreamId,
    /// What is expected of that stream.
    pub expected: Expected,
    /// Who made the command.
    pub actor: Actor,
    /// The event that caused the command, if one did.
    pub causation: Option<EventId>,
    /// What ties commands of one matter together across streams, if anything does.
    pub correlation: Option<CommandId>,
    /// At least one.
    pub events: Vec<NewEvent>,
    /// Claims taken and given up with them.
    pub claims: Vec<ClaimChange>,
    /// Further streams that must be at these versions still: what was decided rests on them, and nothing is written to them.
    pub guards: Vec<(StreamId, Version)>,
    /// When the ledger learnt it: `None` is now. Only the demo county, lived through on a simulated clock, says
    /// another time; what it says is never before the head's.
    pub recorded_at: Option<Timestamp>,
}

/// What became of an append.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Appended {
    /// The position of the first event.
    pub first: Position,
    /// The position of the last event.
    pub last: Position,
    /// The stream's version after it.
    pub version: Version,
    /// The moment written into its events.
    pub recorded_at: Timestamp,
}

/// Why nothing was appended.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// Somebody else wrote to the stream in between (or the caller expected wrongly).
    #[error("{stream} is at version {actual}, not {expected:?}")]
    VersionConflict {
        /// The stream.
        stream: StreamId,
        /// What was expected.
        expected: Expected,
        /// What is.
        actual: Version,
    },
    /// The claimed thing belongs to another stream.
    #[error("`{namespace}` is taken by {owner}")]
    ClaimTaken {
        /// Which kind of thing.
        namespace: String,
        /// Who has it.
        owner: StreamId,
    },
    /// The command was carried out before. Compare `fingerprint` to tell a retry from a reuse of the id.
    #[error("this command was carried out at position {}", recorded.appended.first)]
    AlreadyAppended {
        /// What it did then.
        recorded: RecordedCommand,
    },
    /// An event's canonical envelope is longer than 65,535 bytes.
    #[error("a `{event_type}` takes {bytes} bytes in the log; at most {LEAF_BYTES_MAX} are allowed")]
    TooLarge {
        /// The event's name.
        event_type: &'static str,
        /// How long it would be.
        bytes: usize,
    },
    /// An event's body cannot be written in the canonical form: it has a fraction, or a key that is not ASCII.
    #[error("a `{event_type}` cannot be written to the log: {problem}")]
    NotCanonical {
        /// The event's name.
        event_type: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// There is no event to append.
    #[error("an append needs at least one event")]
    Empty,
    /// The store itself failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The longest leaf, in bytes.
pub const LEAF_BYTES_MAX: usize = 65_535;

/// A command that was carried out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RecordedCommand {
    /// Its id.
    pub command_id: CommandId,
    /// Of its input.
    pub fingerprint: Fingerprint,
    /// What it did (of an atomic list: from the first event of the first append to the last of the last; `version` is
    /// the first append's).
    pub appended: Appended,
}

/// The store failed: the database, the disk, the keys, or what is stored is not what was written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database said no, or could not be reached.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// The migrations could not be applied.
    #[error("the database's tables could not be brought up to date: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// There is no such log.
    #[error("there is no log `{0}` in this ledger")]
    NoSuchLog(LogId),
    /// What is stored contradicts itself.
    #[error("the ledger is damaged at position {position}: {problem}")]
    Damaged {
        /// Where.
        position: Position,
        /// What is wrong.
        problem: String,
    },
    /// The key file or `SANGDAM_KEK` cannot be used.
    #[error("the key-encryption key cannot be used: {0}")]
    Key(String),
    /// The subject's key was destroyed: nothing more can be sealed for it.
    #[error("{0} was erased; nothing personal can be recorded for it any more")]
    SubjectErased(Subject),
    /// The store is shutting down.
    #[error("the store is shutting down")]
    Closed,
}

/// The head of a log: how long it is, and its Merkle root.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Head {
    /// The ledger it belongs to.
    pub ledger: LedgerId,
    /// The log.
    pub log: LogId,
    /// The last position; the size of the Merkle tree.
    pub position: Position,
    /// `recorded_at` of the last event.
    pub recorded_at: Timestamp,
    /// RFC 6962 Merkle tree hash over all leaves.
    pub root: Hash,
}

/// An event as it is stored. The columns are copies of what the leaf says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredEvent {
    /// Its place in the log.
    pub position: Position,
    /// Its stream.
    pub stream: StreamId,
    /// Its place in the stream.
    pub version: Version,
    /// Its id.
    pub event_id: EventId,
    /// Its name.
    pub event_type: String,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// When the ledger learnt it.
    pub recorded_at: Timestamp,
    /// The canonical envelope, byte for byte as it was hashed.
    pub leaf: Bytes,
}
