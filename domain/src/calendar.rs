//! Days, hours and opening hours in a centre's own time zone.
//!
//! Zones come from the database that is built in, never from the machine's, so that a day is the same day everywhere.

use std::collections::BTreeMap;

use jiff::civil::{Date, Time};
use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::event::{OpenHours, OperatingCalendarPublished};
use crate::time::Timestamp;
use crate::value::Weekday;

/// How many days ahead opening hours are looked for.
const DAYS_AHEAD_MAX: u32 = 366;

/// A time zone of the IANA database.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Zone(TimeZone);

/// The zone of this IANA name (`Asia/Seoul`), spelt as the database spells it. `None` where it has none.
pub fn zone(name: &str) -> Option<Zone> {
    let zone = TimeZoneDatabase::bundled().get(name).ok()?;
    (!zone.is_unknown() && zone.iana_name() == Some(name)).then_some(Zone(zone))
}

/// A moment as the clocks and calendars of a zone show it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LocalMoment {
    /// The day.
    pub date: Date,
    /// The time of day.
    pub time: Time,
}

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self(TimeZone::UTC);

    /// The moment as it is shown there.
    pub fn local(&self, at: Timestamp) -> LocalMoment {
        let shown = self.0.to_datetime(at.jiff());
        LocalMoment { date: shown.date(), time: shown.time() }
    }

    /// The first moment of a day there. `None` where it is outside what can be told.
    pub fn start_of(&self, date: Date) -> Option<Timestamp> {
        self.moment(date, Time::midnight())
    }

    /// The moment at which a clock there shows this time on this day. Where clocks skip it, the moment as far after
    /// the gap; where they show it twice, the first.
    pub fn moment(&self, date: Date, time: Time) -> Option<Timestamp> {
        let moment = self.0.to_timestamp(date.to_datetime(time)).ok()?;
        Timestamp::from_micros(moment.as_microsecond())
    }

    /// The library's own type.
    pub fn jiff(&self) -> &TimeZone {
        &self.0
    }
}

impl LocalMoment {
    /// The year.
    pub fn year(self) -> i16 {
        self.date.year()
    }

    /// The month, 1 to 12.
    pub fn month(self) -> i8 {
        self.date.month()
    }

    /// The hour, 0 to 23.
    pub fn hour(self) -> i8 {
        self.time.hour()
    }

    /// The day of the week.
    pub fn weekday(self) -> Weekday {
        weekday(self.date)
    }
}

/// The day of the week of a date.
pub fn weekday(date: Date) -> Weekday {
    use jiff::civil::Weekday as Day;
    match date.weekday() {
        Day::Monday => Weekday::Monday,
        Day::Tuesday => Weekday::Tuesday,
        Day::Wednesday => Weekday::Wednesday,
        Day::Thursday => Weekday::Thursday,
        Day::Friday => Weekday::Friday,
        Day::Saturday => Weekday::Saturday,
        Day::Sunday => Weekday::Sunday,
    }
}

impl Weekday {
    /// 1 for Monday to 7 for Sunday, as ISO 8601 counts.
    pub const fn number(self) -> u8 {
        self as u8 + 1
    }
}

/// The opening hours of a centre, over all versions of its calendar.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct OperatingCalendar {
    in_order: Vec<CalendarVersion>,
}

/// One version of the opening hours.
#[derive(Clone, PartialEq, Debug)]
pub struct CalendarVersion {
    /// 1, 2, 3, …
    pub version: u32,
    /// The first day it is in force; it ends where the next one begins.
    pub valid_from: Date,
    /// The zone of the hours.
    pub zone: Zone,
    /// When it is open, by day of the week.
    pub weekly_hours: Vec<OpenHours>,
    /// Days on which it is closed, and their names.
    pub holidays: BTreeMap<Date, String>,
}

