//! When a report is due: a cron expression, read on the clock of a time zone.
//!
//! Five fields (minute, hour, day of the month, month, day of the week) or six, with seconds in front. Where both days are
//! given, either will do, as cron has always had it. Where clocks skip the hour that a run is due in, it is due when they
//! go on; where they show it twice, it is due the first time only, unless it is due every so often.

use std::cmp::Ordering;
use std::fmt;

use croner::errors::CronError;
use croner::parser::{CronParser, Seconds, Year};
use croner::{CivilDate, CivilDateTime, CivilTime, CronDateTime, Resolution};
use jiff::civil::DateTime;
use jiff::tz::AmbiguousOffset;
use jiff::{SignedDuration, ZonedDateTime};
use sangdam_domain::calendar::Zone;
use sangdam_domain::time::Timestamp;
use serde::Deserialize;

/// A cron expression.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct Cron {
    text: String,
    parsed: croner::Cron,
}

/// The text given is no cron expression, or one that is never due.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "`{text}` is not a cron expression: {problem}; expected five fields (minute, hour, day, month, weekday) or six \
     with seconds in front, like `0 8 * * MON-FRI` for eight o'clock on weekdays"
)]
pub struct InvalidCron {
    text: String,
    problem: String,
}

/// The most characters that an expression may have.
const CHARS_MAX: usize = 200;

impl Cron {
    /// Reads an expression.
    ///
    /// # Errors
    /// Where it is none, and where it is never due (the 31st of February).
    pub fn parse(text: &str) -> Result<Self, InvalidCron> {
        let invalid = |problem: String| InvalidCron { text: text.chars().take(CHARS_MAX).collect(), problem };
        if text.chars().count() > CHARS_MAX {
            return Err(invalid(format!("it has more than {CHARS_MAX} characters")));
        }
        let parser = CronParser::builder().seconds(Seconds::Optional).year(Year::Disallowed).build();
        let parsed = parser.parse(text).map_err(|error| invalid(problem(&error)))?;
        let cron = Self { text: text.to_owned(), parsed };
        match cron.after(&Zone::UTC, Timestamp::MIN) {
            Some(_) => Ok(cron),
            None => Err(invalid("there is no such day".to_owned())),
        }
    }

    /// The expression as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// When it is due for the first time after a moment. `None` where that is outside what can be told.
    pub fn after(&self, zone: &Zone, moment: Timestamp) -> Option<Timestamp> {
        let due = self.parsed.find_next_occurrence(&OnClock::of(zone, moment), false).ok()?;
        due.moment()
    }

    /// When it was due for the last time at or before a moment.
    pub fn until(&self, zone: &Zone, moment: Timestamp) -> Option<Timestamp> {
        let due = self.parsed.find_previous_occurrence(&OnClock::of(zone, moment), true).ok()?;
        due.moment()
    }

    /// When it was due, from a moment back: the latest first.
    pub fn back_from(&self, zone: &Zone, moment: Timestamp) -> impl Iterator<Item = Timestamp> {
        let before = |due: &Timestamp| self.until(zone, Timestamp::from_micros(due.micros() - 1)?);
        std::iter::successors(self.until(zone, moment), before)
    }
}

impl TryFrom<String> for Cron {
    type Error = InvalidCron;

    fn try_from(text: String) -> Result<Self, InvalidCron> {
        Self::parse(&text)
    }
}

impl fmt::Display for Cron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// What is wrong with an expression, without the library's own names.
fn problem(error: &CronError) -> String {
    match error {
        CronError::EmptyPattern => "it is empty".to_owned(),
        CronError::InvalidPattern(what)
        | CronError::IllegalCharacters(what)
        | CronError::ComponentError(what) => what.trim_end_matches('.').to_owned(),
        other => other.to_string(),
    }
}

/// A moment as the library walks it.
#[derive(Clone)]
struct OnClock(ZonedDateTime);

impl OnClock {
    fn of(zone: &Zone, moment: Timestamp) -> Self {
        Self(moment.jiff().to_zoned_datetime(zone.jiff().clone()))
    }

    fn moment(&self) -> Option<Timestamp> {
        Timestamp::from_micros(self.0.timestamp().as_microsecond())
    }
}

impl CronDateTime for OnClock {
    fn to_civil(&self) -> CivilDateTime {
        let shown = self.0.datetime();
        let part = |part: i8| u32::from(part.unsigned_abs());
        // The parts are within their ranges: they are a date and a time already.
        CivilDateTime::new(
            CivilDate::from_parts_unchecked(shown.year().into(), part(shown.month()), part(shown.day())),
            CivilTime::from_parts_unchecked(part(shown.hour()), part(shown.minute()), part(shown.second())),
        )
    }

    fn civil_weekday(&self) -> croner::Weekday {
        let days = self.0.weekday().to_sunday_zero_offset();
        croner::Weekday::from_days_from_sunday(u32::from(days.unsigned_abs()))
    }

    fn resolve_civil(&self, civil: CivilDateTime) -> Result<Resolution<Self>, CronError> {
        let shown = shown(civil).ok_or(CronError::InvalidDate)?;
        let ambiguous = self.0.time_zone().to_ambiguous_zoned_datetime(shown);
        let told =
            |zoned: Result<ZonedDateTime, jiff::Error>| zoned.map(Self).map_err(|_| CronError::InvalidTime);
        Ok(match ambiguous.offset() {
            AmbiguousOffset::Unambiguous { .. } => Resolution::Single(told(ambiguous.unambiguous())?),
            AmbiguousOffset::Fold { .. } => {
                Resolution::Ambiguous(told(ambiguous.clone().earlier())?, told(ambiguous.later())?)
            }
            AmbiguousOffset::Gap { .. } => Resolution::Gap,
        })
    }

