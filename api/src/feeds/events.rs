//! Events as CloudEvents: everything that another program needs to count again what is reported.
//!
//! `id` is the event's, `source` names ledger and log, `type` is the event's name, `time` when it happened, `subject` its
//! stream, `sequence` its position. `data` is the leaf, byte for byte as it was hashed: SHA-256 over 0x00 and these bytes is
//! the leaf hash of RFC 6962. Personal fields stand there as `{"sealed":0}`; what was sealed is not handed on.

use std::io::Write;

use futures::StreamExt;
use futures::stream::BoxStream;
use sangdam_domain::log::{LogId, Position};
use sangdam_eventstore::{Envelope, Store, StoreError, StoredEvent};
use serde_json::value::RawValue;

use super::cloud_event::{About, source_of_log, write_line};
use super::{Batch, Feed, FeedError, check_since};

/// The events of a log from a position on.
pub struct Events {
    coming: BoxStream<'static, Result<Vec<StoredEvent>, StoreError>>,
    source: String,
    types: Option<Vec<String>>,
    after: Position,
    head: Position,
    follow: bool,
}

/// Which events are wanted.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Those behind this position.
    pub since: Position,
    /// Those of these types; `None` for any.
    pub types: Option<Vec<String>>,
    /// Those that are still to come as well.
    pub follow: bool,
}

impl Events {
    /// Those that are wanted: up to the head as it is now, unless they are followed.
    ///
    /// # Errors
    /// Where there is no such log, or it does not reach as far as `since`.
    pub async fn of(store: &Store, log: &LogId, wanted: Wanted) -> Result<Self, FeedError> {
        let head = check_since(store, log, wanted.since).await?;
        Ok(Self {
            coming: store.subscribe(log, wanted.since).boxed(),
            source: source_of_log(store.ledger(), log),
            types: wanted.types,
            after: wanted.since,
            head,
            follow: wanted.follow,
        })
    }

    /// The last position that was there when it began.
    pub fn head(&self) -> Position {
        self.head
    }

    fn is_wanted(&self, event: &StoredEvent) -> bool {
        (self.follow || event.position <= self.head)
            && self.types.as_ref().is_none_or(|types| types.contains(&event.event_type))
    }
}

impl Feed for Events {
    async fn next(&mut self) -> Result<Option<Batch>, FeedError> {
        if !self.follow && self.after >= self.head {
            return Ok(None);
        }
        // It ends by itself only when the store closes.
        let events = self.coming.next().await.ok_or(StoreError::Closed)??;
        let mut lines = Vec::new();
        for event in events.iter().filter(|event| self.is_wanted(event)) {
            write_event(event, &self.source, &mut lines)?;
        }
        let last = events.last().map_or(self.after, |last| last.position);
        self.after = if self.follow { last } else { last.min(self.head) };
        Ok(Some(Batch { lines, position: self.after }))
    }
}

fn write_event(event: &StoredEvent, source: &str, out: &mut impl Write) -> Result<(), FeedError> {
    let unreadable = |problem| FeedError::Unreadable { position: event.position, problem };
    let envelope = Envelope::parse(&event.leaf).map_err(unreadable)?;
    let data: &RawValue = serde_json::from_slice(&event.leaf).map_err(unreadable)?;
    let about = About {
        id: envelope.event_id.to_string(),
        source,
        r#type: envelope.event_type,
        time: Some(envelope.occurred_at.to_string()),
        subject: envelope.stream.to_string(),
        position: event.position,
    };
    Ok(write_line(about, data, out)?)
}
