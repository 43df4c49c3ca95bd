//! How well callers were served.

use jiff::civil::{Date, date};
use sangdam_domain::counting::Share;
use sangdam_domain::event::*;
use sangdam_domain::id::CallerId;
use sangdam_domain::value::*;

use super::harness::*;
use super::on_every_engine;
use crate::at::At;
use crate::quality::{self, CallbacksKept, NoRepeatCall, RepeatCallers, Transfers};

on_every_engine! {
    transfers_are_of_consultations_that_count,
    callbacks_are_kept_until_they_are_due,
    whoever_calls_again_within_seven_days_repeats,
    a_matter_is_settled_at_the_first_contact_by_both_definitions,
    a_window_is_over_to_the_microsecond,
}

const JANUARY: (Date, Date) = (date(2024, 1, 1), date(2024, 1, 31));

fn january(day: u8, time: &str) -> String {
    format!("2024-01-{day:02}T{time}+09:00")
}

async fn merge(h: &History, survivor: u128, absorbed: u128) {
    let merged = CallersMerged { survivor: caller_id(survivor), absorbed: caller_id(absorbed) };
    h.happens_in_both([caller(survivor), caller(absorbed)], "2024-02-01T00:00:00Z", merged).await;
}

async fn callers_are_known(h: &History, callers: u128) {
    for n in 1..=callers {
        h.happens(caller(n), "2023-01-01T00:00:00Z", caller_registered()).await;
    }
}

/// An answered inbound call.
async fn calls(h: &History, n: u128, of: Option<CallerId>, moment: &str) {
    h.happens(call(n), moment, offered(of)).await;
    h.happens(call(n), moment, answered(None, 5)).await;
}

async fn transfers_are_of_consultations_that_count(history: History) {
    let h = &history;
    for n in 1..=3 {
        h.consultation(n, &january(2, "10:00:00"), None, None).await;
    }
    h.consultation(4, "2024-02-01T10:00:00+09:00", None, None).await;
    for (n, of) in [(1, 1), (2, 1), (3, 2), (4, 4)] {
        // Whenever it is requested, it counts where the consultation does.
        h.happens(consultation(of), "2024-02-02T10:00:00+09:00", transfer_requested(n)).await;
    }
    let then = h.so_far().await;
    h.happens(consultation(2), "2024-02-03T10:00:00+09:00", voided()).await;
    h.caught_up().await;
    let asked = async |at: &At| quality::transfers(&h.models, at, JANUARY.0, JANUARY.1).await.unwrap();
    let before = asked(&then).await;
    assert_eq!(before, Transfers { consultations: 3, transferred: 2, requests: 3 });
    let now = asked(&h.now()).await;
    assert_eq!(now, Transfers { consultations: 2, transferred: 1, requests: 2 });
    assert_eq!((before.rate().to_string(), now.rate()), ("66.7".to_owned(), Share { part: 1, whole: 2 }));
}

async fn callbacks_are_kept_until_they_are_due(history: History) {
    let h = &history;
    let noon = january(2, "12:00:00");
    for (n, promised_at, due) in [
        (1, january(1, "00:00:00"), noon.clone()),
        (2, january(2, "09:00:00"), noon.clone()),
        (3, january(2, "09:00:00"), noon.clone()),
        (4, january(2, "09:00:00"), noon.clone()),
        (5, january(31, "23:59:59.999999"), "2024-02-09T12:00:00+09:00".to_owned()),
        // Beside the period.
        (6, "2024-02-01T00:00:00+09:00".to_owned(), "2024-02-02T00:00:00+09:00".to_owned()),
        (7, "2023-12-31T23:59:59+09:00".to_owned(), noon.clone()),
    ] {
        let promised_for = CallbackFor::Consultation { consultation: consultation_id(n) };
        let promised = CallbackPromised { due: at(&due), promised_for, caller: None, agent: None };
        h.happens(callback(n), &promised_at, promised).await;
    }
    let then = h.so_far().await;
    h.happens(callback(1), &noon, CallbackCompleted { call: call_id(1) }).await;
    h.happens(callback(2), &january(2, "12:00:00.000001"), CallbackCompleted { call: call_id(2) }).await;
    h.happens(callback(3), &noon, CallbackCancelled { reason: CancelReason::Unreachable }).await;
    h.caught_up().await;
    let asked = async |asked: &At, moment: &str| {
        quality::callbacks_kept(&h.models, asked, JANUARY.0, JANUARY.1, at(moment)).await.unwrap()
    };
    let before = asked(&then, &noon).await;
    assert_eq!(before, CallbacksKept { promised: 5, open: 5, ..CallbacksKept::default() });
    assert_eq!(before.rate().per_mille(), None);
    let now = asked(&h.now(), "2024-02-03T00:00:00+09:00").await;
    assert_eq!(now, CallbacksKept { promised: 5, in_time: 1, late: 1, cancelled: 1, overdue: 1, open: 1 });
    assert_eq!(now.rate(), Share { part: 1, whole: 3 });
    let later = asked(&h.now(), "2024-02-10T00:00:00+09:00").await;
    assert_eq!((later.overdue, later.open), (2, 0));
}

