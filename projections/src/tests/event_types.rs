//! Events of some types, and lists as of a position, in a log of several blocks.

use jiff::civil::date;
use sangdam_domain::event::*;
use sangdam_domain::id::{CallId, ConsultationId};
use sangdam_domain::log::Position;
use sangdam_domain::personal::Personal;
use sangdam_domain::time::Timestamp;
use sangdam_domain::value::NoteKind;
use sangdam_eventstore::StoredEvent;

use super::harness::*;
use super::on_every_engine;
use crate::at::At;
use crate::calls::{CallFilter, CallRow};
use crate::consultations::{ConsultationFilter, ConsultationRow};
use crate::{Page, calls, consultations, event_types};

on_every_engine! {
    events_of_some_types_are_found_wherever_they_stand,
    a_list_as_of_a_position_leaves_nothing_out,
}

const START: &str = "2024-01-02T10:00:00+09:00";

fn note() -> Event {
    NoteRecorded { kind: NoteKind::Inquiry, text: Personal::Erased }.into()
}

/// Notes, many, and between them few events of other types: at the ends of blocks, too.
async fn mostly_notes(h: &History, from: u64, to: u64) {
    let events = (from..=to).map(|position| {
        let event = match position {
            40 | 511 | 513 | 1_024 | 1_900 => categorised("roads").into(),
            512 | 2_200 => voided().into(),
            _ => note(),
        };
        (consultation(1), at(START), event)
    });
    h.happen_at_once(events.collect()).await;
}

async fn events_of_some_types_are_found_wherever_they_stand(history: History) {
    let h = &history;
    h.consultation(1, START, None, None).await;
    let begun = h.store.head(&h.log).await.unwrap().position.get();
    mostly_notes(h, begun + 1, 700).await;
    h.caught_up().await;
    mostly_notes(h, 701, 1_950).await;
    h.caught_up().await;
    // The last ones are not applied: they are found all the same.
    mostly_notes(h, 1_951, 2_300).await;
    let all = h.store.read(&h.log, Position::ZERO, 10_000).await.unwrap();
    let asked: [&[&str]; 4] = [
        &["ConsultationVoided"],
        &["ConsultationCategorised", "ConsultationVoided"],
        &["NoteRecorded"],
        &["CallDropped", "CallEnded"],
    ];
    let ats = [h.now(), as_of(h, 1_900).await, as_of(h, 1_024).await, as_of(h, 511).await];
    for at in ats {
        for types in asked {
            for after in [0, 39, 40, 510, 511, 512, 1_023, 1_024, 1_500, 1_949, 2_200, 2_299, 2_300] {
                let after = Position::new(after).unwrap();
                let found = event_types::events(&h.store, &h.models, &at, types, after, 3).await.unwrap();
                let is_wanted = |event: &&StoredEvent| {
                    let inside = event.position > after && event.position <= at.last();
                    inside && types.contains(&event.event_type.as_str())
                };
                let expected: Vec<_> = all.iter().filter(is_wanted).take(3).cloned().collect();
                assert_eq!(found, expected, "{types:?} after {after} as of {:?}", at.position());
            }
        }
    }
}

async fn as_of(h: &History, position: u64) -> At {
    h.models.as_of(&h.store, &h.log, Position::new(position).unwrap()).await.unwrap()
}

/// When the `n`th happened: mostly one after the other, now and then long before or a little ahead of the others.
fn moment(n: u128) -> Timestamp {
    let seconds = match n {
        n if n % 7 == 3 => -100_000,
        n if n % 11 == 5 => 280,
        _ => 0,
    };
    at(START).plus_seconds(60 * i64::try_from(n).unwrap() + seconds)
}

async fn a_list_as_of_a_position_leaves_nothing_out(history: History) {
    let h = &history;
    for part in 0..4_u128 {
        let both = (part * 230 + 1..=part * 230 + 230).flat_map(|n| {
            let opened = opened(n, None, None).into();
            [(call(n), moment(n), offered(None).into()), (consultation(n), moment(n), opened)]
        });
        h.happen_at_once(both.collect()).await;
        h.caught_up().await;
    }
    let (all_consultations, all_calls) = everything(h, &h.now()).await;
    assert_eq!((all_consultations.len(), all_calls.len()), (920, 920));
    for position in [1, 5, 300, 511, 512, 513, 800, 1_023, 1_024, 1_025, 1_400, 1_536, 1_843] {
        let at = as_of(h, position).await;
        let (consultations, calls) = everything(h, &at).await;
        let expected: Vec<ConsultationId> = all_consultations
            .iter()
            .filter(|row| row.opened_position <= at.last())
            .map(|row| row.id)
            .collect();
        let found: Vec<ConsultationId> = consultations.iter().map(|row| row.id).collect();
        assert_eq!(found, expected, "as of {position}");
        let expected: Vec<CallId> =
            all_calls.iter().filter(|row| row.offered_position <= at.last()).map(|row| row.id).collect();
        let found: Vec<CallId> = calls.iter().map(|row| row.id).collect();
        assert_eq!(found, expected, "as of {position}");
    }
}

async fn everything(h: &History, at: &At) -> (Vec<ConsultationRow>, Vec<CallRow>) {
    let days = (Some(date(2023, 1, 1)), Some(date(2025, 1, 1)));
    let filter = ConsultationFilter { from: days.0, to: days.1, ..Default::default() };
    let page = Page::first(10_000);
    let consultations = consultations::page(&h.models, at, &filter, &page).await.unwrap().rows;
    let calls = calls::page(&h.models, at, &CallFilter::default(), &page).await.unwrap().rows;
    (consultations, calls)
}