    fn checked_add_seconds(&self, seconds: i64) -> Option<Self> {
        self.0.checked_add(SignedDuration::from_secs(seconds)).ok().map(Self)
    }

    fn cmp_instant(&self, other: &Self) -> Ordering {
        self.0.timestamp().cmp(&other.0.timestamp())
    }
}

fn shown(civil: CivilDateTime) -> Option<DateTime> {
    let part = |part: u32| i8::try_from(part).ok();
    DateTime::new(
        i16::try_from(civil.year()).ok()?,
        part(civil.month())?,
        part(civil.day())?,
        part(civil.hour())?,
        part(civil.minute())?,
        part(civil.second())?,
        0,
    )
    .ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sangdam_domain::calendar::zone;

    fn moment(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// The first times due after a moment, on the clock of the zone.
    fn due(cron: &str, zone_name: &str, after: &str, count: usize) -> Vec<String> {
        let (cron, zone) = (Cron::parse(cron).unwrap(), zone(zone_name).unwrap());
        let next = |at: &Timestamp| cron.after(&zone, *at);
        let times = std::iter::successors(cron.after(&zone, moment(after)), next).take(count);
        let shown = |at: Timestamp| at.jiff().to_zoned_datetime(zone.jiff().clone());
        times.map(|at| shown(at).strftime("%m-%d %H:%M:%S%:z").to_string()).collect()
    }

    #[test]
    fn eight_o_clock_is_eight_o_clock_in_seoul() {
        assert_eq!(
            due("0 8 * * MON-FRI", "Asia/Seoul", "2026-07-30T23:00:00Z", 3),
            ["08-03 08:00:00+09:00", "08-04 08:00:00+09:00", "08-05 08:00:00+09:00"]
        );
        // The first of the month in Seoul is still the last of the one before in UTC.
        assert_eq!(
            due("30 0 1 * *", "Asia/Seoul", "2026-07-31T14:00:00Z", 2),
            ["08-01 00:30:00+09:00", "09-01 00:30:00+09:00"]
        );
        assert_eq!(
            due("0 9 * * MON#1", "Asia/Seoul", "2026-08-02T00:00:00Z", 2),
            ["08-03 09:00:00+09:00", "09-07 09:00:00+09:00"]
        );
        // Where both days are given, either will do.
        assert_eq!(
            due("0 9 1 * MON", "Asia/Seoul", "2026-07-27T00:00:00Z", 3),
            ["08-01 09:00:00+09:00", "08-03 09:00:00+09:00", "08-10 09:00:00+09:00"]
        );
        assert_eq!(
            due("0 18 L * *", "Asia/Seoul", "2024-02-01T00:00:00Z", 2),
            ["02-29 18:00:00+09:00", "03-31 18:00:00+09:00"]
        );
    }

    #[test]
    fn six_fields_begin_with_seconds() {
        assert_eq!(
            due("* * * * * *", "Asia/Seoul", "2026-08-03T00:00:58.25Z", 3),
            ["08-03 09:00:59+09:00", "08-03 09:01:00+09:00", "08-03 09:01:01+09:00"]
        );
        assert_eq!(
            due("*/20 0 9 * * *", "Asia/Seoul", "2026-08-03T00:00:20Z", 2),
            ["08-03 09:00:40+09:00", "08-04 09:00:00+09:00"]
        );
    }

    #[test]
    fn looks_back_the_latest_first() {
        let (cron, zone) = (Cron::parse("0 8 * * *").unwrap(), zone("Asia/Seoul").unwrap());
        let back = |from: &str| cron.back_from(&zone, moment(from)).take(2).collect::<Vec<_>>();
        let (first, second) = (moment("2026-08-02T23:00:00Z"), moment("2026-08-01T23:00:00Z"));
        assert_eq!(back("2026-08-02T23:00:00Z"), [first, second]);
        assert_eq!(back("2026-08-03T22:59:59.999999Z"), [first, second]);
    }

    #[test]
    fn a_clock_that_is_set_makes_no_run_twice_and_misses_none() {
        let lisbon = "Europe/Lisbon";
        // On 29 March 2026 clocks go from 01:00 to 02:00, on 25 October from 02:00 back to 01:00.
        assert_eq!(
            due("30 1 * * *", lisbon, "2026-03-28T12:00:00Z", 2),
            ["03-29 02:00:00+01:00", "03-30 01:30:00+01:00"]
        );
        assert_eq!(
            due("30 1 * * *", lisbon, "2026-10-24T12:00:00Z", 2),
            ["10-25 01:30:00+01:00", "10-26 01:30:00+00:00"]
        );
        assert_eq!(
            due("*/30 1 25 10 *", lisbon, "2026-10-24T12:00:00Z", 4),
            ["10-25 01:00:00+01:00", "10-25 01:30:00+01:00", "10-25 01:00:00+00:00", "10-25 01:30:00+00:00"]
        );
    }

    #[track_caller]
    fn refused(text: &str, problem: &str) {
        let error = Cron::parse(text).unwrap_err().to_string();
        assert!(error.contains(problem) && error.contains("0 8 * * MON-FRI"), "{error}");
    }

    #[test]
    fn what_is_none_is_refused_with_the_reason() {
        refused("", "it is empty");
        refused("every morning", "fields");
        refused("61 * * * *", "61");
        refused("0 8 * *", "fields");
        refused("0 0 8 * * * 2026", "fields");
        refused("0 0 31 2 *", "no such day");
        refused(&"*".repeat(1000), "more than 200 characters");
    }
}