impl OperatingCalendar {
    /// From all that was published, version 1 first.
    pub fn of<'a>(published: impl IntoIterator<Item = &'a OperatingCalendarPublished>) -> Self {
        let mut calendar = Self::default();
        for version in published {
            calendar.publish(version);
        }
        calendar
    }

    /// Adds the next version.
    pub fn publish(&mut self, published: &OperatingCalendarPublished) {
        let holidays =
            published.holidays.iter().map(|holiday| (holiday.date, holiday.name.as_str().to_owned()));
        self.in_order.push(CalendarVersion {
            version: published.calendar_version,
            valid_from: published.valid_from,
            // A name was checked before it was published, and the database only ever grows.
            zone: zone(published.time_zone.as_str()).unwrap_or(Zone::UTC),
            weekly_hours: published.weekly_hours.clone(),
            holidays: holidays.collect(),
        });
    }

    /// All versions, version 1 first.
    pub fn versions(&self) -> &[CalendarVersion] {
        &self.in_order
    }

    /// The version in force at a moment. `None` before the first.
    pub fn in_force(&self, at: Timestamp) -> Option<&CalendarVersion> {
        self.in_order.iter().rev().find(|version| version.valid_from <= version.zone.local(at).date)
    }

    /// Whether the centre is open at any time of a day: unless the calendar in force on it says that it is not.
    pub fn is_open_on(&self, date: Date) -> bool {
        let in_force = self.in_order.iter().rev().find(|version| version.valid_from <= date);
        in_force.is_none_or(|version| version.hours_on(date).next().is_some())
    }

    /// The version of the calendar by which the centre is closed at a moment. `None` where it is open, or where no
    /// calendar is in force: nothing says that it is closed then.
    pub fn closed_by(&self, at: Timestamp) -> Option<u32> {
        self.in_force(at).filter(|version| !version.is_open(at)).map(|version| version.version)
    }

    /// The moment at which the centre has been open for so many seconds more. Where no calendar is in force, every moment is
    /// open; where it stays closed for a year, as if it were open from `at` on.
    pub fn after_open_seconds(&self, at: Timestamp, seconds: u32) -> Timestamp {
        let mut left = i64::from(seconds);
        let mut from = at;
        for _ in 0..DAYS_AHEAD_MAX {
            let Some(version) = self.in_force(from) else { return from.plus_seconds(left) };
            let day = version.zone.local(from).date;
            let next_day = day.tomorrow().ok().and_then(|next| version.zone.start_of(next));
            let Some(next_day) = next_day else { break };
            for (opens, closes) in version.open_spans(day, next_day) {
                let begins = opens.max(from);
                let open_seconds = i64::from(closes.seconds_since(begins));
                if begins < closes && open_seconds >= left {
                    return begins.plus_seconds(left);
                }
                left -= open_seconds;
            }
            from = next_day;
        }
        at.plus_seconds(seconds.into())
    }

    /// Whether the centre is open at a moment: unless a calendar in force says that it is not.
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.closed_by(at).is_none()
    }
}

impl CalendarVersion {
    /// Whether these hours are open at a moment.
    pub fn is_open(&self, at: Timestamp) -> bool {
        let LocalMoment { date, time } = self.zone.local(at);
        self.hours_on(date)
            .any(|hours| hours.opens <= time && (closes_at_midnight(hours) || time < hours.closes))
    }

    /// From when to when it is open on a day, in order; the next day begins at `next_day`.
    fn open_spans(&self, date: Date, next_day: Timestamp) -> Vec<(Timestamp, Timestamp)> {
        let span = |hours: &OpenHours| {
            let closes =
                if closes_at_midnight(hours) { Some(next_day) } else { self.zone.moment(date, hours.closes) };
            Some((self.zone.moment(date, hours.opens)?, closes?))
        };
        let mut spans: Vec<_> = self.hours_on(date).filter_map(span).collect();
        spans.sort_unstable();
        spans
    }

    /// The open hours of a day, none on a holiday.
    pub fn hours_on(&self, date: Date) -> impl Iterator<Item = &OpenHours> {
        let day = weekday(date);
        let holiday = self.holidays.contains_key(&date);
        self.weekly_hours.iter().filter(move |hours| !holiday && hours.weekday == day)
    }
}

