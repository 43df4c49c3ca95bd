//! Days and hours of the centre's own clock, as columns hold them: a day is the number `yyyymmdd`.

use jiff::civil::Date;
use sangdam_domain::calendar::Zone;
use sangdam_domain::time::Timestamp;

/// The year of a day.
pub(crate) fn year_of(day: i64) -> i64 {
    day / 10_000
}

/// A date as the number `yyyymmdd`.
pub(crate) fn day_number(date: Date) -> i64 {
    i64::from(date.year()) * 10_000 + i64::from(date.month()) * 100 + i64::from(date.day())
}

/// The date of a number `yyyymmdd`; the database holds no others.
pub(crate) fn date_of(day: i64) -> Result<Date, sqlx::Error> {
    let part = |n: i64| i8::try_from(n).ok();
    i16::try_from(day / 10_000)
        .ok()
        .zip(part(day / 100 % 100).zip(part(day % 100)))
        .and_then(|(year, (month, day))| Date::new(year, month, day).ok())
        .ok_or_else(|| sqlx::Error::Decode(format!("`{day}` is not a day (yyyymmdd)").into()))
}

/// A moment before any clock on earth shows the day. With it an index on moments serves a condition on days.
pub(crate) fn earliest_of(date: Date) -> Timestamp {
    midnight_utc(date).plus_seconds(-15 * 3600)
}

/// A moment after every clock on earth has shown the day; the last one there is, where that is past it.
pub(crate) fn latest_of(date: Date) -> Timestamp {
    let last = Timestamp::from_micros(LAST_MICROS).unwrap_or(Timestamp::MIN);
    match Zone::UTC.start_of(date) {
        Some(midnight) if midnight < last.plus_seconds(-LATEST_SECONDS) => {
            midnight.plus_seconds(LATEST_SECONDS)
        }
        None if date.year() < 1970 => Timestamp::MIN.plus_seconds(LATEST_SECONDS),
        _ => last,
    }
}

/// The days from one to another, both included.
pub(crate) fn days(from: Date, to: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(from), |day| day.tomorrow().ok()).take_while(move |day| *day <= to)
}

/// The days from one to another, both included, in slices of a month and less: of what is read row by row, so much is
/// held at a time.
pub(crate) fn slices(from: Date, to: Date) -> impl Iterator<Item = (Date, Date)> {
    let next = move |first: Date| (first <= to).then(|| (first, first.last_of_month().min(to)));
    std::iter::successors(next(from), move |(_, last)| next(last.tomorrow().ok()?))
}

/// The moments of the days from one to another, both included: the first, and the first one after them.
pub(crate) fn moments(zone: &Zone, from: Date, to: Date) -> (Timestamp, Timestamp) {
    let start = |date: Date| zone.start_of(date);
    let begins = start(from).unwrap_or(Timestamp::MIN);
    (begins, to.tomorrow().ok().and_then(start).unwrap_or_else(|| latest_of(to)))
}

const LATEST_SECONDS: i64 = 39 * 3600;
/// 9999-12-30T22:00:00Z: the last second that every time zone on earth can show.
const LAST_MICROS: i64 = 253_402_207_200_000_000;

fn midnight_utc(date: Date) -> Timestamp {
    Zone::UTC.start_of(date).unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_day_is_a_number_and_back() {
        assert_eq!(day_number(date(2024, 1, 31)), 20_240_131);
        assert_eq!(year_of(20_240_131), 2024);
        assert_eq!(date_of(20_240_131).unwrap(), date(2024, 1, 31));
        assert!(date_of(20_240_230).is_err());
    }

    #[test]
    fn the_last_days_that_can_be_told_leave_nothing_out() {
        let moment: Timestamp = "9999-12-29T00:00:00Z".parse().unwrap();
        for date in [date(9999, 12, 30), date(9999, 12, 31)] {
            assert!(latest_of(date) > moment, "{date}");
        }
        assert!(latest_of(date(1900, 1, 1)) < moment);
    }

    #[test]
    fn slices_are_all_the_days_once() {
        let (from, to) = (date(2023, 12, 30), date(2024, 2, 2));
        let sliced: Vec<_> = slices(from, to).collect();
        let february = (date(2024, 2, 1), to);
        assert_eq!(sliced, [(from, date(2023, 12, 31)), (date(2024, 1, 1), date(2024, 1, 31)), february]);
        assert_eq!(sliced.iter().flat_map(|(from, to)| days(*from, *to)).count(), days(from, to).count());
        assert_eq!((slices(to, from).count(), days(to, from).count()), (0, 0));
        assert_eq!(days(date(9999, 12, 30), Date::MAX).count(), 2);
    }

    #[test]
    fn the_moments_of_days_are_those_of_the_zone() {
        let seoul = sangdam_domain::calendar::zone("Asia/Seoul").unwrap();
        let (begins, ends) = moments(&seoul, date(2024, 1, 1), date(2024, 1, 1));
        assert_eq!(begins.to_string(), "2023-12-31T15:00:00.000000Z");
        assert_eq!(ends, begins.plus_seconds(24 * 3600));
        assert!(moments(&seoul, Date::MIN, Date::MAX).1 > ends);
    }

    #[test]
    fn a_day_lies_within_its_bounds_in_every_zone() {
        for zone in ["Pacific/Kiritimati", "Etc/GMT+12", "Asia/Seoul"] {
            let zone = sangdam_domain::calendar::zone(zone).unwrap();
            let start = zone.start_of(date(2024, 1, 1)).unwrap();
            let end = zone.start_of(date(2024, 1, 2)).unwrap();
            assert!(earliest_of(date(2024, 1, 1)) < start && end < latest_of(date(2024, 1, 1)), "{zone:?}");
        }
    }
}
