//! Callers and their histories, callbacks, the directory, agents, the centre, imports.

use jiff::civil::date;
use sangdam_domain::actor::Subject;
use sangdam_domain::event::*;
use sangdam_domain::log::{StreamId, StreamKind};
use sangdam_domain::value::*;

use super::harness::*;
use super::on_every_engine;
use crate::callbacks::{self, CallbackStatus};
use crate::callers::{self, ContactKind};
use crate::{Order, Page, agents, centre, directory, imports};

on_every_engine! {
    a_callers_history_is_in_one_order,
    an_alias_belongs_to_who_goes_on,
    callbacks_are_open_until_kept_or_cancelled,
    numbers_are_ranked_by_how_often_they_were_given,
    agents_are_on_shift_or_off,
    the_centre_says_what_its_events_say,
    an_import_tells_its_numbers,
}

const NOON: &str = "2024-01-02T12:00:00+09:00";

async fn a_callers_history_is_in_one_order(history: History) {
    let h = &history;
    h.happens(caller(1), NOON, caller_registered()).await;
    h.consultation(1, "2024-01-02T12:00:00+09:00", Some(caller_id(1)), None).await;
    h.happens(call(2), "2024-01-03T12:00:00+09:00", offered(None)).await;
    let promised = CallbackPromised {
        due: at("2024-01-03T18:00:00+09:00"),
        promised_for: CallbackFor::MissedCall { call: call_id(2) },
        caller: Some(caller_id(1)),
        agent: None,
    };
    h.happens(callback(1), "2024-01-03T12:05:00+09:00", promised).await;
    h.consultation(3, "2024-01-04T12:00:00+09:00", Some(caller_id(1)), None).await;
    h.happens(consultation(3), "2024-01-04T13:00:00+09:00", voided()).await;
    h.caught_up().await;
    let identified = CallerIdentified { caller: caller_id(1), subject: Subject::Call(call_id(2)) };
    h.happens_in_both([caller(1), call(2)], "2024-01-04T14:00:00+09:00", identified).await;
    h.caught_up().await;

    let [row] = callers::by_ids(&h.models, &h.now(), &[caller_id(1)]).await.unwrap().try_into().unwrap();
    assert_eq!(row.version.get(), 2);

    let mut page = Page { size: 4, after: None, order: Order::OldestFirst };
    let first = callers::history(&h.models, &h.now(), &[caller_id(1)], &page).await.unwrap();
    let what: Vec<_> = first.rows.iter().map(|contact| contact.what).collect();
    let expected = [
        ContactKind::Call(call_id(1)),
        ContactKind::Consultation(consultation_id(1)),
        ContactKind::Call(call_id(2)),
        ContactKind::Callback(callback_id(1)),
    ];
    assert_eq!((what.as_slice(), first.more), (expected.as_slice(), true));
    page.after = first.rows.last().map(|contact| contact.cursor());
    let second = callers::history(&h.models, &h.now(), &[caller_id(1)], &page).await.unwrap();
    assert_eq!((second.rows.len(), second.more, second.rows[1].voided), (2, false, true));
    let back = Page { size: 9, after: Some(second.rows[0].cursor()), order: Order::NewestFirst };
    let back = callers::history(&h.models, &h.now(), &[caller_id(1)], &back).await.unwrap();
    assert_eq!(back.rows.iter().rev().map(|contact| contact.what).collect::<Vec<_>>(), expected);
}

