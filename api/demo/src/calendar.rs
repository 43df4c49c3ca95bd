//! Days on which the centre is open, and the clock of Seoul.

use jiff::civil::{Date, Weekday};
use jiff::tz::Offset;
use sangdam_domain::time::Timestamp;

use crate::error::DemoError;

/// Seoul has kept UTC+9 all the year since 1988.
const SEOUL: Offset = Offset::constant(9);

/// The first open second of a day: 08:30.
pub(crate) const OPENS: i64 = 8 * 3600 + 30 * 60;
/// The first closed second of a day: 18:30.
pub(crate) const CLOSES: i64 = 18 * 3600 + 30 * 60;

/// Public holidays of Korea.
pub(crate) struct Calendar {
    holidays: Vec<(Date, &'static str)>,
}

impl Calendar {
    /// From the table of 2019 to 2027.
    pub(crate) fn read() -> Result<Self, DemoError> {
        let mut holidays = Vec::new();
        for line in include_str!("../texts/holidays.csv").lines().skip(1) {
            let (date, name) = line.split_once(',').ok_or_else(|| DemoError::Date(line.to_owned()))?;
            holidays.push((date.parse().map_err(|_| DemoError::Date(line.to_owned()))?, name));
        }
        Ok(Self { holidays })
    }

    /// All holidays with their names, in order.
    pub(crate) fn holidays(&self) -> &[(Date, &'static str)] {
        &self.holidays
    }

    /// Whether the centre is open on the day.
    pub(crate) fn is_open(&self, day: Date) -> bool {
        let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        !weekend && self.holidays.binary_search_by_key(&day, |(date, _)| *date).is_err()
    }

    /// The first open day after this one.
    pub(crate) fn next_open(&self, day: Date) -> Date {
        let mut next = later(day, 1);
        while !self.is_open(next) {
            next = later(next, 1);
        }
        next
    }

    /// The open days of a year.
    pub(crate) fn open_days(&self, year: i16) -> Result<Vec<Date>, DemoError> {
        let mut day = Date::new(year, 1, 1).map_err(|e| DemoError::Date(e.to_string()))?;
        let mut days = Vec::with_capacity(260);
        while day.year() == year {
            if self.is_open(day) {
                days.push(day);
            }
            day = later(day, 1);
        }
        Ok(days)
    }
}

/// So many days later (or earlier).
pub(crate) fn later(day: Date, days: i64) -> Date {
    day.saturating_add(jiff::Span::new().days(days))
}

/// The moment at a second of a day in Seoul, in microseconds since 1970.
pub(crate) fn at(day: Date, second: i64) -> i64 {
    let midnight = SEOUL.to_timestamp(day.to_datetime(jiff::civil::Time::midnight()));
    midnight.map_or(0, |midnight| midnight.as_microsecond()) + second * 1_000_000
}

/// The day in Seoul.
pub(crate) fn day_of(micros: i64) -> Date {
    local(micros).date()
}

/// The second of the day in Seoul.
pub(crate) fn second_of(micros: i64) -> i64 {
    let time = local(micros).time();
    i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second())
}

fn local(micros: i64) -> jiff::civil::DateTime {
    SEOUL.to_datetime(jiff::Timestamp::from_microsecond(micros).unwrap_or(jiff::Timestamp::UNIX_EPOCH))
}

/// The moment as the domain has it.
pub(crate) fn timestamp(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros).unwrap_or(Timestamp::MIN)
}

/// The next market day in Jeongseon: every date that ends in 2 or 7.
pub(crate) fn next_market(day: Date) -> Date {
    let mut next = later(day, 1);
    while next.day() % 5 != 2 {
        next = later(next, 1);
    }
    next
}

/// `6월 14일`
pub(crate) fn spell(day: Date) -> String {
    format!("{}월 {}일", day.month(), day.day())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn holidays_and_weekends_are_closed() {
        let calendar = Calendar::read().unwrap();
        for closed in
            [date(2022, 9, 12), date(2023, 1, 24), date(2023, 10, 2), date(2024, 10, 1), date(2024, 3, 2)]
        {
            assert!(!calendar.is_open(closed), "{closed}");
        }
        assert!(calendar.is_open(date(2024, 3, 4)));
        assert_eq!(calendar.next_open(date(2024, 2, 8)), date(2024, 2, 13));
    }

    #[test]
    fn market_days_end_in_2_and_7() {
        assert_eq!(next_market(date(2022, 1, 27)), date(2022, 2, 2));
        assert_eq!(next_market(date(2022, 1, 3)), date(2022, 1, 7));
    }

    #[test]
    fn the_clock_is_seouls() {
        let moment = at(date(2024, 1, 2), OPENS);
        assert_eq!(timestamp(moment).to_string(), "2024-01-01T23:30:00.000000Z");
        assert_eq!((day_of(moment), second_of(moment)), (date(2024, 1, 2), OPENS));
    }
}
