//! Questions about the service level.

use jiff::civil::Date;
use sangdam_domain::counting::AnswerRate;
use sangdam_eventstore::Row;

use super::durations::percentile;
use crate::at::At;
use crate::counts::{CALL_HOURS, CALL_WAITS};
use crate::day::day_number;
use crate::error::ReadError;
use crate::models::ReadModels;
use crate::question::Question;

/// How many inbound calls.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Volume {
    /// Offered.
    pub offered: u64,
    /// Of them, answered.
    pub answered: u64,
    /// Of them, abandoned.
    pub abandoned: u64,
}

/// The service level of some days.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ServiceLevel {
    /// All inbound calls.
    pub all: Volume,
    /// Those offered within the opening hours of the calendar in force then.
    pub in_hours: Volume,
    /// How long answered calls had waited, altogether, in seconds.
    pub answered_wait_seconds: u64,
    /// How long abandoned calls had waited, altogether, in seconds.
    pub abandoned_wait_seconds: u64,
    /// How long answered calls were talked on, altogether, in seconds, as far as it is known.
    pub talk_seconds: u64,
    /// How many answered calls had waited how long: (at most so many seconds, calls), shortest wait first. Exact up to
    /// two minutes, then to ten seconds, from ten minutes on to the minute.
    pub waits: Vec<(u32, u64)>,
}

impl ServiceLevel {
    /// Answered ÷ offered, within the opening hours.
    pub fn answer_rate(&self) -> AnswerRate {
        AnswerRate { offered: self.in_hours.offered, answered: self.in_hours.answered }
    }

    /// How long an answered call waited on average, in whole seconds; `None` where none was answered.
    pub fn average_wait_seconds(&self) -> Option<u64> {
        self.answered_wait_seconds.checked_div(self.all.answered)
    }

    /// So many percent of the answered calls waited at most so long, in seconds; `None` where none was answered.
    pub fn wait_percentile_seconds(&self, percent: u8) -> Option<u32> {
        percentile(&self.waits, percent)
    }

    /// How many answered calls had waited at most so long, in seconds.
    pub fn answered_within(&self, seconds: u32) -> u64 {
        self.waits.iter().take_while(|(longest, _)| *longest <= seconds).map(|(_, calls)| calls).sum()
    }
}

/// The service level of the days from `from` to `to`, both included.
pub async fn service_level(
    models: &ReadModels,
    at: &At,
    from: Date,
    to: Date,
) -> Result<ServiceLevel, ReadError> {
    let Some(question) = models.ask(at).await? else { return Ok(ServiceLevel::default()) };
    let (sql, asked) = sums_sql(question.clone(), from, to);
    let Some(mut level) = models.select(asked, &sql, read).await?.pop() else {
        return Ok(ServiceLevel::default());
    };
    let (sql, asked) = waits_sql(question, from, to);
    let waits = models.select(asked, &sql, |row| Ok((row.int(0)?, row.count(1)?))).await?;
    level.waits = waits
        .into_iter()
        .filter(|(_, calls)| *calls > 0)
        .map(|(seconds, calls)| (u32::try_from(seconds).unwrap_or(u32::MAX), calls))
        .collect();
    Ok(level)
}

fn sums_sql(mut question: Question, from: Date, to: Date) -> (String, Question) {
    let sums = SUMS.map(|column| format!("CAST(COALESCE(SUM({column}), 0) AS BIGINT)")).join(", ");
    let days = days(&mut question, from, to);
    (format!("SELECT {sums} FROM {} WHERE {days}", question.from(&CALL_HOURS)), question)
}

/// How many waited how long, shortest first.
pub(crate) fn waits_sql(mut question: Question, from: Date, to: Date) -> (String, Question) {
    let days = days(&mut question, from, to);
    let sql = format!(
        "SELECT seconds, CAST(SUM(answered) AS BIGINT) FROM {} WHERE {days} GROUP BY seconds ORDER BY seconds",
        question.from(&CALL_WAITS)
    );
    (sql, question)
}

fn days(question: &mut Question, from: Date, to: Date) -> String {
    let (first, last) = (question.arg(day_number(from)), question.arg(day_number(to)));
    format!("log_no = $1 AND day BETWEEN {first} AND {last}")
}

const SUMS: [&str; 9] = [
    "offered",
    "answered",
    "abandoned",
    "offered_in_hours",
    "answered_in_hours",
    "abandoned_in_hours",
    "answered_wait_seconds",
    "abandoned_wait_seconds",
    "talk_seconds",
];

fn read(row: &Row) -> Result<ServiceLevel, sqlx::Error> {
    Ok(ServiceLevel {
        all: Volume { offered: row.count(0)?, answered: row.count(1)?, abandoned: row.count(2)? },
        in_hours: Volume { offered: row.count(3)?, answered: row.count(4)?, abandoned: row.count(5)? },
        answered_wait_seconds: row.count(6)?,
        abandoned_wait_seconds: row.count(7)?,
        talk_seconds: row.count(8)?,
        waits: Vec::new(),
    })
}
