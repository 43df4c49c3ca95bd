//! Consultations, calls and callbacks as lists.

use jiff::civil::date;
use sangdam_domain::event::*;
use sangdam_domain::log::Position;
use sangdam_domain::personal::Personal;
use sangdam_domain::value::*;

use super::harness::*;
use super::on_every_engine;
use crate::consultations::queries::list_sql;
use crate::consultations::row::SELECT_LISTED;
use crate::consultations::{ConsultationFilter, ConsultationStatus};
use crate::{Cursor, Order, Page, calls, consultations};

on_every_engine! {
    a_consultation_is_one_row_as_it_stands,
    consultations_are_filtered_and_paged_both_ways,
    a_call_is_one_row_as_it_stands,
    lists_are_read_by_their_indexes,
    what_a_list_shows_of_a_caller_is_read_from_an_index_alone,
}

async fn a_consultation_is_one_row_as_it_stands(history: History) {
    let h = &history;
    let noon = "2024-01-02T12:00:00+09:00";
    h.consultation(1, noon, None, Some(agent_id(1))).await;
    h.happens(call(2), noon, offered(None)).await;
    let transfer = sangdam_domain::id::TransferId::from_uuid(agent_id(9).uuid());
    let events: Vec<Event> = vec![
        categorised("welfare").into(),
        NoteRecorded { kind: NoteKind::Inquiry, text: Personal::Erased }.into(),
        NoteRecorded { kind: NoteKind::Answer, text: Personal::Erased }.into(),
        GuidanceGiven { kind: GuidanceKind::CountyAffairs }.into(),
        NumberGiven { entry: entry_id(1), entry_version: 1 }.into(),
        TransferRequested {
            transfer,
            kind: TransferKind::Warm,
            department: text("복지과"),
            officer: None,
            brief: None,
        }
        .into(),
        TransferAccepted { transfer }.into(),
        CallAttached { call: call_id(2), reason: AttachReason::CalledAgain }.into(),
        CallerIdentified {
            caller: caller_id(1),
            subject: sangdam_domain::actor::Subject::Consultation(consultation_id(1)),
        }
        .into(),
        ConsultationReassigned { from: Some(agent_id(1)), to: agent_id(2) }.into(),
        ConsultationResolved { by: ResolvedBy::Agent, outcome: Outcome::Answered }.into(),
        ConsultationReopened { reason: ReopenReason::CallerReturned }.into(),
        ConsultationCorrected {
            what: Correction::ContactReason { contact_reason: ContactReason::LineDropped },
            why: None,
            text: None,
        }
        .into(),
        ConsultationResolved { by: ResolvedBy::Officer, outcome: Outcome::Transferred }.into(),
    ];
    let mut last = None;
    for event in events {
        last = Some(h.happens(consultation(1), "2024-01-02T12:30:00+09:00", event).await);
    }
    h.caught_up().await;
    let rows =
        consultations::by_ids(&h.models, &h.now(), &[consultation_id(1), consultation_id(7)]).await.unwrap();
    let [row] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!((row.day, row.hour, row.occurred_at), (date(2024, 1, 2), 12, at(noon)));
    assert_eq!((row.caller, row.agent), (Some(caller_id(1)), Some(agent_id(2))));
    assert_eq!((row.category.clone(), row.taxonomy_version), (Some(code("welfare")), Some(1)));
    assert_eq!(row.contact_reason, ContactReason::LineDropped);
    assert_eq!((row.status, row.resolved_by), (ConsultationStatus::Resolved, Some(ResolvedBy::Officer)));
    assert_eq!(
        (row.outcome, row.resolved_at),
        (Some(Outcome::Transferred), Some(at("2024-01-02T12:30:00+09:00")))
    );
    assert_eq!((row.notes, row.transfers, row.calls, row.numbers_given), (2, 1, 2, 1));
    assert_eq!((Some(row.last_position), row.version.get()), (last, 15));
    let by_call = consultations::opened_by_call(&h.models, &h.now(), &[call_id(1)]).await.unwrap();
    assert_eq!(by_call, rows);
}

