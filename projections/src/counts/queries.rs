//! Questions about counts.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use jiff::civil::Date;
use sangdam_domain::counting::AnswerRate;
use sangdam_domain::id::AgentId;
use sangdam_domain::value::Code;
use sangdam_eventstore::Row;
use uuid::Uuid;

use super::{
    CALL_AGENTS, CALL_HOURS, CALL_YEARS, CONSULTATION_AGENTS, CONSULTATION_CATEGORIES, CONSULTATION_HOURS,
    CONSULTATION_YEARS,
};
use crate::at::At;
use crate::day::{date_of, day_number};
use crate::error::ReadError;
use crate::models::ReadModels;
use crate::table::{Table, small};

/// What the numbers are sorted by.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum By {
    /// The day.
    Day,
    /// The month.
    Month,
    /// The year.
    Year,
    /// The hour of the day, over all days.
    Hour,
    /// The agent.
    Agent,
    /// The category; consultations only.
    Category,
}

/// What a row counts.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Key {
    /// A day.
    Day(Date),
    /// A month, by its first day.
    Month(Date),
    /// A year.
    Year(i16),
    /// An hour of the day, 0 to 23.
    Hour(u8),
    /// An agent; `None` where it is not known who.
    Agent(Option<AgentId>),
    /// A category; `None` where it is in none.
    Category(Option<Code>),
}

/// The numbers of a day, a month, a year, an hour, an agent or a category.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CountRow {
    /// What is counted.
    pub key: Key,
    /// Consultations that were not voided.
    pub consultations: u64,
    /// Inbound calls offered. 0 by agent and by category: an offer has neither.
    pub offered: u64,
    /// Inbound calls answered. 0 by category.
    pub answered: u64,
    /// Inbound calls abandoned. 0 by agent and by category.
    pub abandoned: u64,
}

/// The numbers of a year.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct YearRow {
    /// The year.
    pub year: i16,
    /// Consultations that were not voided.
    pub consultations: u64,
    /// Known callers with at least one of them. Callers that were merged later count as recorded.
    pub unique_callers: u64,
    /// Inbound calls offered.
    pub offered: u64,
    /// Inbound calls answered.
    pub answered: u64,
    /// Inbound calls abandoned.
    pub abandoned: u64,
    /// Of inbound calls offered within the opening hours: how many, and how many of them were answered.
    pub in_hours: AnswerRate,
}

/// The numbers of every year in which anything was counted, in order. One row of each of two tables a year.
pub async fn yearly_counts(models: &ReadModels, at: &At) -> Result<Vec<YearRow>, ReadError> {
    let Some(question) = models.ask(at).await? else { return Ok(Vec::new()) };
    let sql = format!(
        "SELECT year, consultations, unique_callers, 0, 0, 0, 0, 0 FROM {} WHERE log_no = $1 \
         UNION ALL SELECT year, 0, 0, offered, answered, abandoned, offered_in_hours, answered_in_hours \
         FROM {} WHERE log_no = $1",
        question.from(&CONSULTATION_YEARS),
        question.from(&CALL_YEARS)
    );
    let mut years: BTreeMap<i16, YearRow> = BTreeMap::new();
    for row in models.select(question, &sql, read_year).await? {
        let sum = years.entry(row.year).or_insert_with(|| YearRow { year: row.year, ..YearRow::default() });
        sum.consultations += row.consultations;
        sum.unique_callers += row.unique_callers;
        sum.offered += row.offered;
        sum.answered += row.answered;
        sum.abandoned += row.abandoned;
        sum.in_hours.offered += row.in_hours.offered;
        sum.in_hours.answered += row.in_hours.answered;
    }
    Ok(years.into_values().filter(|year| year.consultations + year.offered > 0).collect())
}

fn read_year(row: &Row) -> Result<YearRow, sqlx::Error> {
    Ok(YearRow {
        year: small(row.int(0)?),
        consultations: row.count(1)?,
        unique_callers: row.count(2)?,
        offered: row.count(3)?,
        answered: row.count(4)?,
        abandoned: row.count(5)?,
        in_hours: AnswerRate { offered: row.count(6)?, answered: row.count(7)? },
    })
}

