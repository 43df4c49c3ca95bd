//! The events after a report's position that can have changed it: those that its figures are made from, on the days that
//! it is about. They are streamed; only the first are kept.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use sangdam_domain::calendar::{self, Zone};
use sangdam_domain::id::{CallId, CallbackId, ConsultationId};
use sangdam_domain::log::{Position, StreamId, StreamKind};
use sangdam_domain::time::Timestamp;
use sangdam_domain::value::Direction;
use sangdam_eventstore::StoredEvent;
use sangdam_projections::{At, callbacks, calls, centre, consultations};
use uuid::Uuid;

use crate::reports::error::ReportError;
use crate::reports::question::{Kind, Question};
use crate::reports::render::{Progress, Sources, Step};

/// At most so many events are told.
pub const TOLD_MAX: usize = 50;
/// How many are held in memory at once.
const BATCH: usize = 500;
/// A call counts as a repeated one for so many days.
const AGAIN_DAYS: i32 = 7;

/// The later events that can have changed a report.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Later {
    /// How many.
    pub count: u64,
    /// How many of each type.
    pub by_type: BTreeMap<String, u64>,
    /// The first of them, at most [`TOLD_MAX`].
    pub first: Vec<LaterEvent>,
}

/// A later event.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LaterEvent {
    /// Its position.
    pub position: Position,
    /// Its name.
    pub event_type: String,
    /// What it happened to.
    pub stream: StreamId,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// When the ledger learnt it.
    pub recorded_at: Timestamp,
    /// The day that it counts in, on the centre's clock; `None` where it counts in all.
    pub day: Option<Date>,
}

/// The events after a position, up to today's, that can have changed the answer to a question.
pub(super) async fn later(
    sources: &Sources,
    question: &Question,
    after: Position,
    today: Position,
    progress: &Progress,
) -> Result<Later, ReportError> {
    let Sources { store, models, log } = sources;
    let at = models.as_of(store, log, today).await?;
    let facts = centre::facts(models, &at).await?;
    let zone = facts.and_then(|facts| calendar::zone(&facts.time_zone)).unwrap_or(Zone::UTC);
    let (mut later, mut from) = (Later::default(), after);
    loop {
        let events = store.read_types(log, from, touching(question.kind()), BATCH).await?;
        let events: Vec<StoredEvent> = events.into_iter().filter(|event| event.position <= today).collect();
        let Some(last) = events.last() else { return Ok(later) };
        from = last.position;
        let days = Days::of(sources, &at, &events).await?;
        for event in &events {
            match days.day_of(event, &zone) {
                Counts::Nowhere => {}
                Counts::Everywhere => later.tell(event, None),
                Counts::On(day) if counts_on(question, event, day) => later.tell(event, Some(day)),
                Counts::On(_) => {}
            }
        }
        progress(Step::Taking { rows: from.get() - after.get(), of: today.get() - after.get() });
    }
}

impl Later {
    fn tell(&mut self, event: &StoredEvent, day: Option<Date>) {
        self.count += 1;
        *self.by_type.entry(event.event_type.clone()).or_default() += 1;
        if self.first.len() < TOLD_MAX {
            self.first.push(LaterEvent {
                position: event.position,
                event_type: event.event_type.clone(),
                stream: event.stream,
                occurred_at: event.occurred_at,
                recorded_at: event.recorded_at,
                day,
            });
        }
    }
}

/// Where an event counts.
enum Counts {
    /// In no report: an outbound call.
    Nowhere,
    /// On every day: a rule, a merge.
    Everywhere,
    /// On one day.
    On(Date),
}

/// The days on which the aggregates of some events count.
struct Days {
    consultations: HashMap<Uuid, Date>,
    /// Inbound ones.
    calls: HashMap<Uuid, Date>,
    promised: HashMap<Uuid, Timestamp>,
}

impl Days {
    async fn of(sources: &Sources, at: &At, events: &[StoredEvent]) -> Result<Self, ReportError> {
        let models = &sources.models;
        let of_kind = |kind| {
            let streams = events.iter().map(|event| event.stream);
            streams.filter(move |stream| stream.kind == kind).map(|stream| stream.uuid)
        };
        let ids: Vec<_> = of_kind(StreamKind::Consultation).map(ConsultationId::from_uuid).collect();
        let consultations = consultations::by_ids(models, at, &ids).await?;
        let ids: Vec<_> = of_kind(StreamKind::Call).map(CallId::from_uuid).collect();
        let calls = calls::by_ids(models, at, &ids).await?;
        let ids: Vec<_> = of_kind(StreamKind::Callback).map(CallbackId::from_uuid).collect();
        let callbacks = callbacks::by_ids(models, at, &ids).await?;
        let inbound = calls.into_iter().filter(|call| call.direction == Direction::Inbound);
        Ok(Self {
            consultations: consultations.into_iter().map(|row| (row.id.uuid(), row.day)).collect(),
            calls: inbound.map(|row| (row.id.uuid(), row.day)).collect(),
            promised: callbacks.into_iter().map(|row| (row.id.uuid(), row.promised_at)).collect(),
        })
    }

