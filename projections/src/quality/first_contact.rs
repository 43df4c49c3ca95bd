//! Matters that were settled at the first contact, by both definitions in use.

use std::collections::HashMap;

use jiff::civil::Date;
use sangdam_domain::counting::Share;
use sangdam_domain::id::{CallId, CallerId};
use sangdam_domain::time::Timestamp;
use sangdam_domain::value::ResolvedBy;
use sangdam_eventstore::Row;

use super::AGAIN_SECONDS;
use super::inbound::{InboundCall, inbound};
use crate::at::At;
use crate::callers::Persons;
use crate::consultations::{ConsultationStatus, TABLE};
use crate::day::slices;
use crate::error::ReadError;
use crate::filter::Conditions;
use crate::models::ReadModels;
use crate::table::{code, opt_code};

/// First-contact resolution of the consultations of a period.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct FirstContact {
    /// Consultations opened in the period and not voided.
    pub consultations: u64,
    /// By what the agents say.
    pub agent_resolved: AgentResolved,
    /// By what the callers do.
    pub no_repeat_call: NoRepeatCall,
}

/// First-contact resolution by the agents' word: settled by the agent, in the first call, with no transfer requested.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct AgentResolved {
    /// Consultations that stand resolved, by whomever.
    pub resolved: u64,
    /// Of them, those resolved by the agent, of which no transfer was requested, and which no further call joined. One
    /// that was taken up again and resolved again without a further call is still among them.
    pub at_first_contact: u64,
    /// Of those resolved, those of which it is not recorded by whom: never at the first contact.
    pub by_unrecorded: u64,
}

impl AgentResolved {
    /// Resolved at the first contact ÷ resolved.
    pub fn rate(&self) -> Share {
        Share { part: self.at_first_contact, whole: self.resolved }
    }
}

/// First-contact resolution by the callers' silence: no further inbound call of the same caller, answered or not and
/// about whatever, within [`AGAIN_SECONDS`] after the consultation was opened. A caller stands for all who had been
/// merged into them by the moment asked about. Each consultation is in exactly one of `complete`, `running` and
/// `unknown`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct NoRepeatCall {
    /// Consultations of known callers whose window was over at the moment of the question.
    pub complete: u64,
    /// Of them, those without a further call. Calls with a withheld number are nobody's, and never a further call.
    pub without_repeat: u64,
    /// Consultations of known callers whose window was not over: left out, even where there was a further call already.
    pub running: u64,
    /// Consultations of whom it is not known whose they are: left out, since nobody can tell who called again.
    pub unknown: u64,
}

impl NoRepeatCall {
    /// Without a further call ÷ known callers' with a window that is over.
    pub fn rate(&self) -> Share {
        Share { part: self.without_repeat, whole: self.complete }
    }
}

/// First-contact resolution of the consultations opened from `from` to `to`, both included. `moment` is when the question
/// is asked; as of a position, when its event was recorded. Holds a month of consultations and calls at a time.
pub async fn first_contact(
    models: &ReadModels,
    at: &At,
    from: Date,
    to: Date,
    moment: Timestamp,
) -> Result<FirstContact, ReadError> {
    let persons = Persons::load(models, at).await?;
    let mut told = FirstContact::default();
    for (first, last) in slices(from, to) {
        let opened = opened(models, at, first, last).await?;
        let moments = opened.iter().map(|consultation| consultation.at);
        let Some((first, last)) = moments.clone().min().zip(moments.max()) else { continue };
        let window = (first, last.plus_seconds(AGAIN_SECONDS));
        let calls = by_person(inbound(models, at, &persons, window).await?);
        for consultation in &opened {
            told.consultations += 1;
            told.agent_resolved.see(consultation);
            told.no_repeat_call.see(consultation, &persons, &calls, moment);
        }
    }
    Ok(told)
}

/// What is asked of a consultation.
struct Opened {
    at: Timestamp,
    call: CallId,
    caller: Option<CallerId>,
    status: ConsultationStatus,
    resolved_by: Option<ResolvedBy>,
    transfers: i64,
    calls: i64,
}

async fn opened(models: &ReadModels, at: &At, first: Date, last: Date) -> Result<Vec<Opened>, ReadError> {
    let Some(question) = models.ask(at).await? else { return Ok(Vec::new()) };
    let table = question.from(&TABLE);
    let mut conditions = Conditions::of(question, "occurred_at");
    conditions.and_days(Some(first), Some(last));
    conditions.and("status <> ?", [ConsultationStatus::Voided.as_str().into()]);
    let (conditions, question) = conditions.done();
    let sql = format!(
        "SELECT occurred_at, opened_by_call, caller, status, resolved_by, transfers, calls FROM {table} \
         WHERE {conditions}"
    );
    models.select(question, &sql, read).await
}

fn read(row: &Row) -> Result<Opened, sqlx::Error> {
    Ok(Opened {
        at: row.time(0)?,
        call: CallId::from_uuid(row.uuid(1)?),
        caller: row.opt_uuid(2)?.map(CallerId::from_uuid),
        status: code(row, 3, ConsultationStatus::from_code)?,
        resolved_by: opt_code(row, 4, ResolvedBy::from_code)?,
        transfers: row.int(5)?,
        calls: row.int(6)?,
    })
}

type Calls = HashMap<CallerId, Vec<(Timestamp, CallId)>>;

fn by_person(calls: Vec<InboundCall>) -> Calls {
    let mut by_person = Calls::new();
    for call in calls {
        if let Some(person) = call.person {
            by_person.entry(person).or_default().push((call.at, call.id));
        }
    }
    by_person
}

impl AgentResolved {
    fn see(&mut self, consultation: &Opened) {
        let Some(by) =
            consultation.resolved_by.filter(|_| consultation.status == ConsultationStatus::Resolved)
        else {
            return;
        };
        let at_once = consultation.transfers == 0 && consultation.calls == 1;
        self.resolved += 1;
        self.at_first_contact += u64::from(by == ResolvedBy::Agent && at_once);
        self.by_unrecorded += u64::from(by == ResolvedBy::Unrecorded);
    }
}

impl NoRepeatCall {
    fn see(&mut self, consultation: &Opened, persons: &Persons, calls: &Calls, moment: Timestamp) {
        let Some(caller) = consultation.caller else {
            self.unknown += 1;
            return;
        };
        let closes = consultation.at.plus_seconds(AGAIN_SECONDS);
        if closes > moment {
            self.running += 1;
            return;
        }
        let calls = calls.get(&persons.of(caller)).map_or(&[][..], Vec::as_slice);
        let later = calls.partition_point(|(at, _)| *at <= consultation.at);
        let mut within = calls[later..].iter().take_while(|(at, _)| *at <= closes);
        self.complete += 1;
        self.without_repeat += u64::from(!within.any(|(_, call)| *call != consultation.call));
    }
}