async fn whoever_calls_again_within_seven_days_repeats(history: History) {
    let h = &history;
    callers_are_known(h, 7).await;
    let of = |n| Some(caller_id(n));
    // Five days before the period's first call, and long after it.
    calls(h, 1, of(1), "2023-12-28T10:00:00+09:00").await;
    calls(h, 2, of(1), &january(2, "10:00:00")).await;
    calls(h, 3, of(1), &january(20, "10:00:00")).await;
    // An alias, 168 hours later to the microsecond; and a microsecond too late.
    calls(h, 4, of(2), &january(3, "10:00:00")).await;
    calls(h, 5, of(3), &january(10, "10:00:00")).await;
    calls(h, 6, of(6), &january(5, "10:00:00")).await;
    calls(h, 7, of(6), &january(12, "10:00:00.000001")).await;
    // Given up, or called back: nothing that was answered before.
    h.happens(call(8), &january(5, "10:00:00"), offered(of(4))).await;
    h.happens(call(8), &january(5, "10:00:30"), abandoned()).await;
    calls(h, 9, of(4), &january(6, "10:00:00")).await;
    calls(h, 10, of(5), &january(5, "10:00:00")).await;
    h.happens(call(11), &january(6, "10:00:00"), outbound(of(5))).await;
    h.happens(call(11), &january(6, "10:00:00"), answered(None, 5)).await;
    // Nobody knows who called; nor does it help to call twice.
    calls(h, 12, None, &january(5, "10:00:00")).await;
    calls(h, 13, None, &january(5, "11:00:00")).await;
    // Over the end of a month, and of the period.
    calls(h, 14, of(7), &january(30, "10:00:00")).await;
    calls(h, 15, of(7), "2024-02-02T10:00:00+09:00").await;
    let then = h.so_far().await;
    merge(h, 2, 3).await;
    let merged = h.so_far().await;
    let unmerged = CallersUnmerged { survivor: caller_id(2), absorbed: caller_id(3) };
    h.happens_in_both([caller(2), caller(3)], "2024-02-02T00:00:00Z", unmerged).await;
    h.caught_up().await;

    let asked =
        async |at: &At, to: Date| quality::repeat_callers(&h.models, at, date(2024, 1, 2), to).await.unwrap();
    let january = asked(&merged, JANUARY.1).await;
    let expected =
        RepeatCallers { callers: 6, repeat_callers: 2, calls: 9, repeat_calls: 2, unknown_calls: 2 };
    assert_eq!(january, expected);
    assert_eq!(january.caller_rate().to_string(), "33.3");
    assert_eq!(january.call_rate(), Share { part: 2, whole: 9 });
    let apart = RepeatCallers { callers: 7, repeat_callers: 1, repeat_calls: 1, ..expected };
    assert_eq!([asked(&then, JANUARY.1).await, asked(&h.now(), JANUARY.1).await], [apart; 2]);
    let into_february = asked(&merged, date(2024, 2, 29)).await;
    let more = RepeatCallers { callers: 6, repeat_callers: 3, calls: 10, repeat_calls: 3, unknown_calls: 2 };
    assert_eq!(into_february, more);
}

