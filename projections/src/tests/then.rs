//! What the figures say as of a position is what they said then.

use jiff::civil::date;
use sangdam_domain::actor::Subject;
use sangdam_domain::event::*;
use sangdam_domain::personal::Personal;
use sangdam_domain::value::*;

use super::harness::*;
use super::on_every_engine;
use crate::at::At;
use crate::{agents, counts, quality, service_level};

on_every_engine! {
    figures_as_of_a_position_are_those_of_then,
}

const STEPS: usize = 16;

/// What happens in a step: nearly every one changes what is said of days that are past.
async fn step(h: &History, step: usize) {
    let (monday, tuesday) = ("2024-01-08T10:00:00+09:00", "2024-01-09T11:30:00+09:00");
    let (one, two) = (Some(caller_id(1)), Some(agent_id(1)));
    match step {
        0 => {
            for n in 1..=3 {
                h.happens(caller(n), monday, caller_registered()).await;
            }
            h.happens(agent(1), monday, AgentRegistered { name: Personal::Erased, extension: None }).await;
            h.happens(agent(1), monday, ShiftStarted {}).await;
        }
        1 => h.consultation(1, monday, one, two).await,
        2 => h.consultation(2, tuesday, Some(caller_id(2)), two).await,
        3 => {
            let merged = CallersMerged { survivor: caller_id(1), absorbed: caller_id(2) };
            h.happens_in_both([caller(1), caller(2)], tuesday, merged).await;
        }
        4 => {
            let state = AgentState::AfterCallWork;
            h.happens(agent(1), tuesday, AgentStateChanged { state }).await;
            h.happens(consultation(1), tuesday, resolved(ResolvedBy::Agent)).await;
        }
        5 => drop(h.happens(call(1), tuesday, ended(75)).await),
        6 => {
            let promised_for = CallbackFor::Consultation { consultation: consultation_id(2) };
            let due = at("2024-01-10T12:00:00+09:00");
            let promised = CallbackPromised { due, promised_for, caller: None, agent: None };
            h.happens(callback(1), tuesday, promised).await;
        }
        7 => drop(h.happens(agent(1), "2024-01-09T12:00:00+09:00", ShiftEnded {}).await),
        8 => drop(h.happens(consultation(2), tuesday, transfer_requested(1)).await),
        9 => drop(h.happens(callback(1), tuesday, CallbackCompleted { call: call_id(2) }).await),
        10 => h.consultation(3, monday, None, None).await,
        11 => {
            let subject = Subject::Consultation(consultation_id(3));
            let identified = CallerIdentified { caller: caller_id(3), subject };
            h.happens_in_both([caller(3), consultation(3)], tuesday, identified).await;
        }
        12 => {
            let identified = CallerIdentified { caller: caller_id(1), subject: Subject::Call(call_id(3)) };
            h.happens_in_both([caller(1), call(3)], tuesday, identified).await;
        }
        13 => {
            let reassigned = ConsultationReassigned { from: None, to: agent_id(1) };
            h.happens(consultation(3), tuesday, reassigned).await;
        }
        14 => drop(h.happens(consultation(1), tuesday, voided()).await),
        _ => {
            let unmerged = CallersUnmerged { survivor: caller_id(1), absorbed: caller_id(2) };
            h.happens_in_both([caller(1), caller(2)], tuesday, unmerged).await;
        }
    }
}

async fn said(h: &History, asked: &At) -> Vec<String> {
    let (models, from, to) = (&h.models, date(2024, 1, 1), date(2024, 1, 31));
    let moment = at("2024-02-01T00:00:00+09:00");
    let week = counts::by_hour_and_weekday(models, asked, from, to, moment).await.unwrap();
    let duty = agents::on_duty(models, asked, from, to, moment).await.unwrap();
    vec![
        format!("{:?}", week.iter().filter(|row| row.offered > 0).collect::<Vec<_>>()),
        format!("{:?}", duty.iter().filter(|row| row.on_shift_seconds() > 0).collect::<Vec<_>>()),
        format!("{:?}", service_level::handling(models, asked, from, to).await.unwrap()),
        format!("{:?}", agents::figures(models, asked, from, to).await.unwrap()),
        format!("{:?}", quality::transfers(models, asked, from, to).await.unwrap()),
        format!("{:?}", quality::callbacks_kept(models, asked, from, to, moment).await.unwrap()),
        format!("{:?}", quality::repeat_callers(models, asked, from, to).await.unwrap()),
        format!("{:?}", quality::first_contact(models, asked, from, to, moment).await.unwrap()),
    ]
}

async fn figures_as_of_a_position_are_those_of_then(history: History) {
    let h = &history;
    let mut then = Vec::new();
    for n in 0..STEPS {
        step(h, n).await;
        let applied = h.caught_up().await;
        then.push((applied, said(h, &h.now()).await));
    }
    for (n, pair) in then.windows(2).enumerate() {
        assert_ne!(pair[0].1, pair[1].1, "step {} changes no figure", n + 1);
    }
    for (position, said_then) in then {
        let as_of = h.models.as_of(&h.store, &h.log, position).await.unwrap();
        assert_eq!(said(h, &as_of).await, said_then, "as of {position}");
    }
}
