//! What a schedule asks for: a report's question in which the days may be told from the day it is due, as in
//! `monthly?period=last-month`. On the first of August that is `monthly?from=2026-07-01&to=2026-07-31`.

use std::fmt;

use jiff::ToSpan;
use jiff::civil::Date;
use serde::Deserialize;

/// A report's question, its days told from the day that it is due.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct Template {
    text: String,
    period: Option<Period>,
}

/// The text given is no report that can be scheduled.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct InvalidTemplate(String);

/// What stands before a period's name.
const KEY: &str = "period=";

/// Days that are told from a day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Period {
    Today,
    Yesterday,
    ThisWeek,
    LastWeek,
    ThisMonth,
    LastMonth,
    ThisQuarter,
    LastQuarter,
    ThisYear,
    LastYear,
}

impl Period {
    const ALL: [(&'static str, Self); 10] = [
        ("today", Self::Today),
        ("yesterday", Self::Yesterday),
        ("this-week", Self::ThisWeek),
        ("last-week", Self::LastWeek),
        ("this-month", Self::ThisMonth),
        ("last-month", Self::LastMonth),
        ("this-quarter", Self::ThisQuarter),
        ("last-quarter", Self::LastQuarter),
        ("this-year", Self::ThisYear),
        ("last-year", Self::LastYear),
    ];

    fn of(name: &str) -> Result<Self, InvalidTemplate> {
        let found = Self::ALL.iter().find(|(known, _)| *known == name);
        found.map(|(_, period)| *period).ok_or_else(|| {
            let known = Self::ALL.map(|(known, _)| known).join(", ");
            InvalidTemplate(format!("there is no period `{name}`; there are {known}"))
        })
    }

    /// The first and the last day, seen from a day. What is not over ends with that day. Weeks begin on Monday.
    fn days(self, today: Date) -> (Date, Date) {
        let week = today.saturating_sub(i64::from(today.weekday().to_monday_zero_offset()).days());
        let month = today.first_of_month();
        let quarter = month.saturating_sub(i64::from((today.month() - 1) % 3).months());
        let year = today.first_of_year();
        let day_before = |day: Date| day.saturating_sub(1.day());
        match self {
            Self::Today => (today, today),
            Self::Yesterday => (day_before(today), day_before(today)),
            Self::ThisWeek => (week, today),
            Self::LastWeek => (week.saturating_sub(7.days()), day_before(week)),
            Self::ThisMonth => (month, today),
            Self::LastMonth => (month.saturating_sub(1.month()), day_before(month)),
            Self::ThisQuarter => (quarter, today),
            Self::LastQuarter => (quarter.saturating_sub(3.months()), day_before(quarter)),
            Self::ThisYear => (year, today),
            Self::LastYear => (year.saturating_sub(1.year()), day_before(year)),
        }
    }
}

impl Template {
    /// Reads a report's question.
    ///
    /// # Errors
    /// Where there is no such report or period, or the report wants other options.
    pub fn parse(text: &str) -> Result<Self, InvalidTemplate> {
        let options = text.split_once('?').map_or("", |(_, options)| options).split('&');
        let mut named = options.filter_map(|option| option.strip_prefix(KEY));
        let period = named.next().map(Period::of).transpose()?;
        if named.next().is_some() {
            return Err(InvalidTemplate("`period` is given twice".to_owned()));
        }
        let template = Self { text: text.to_owned(), period };
        super::render::check(&template.question(Date::constant(2000, 1, 1)))
            .map_err(|problem| InvalidTemplate(problem.to_string()))?;
        Ok(template)
    }

    /// The text as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The question, as of the day that it is due.
    pub fn question(&self, due: Date) -> String {
        let Some(period) = self.period else { return self.text.clone() };
        let (from, to) = period.days(due);
        let told = |option: &str| match option.strip_prefix(KEY) {
            Some(_) => format!("from={from}&to={to}"),
            None => option.to_owned(),
        };
        let (report, options) = self.text.split_once('?').unwrap_or((&self.text, ""));
        format!("{report}?{}", options.split('&').map(told).collect::<Vec<_>>().join("&"))
    }
}

impl TryFrom<String> for Template {
    type Error = InvalidTemplate;

    fn try_from(text: String) -> Result<Self, InvalidTemplate> {
        Self::parse(&text)
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn asks(template: &str, due: &str, question: &str) {
        assert_eq!(Template::parse(template).unwrap().question(due.parse().unwrap()), question);
    }

    #[test]
    fn days_are_told_from_the_day_it_is_due() {
        let told = |period: &str, due: &str, from: &str, to: &str| {
            asks(&format!("monthly?period={period}"), due, &format!("monthly?from={from}&to={to}"));
        };
        told("today", "2026-08-05", "2026-08-05", "2026-08-05");
        told("yesterday", "2026-03-01", "2026-02-28", "2026-02-28");
        // 2026-08-05 is a Wednesday, 2026-08-03 a Monday, 2026-08-02 a Sunday.
        told("this-week", "2026-08-05", "2026-08-03", "2026-08-05");
        told("last-week", "2026-08-03", "2026-07-27", "2026-08-02");
        told("last-week", "2026-08-02", "2026-07-20", "2026-07-26");
        told("this-month", "2026-08-05", "2026-08-01", "2026-08-05");
        told("last-month", "2024-03-31", "2024-02-01", "2024-02-29");
        told("last-month", "2026-01-01", "2025-12-01", "2025-12-31");
        told("this-quarter", "2026-08-05", "2026-07-01", "2026-08-05");
        told("last-quarter", "2026-02-14", "2025-10-01", "2025-12-31");
        told("this-year", "2026-08-05", "2026-01-01", "2026-08-05");
        told("last-year", "2026-01-01", "2025-01-01", "2025-12-31");
    }

    #[test]
    fn a_question_without_a_period_stays_as_it_is() {
        asks("yearly?threshold=100000", "2026-08-05", "yearly?threshold=100000");
        asks("yearly", "2026-08-05", "yearly");
        let days = "agents?from=2024-01-01&to=2024-12-31";
        asks(days, "2026-08-05", days);
        asks(
            "directory?period=last-year&top=20",
            "2026-08-05",
            "directory?from=2025-01-01&to=2025-12-31&top=20",
        );
    }

    #[track_caller]
    fn refused(template: &str, problem: &str) {
        let error = Template::parse(template).unwrap_err().to_string();
        assert!(error.contains(problem), "{error}");
    }

    #[test]
    fn what_is_no_report_is_refused_with_the_reason() {
        refused("weekly", "there is no report `weekly`");
        refused("monthly", "`from` is missing");
        refused("monthly?period=next-month", "there is no period `next-month`; there are today, yesterday");
        refused("monthly?period=today&period=today", "given twice");
        refused("yearly?period=last-year", "has no `from`");
        refused("yearly?threshold=many", "`threshold`");
    }
}