    fn day_of(&self, event: &StoredEvent, zone: &Zone) -> Counts {
        let on = |day: Option<&Date>| day.map_or(Counts::Nowhere, |day| Counts::On(*day));
        let uuid = &event.stream.uuid;
        match event.stream.kind {
            StreamKind::Consultation if event.event_type == "NumberGiven" => {
                Counts::On(zone.local(event.occurred_at).date)
            }
            StreamKind::Consultation => on(self.consultations.get(uuid)),
            StreamKind::Call => on(self.calls.get(uuid)),
            StreamKind::Callback => match self.promised.get(uuid) {
                Some(promised) => Counts::On(zone.local(*promised).date),
                None => Counts::Nowhere,
            },
            StreamKind::Agent => Counts::On(zone.local(event.occurred_at).date),
            // It stands in the stream of the call or consultation, too, which says the day.
            StreamKind::Caller if event.event_type == "CallerIdentified" => Counts::Nowhere,
            _ => Counts::Everywhere,
        }
    }
}

/// Whether what counts on this day counts in the answer.
fn counts_on(question: &Question, event: &StoredEvent, day: Date) -> bool {
    let Some(period) = question.period() else { return true };
    // Whether somebody called again depends on calls around the period.
    let around = if question.kind() == Kind::ServiceLevel && event.stream.kind == StreamKind::Call {
        AGAIN_DAYS
    } else {
        0
    };
    let days = |day: Date, days: i32| day.saturating_add(jiff::Span::new().days(days));
    (days(period.from(), -around)..=days(period.to(), around)).contains(&day)
}

/// The events that a report's figures are made from.
fn touching(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Yearly => &[
            "ConsultationOpened",
            "ConsultationVoided",
            "CallerIdentified",
            "CallOffered",
            "CallAnswered",
            "CallAbandoned",
            "LegacyBalanceDeclared",
            "CentreRegistered",
            "CountingDefinitionPublished",
            "OperatingCalendarPublished",
        ],
        Kind::Monthly | Kind::Hours => &[
            "ConsultationOpened",
            "ConsultationVoided",
            "CallOffered",
            "CallAnswered",
            "CallAbandoned",
            "CentreRegistered",
            "CountingDefinitionPublished",
            "OperatingCalendarPublished",
        ],
        Kind::Categories => &[
            "ConsultationOpened",
            "ConsultationVoided",
            "ConsultationCategorised",
            "CategoryTaxonomyPublished",
            "CountingDefinitionPublished",
        ],
        Kind::Agents => &[
            "ConsultationOpened",
            "ConsultationVoided",
            "ConsultationReassigned",
            "ConsultationCorrected",
            "ConsultationResolved",
            "ConsultationReopened",
            "TransferRequested",
            "CallAnswered",
            "CallEnded",
            "CountingDefinitionPublished",
        ],
        Kind::ServiceLevel => &[
            "CallOffered",
            "CallAnswered",
            "CallAbandoned",
            "CallEnded",
            "CallAttached",
            "AgentStateChanged",
            "ShiftEnded",
            "ConsultationOpened",
            "ConsultationVoided",
            "ConsultationResolved",
            "ConsultationReopened",
            "TransferRequested",
            "CallbackPromised",
            "CallbackCompleted",
            "CallbackCancelled",
            "CallerIdentified",
            "CallersMerged",
            "CallersUnmerged",
            "OperatingCalendarPublished",
        ],
        Kind::Staffing => &[
            "CallOffered",
            "CallAnswered",
            "CallEnded",
            "AgentStateChanged",
            "ShiftStarted",
            "ShiftEnded",
            "OperatingCalendarPublished",
        ],
        Kind::Directory => &[
            "NumberGiven",
            "ConsultationVoided",
            "DirectoryEntryAdded",
            "DirectoryEntryChanged",
            "DirectoryEntryRetired",
        ],
        Kind::Consultations => &[
            "ConsultationOpened",
            "ConsultationVoided",
            "ConsultationCategorised",
            "ConsultationReassigned",
            "ConsultationCorrected",
            "ConsultationResolved",
            "ConsultationReopened",
            "CallAttached",
            "TransferRequested",
            "NoteRecorded",
            "NumberGiven",
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sangdam_domain::event::Event;

    #[test]
    fn every_report_names_events_that_there_are() {
        for kind in Kind::ALL {
            for name in touching(kind) {
                assert!(Event::TYPES.contains(name), "{kind}: {name}");
            }
        }
    }
}