/// The numbers of the days from `from` to `to` (both included), sorted and in the order of their keys; only keys under
/// which anything was counted.
pub async fn counts(
    models: &ReadModels,
    at: &At,
    by: By,
    from: Date,
    to: Date,
) -> Result<Vec<CountRow>, ReadError> {
    let (consultations, calls) = sources(by);
    let mut sums: BTreeMap<Key, CountRow> = BTreeMap::new();
    for source in [Some(consultations), calls].into_iter().flatten() {
        let Some(mut question) = models.ask(at).await? else { return Ok(Vec::new()) };
        let (table, first) = (question.from(source.table), question.arg(day_number(from)));
        let last = question.arg(day_number(to));
        let sql = format!(
            "SELECT {}, {} FROM {table} WHERE log_no = $1 AND day BETWEEN {first} AND {last} GROUP BY {}",
            source.key, source.sums, source.key
        );
        for row in models.select(question, &sql, |row| read_count(by, row)).await? {
            match sums.entry(row.key.clone()) {
                Entry::Vacant(free) => {
                    free.insert(row);
                }
                Entry::Occupied(mut taken) => {
                    let sum = taken.get_mut();
                    sum.consultations += row.consultations;
                    sum.offered += row.offered;
                    sum.answered += row.answered;
                    sum.abandoned += row.abandoned;
                }
            }
        }
    }
    Ok(sums.into_values().filter(|sum| sum.consultations + sum.offered + sum.answered > 0).collect())
}

struct Source {
    table: &'static Table,
    key: &'static str,
    sums: &'static str,
}

const CONSULTATIONS: &str =
    "CAST(SUM(consultations) AS BIGINT), CAST(0 AS BIGINT), CAST(0 AS BIGINT), CAST(0 AS BIGINT)";
const CALLS: &str = "CAST(0 AS BIGINT), CAST(SUM(offered) AS BIGINT), CAST(SUM(answered) AS BIGINT), CAST(SUM(abandoned) AS BIGINT)";

fn sources(by: By) -> (Source, Option<Source>) {
    let key = match by {
        By::Day => "day",
        By::Month => "day / 100",
        By::Year => "day / 10000",
        By::Hour => "hour",
        By::Agent => {
            let consultations = Source { table: &CONSULTATION_AGENTS, key: "agent", sums: CONSULTATIONS };
            let sums =
                "CAST(0 AS BIGINT), CAST(0 AS BIGINT), CAST(SUM(answered) AS BIGINT), CAST(0 AS BIGINT)";
            return (consultations, Some(Source { table: &CALL_AGENTS, key: "agent", sums }));
        }
        By::Category => {
            return (Source { table: &CONSULTATION_CATEGORIES, key: "category", sums: CONSULTATIONS }, None);
        }
    };
    let consultations = Source { table: &CONSULTATION_HOURS, key, sums: CONSULTATIONS };
    (consultations, Some(Source { table: &CALL_HOURS, key, sums: CALLS }))
}

fn read_count(by: By, row: &Row) -> Result<CountRow, sqlx::Error> {
    Ok(CountRow {
        key: read_key(by, row)?,
        consultations: row.count(1)?,
        offered: row.count(2)?,
        answered: row.count(3)?,
        abandoned: row.count(4)?,
    })
}

fn read_key(by: By, row: &Row) -> Result<Key, sqlx::Error> {
    Ok(match by {
        By::Day => Key::Day(date_of(row.int(0)?)?),
        By::Month => Key::Month(date_of(row.int(0)? * 100 + 1)?),
        By::Year => Key::Year(small(row.int(0)?)),
        By::Hour => Key::Hour(small(row.int(0)?)),
        By::Agent => Key::Agent(Uuid::from_slice(&row.bytes(0)?).ok().map(AgentId::from_uuid)),
        By::Category => Key::Category(Code::parse(row.text(0)?).ok()),
    })
}
