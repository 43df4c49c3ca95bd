//! What is counted.

use async_graphql::{Enum, SimpleObject};
use sangdam_domain::counting;
use sangdam_projections::At;
use sangdam_projections::centre::LegacyYear;
use sangdam_projections::counts::{self, CountRow, Key, YearRow};
use sangdam_projections::cumulative::Cumulative;
use sangdam_projections::service_level;

use super::Agent;
use crate::graphql::scalar::{Date, int};

/// Answered ÷ offered, of inbound calls offered within the opening hours of the calendar in force then.
#[derive(SimpleObject)]
pub struct AnswerRate {
    /// Calls offered.
    pub offered: i32,
    /// Those of them that were answered.
    pub answered: i32,
    /// In percent, rounded to one decimal, as in 99.8; null where nothing was offered.
    pub percent: Option<f64>,
}

impl From<counting::AnswerRate> for AnswerRate {
    fn from(rate: counting::AnswerRate) -> Self {
        Self {
            offered: int(rate.offered),
            answered: int(rate.answered),
            percent: rate.per_mille().map(|tenths| f64::from(tenths) / 10.0),
        }
    }
}

/// What a number stands on.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum CountBasis {
    /// Counted from this ledger's own events.
    Ledger,
    /// Declared: the year lies, wholly or in part, before the ledger's records are complete.
    LegacyBalance,
    /// Not known. It is not 0.
    Unknown,
}

/// The numbers of a year.
#[derive(SimpleObject)]
pub struct YearlyCount {
    /// The year, on the centre's clock.
    pub year: i32,
    /// Consultations that were not voided; null where nobody knows how many there were.
    pub consultations: Option<i32>,
    /// Inbound calls offered; null where the ledger has no records of the year.
    pub offered: Option<i32>,
    /// Inbound calls answered; null likewise.
    pub answered: Option<i32>,
    /// Inbound calls abandoned; null likewise.
    pub abandoned: Option<i32>,
    /// Answered ÷ offered within the opening hours; null likewise.
    pub answer_rate: Option<AnswerRate>,
    /// Known callers with at least one consultation, as recorded: a caller merged into another later counts on its own;
    /// null likewise.
    pub unique_callers: Option<i32>,
    /// What the number of consultations stands on.
    pub basis: CountBasis,
}

impl YearlyCount {
    /// All years in order: those recorded, and those declared of which nothing is recorded.
    pub fn all(recorded: &[YearRow], declared: &[LegacyYear]) -> Vec<Self> {
        let is_recorded = |year: i16| recorded.iter().any(|row| row.year == year && row.consultations > 0);
        let mut years: Vec<Self> = declared
            .iter()
            .filter(|legacy| !is_recorded(legacy.year))
            .map(|legacy| Self::legacy(legacy.year, legacy.consultations))
            .collect();
        years.extend(recorded.iter().map(Self::recorded));
        years.sort_by_key(|count| count.year);
        years
    }

    /// A year of the ledger's own records.
    pub fn recorded(row: &YearRow) -> Self {
        Self {
            year: row.year.into(),
            consultations: Some(int(row.consultations)),
            offered: Some(int(row.offered)),
            answered: Some(int(row.answered)),
            abandoned: Some(int(row.abandoned)),
            answer_rate: Some(row.in_hours.into()),
            unique_callers: Some(int(row.unique_callers)),
            basis: CountBasis::Ledger,
        }
    }

    /// A year before the ledger's own records: declared, or not known.
    pub fn legacy(year: i16, consultations: Option<u64>) -> Self {
        Self {
            year: year.into(),
            consultations: consultations.map(int),
            offered: None,
            answered: None,
            abandoned: None,
            answer_rate: None,
            unique_callers: None,
            basis: consultations.map_or(CountBasis::Unknown, |_| CountBasis::LegacyBalance),
        }
    }
}

/// By what is counted.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "counts::By")]
pub enum Period {
    /// The day.
    Day,
    /// The month.
    Month,
    /// The year.
    Year,
    /// The hour of the day, over all days.
    Hour,
    /// The agent; offers and hang-ups have none and count 0.
    Agent,
    /// The category; consultations only.
    Category,
}

/// The numbers of a day, a month, a year, an hour, an agent or a category. `key` names it; one of the fields after it says
/// it in its own type.
#[derive(SimpleObject)]
pub struct PeriodCount {
    /// `2024-01-02`, `2024-01`, `2024`, `08`, an agent's UUID, a category's code; empty where it is not known whose.
    pub key: String,
    /// The day, or the first day of the month or year.
    pub date: Option<Date>,
    /// The hour, 0 to 23.
    pub hour: Option<i32>,
    /// The agent.
    pub agent: Option<Agent>,
    /// The category's code.
    pub category: Option<String>,
    /// Consultations that were not voided.
    pub consultations: i32,
    /// Inbound calls offered.
    pub offered: i32,
    /// Inbound calls answered.
    pub answered: i32,
    /// Inbound calls abandoned.
    pub abandoned: i32,
}