async fn consultations_are_filtered_and_paged_both_ways(history: History) {
    let h = &history;
    for n in 1..=9_u128 {
        let of = (n % 2 == 0).then(|| caller_id(1));
        let by = if n <= 3 { agent_id(1) } else { agent_id(2) };
        // Two at each moment but the last: the id decides between them.
        let moment = format!("2024-01-{:02}T09:00:00+09:00", n.div_ceil(2) + 1);
        h.consultation(n, &moment, of, Some(by)).await;
    }
    h.happens(consultation(3), "2024-01-05T09:00:00+09:00", voided()).await;
    h.happens(consultation(4), "2024-01-05T09:00:00+09:00", categorised("roads")).await;
    h.caught_up().await;

    let all = ConsultationFilter::default();
    assert_eq!(walk(h, &all, Order::OldestFirst).await, (1..=9).collect::<Vec<_>>());
    assert_eq!(walk(h, &all, Order::NewestFirst).await, (1..=9).rev().collect::<Vec<_>>());
    let of = |filter: ConsultationFilter| async move { walk(h, &filter, Order::OldestFirst).await };
    let none = ConsultationFilter::default;
    assert_eq!(
        of(ConsultationFilter { callers: vec![caller_id(1), caller_id(2)], ..none() }).await,
        [2, 4, 6, 8]
    );
    assert_eq!(of(ConsultationFilter { agent: Some(agent_id(1)), ..none() }).await, [1, 2, 3]);
    assert_eq!(of(ConsultationFilter { category: Some(code("roads")), ..none() }).await, [4]);
    assert_eq!(of(ConsultationFilter { status: Some(ConsultationStatus::Voided), ..none() }).await, [3]);
    let days = ConsultationFilter { from: Some(date(2024, 1, 3)), to: Some(date(2024, 1, 4)), ..none() };
    assert_eq!(of(days.clone()).await, [3, 4, 5, 6]);
    assert_eq!(consultations::count(&h.models, &h.now(), &days).await.unwrap(), 4);
}

async fn walk(h: &History, filter: &ConsultationFilter, order: Order) -> Vec<u128> {
    let mut page = Page { size: 2, after: None, order };
    let mut seen = Vec::new();
    loop {
        let found = consultations::page(&h.models, &h.now(), filter, &page).await.unwrap();
        seen.extend(found.rows.iter().map(|row| row.id.uuid().as_u128() & u128::from(u64::MAX)));
        match found.rows.last() {
            Some(last) if found.more => {
                page.after = Some(Cursor { at: last.occurred_at, id: last.id.uuid() })
            }
            _ => return seen,
        }
    }
}

async fn a_call_is_one_row_as_it_stands(history: History) {
    let h = &history;
    h.consultation(1, "2024-01-02T10:00:00+09:00", Some(caller_id(1)), Some(agent_id(1))).await;
    h.happens(call(1), "2024-01-02T10:01:00+09:00", CallDropped { evidence: Evidence::Inferred }).await;
    h.happens(call(1), "2024-01-02T10:01:00+09:00", ended(55)).await;
    let evidence = Evidence::Observed;
    h.happens(call(2), "2024-01-02T11:00:00+09:00", offered(None)).await;
    h.happens(call(2), "2024-01-02T11:00:40+09:00", CallAbandoned { wait_seconds: 40, evidence }).await;
    h.happens(call(2), "2024-01-02T11:00:40+09:00", ended(0)).await;
    h.happens(call(3), "2024-01-02T23:00:00+09:00", offered(None)).await;
    h.happens(call(3), "2024-01-02T23:00:00+09:00", CallCameOutOfHours { calendar_version: 1 }).await;
    h.happens(call(3), "2024-01-02T23:01:00+09:00", CallLeftQueue { reason: QueueExit::NoAgents, evidence })
        .await;
    h.happens(call(4), "2024-01-03T09:00:00+09:00", offered(None)).await;
    h.caught_up().await;

    let page = Page { order: Order::OldestFirst, ..Page::first(10) };
    let rows = calls::page(&h.models, &h.now(), &calls::CallFilter::default(), &page).await.unwrap().rows;
    let statuses: Vec<_> = rows.iter().map(|row| (row.status.as_str(), row.in_hours)).collect();
    assert_eq!(statuses, [("ended", true), ("abandoned", true), ("left_queue", false), ("offered", true)]);
    let first = &rows[0];
    assert_eq!((first.caller, first.agent), (Some(caller_id(1)), Some(agent_id(1))));
    assert_eq!((first.wait_seconds, first.talk_seconds, first.dropped), (Some(5), Some(55), true));
    assert_eq!((first.consultation, first.ended_by), (Some(consultation_id(1)), Some(EndedBy::Caller)));
    assert_eq!((rows[1].wait_seconds, rows[1].answered_at), (Some(40), None));
    assert_eq!(calls::by_ids(&h.models, &h.now(), &[call_id(1)]).await.unwrap(), rows[..1]);
    assert_eq!(calls::of_callers(&h.models, &h.now(), &[caller_id(1)]).await.unwrap(), rows[..1]);
    assert_eq!(calls::under_way(&h.models, &h.now()).await.unwrap(), rows[3..]);
}