async fn an_alias_belongs_to_who_goes_on(history: History) {
    let h = &history;
    for n in 1..=3 {
        h.happens(caller(n), NOON, caller_registered()).await;
        h.consultation(n, &format!("2024-01-0{n}T12:00:00+09:00"), Some(caller_id(n)), None).await;
    }
    let merged =
        |survivor, absorbed| CallersMerged { survivor: caller_id(survivor), absorbed: caller_id(absorbed) };
    h.happens_in_both([caller(2), caller(3)], NOON, merged(2, 3)).await;
    h.caught_up().await;
    h.happens_in_both([caller(1), caller(2)], NOON, merged(1, 2)).await;
    h.caught_up().await;
    let all = callers::aliases(&h.models, &h.now(), caller_id(1)).await.unwrap();
    assert_eq!(all, [caller_id(1), caller_id(2), caller_id(3)]);
    let contacts = callers::history(&h.models, &h.now(), &all, &Page::first(50)).await.unwrap();
    assert_eq!(contacts.rows.len(), 6);
    let unmerged = CallersUnmerged { survivor: caller_id(1), absorbed: caller_id(2) };
    h.happens_in_both([caller(1), caller(2)], NOON, unmerged).await;
    h.happens(
        caller(3),
        "2024-05-01T00:00:00Z",
        CallerErased { subjects: vec![Subject::Caller(caller_id(3))] },
    )
    .await;
    h.caught_up().await;
    assert_eq!(callers::aliases(&h.models, &h.now(), caller_id(1)).await.unwrap(), [caller_id(1)]);
    let row = &callers::by_ids(&h.models, &h.now(), &[caller_id(3)]).await.unwrap()[0];
    assert_eq!(row.merged_into, Some(caller_id(2)));
    assert_eq!(row.erased_at, Some(at("2024-05-01T00:00:00Z")));
}

async fn callbacks_are_open_until_kept_or_cancelled(history: History) {
    let h = &history;
    for n in 1..=4_u128 {
        let promised = CallbackPromised {
            due: at(&format!("2024-01-0{}T12:00:00+09:00", 9 - n)),
            promised_for: CallbackFor::Consultation { consultation: consultation_id(n) },
            caller: None,
            agent: Some(agent_id(1)),
        };
        h.happens(callback(n), NOON, promised).await;
    }
    h.happens(callback(1), NOON, CallbackAttempted { result: AttemptResult::Busy, call: None }).await;
    h.happens(callback(2), NOON, CallbackCompleted { call: call_id(8) }).await;
    h.happens(callback(3), NOON, CallbackCancelled { reason: CancelReason::NotWanted }).await;
    h.caught_up().await;
    let open = callbacks::open(&h.models, &h.now(), 10).await.unwrap();
    let open: Vec<_> = open.iter().map(|row| (row.id, row.attempts, row.is_open())).collect();
    assert_eq!(open, [(callback_id(4), 0, true), (callback_id(1), 1, true)]);
    let what = [2, 3].map(|n| CallbackFor::Consultation { consultation: consultation_id(n) });
    let mut closed = callbacks::of(&h.models, &h.now(), &what).await.unwrap();
    closed.sort_by_key(|row| row.id);
    assert_eq!((closed[0].status, closed[0].kept_by), (CallbackStatus::Completed, Some(call_id(8))));
    assert_eq!(
        (closed[1].cancel_reason, closed[1].closed_at),
        (Some(CancelReason::NotWanted), Some(at(NOON)))
    );
}