async fn a_matter_is_settled_at_the_first_contact_by_both_definitions(history: History) {
    let h = &history;
    callers_are_known(h, 7).await;
    let of = |n| Some(caller_id(n));
    for (n, who, day) in [
        (1, of(1), 2),
        (2, of(2), 3),
        (3, of(3), 4),
        // The alias of the third.
        (4, of(4), 8),
        (5, None, 8),
        (6, of(5), 28),
        (7, of(6), 8),
        (8, of(7), 9),
    ] {
        h.consultation(n, &january(day, "10:00:00"), who, None).await;
    }
    for (n, by) in [
        (1, ResolvedBy::Agent),
        (2, ResolvedBy::Agent),
        (3, ResolvedBy::Officer),
        (5, ResolvedBy::Unrecorded),
        (6, ResolvedBy::Agent),
        (7, ResolvedBy::Agent),
        (8, ResolvedBy::Agent),
    ] {
        if n == 2 {
            h.happens(consultation(n), &january(3, "10:05:00"), transfer_requested(1)).await;
        }
        h.happens(consultation(n), &january(28, "11:00:00"), resolved(by)).await;
    }
    // The second gives up when calling again; the sixth's line dropped; the eighth is called back.
    h.happens(call(11), &january(5, "10:00:00"), offered(of(2))).await;
    h.happens(call(11), &january(5, "10:00:30"), abandoned()).await;
    calls(h, 12, of(5), &january(28, "10:10:00")).await;
    let attached = CallAttached { call: call_id(12), reason: AttachReason::CalledAgain };
    h.happens(consultation(6), &january(28, "10:10:00"), attached).await;
    h.happens(call(13), &january(10, "10:00:00"), outbound(of(7))).await;
    h.happens(call(13), &january(10, "10:00:00"), answered(None, 5)).await;
    let then = h.so_far().await;
    h.happens(consultation(7), &january(29, "10:00:00"), voided()).await;
    merge(h, 3, 4).await;
    h.caught_up().await;

    let asked = async |asked: &At| {
        let moment = at("2024-02-01T00:00:00+09:00");
        quality::first_contact(&h.models, asked, JANUARY.0, JANUARY.1, moment).await.unwrap()
    };
    let before = asked(&then).await;
    let agents = before.agent_resolved;
    assert_eq!(
        (before.consultations, agents.resolved, agents.at_first_contact, agents.by_unrecorded),
        (8, 7, 3, 1)
    );
    assert_eq!(
        before.no_repeat_call,
        NoRepeatCall { complete: 6, without_repeat: 5, running: 1, unknown: 1 }
    );
    let now = asked(&h.now()).await;
    let agents = now.agent_resolved;
    assert_eq!(
        (now.consultations, agents.resolved, agents.at_first_contact, agents.by_unrecorded),
        (7, 6, 2, 1)
    );
    assert_eq!(now.no_repeat_call, NoRepeatCall { complete: 5, without_repeat: 3, running: 1, unknown: 1 });
    assert_eq!(
        (agents.rate().to_string(), now.no_repeat_call.rate().to_string()),
        ("33.3".into(), "60.0".into())
    );
}

async fn a_window_is_over_to_the_microsecond(history: History) {
    let h = &history;
    callers_are_known(h, 2).await;
    // At the end of a slice, so that what comes after lies in the next.
    h.consultation(1, &january(31, "10:00:00"), Some(caller_id(1)), None).await;
    h.consultation(2, &january(31, "10:00:00"), Some(caller_id(2)), None).await;
    calls(h, 11, Some(caller_id(1)), "2024-02-07T10:00:00+09:00").await;
    calls(h, 12, Some(caller_id(2)), "2024-02-07T10:00:00.000001+09:00").await;
    h.caught_up().await;
    let asked = async |moment: &str| {
        let (first, last) = JANUARY;
        quality::first_contact(&h.models, &h.now(), first, last, at(moment)).await.unwrap().no_repeat_call
    };
    let none = NoRepeatCall::default();
    let running = asked("2024-02-07T09:59:59.999999+09:00").await;
    assert_eq!(running, NoRepeatCall { running: 2, ..none });
    let over = asked("2024-02-07T10:00:00+09:00").await;
    assert_eq!(over, NoRepeatCall { complete: 2, without_repeat: 1, ..none });
}
