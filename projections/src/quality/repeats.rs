//! Who called again within seven days.

use std::collections::HashMap;

use jiff::ToSpan;
use jiff::civil::Date;
use sangdam_domain::counting::Share;
use sangdam_domain::id::CallerId;
use sangdam_domain::time::Timestamp;

use super::AGAIN_SECONDS;
use super::inbound::{InboundCall, inbound};
use crate::at::At;
use crate::callers::Persons;
use crate::day::{day_number, earliest_of, latest_of, slices};
use crate::error::ReadError;
use crate::models::ReadModels;

/// Callers who called again. Calls are answered inbound calls; a caller stands for all who had been merged into them by
/// the moment asked about.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct RepeatCallers {
    /// Known callers with a call in the period.
    pub callers: u64,
    /// Of them, those with a repeat call in the period.
    pub repeat_callers: u64,
    /// Calls of known callers in the period.
    pub calls: u64,
    /// Of them, those at most [`AGAIN_SECONDS`] after an earlier call of the same caller, which may have come before the
    /// period: so no call waits for what comes after it, and a period's numbers are whole when it is over.
    pub repeat_calls: u64,
    /// Calls in the period of whom it is not known who called: in none of the numbers above.
    pub unknown_calls: u64,
}

impl RepeatCallers {
    /// Callers with a repeat call ÷ callers.
    pub fn caller_rate(&self) -> Share {
        Share { part: self.repeat_callers, whole: self.callers }
    }

    /// Repeat calls ÷ calls of known callers.
    pub fn call_rate(&self) -> Share {
        Share { part: self.repeat_calls, whole: self.calls }
    }
}

/// Who called again, of the callers of the days from `from` to `to`, both included. Holds a month of calls at a time, and
/// a few words for each caller of the period.
pub async fn repeat_callers(
    models: &ReadModels,
    at: &At,
    from: Date,
    to: Date,
) -> Result<RepeatCallers, ReadError> {
    let persons = Persons::load(models, at).await?;
    let mut seen = Seen { from: day_number(from), to: day_number(to), ..Seen::default() };
    // A day more than the window: some days have 23 hours.
    let begins = from.checked_sub(8.days()).unwrap_or(from);
    for (first, last) in slices(begins, to) {
        let (first_day, last_day) = (day_number(first), day_number(last));
        let calls = inbound(models, at, &persons, (earliest_of(first), latest_of(last))).await?;
        for call in calls.iter().filter(|call| (first_day..=last_day).contains(&call.day)) {
            seen.see(call);
        }
    }
    Ok(seen.told())
}

/// What was seen so far.
#[derive(Default)]
struct Seen {
    from: i64,
    to: i64,
    told: RepeatCallers,
    callers: HashMap<CallerId, Caller>,
}

#[derive(Default)]
struct Caller {
    last: Option<Timestamp>,
    calls: u64,
    repeat_calls: u64,
}

impl Seen {
    /// Calls are seen in the order of when they were offered.
    fn see(&mut self, call: &InboundCall) {
        if !call.answered {
            return;
        }
        let counts = u64::from((self.from..=self.to).contains(&call.day));
        let Some(person) = call.person else {
            self.told.unknown_calls += counts;
            return;
        };
        let caller = self.callers.entry(person).or_default();
        let again = caller.last.is_some_and(|last| call.at <= last.plus_seconds(AGAIN_SECONDS));
        caller.last = Some(call.at);
        caller.calls += counts;
        caller.repeat_calls += counts * u64::from(again);
    }

    fn told(self) -> RepeatCallers {
        let mut told = self.told;
        for caller in self.callers.values().filter(|caller| caller.calls > 0) {
            told.callers += 1;
            told.repeat_callers += u64::from(caller.repeat_calls > 0);
            told.calls += caller.calls;
            told.repeat_calls += caller.repeat_calls;
        }
        told
    }
}
