//! What an agent could know when a call was answered.

use std::collections::HashMap;

use sangdam_domain::aggregate::Call;
use sangdam_domain::id::{CallId, CallbackId, CallerId, ConsultationId};
use sangdam_domain::log::{Position, StreamId, StreamKind, Version};
use sangdam_domain::time::Timestamp;
use sangdam_domain::value::CallbackFor;
use sangdam_projections::callbacks::CallbackRow;
use sangdam_projections::callers::{Contact, ContactKind};
use sangdam_projections::consultations::{ConsultationFilter, ConsultationRow, ConsultationStatus};
use sangdam_projections::{At, Order, Page, ReadModels, callbacks, callers, consultations};

use super::ReplayError;
use crate::ledger::Ledger;

/// How many contacts are read in one go.
const CONTACTS_A_READ: usize = 1_000;

/// What could be known right before a call was answered.
pub struct Known {
    /// Everything up to the event before the answer.
    pub at: At,
    /// When that event was recorded.
    pub recorded_at: Timestamp,
    /// Whose call it was, as far as that was known.
    pub caller: Option<CallerId>,
    call: CallId,
    /// The caller and their aliases then.
    everyone: Vec<CallerId>,
}

/// An earlier consultation of the same category that had been settled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SimilarCase {
    /// Which one.
    pub consultation: ConsultationId,
    /// Where it was opened.
    pub opened: Position,
    /// Where it was settled.
    pub resolved: Position,
}

/// Where a call was answered. `None` where this centre has no such call, or nobody has answered it up to `last`.
pub async fn answered_at(
    ledger: &Ledger,
    call: CallId,
    last: Position,
) -> Result<Option<Position>, ReplayError> {
    let state = ledger.load_many_until::<Call>(&[call], last).await?.pop().flatten();
    if state.is_none_or(|state| state.answered.is_none()) {
        return Ok(None);
    }
    let stream = StreamId::new(StreamKind::Call, call.uuid());
    let events = ledger.store().read_stream(stream, Version::ZERO).await?;
    let answer = events.iter().find(|event| event.event_type == "CallAnswered");
    Ok(answer.map(|event| event.position))
}

impl Known {
    /// What could be known right before a call was answered at a position.
    ///
    /// # Errors
    /// Where the read models have not come so far.
    pub async fn before(
        ledger: &Ledger,
        models: &ReadModels,
        call: CallId,
        answered: Position,
    ) -> Result<Self, ReplayError> {
        let position = answered.previous();
        let at = models.as_of(ledger.store(), ledger.log(), position).await?;
        let state = ledger.load_many_until::<Call>(&[call], position).await?.pop().flatten();
        let caller = state.and_then(|state| state.caller);
        let everyone = match caller {
            Some(caller) => callers::aliases(models, &at, caller).await?,
            None => Vec::new(),
        };
        let events = ledger.store().read_at(ledger.log(), &[position]).await?;
        let recorded_at = events.first().map_or(Timestamp::MIN, |event| event.recorded_at);
        Ok(Self { at, recorded_at, caller, call, everyone })
    }

    /// The position of the event before the answer.
    pub fn position(&self) -> Position {
        self.at.last()
    }

    /// What had happened between the caller and the centre before this call, the newest first.
    pub async fn history(&self, models: &ReadModels, size: usize) -> Result<Vec<Contact>, ReplayError> {
        let page = Page::first(size.saturating_add(1));
        let mut contacts = callers::history(models, &self.at, &self.everyone, &page).await?.rows;
        contacts.retain(|contact| contact.what != ContactKind::Call(self.call));
        contacts.truncate(size);
        Ok(contacts)
    }

    /// The callbacks that were still to be made to the caller, the most urgent first.
    pub async fn open_callbacks(
        &self,
        models: &ReadModels,
        size: usize,
    ) -> Result<Vec<CallbackRow>, ReplayError> {
        let (mut ids, mut matters) = (Vec::<CallbackId>::new(), Vec::new());
        let mut page = Page { size: CONTACTS_A_READ, after: None, order: Order::NewestFirst };
        loop {
            let contacts = callers::history(models, &self.at, &self.everyone, &page).await?;
            for contact in &contacts.rows {
                match contact.what {
                    ContactKind::Callback(id) => ids.push(id),
                    ContactKind::Consultation(consultation) => {
                        matters.push(CallbackFor::Consultation { consultation });
                    }
                    ContactKind::Call(call) => matters.push(CallbackFor::MissedCall { call }),
                }
            }
            page.after = contacts.rows.last().map(Contact::cursor);
            if !contacts.more {
                break;
            }
        }
        let mut found = callbacks::by_ids(models, &self.at, &ids).await?;
        found.extend(callbacks::of(models, &self.at, &matters).await?);
        found.retain(CallbackRow::is_open);
        found.sort_unstable_by_key(|row| (row.due, row.id));
        found.dedup_by_key(|row| row.id);
        found.truncate(size);
        Ok(found)
    }

    /// Consultations of the same category as those that the call led to, settled before it, the newest first. What it led to,
    /// and in which category that was put, is asked as of `later`.
    pub async fn similar(
        &self,
        ledger: &Ledger,
        models: &ReadModels,
        later: &At,
        size: usize,
    ) -> Result<Vec<SimilarCase>, ReplayError> {
        let led_to = consultations::opened_by_call(models, later, &[self.call]).await?;
        let mut categories: Vec<_> = led_to.into_iter().filter_map(|row| row.category).collect();
        categories.sort_unstable();
        categories.dedup();
        let mut found = Vec::new();
        for category in categories {
            let status = Some(ConsultationStatus::Resolved);
            let filter = ConsultationFilter { category: Some(category), status, ..Default::default() };
            found.extend(consultations::page(models, &self.at, &filter, &Page::first(size)).await?.rows);
        }
        found.sort_unstable_by_key(|row| std::cmp::Reverse((row.occurred_at, row.id)));
        found.truncate(size);
        let resolved = self.resolved(ledger, &found).await?;
        let case = |row: &ConsultationRow| {
            let resolved = *resolved.get(&row.id)?;
            Some(SimilarCase { consultation: row.id, opened: row.opened_position, resolved })
        };
        Ok(found.iter().filter_map(case).collect())
    }

    /// Where these consultations had been settled last.
    async fn resolved(
        &self,
        ledger: &Ledger,
        rows: &[ConsultationRow],
    ) -> Result<HashMap<ConsultationId, Position>, ReplayError> {
        let streams: Vec<StreamId> =
            rows.iter().map(|row| StreamId::new(StreamKind::Consultation, row.id.uuid())).collect();
        let mut events = ledger.store().read_streams(&streams).await?;
        events.retain(|event| event.event_type == "ConsultationResolved" && event.position <= self.at.last());
        let resolved =
            events.iter().map(|event| (ConsultationId::from_uuid(event.stream.uuid), event.position));
        // Each stream is in its order: the last one stays.
        Ok(resolved.collect())
    }
}