impl PeriodCount {
    /// From a row of the read model.
    pub fn new(at: &At, row: CountRow) -> Self {
        let mut count = Self {
            key: String::new(),
            date: None,
            hour: None,
            agent: None,
            category: None,
            consultations: int(row.consultations),
            offered: int(row.offered),
            answered: int(row.answered),
            abandoned: int(row.abandoned),
        };
        match row.key {
            Key::Day(day) => (count.key, count.date) = (day.to_string(), Some(day.into())),
            Key::Month(day) => {
                (count.key, count.date) = (day.strftime("%Y-%m").to_string(), Some(day.into()));
            }
            Key::Year(year) => {
                count.key = year.to_string();
                count.date = jiff::civil::Date::new(year, 1, 1).ok().map(Into::into);
            }
            Key::Hour(hour) => (count.key, count.hour) = (format!("{hour:02}"), Some(hour.into())),
            Key::Agent(agent) => {
                count.key = agent.map(|agent| agent.to_string()).unwrap_or_default();
                count.agent = agent.map(|agent| Agent::of_id(at, agent));
            }
            Key::Category(code) => {
                count.category = code.map(|code| code.as_str().to_owned());
                count.key = count.category.clone().unwrap_or_default();
            }
        }
        count
    }
}

/// The consultations of all days from `since` on.
#[derive(SimpleObject)]
pub struct CumulativeCount {
    /// The first day counted; null before the centre is registered.
    pub since: Option<Date>,
    /// How many.
    pub consultations: i32,
}

impl From<Cumulative> for CumulativeCount {
    fn from(count: Cumulative) -> Self {
        Self { since: count.since.map(Into::into), consultations: int(count.consultations) }
    }
}

/// Inbound calls.
#[derive(SimpleObject)]
pub struct Volume {
    /// Offered.
    pub offered: i32,
    /// Of them, answered.
    pub answered: i32,
    /// Of them, abandoned.
    pub abandoned: i32,
}

/// How many answered calls had waited how long.
#[derive(SimpleObject)]
pub struct WaitBucket {
    /// At most so many seconds (and more than the bucket before).
    pub seconds_at_most: i32,
    /// So many calls.
    pub calls: i32,
}

/// The service level of some days.
#[derive(SimpleObject)]
pub struct ServiceLevel {
    /// All inbound calls.
    pub all: Volume,
    /// Those offered within the opening hours of the calendar in force then.
    pub in_hours: Volume,
    /// Answered ÷ offered within the opening hours.
    pub answer_rate: AnswerRate,
    /// How long answered calls had waited on average, in seconds; null where none was answered.
    pub answered_wait_seconds_mean: Option<f64>,
    /// How long abandoned calls had waited on average, in seconds; null where none was abandoned.
    pub abandoned_wait_seconds_mean: Option<f64>,
    /// How long answered calls were talked on on average, in seconds; null where none was answered.
    pub talk_seconds_mean: Option<f64>,
    /// How many answered calls had waited how long, shortest first.
    pub waits: Vec<WaitBucket>,
}

impl From<service_level::ServiceLevel> for ServiceLevel {
    fn from(level: service_level::ServiceLevel) -> Self {
        let volume = |volume: &service_level::Volume| Volume {
            offered: int(volume.offered),
            answered: int(volume.answered),
            abandoned: int(volume.abandoned),
        };
        let rate =
            counting::AnswerRate { offered: level.in_hours.offered, answered: level.in_hours.answered };
        Self {
            all: volume(&level.all),
            in_hours: volume(&level.in_hours),
            answer_rate: rate.into(),
            answered_wait_seconds_mean: mean(level.answered_wait_seconds, level.all.answered),
            abandoned_wait_seconds_mean: mean(level.abandoned_wait_seconds, level.all.abandoned),
            talk_seconds_mean: mean(level.talk_seconds, level.all.answered),
            waits: level
                .waits
                .iter()
                .map(|(seconds, calls)| WaitBucket {
                    seconds_at_most: int((*seconds).into()),
                    calls: int(*calls),
                })
                .collect(),
        }
    }
}

/// A mean to the hundredth.
#[expect(clippy::cast_precision_loss, reason = "sums of seconds are far below 2^53")]
fn mean(sum: u64, count: u64) -> Option<f64> {
    (count > 0).then(|| (sum as f64 / count as f64 * 100.0).round() / 100.0)
}
