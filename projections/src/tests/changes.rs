//! Consultations in the order of their latest changes, in a log of several stretches.

use sangdam_domain::event::{Event, NoteRecorded};
use sangdam_domain::log::Position;
use sangdam_domain::personal::Personal;
use sangdam_domain::value::NoteKind;

use super::harness::*;
use super::on_every_engine;
use crate::Page;
use crate::consultations::{self, ConsultationFilter, ConsultationRow, changed};

on_every_engine! {
    each_comes_once_as_it_stood_then,
}

const START: &str = "2024-01-02T10:00:00+09:00";
const CONSULTATIONS: u64 = 300;
/// Longer than two stretches.
const HEAD: u64 = 9_000;

/// Calls and consultations, then notes on fewer and fewer of them, so that some change last in each stretch.
async fn fill(h: &History) {
    let opened = (1..=u128::from(CONSULTATIONS)).flat_map(|n| {
        let opened = opened(n, None, None).into();
        [(call(n), at(START), offered(None).into()), (consultation(n), at(START), opened)]
    });
    h.happen_at_once(opened.collect()).await;
    let notes = (2 * CONSULTATIONS + 1..=HEAD).map(|position| {
        let left = CONSULTATIONS - CONSULTATIONS * position / (HEAD + 200);
        let note: Event = NoteRecorded { kind: NoteKind::Inquiry, text: Personal::Erased }.into();
        (consultation(u128::from(position * 7 % left) + 1), at(START), note)
    });
    for notes in notes.collect::<Vec<_>>().chunks(1_000) {
        h.happen_at_once(notes.to_vec()).await;
        h.caught_up().await;
    }
}

async fn each_comes_once_as_it_stood_then(history: History) {
    let h = &history;
    fill(h).await;
    let mut most_stretches = 0;
    for (after, until) in
        [(0, HEAD), (599, HEAD), (4_096, HEAD), (8_999, HEAD), (0, 4_096), (1, 4_098), (7, 7)]
    {
        let [mut after, until] = [after, until].map(|position| Position::new(position).unwrap());
        let at = h.models.as_of(&h.store, &h.log, until).await.unwrap();
        let page = Page::first(CONSULTATIONS as usize);
        let all = consultations::page(&h.models, &at, &ConsultationFilter::default(), &page).await.unwrap();
        let mut expected = all.rows;
        expected.retain(|row| row.last_position > after);
        expected.sort_by_key(|row| row.last_position);
        let (mut found, mut stretches): (Vec<ConsultationRow>, u32) = (Vec::new(), 0);
        while after < until {
            let next = changed(&h.store, &h.models, &h.log, (after, until)).await.unwrap();
            assert!(next.until > after && next.until <= until, "{next:?} behind {after}");
            assert!(next.rows.iter().all(|row| row.last_position > after && row.last_position <= next.until));
            found.extend(next.rows);
            after = next.until;
            stretches += 1;
        }
        assert_eq!(found, expected, "up to {until}");
        most_stretches = most_stretches.max(stretches);
    }
    assert_eq!(most_stretches, 3);
}