async fn numbers_are_ranked_by_how_often_they_were_given(history: History) {
    let h = &history;
    let listing = |n: u128| DirectoryListing {
        organisation: text("정선군청"),
        department: text(&format!("부서 {n}")),
        duties: text("민원"),
        phone: DialledNumber::parse("033-100-0001").unwrap(),
        hours: None,
        category: Some(code("roads")),
    };
    for n in 1..=3 {
        h.happens(entry(n), NOON, DirectoryEntryAdded { listing: listing(n) }).await;
    }
    let given = |n| NumberGiven { entry: entry_id(n), entry_version: 1 };
    h.consultation(1, "2024-01-02T12:00:00+09:00", None, None).await;
    h.consultation(2, "2024-01-03T12:00:00+09:00", None, None).await;
    for (n, e, moment) in
        [(1, 2, "2024-01-02"), (1, 3, "2024-01-02"), (2, 3, "2024-01-03"), (2, 1, "2024-01-03")]
    {
        h.happens(consultation(n), &format!("{moment}T12:00:00+09:00"), given(e)).await;
    }
    let changed = DirectoryEntryChanged { listing: listing(30), entry_version: 2 };
    h.happens(entry(3), NOON, changed).await;
    h.happens(entry(2), NOON, DirectoryEntryRetired {}).await;
    h.caught_up().await;

    let ranked = async |from, to, top| {
        let rows =
            directory::ranking(&h.models, &h.now(), directory::Act::Given, from, to, top).await.unwrap();
        rows.into_iter().map(|row| (row.rank, row.entry.id, row.given)).collect::<Vec<_>>()
    };
    let all = [(1, entry_id(3), 2), (2, entry_id(1), 1), (3, entry_id(2), 1)];
    assert_eq!(ranked(None, None, 20).await, all);
    assert_eq!(ranked(None, None, 1).await, all[..1]);
    let second = date(2024, 1, 3);
    assert_eq!(ranked(Some(second), Some(second), 20).await, [(1, entry_id(1), 1), (2, entry_id(3), 1)]);
    for (n, moment) in [(1, "2024-01-02"), (2, "2024-01-02"), (2, "2024-01-03")] {
        let asked = NumberAskedFor { entry: entry_id(2), entry_version: 1 };
        h.happens(consultation(n), &format!("{moment}T12:00:00+09:00"), asked).await;
    }
    h.caught_up().await;
    let asked = async |days: (_, _)| {
        let by = directory::Act::AskedFor;
        let rows = directory::ranking(&h.models, &h.now(), by, days.0, days.1, 20).await.unwrap();
        let counts: Vec<_> = rows.iter().map(|row| (row.entry.id, row.given, row.asked_for)).collect();
        let page = Page { order: Order::OldestFirst, ..Page::first(2) };
        let first = directory::mentions(&h.models, &h.now(), entry_id(2), by, days, &page).await.unwrap();
        let after = first.rows.last().map(directory::Mention::cursor);
        let page = Page { after, ..page };
        let rest = directory::mentions(&h.models, &h.now(), entry_id(2), by, days, &page).await.unwrap();
        let evidence = first.rows.into_iter().chain(rest.rows).map(|row| row.consultation);
        (counts, evidence.collect::<Vec<_>>())
    };
    let (one, two) = (consultation_id(1), consultation_id(2));
    assert_eq!(asked((None, None)).await, (vec![(entry_id(2), 1, 3)], vec![one, two, two]));
    assert_eq!(asked((Some(second), None)).await, (vec![(entry_id(2), 0, 1)], vec![two]));
    // However often one batch says it.
    h.happens(consultation(2), NOON, voided()).await;
    h.happens(consultation(2), NOON, voided()).await;
    h.caught_up().await;
    assert_eq!(ranked(None, None, 20).await, [(1, entry_id(2), 1), (2, entry_id(3), 1)]);

    assert_eq!(asked((None, None)).await, (vec![(entry_id(2), 1, 1)], vec![one]));

    let current = directory::entries(&h.models, &h.now(), false).await.unwrap();
    assert_eq!(current.iter().map(|row| row.id).collect::<Vec<_>>(), [entry_id(1), entry_id(3)]);
    assert_eq!((current[1].entry_version, current[1].listing.clone()), (2, listing(30)));
    assert_eq!(directory::entries(&h.models, &h.now(), true).await.unwrap().len(), 3);
}

