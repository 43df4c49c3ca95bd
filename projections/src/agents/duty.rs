//! How many agents were on duty, over the hours of the week.

use jiff::civil::Date;
use sangdam_domain::calendar::Zone;
use sangdam_domain::time::Timestamp;
use sangdam_domain::value::{AgentState, Weekday};
use sangdam_eventstore::Row;

use super::row::TABLE;
use super::spells::{SPELLS, overlapping};
use crate::at::At;
use crate::centre::zone_of;
use crate::counts::{DayCount, days_of_week, of_week, slot_of_day, slot_of_hour};
use crate::day::{moments, slices};
use crate::error::ReadError;
use crate::models::ReadModels;
use crate::table::code;

/// How long agents were on shift in an hour of the week, all of them and all such hours of the period together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DutyHour {
    /// The day of the week.
    pub weekday: Weekday,
    /// The hour on the centre's clock, 0 to 23.
    pub hour: u8,
    /// How often that day of the week came in the period. Agents on duty on average: seconds ÷ (days · 3,600).
    pub days: DayCount,
    /// Agents' seconds ready for a call.
    pub available_seconds: u64,
    /// Agents' seconds on a call; only where the telephone system or the console tells it.
    pub on_call_seconds: u64,
    /// Agents' seconds writing up a call; only where it is told.
    pub after_call_seconds: u64,
    /// Agents' seconds on a break: on shift, but not there for calls.
    pub break_seconds: u64,
}

impl DutyHour {
    /// Agents' seconds on shift, breaks included.
    pub fn on_shift_seconds(&self) -> u64 {
        self.on_duty_seconds() + self.break_seconds
    }

    /// Agents' seconds on shift without breaks: there for calls, busy with one or not.
    pub fn on_duty_seconds(&self) -> u64 {
        self.available_seconds + self.on_call_seconds + self.after_call_seconds
    }
}

/// How long agents were on shift in each hour of the week, over the days from `from` to `to`, both included, by their
/// shifts and states as they were told: always 168 rows, Monday's 0 o'clock first. What goes on counts up to `moment`
/// (when the question is asked; as of a position, when its event was recorded), so that a shift that nobody ended counts
/// all the time since. Sums are kept to the microsecond
/// and rounded down to seconds at the end.
pub async fn on_duty(
    models: &ReadModels,
    at: &At,
    from: Date,
    to: Date,
    moment: Timestamp,
) -> Result<Vec<DutyHour>, ReadError> {
    let came = days_of_week(models, at, from, to, moment).await?;
    let zone = zone_of(models, at).await?;
    let mut spent = of_week(|_, _| [0; STATES]);
    for (first, last) in slices(from, to) {
        let (begins, ends) = moments(&zone, first, last);
        let ends = ends.min(moment);
        for (state, began_at, ended_at) in spells(models, at, begins, ends).await? {
            spend(&zone, began_at.max(begins), ended_at.min(ends), |slot, micros| {
                spent[slot][state as usize] += micros;
            });
        }
    }
    Ok(of_week(|weekday, hour| {
        let spent = spent[slot_of_hour(weekday, hour)].map(|micros| micros / 1_000_000);
        let [available_seconds, on_call_seconds, after_call_seconds, break_seconds] = spent;
        let days = came[slot_of_day(weekday)];
        DutyHour {
            weekday,
            hour,
            days,
            available_seconds,
            on_call_seconds,
            after_call_seconds,
            break_seconds,
        }
    }))
}

/// What agents did at any time between two moments, from when to when: what was over by then, and what went on, up to
/// the second moment.
async fn spells(
    models: &ReadModels,
    at: &At,
    begins: Timestamp,
    ends: Timestamp,
) -> Result<Vec<(AgentState, Timestamp, Timestamp)>, ReadError> {
    let Some(mut question) = models.ask(at).await? else { return Ok(Vec::new()) };
    let (over, going_on) = (question.from(&SPELLS), question.from(&TABLE));
    let (begins, ends) = (question.arg(begins), question.arg(ends));
    let sql = format!(
        "SELECT state, began_at, ended_at FROM {over} WHERE log_no = $1 AND {} \
         UNION ALL SELECT state, state_since, {ends} FROM {going_on} \
         WHERE log_no = $1 AND state IS NOT NULL AND state_since < {ends}",
        overlapping(&begins, &ends)
    );
    let read = |row: &Row| Ok((code(row, 0, AgentState::from_code)?, row.time(1)?, row.time(2)?));
    models.select(question, &sql, read).await
}

/// In the order of their declaration.
const STATES: usize = AgentState::ALL.len();

/// Cuts a time into the hours of the week in which it was spent, in microseconds.
fn spend(zone: &Zone, mut from: Timestamp, to: Timestamp, mut spent: impl FnMut(usize, u64)) {
    while from < to {
        let local = zone.local(from);
        let seconds = i64::from(local.time.minute()) * 60 + i64::from(local.time.second());
        let into_the_hour = seconds * 1_000_000 + i64::from(local.time.subsec_nanosecond() / 1_000);
        let next_hour = Timestamp::from_micros(from.micros() + HOUR_MICROS - into_the_hour);
        let next = next_hour.map_or(to, |next_hour| next_hour.min(to));
        spent(slot_of_hour(local.weekday(), local.hour().unsigned_abs()), micros_between(from, next));
        from = next;
    }
}

const HOUR_MICROS: i64 = 3_600_000_000;

fn micros_between(from: Timestamp, to: Timestamp) -> u64 {
    to.micros().abs_diff(from.micros())
}
