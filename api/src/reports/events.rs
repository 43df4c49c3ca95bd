//! Events as CloudEvents 1.0 in JSON Lines: everything that another program needs to count again what is reported.
//!
//! `id` is the event's, `source` names ledger and log, `type` is the event's name, `time` when it happened, `subject` its
//! stream. `data` is the leaf, byte for byte as it was hashed: SHA-256 over 0x00 and these bytes is the leaf hash of
//! RFC 6962. Personal fields stand there as `{"sealed":0}`; what was sealed is not exported.

use std::io::Write;

use sangdam_domain::log::{LogId, Position};
use sangdam_eventstore::{Envelope, Store, StoreError, StoredEvent};
use serde::Serialize;
use serde_json::value::RawValue;

/// How many events are held in memory at once.
const BATCH: usize = 500;

/// An export that did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The log could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is stored is no envelope.
    #[error("the event at position {position} cannot be exported: {problem}; `sangdam verify` tells more")]
    Unreadable {
        /// Where.
        position: Position,
        /// Why.
        problem: serde_json::Error,
    },
    /// It could not be written.
    #[error("the events could not be written: {0}")]
    Write(#[from] std::io::Error),
}

#[derive(Serialize)]
struct CloudEvent<'a> {
    specversion: &'static str,
    id: String,
    source: &'a str,
    r#type: &'a str,
    time: String,
    subject: String,
    datacontenttype: &'static str,
    data: &'a RawValue,
}

/// Writes the events after a position, up to the head at the start, one a line; says after each batch where it is.
/// Returns the last position written (`after`, if there was none).
pub async fn export(
    store: &Store,
    log: &LogId,
    after: Position,
    out: &mut (impl Write + Send),
    mut progress: impl FnMut(Position) + Send,
) -> Result<Position, ExportError> {
    let head = store.head(log).await?.position;
    let source = format!("/ledgers/{}/logs/{log}", store.ledger());
    let mut at = after;
    while at < head {
        let left = usize::try_from(head.get() - at.get()).unwrap_or(BATCH);
        let events = store.read(log, at, BATCH.min(left)).await?;
        let Some(last) = events.last() else { break };
        at = last.position;
        for event in &events {
            write_event(event, &source, out)?;
        }
        progress(at);
    }
    out.flush()?;
    Ok(at)
}

fn write_event(event: &StoredEvent, source: &str, out: &mut impl Write) -> Result<(), ExportError> {
    let unreadable = |problem| ExportError::Unreadable { position: event.position, problem };
    let envelope = Envelope::parse(&event.leaf).map_err(unreadable)?;
    let data: &RawValue = serde_json::from_slice(&event.leaf).map_err(unreadable)?;
    let line = CloudEvent {
        specversion: "1.0",
        id: envelope.event_id.to_string(),
        source,
        r#type: envelope.event_type,
        time: envelope.occurred_at.to_string(),
        subject: envelope.stream.to_string(),
        datacontenttype: "application/json",
        data,
    };
    serde_json::to_writer(&mut *out, &line).map_err(std::io::Error::from)?;
    out.write_all(b"\n")?;
    Ok(())
}