async fn lists_are_read_by_their_indexes(history: History) {
    let h = &history;
    h.consultation(1, "2024-01-02T10:00:00+09:00", Some(caller_id(1)), Some(agent_id(1))).await;
    h.caught_up().await;
    if h.models.db().is_postgres() {
        // It plans by how many rows there are: here, too few to say.
        return;
    }
    let of_two = ConsultationFilter { callers: vec![caller_id(1), caller_id(2)], ..Default::default() };
    for at in [h.now(), h.models.as_of(&h.store, &h.log, Position::new(3).unwrap()).await.unwrap()] {
        let question = h.models.ask(&at).await.unwrap().unwrap();
        let page = consultations::queries::page_sql(question.clone(), &of_two, &Page::first(20));
        let latest = ConsultationFilter::default();
        let latest = consultations::queries::page_sql(question.clone(), &latest, &Page::first(20));
        let under_way = (calls::queries::under_way_sql(&question), question.clone());
        let unaccounted = calls::queries::unaccounted_sql(question.clone(), (None, None), &Page::first(20));
        let merged = (crate::callers::persons::merged_sql(&question), question.clone());
        let absorbed = crate::callers::queries::absorbed_sql(question, caller_id(1));
        let known = h.models.ask(&h.now()).await.unwrap().unwrap();
        let known = crate::callers::queries::known_sql(known, caller_id(1));
        for ((sql, question), indexes) in [
            (known, ["callers_merged"; 2]),
            (under_way, ["calls_under_way", "calls_by_span"]),
            (page, ["consultations_of_caller", "consultations_by_span"]),
            (latest.clone(), ["consultations_by_time", "consultations_by_span"]),
            (unaccounted, ["calls_unaccounted", "calls_by_span"]),
            (absorbed, ["callers_merged", "callers_past_merged"]),
            (merged, ["callers_merged"; 2]),
        ] {
            let plan = h.plan(question, &sql).await;
            let used = if at.position().is_some() { &indexes[..] } else { &indexes[..1] };
            for index in used {
                assert!(plan.iter().any(|step| step.contains(index)), "{index}: {plan:#?}");
            }
            let is_inner =
                |step: &str| ["as_it_was", "part", "parts"].iter().any(|name| step == format!("SCAN {name}"));
            let gone_through = plan.iter().find(|step| step.starts_with("SCAN ") && !is_inner(step));
            assert!(gone_through.is_none(), "{plan:#?}");
        }
        // As of a moment each half is read from that moment back: nothing later is looked at.
        let (sql, question) = latest;
        let plan = h.plan(question, &sql).await;
        if at.position().is_some() {
            let from_then = "consultations_by_time (log_no=? AND occurred_at<?)";
            assert!(plan.iter().any(|step| step.contains(from_then)), "{plan:#?}");
        } else {
            assert!(!plan.iter().any(|step| step.contains("B-TREE")), "{plan:#?}");
        }
    }
}

async fn what_a_list_shows_of_a_caller_is_read_from_an_index_alone(history: History) {
    let h = &history;
    h.consultation(1, "2024-01-02T10:00:00+09:00", Some(caller_id(1)), Some(agent_id(1))).await;
    h.caught_up().await;
    let of_one = ConsultationFilter { callers: vec![caller_id(1)], ..Default::default() };
    let question = h.models.ask(&h.now()).await.unwrap().unwrap();
    let (sql, question) = list_sql(question, &of_one, &Page::first(20), false);
    if h.models.db().is_postgres() {
        // Which way it takes depends on how many rows there are, and on what was cleaned up behind them.
        let tx = h.models.db().begin().await.unwrap();
        let indexes = crate::next::indexes(&tx, "consultations").await.unwrap();
        let held = &indexes.iter().find(|index| index.name == "consultations_of_caller").unwrap().body;
        for column in SELECT_LISTED.split(", ") {
            assert!(held.split(['(', ')', ',', ' ']).any(|of| of == column), "{column} is not in {held}");
        }
        tx.rollback().await.unwrap();
        return;
    }
    let plan = h.plan(question, &sql).await;
    assert_eq!(plan.len(), 1, "{plan:#?}");
    assert!(plan[0].contains("USING COVERING INDEX consultations_of_caller"), "{plan:#?}");
}