async fn agents_are_on_shift_or_off(history: History) {
    let h = &history;
    for n in 1..=2 {
        let registered = AgentRegistered {
            name: sangdam_domain::personal::Personal::Erased,
            extension: Some(code("101")),
        };
        h.happens(agent(n), NOON, registered).await;
    }
    let (morning, later) = ("2024-01-03T08:30:00+09:00", "2024-01-03T09:00:00+09:00");
    h.happens(agent(1), morning, ShiftStarted {}).await;
    h.happens(agent(1), later, AgentStateChanged { state: AgentState::Break }).await;
    h.happens(agent(2), morning, ShiftStarted {}).await;
    h.happens(agent(2), later, ShiftEnded {}).await;
    h.happens(agent(2), later, AgentRetired {}).await;
    h.caught_up().await;
    let [here] = agents::all(&h.models, &h.now(), false).await.unwrap().try_into().unwrap();
    assert_eq!(
        (here.id, here.state, here.extension),
        (agent_id(1), Some(AgentState::Break), Some(code("101")))
    );
    assert_eq!((here.on_shift_since, here.state_since), (Some(at(morning)), Some(at(later))));
    let all = agents::all(&h.models, &h.now(), true).await.unwrap();
    assert_eq!((all.len(), all[1].state, all[1].retired_at), (2, None, Some(at(later))));
    assert_eq!(agents::by_ids(&h.models, &h.now(), &[agent_id(2)]).await.unwrap(), all[1..]);
}

async fn the_centre_says_what_its_events_say(history: History) {
    let h = &history;
    let stream = StreamId::singleton(StreamKind::Centre, &h.log);
    let name = |text: &str| DisplayText::parse(text).unwrap();
    let category = Category { code: code("roads"), name_ko: name("도로"), name_en: name("Roads") };
    let taxonomy = CategoryTaxonomyPublished { taxonomy_version: 1, categories: vec![category] };
    let description = name("한 상담은 한 번");
    let counting =
        CountingDefinitionPublished { counting_version: 1, rule: CountingRule::OpenedNotVoided, description };
    h.happens(stream, NOON, taxonomy.clone()).await;
    h.happens(stream, NOON, counting.clone()).await;
    h.happens(stream, NOON, open_around_the_clock()).await;
    let declared =
        LegacyBalanceDeclared { year: 2020, balance: LegacyBalance::Unknown, source: name("군정백서") };
    h.happens(stream, NOON, declared).await;
    h.caught_up().await;
    let facts = centre::facts(&h.models, &h.now()).await.unwrap().unwrap();
    assert_eq!((facts.time_zone.as_str(), facts.opened_on), ("Asia/Seoul", date(2019, 8, 1)));
    assert_eq!((facts.legacy[0].year, facts.legacy[0].consultations), (2020, None));
    assert_eq!(facts.unknown_years(), [2019, 2020, 2021]);
    let calendars = centre::calendars(&h.models, &h.now()).await.unwrap();
    assert_eq!((calendars.len(), &calendars[1]), (2, &open_around_the_clock()));
    assert_eq!(centre::taxonomies(&h.models, &h.now()).await.unwrap(), [taxonomy]);
    assert_eq!(centre::counting_definitions(&h.models, &h.now()).await.unwrap(), [counting]);
}

async fn an_import_tells_its_numbers(history: History) {
    let h = &history;
    let started = ImportStarted {
        format: code("csv"),
        source: code("bank"),
        file_sha256: Sha256Hex::of([1; 32]),
        mapping_sha256: Some(Sha256Hex::of([2; 32])),
    };
    let skipped = vec![SkippedRows { reason: code("phantom"), rows: 278 }];
    let completed = ImportCompleted { read: 300, accepted: 20, already_present: 1, skipped, rejected: 1 };
    h.happens(import(1), NOON, started.clone()).await;
    h.happens(import(1), NOON, completed.clone()).await;
    h.happens(import(2), NOON, started.clone()).await;
    h.caught_up().await;
    let all = imports::all(&h.models, &h.now()).await.unwrap();
    assert_eq!((all[0].id, all[0].completed.clone()), (import_id(2), None));
    assert_eq!((all[1].started.clone(), all[1].completed.clone()), (started, Some(completed)));
    assert_eq!(imports::by_ids(&h.models, &h.now(), &[import_id(1)]).await.unwrap(), all[1..]);
}
