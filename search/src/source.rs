//! From the log to documents: streams of consultations are folded, and only their notes are unsealed.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sangdam_domain::actor::Subject;
use sangdam_domain::aggregate::{Consultation, fold};
use sangdam_domain::event::{Event, Fact};
use sangdam_domain::id::ConsultationId;
use sangdam_domain::log::{LogId, Position, StreamId, StreamKind, Version};
use sangdam_eventstore::{Store, StoredEvent};
use sangdam_projections::{fact, fact_opened};
use uuid::Uuid;

use crate::behind::behind;
use crate::document::Document;
use crate::error::SearchError;
use crate::follow::blocking;

/// How many consultations are read at once, where they are read by their ids.
pub(crate) const CONSULTATIONS_A_READ: usize = 256;

/// The events of a consultation that change nothing that is indexed.
const PASSED_OVER: [&str; 2] = ["ConsultationReassigned", "ConsultationLinked"];

/// What a batch of events changes.
#[derive(Default, Debug)]
pub(crate) struct Changes {
    /// The last event of the batch.
    pub(crate) last: Option<StoredEvent>,
    /// The consultations touched, as they stand after it.
    pub(crate) documents: Vec<Document>,
    /// Of those, the ones that were not opened in this batch: something may be known of them.
    pub(crate) known_before: BTreeSet<ConsultationId>,
    /// Who was erased in it.
    pub(crate) erased: BTreeSet<Subject>,
}

/// Reads what a batch of consecutive events changes.
///
/// # Errors
/// Where the store fails, or an event cannot be decoded.
pub(crate) async fn changes(
    store: &Store,
    log: &LogId,
    events: Vec<StoredEvent>,
) -> Result<Changes, SearchError> {
    let Some(last) = events.last().cloned() else { return Ok(Changes::default()) };
    let mut changes = Changes { erased: erased(&events)?, ..Changes::default() };
    let mut streams = of_consultations(events);
    streams.retain(|_, events| events.iter().any(|event| !PASSED_OVER.contains(&event.event_type.as_str())));
    let begun_before = streams
        .iter()
        .filter(|(_, events)| events.first().is_some_and(|first| first.version > Version::ZERO.next()));
    changes.known_before = begun_before.map(|(uuid, _)| ConsultationId::from_uuid(*uuid)).collect();
    let ids: Vec<ConsultationId> = changes.known_before.iter().copied().collect();
    streams.extend(read(store, &ids, last.position).await?);
    changes.documents = behind(documents(store, log, streams).await?).await?;
    changes.last = Some(last);
    Ok(changes)
}

/// Consultations as they stood after the event at a position; those not opened by then, or of another log, are left out.
///
/// # Errors
/// Where the store fails, or an event cannot be decoded.
pub(crate) async fn as_of(
    store: &Store,
    log: &LogId,
    ids: &[ConsultationId],
    until: Position,
) -> Result<Vec<Document>, SearchError> {
    let mut all = Vec::with_capacity(ids.len());
    for ids in ids.chunks(CONSULTATIONS_A_READ) {
        all.extend(blocking(documents(store, log, read(store, ids, until).await?).await?).await?);
    }
    Ok(all)
}

type Streams = BTreeMap<Uuid, Vec<StoredEvent>>;

fn of_consultations(events: Vec<StoredEvent>) -> Streams {
    let mut streams = Streams::new();
    for event in events {
        if event.stream.kind == StreamKind::Consultation {
            streams.entry(event.stream.uuid).or_default().push(event);
        }
    }
    streams
}

async fn read(store: &Store, ids: &[ConsultationId], until: Position) -> Result<Streams, SearchError> {
    let streams: Vec<StreamId> =
        ids.iter().map(|id| StreamId::new(StreamKind::Consultation, id.uuid())).collect();
    let mut events = store.read_streams(&streams).await?;
    events.retain(|event| event.position <= until);
    Ok(of_consultations(events))
}

fn erased(events: &[StoredEvent]) -> Result<BTreeSet<Subject>, SearchError> {
    let mut subjects = BTreeSet::new();
    for event in events.iter().filter(|event| event.event_type == "CallerErased") {
        if let Event::CallerErased(erased) = fact(event)?.event {
            subjects.extend(erased.subjects);
        }
    }
    Ok(subjects)
}

/// Unseals what these streams' notes say, all at once, and gives the work of folding them and taking the texts apart, which
/// is for a thread of its own.
async fn documents(
    store: &Store,
    log: &LogId,
    streams: Streams,
) -> Result<impl FnOnce() -> Result<Vec<Document>, SearchError> + Send + use<>, SearchError> {
    let notes: Vec<&StoredEvent> = streams.values().flatten().filter(|event| holds_a_note(event)).collect();
    let positions: Vec<Position> = notes.iter().map(|event| event.position).collect();
    let mut sealed = store.sealed(log, &positions).await?;
    let parts: Vec<(Position, _)> = notes
        .iter()
        .filter_map(|event| Some((event.position, (event.event_id, sealed.remove(&event.position)?))))
        .collect();
    let (places, parts): (Vec<Position>, Vec<_>) = parts.into_iter().unzip();
    let opened = store.vault().open_many(log, &parts).await?;
    let mut opened: HashMap<Position, _> = places.into_iter().zip(opened).collect();
    Ok(move || {
        let mut documents = Vec::with_capacity(streams.len());
        for (uuid, events) in &streams {
            let mut facts = Vec::with_capacity(events.len());
            for event in events {
                facts.push(fact_opened(event, opened.remove(&event.position).flatten())?);
            }
            documents.extend(document(ConsultationId::from_uuid(*uuid), &facts));
        }
        Ok(documents)
    })
}

fn holds_a_note(event: &StoredEvent) -> bool {
    matches!(event.event_type.as_str(), "NoteRecorded" | "ConsultationCorrected")
}

/// `None` for a stream that nobody opened.
fn document(id: ConsultationId, facts: &[Fact]) -> Option<Document> {
    let opened = facts.first()?.position;
    let changed = facts.iter().rfind(|fact| !PASSED_OVER.contains(&fact.event.event_type()));
    let changed = changed?.position;
    Some(Document::of(&fold::<Consultation>(id, facts), opened, changed))
}
