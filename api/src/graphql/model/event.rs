//! Events, as they stand in the log: without anything personal.

use std::sync::Arc;

use async_graphql::connection::{Connection, CursorType, Edge};
use async_graphql::{Context, ID, Json, Object, SimpleObject};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sangdam_domain::log::{self, StreamId};
use sangdam_eventstore::{Envelope, StoredEvent};
use sangdam_projections::At;

use super::Actor;
use super::lazy::loaders;
use crate::graphql::error::ApiError;
use crate::graphql::page::{BadCursor, rows};
use crate::graphql::scalar::{DateTime, Position, int, version};

/// A page of events, oldest first.
pub type EventConnection = Connection<EventCursor, Event>;

/// Where an event stands in its log. Opaque to clients.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EventCursor(pub log::Position);

impl CursorType for EventCursor {
    type Error = BadCursor;

    fn decode_cursor(text: &str) -> Result<Self, BadCursor> {
        let decode = || {
            let bytes: [u8; 8] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
            log::Position::new(u64::from_be_bytes(bytes))
        };
        decode().map(Self).ok_or(BadCursor)
    }

    fn encode_cursor(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.get().to_be_bytes())
    }
}

/// What an event says of personal data that was sealed apart from it, so that what is gone can be told erased or missing.
#[derive(SimpleObject)]
pub struct SealedPart {
    /// Whose key: `caller/…`, `consultation/…`, `call/…` or `agent/…`.
    pub subject: String,
    /// Which version of the key.
    pub key_version: i32,
    /// How it is sealed: `A256GCM`.
    pub algorithm: String,
    /// SHA-256 of nonce ‖ ciphertext ‖ tag, in hexadecimal digits.
    pub sha256: String,
}

/// An immutable fact, as it stands in the log.
pub struct Event {
    at: At,
    stored: Arc<StoredEvent>,
}

impl Event {
    /// From the store's. What it leads to is shown as of the same moment.
    pub fn new(at: &At, event: impl Into<Arc<StoredEvent>>) -> Self {
        Self { at: at.clone(), stored: event.into() }
    }

    fn envelope(&self) -> Result<Envelope<'_>, ApiError> {
        Envelope::parse(&self.stored.leaf).map_err(|problem| ApiError::internal(&problem))
    }
}

#[Object]
impl Event {
    /// Its own id (a UUID), worldwide.
    async fn id(&self) -> ID {
        ID(self.stored.event_id.to_string())
    }

    /// Its place in the log.
    async fn position(&self) -> Position {
        self.stored.position.into()
    }

    /// Its name, in the past tense.
    async fn r#type(&self) -> &str {
        &self.stored.event_type
    }

    /// Its stream: a kind and a UUID, as in `consultation/0190a1b2-…`.
    async fn stream(&self) -> String {
        self.stored.stream.to_string()
    }

    /// Its place in its stream.
    async fn version(&self) -> i32 {
        version(self.stored.version)
    }

    /// When it happened.
    async fn occurred_at(&self) -> DateTime {
        self.stored.occurred_at.into()
    }

    /// When the ledger learnt it.
    async fn recorded_at(&self) -> DateTime {
        self.stored.recorded_at.into()
    }

    /// The schema version of its body.
    async fn schema_version(&self) -> Result<i32, ApiError> {
        Ok(int(self.envelope()?.schema_version.into()))
    }

    /// Who made the command.
    async fn actor(&self) -> Result<Actor, ApiError> {
        let envelope = self.envelope()?;
        Ok(Actor::new(&self.at, &envelope.actor))
    }

    /// The command that made it.
    async fn command_id(&self) -> Result<String, ApiError> {
        Ok(self.envelope()?.command_id.to_string())
    }

    /// The event that caused the command, if one did.
    async fn causation_id(&self) -> Result<Option<String>, ApiError> {
        Ok(self.envelope()?.causation.map(|id| id.to_string()))
    }

    /// What ties commands of one matter together, if anything does.
    async fn correlation_id(&self) -> Result<Option<String>, ApiError> {
        Ok(self.envelope()?.correlation.map(|id| id.to_string()))
    }

    /// Its body, with `{"sealed":0}` in place of each personal field.
    async fn body(&self) -> Result<Json<serde_json::Value>, ApiError> {
        let body = serde_json::from_str(self.envelope()?.body());
        body.map(Json).map_err(|problem| ApiError::internal(&problem))
    }

    /// What was sealed apart from it.
    async fn sealed(&self) -> Result<Vec<SealedPart>, ApiError> {
        let sealed = self.envelope()?.sealed;
        Ok(sealed
            .into_iter()
            .map(|part| SealedPart {
                subject: part.subject.to_string(),
                key_version: int(part.key_version.into()),
                algorithm: part.algorithm,
                sha256: hex::encode(part.sha256),
            })
            .collect())
    }

    /// The exact text that was hashed: canonical JSON (RFC 8785) with everything above. Its leaf hash in the Merkle tree is
    /// SHA-256 of a zero byte and these bytes.
    async fn leaf(&self) -> Result<&str, ApiError> {
        std::str::from_utf8(&self.stored.leaf).map_err(|problem| ApiError::internal(&problem))
    }
}

/// How many events are asked for, and behind which.
pub fn asked(at: &At, first: Option<i32>, after: Option<&str>) -> Result<(usize, log::Position), ApiError> {
    let after = after.map(EventCursor::decode_cursor).transpose()?;
    let after = after.map_or(log::Position::ZERO, |cursor| cursor.0);
    if after > at.last() {
        return Err(ApiError::bad_input(format!(
            "`after` is the cursor of position {after}, which came after `asOf` ({}): begin the list anew",
            at.last()
        )));
    }
    Ok((rows(first, "first")?, after))
}

/// A page from its events and one more, which tells whether the list goes on.
pub fn page(at: &At, events: Vec<StoredEvent>, size: usize, after: log::Position) -> EventConnection {
    let mut events = events;
    events.retain(|event| event.position <= at.last());
    let mut connection = Connection::new(after > log::Position::ZERO, events.len() > size);
    let edges = events.into_iter().take(size);
    connection.edges.extend(edges.map(|event| Edge::new(EventCursor(event.position), Event::new(at, event))));
    connection
}

/// A page of a consultation's events, oldest first: of the few that its stream has, which are read once for all that a request
/// asks for. Nothing of other logs is shown.
pub async fn timeline(
    ctx: &Context<'_>,
    at: &At,
    stream: StreamId,
    first: Option<i32>,
    after: Option<String>,
) -> Result<EventConnection, ApiError> {
    let (size, after) = asked(at, first, after.as_deref())?;
    let events = loaders(ctx)?.events(stream).await?;
    let of_log =
        |event: &&StoredEvent| Envelope::parse(&event.leaf).is_ok_and(|envelope| envelope.log == *at.log());
    let behind = events.iter().filter(|event| event.position > after).filter(of_log);
    Ok(page(at, behind.take(size + 1).cloned().collect(), size, after))
}
