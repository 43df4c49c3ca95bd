//! Consultations in the order in which they last changed. No index keeps that order, since it would move with every event:
//! the log itself is in it.

use std::collections::HashSet;

use sangdam_domain::id::ConsultationId;
use sangdam_domain::log::{LogId, Position, StreamKind};
use sangdam_eventstore::Store;

use super::queries::by_ids;
use super::row::ConsultationRow;
use crate::error::ReadError;
use crate::models::ReadModels;

/// How many events are gone through at once.
const EVENTS_A_STRETCH: usize = 4_096;

/// Consultations that changed within a stretch of the log, and not since.
#[derive(Debug)]
pub struct Changed {
    /// As they stand as of the position that was asked about, in the order of their latest events.
    pub rows: Vec<ConsultationRow>,
    /// The last position of the stretch: the next one begins behind it.
    pub until: Position,
}

/// Consultations whose latest event, as of `until`, stands in the next stretch behind `after`. What it costs grows with the
/// stretch alone. There may be none in it though there are some behind it: the last stretch is the one that ends with `until`.
///
/// # Errors
/// Where the read models have not come to `until`, or a database cannot be read.
pub async fn changed(
    store: &Store,
    models: &ReadModels,
    log: &LogId,
    (after, until): (Position, Position),
) -> Result<Changed, ReadError> {
    let at = models.as_of(store, log, until).await?;
    let left = until.get().saturating_sub(after.get());
    let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(EVENTS_A_STRETCH);
    let mut events = store.read(log, after, wanted).await?;
    events.retain(|event| event.position <= until);
    let end = events.last().map_or(until, |last| last.position);
    let streams = events.iter().map(|event| event.stream);
    let ids: HashSet<_> = streams
        .filter(|stream| stream.kind == StreamKind::Consultation)
        .map(|stream| ConsultationId::from_uuid(stream.uuid))
        .collect();
    let mut rows = by_ids(models, &at, &Vec::from_iter(ids)).await?;
    rows.retain(|row| row.last_position <= end);
    rows.sort_unstable_by_key(|row| row.last_position);
    Ok(Changed { rows, until: end })
}