fn closes_at_midnight(hours: &OpenHours) -> bool {
    hours.closes == Time::midnight()
}

/// Refuses hours that end before they begin, or overlap on a day.
pub(crate) fn check_hours(weekly: &[OpenHours]) -> Result<(), &'static str> {
    for hours in weekly {
        if !closes_at_midnight(hours) && hours.closes <= hours.opens {
            return Err(
                "closes before it opens on a day; 00:00 as the closing time means the end of the day",
            );
        }
    }
    for (index, one) in weekly.iter().enumerate() {
        let overlap = |other: &OpenHours| {
            one.weekday == other.weekday
                && (closes_at_midnight(other) || one.opens < other.closes)
                && (closes_at_midnight(one) || other.opens < one.closes)
        };
        if weekly[index + 1..].iter().any(overlap) {
            return Err("has hours that overlap on a day");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Holiday;
    use crate::value::DisplayText;
    use jiff::civil::{date, time};

    fn jeongseon(version: u32, valid_from: Date, opens: Time) -> OperatingCalendarPublished {
        let weekdays =
            [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];
        let hours = |weekday| OpenHours { weekday, opens, closes: time(18, 30, 0, 0) };
        OperatingCalendarPublished {
            calendar_version: version,
            valid_from,
            time_zone: DisplayText::parse("Asia/Seoul").unwrap(),
            weekly_hours: weekdays.map(hours).to_vec(),
            holidays: vec![Holiday {
                date: date(2024, 2, 9),
                name: DisplayText::parse("설날 연휴").unwrap(),
            }],
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[track_caller]
    fn assert_open(calendar: &OperatingCalendar, moment: &str, open: bool) {
        assert_eq!(calendar.is_open(at(moment)), open, "{moment}");
    }

    #[test]
    fn opens_at_the_first_minute_and_closes_at_the_last() {
        let calendar = OperatingCalendar::of([&jeongseon(1, date(2019, 8, 1), time(8, 30, 0, 0))]);
        assert_open(&calendar, "2024-02-08T08:29:59.999999+09:00", false);
        assert_open(&calendar, "2024-02-08T08:30:00+09:00", true);
        assert_open(&calendar, "2024-02-08T18:29:59.999999+09:00", true);
        assert_open(&calendar, "2024-02-08T18:30:00+09:00", false);
        assert_open(&calendar, "2024-02-09T10:00:00+09:00", false);
        assert_open(&calendar, "2024-02-10T10:00:00+09:00", false);
        // Thursday 23:40 in UTC is Friday morning in Seoul.
        assert_open(&calendar, "2024-02-15T23:40:00Z", true);
    }

    #[test]
    fn the_version_in_force_decides_and_none_before_the_first() {
        let (first, second) = (date(2019, 8, 1), date(2023, 1, 2));
        let calendar = OperatingCalendar::of([
            &jeongseon(1, first, time(8, 30, 0, 0)),
            &jeongseon(2, second, time(9, 0, 0, 0)),
        ]);
        assert_eq!(calendar.in_force(at("2019-07-31T14:59:59Z")), None);
        assert!(calendar.is_open(at("2019-07-31T14:59:59Z")));
        assert_eq!(calendar.in_force(at("2019-07-31T15:00:00Z")).unwrap().version, 1);
        assert_eq!(calendar.closed_by(at("2022-12-30T08:40:00+09:00")), None);
        assert_eq!(calendar.closed_by(at("2023-01-02T08:40:00+09:00")), Some(2));
    }

    #[test]
    fn a_day_is_open_where_it_has_hours() {
        let calendar = OperatingCalendar::of([&jeongseon(1, date(2019, 8, 1), time(8, 30, 0, 0))]);
        // A Thursday, a holiday, a Saturday; and a Sunday before the first calendar.
        let days = [date(2024, 2, 8), date(2024, 2, 9), date(2024, 2, 10), date(2019, 7, 28)];
        assert_eq!(days.map(|day| calendar.is_open_on(day)), [true, false, false, true]);
        assert_eq!(days.map(|day| weekday(day).number()), [4, 5, 6, 7]);
    }

    #[test]
    fn open_time_is_counted_over_nights_weekends_and_holidays() {
        let calendar = OperatingCalendar::of([&jeongseon(1, date(2019, 8, 1), time(8, 30, 0, 0))]);
        let hour = |from: &str| calendar.after_open_seconds(at(from), 3_600);
        assert_eq!(hour("2024-02-08T10:00:00+09:00"), at("2024-02-08T11:00:00+09:00"));
        assert_eq!(hour("2024-02-08T17:30:00+09:00"), at("2024-02-08T18:30:00+09:00"));
        assert_eq!(hour("2024-02-08T03:00:00+09:00"), at("2024-02-08T09:30:00+09:00"));
        // Thursday evening; Friday is a holiday, then comes the weekend.
        assert_eq!(hour("2024-02-08T18:00:00+09:00"), at("2024-02-12T09:00:00+09:00"));
        assert_eq!(hour("2024-02-10T12:00:00+09:00"), at("2024-02-12T09:30:00+09:00"));
        assert_eq!(hour("2019-07-30T23:00:00+09:00"), at("2019-07-31T00:00:00+09:00"));
        let never = OperatingCalendar::of([&OperatingCalendarPublished {
            weekly_hours: vec![],
            ..jeongseon(1, date(2019, 8, 1), Time::midnight())
        }]);
        assert_eq!(never.after_open_seconds(at("2024-02-08T10:00:00Z"), 60), at("2024-02-08T10:01:00Z"));
    }

    #[test]
    fn around_the_clock_is_always_open() {
        let midnight = Time::midnight();
        let weekly_hours = Weekday::ALL
            .iter()
            .map(|&weekday| OpenHours { weekday, opens: midnight, closes: midnight })
            .collect();
        let published = OperatingCalendarPublished {
            weekly_hours,
            holidays: vec![],
            ..jeongseon(1, date(1999, 1, 1), midnight)
        };
        assert_eq!(check_hours(&published.weekly_hours), Ok(()));
        let calendar = OperatingCalendar::of([&published]);
        assert_open(&calendar, "1999-02-06T00:00:00+09:00", true);
        assert_open(&calendar, "1999-02-06T23:59:59.999999+09:00", true);
    }

    #[test]
    fn hours_neither_reverse_nor_overlap() {
        let hours = |from, to| OpenHours {
            weekday: Weekday::Monday,
            opens: time(from, 0, 0, 0),
            closes: time(to, 0, 0, 0),
        };
        assert_eq!(check_hours(&[hours(9, 12), hours(12, 18), hours(20, 0)]), Ok(()));
        for bad in [
            vec![hours(9, 9)],
            vec![hours(9, 8)],
            vec![hours(9, 13), hours(12, 18)],
            vec![hours(9, 0), hours(20, 21)],
        ] {
            assert!(check_hours(&bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn zones_are_known_by_their_names_alone() {
        assert!(zone("Asia/Seoul").is_some() && zone("Asia/Jerusalem").is_some() && zone("UTC").is_some());
        for bad in ["", "Asia/Pyongchang", "+09:00", "KST-9", "asia/seoul", "Etc/Unknown", "../etc/passwd"] {
            assert_eq!(zone(bad), None, "{bad}");
        }
    }

    #[test]
    fn days_follow_the_clocks_of_the_zone() {
        let jerusalem = zone("Asia/Jerusalem").unwrap();
        assert_eq!(jerusalem.start_of(date(1999, 2, 1)).unwrap(), at("1999-01-31T22:00:00Z"));
        assert_eq!(jerusalem.local(at("1999-01-31T22:00:00Z")).date, date(1999, 2, 1));
        let moment = jerusalem.moment(date(1999, 2, 1), time(8, 15, 0, 0)).unwrap();
        assert_eq!(moment, at("1999-02-01T06:15:00Z"));
        assert_eq!((jerusalem.local(moment).hour(), jerusalem.local(moment).weekday()), (8, Weekday::Monday));
    }
}
