//! From a stored event to the fact that aggregates and projections take.

use sangdam_domain::actor::Actor;
use sangdam_domain::event::{Event, Fact};
use sangdam_domain::log::StreamId;
use sangdam_domain::personal;
use sangdam_eventstore::StoredEvent;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::error::FactError;

/// What is read of a leaf here; the store's columns, which verification compares with it, say the rest.
#[derive(Deserialize)]
struct Leaf<'a> {
    actor: Actor,
    #[serde(borrow)]
    body: &'a RawValue,
    schema: u32,
}

/// A fact and the stream that it stands in.
#[derive(Clone, PartialEq, Debug)]
pub struct Placed {
    /// The stream.
    pub stream: StreamId,
    /// The fact.
    pub fact: Fact,
}

/// The fact without opening what is sealed: personal fields read as erased.
///
/// # Errors
/// Where the leaf or its body is not what its type and schema version say.
pub fn fact(stored: &StoredEvent) -> Result<Fact, FactError> {
    let leaf = leaf(stored)?;
    decode(stored, leaf.actor, leaf.schema, leaf.body.get())
}

/// The fact with its personal fields, as the vault opened them; `None` where they are erased.
///
/// # Errors
/// Where the leaf or its body is not what its type and schema version say.
pub fn fact_opened(stored: &StoredEvent, opened: Option<Map<String, Value>>) -> Result<Fact, FactError> {
    let leaf = leaf(stored)?;
    let Some(opened) = opened else { return decode(stored, leaf.actor, leaf.schema, leaf.body.get()) };
    let mut body: Map<String, Value> =
        serde_json::from_str(leaf.body.get()).map_err(|e| envelope(stored, &e))?;
    personal::join(&mut body, opened);
    decode(stored, leaf.actor, leaf.schema, &Value::Object(body).to_string())
}

/// The fact with its stream, unopened.
///
/// # Errors
/// Where the leaf or its body is not what its type and schema version say.
pub fn placed(stored: &StoredEvent) -> Result<Placed, FactError> {
    Ok(Placed { stream: stored.stream, fact: fact(stored)? })
}

fn leaf(stored: &StoredEvent) -> Result<Leaf<'_>, FactError> {
    serde_json::from_slice(&stored.leaf).map_err(|e| envelope(stored, &e))
}

fn envelope(stored: &StoredEvent, error: &serde_json::Error) -> FactError {
    FactError::Envelope { position: stored.position, problem: error.to_string() }
}

fn decode(stored: &StoredEvent, actor: Actor, schema: u32, body: &str) -> Result<Fact, FactError> {
    let event = Event::from_body(&stored.event_type, schema, body)
        .map_err(|source| FactError::Body { position: stored.position, source })?;
    Ok(Fact {
        event_id: stored.event_id,
        position: stored.position,
        version: stored.version,
        occurred_at: stored.occurred_at,
        recorded_at: stored.recorded_at,
        actor,
        event,
    })
}
