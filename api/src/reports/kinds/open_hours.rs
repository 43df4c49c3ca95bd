//! How long the centre was open in each hour of the week: an hour that is open by half has the calls of half an hour.

use std::collections::HashMap;

use jiff::ToSpan;
use jiff::civil::{Date, Time};
use sangdam_domain::calendar::{self, OperatingCalendar, Zone};
use sangdam_domain::event::OpenHours;
use sangdam_domain::value::Weekday;
use sangdam_projections::centre;

use super::Ask;
use crate::reports::error::ReportError;
use crate::reports::question::Period;

/// Open seconds by day of the week and hour, over all days of a period that had begun at the moment asked about.
pub struct OpenSeconds(HashMap<(Weekday, u8), u64>);

impl OpenSeconds {
    /// Of a period, by the calendars in force on its days.
    pub async fn of(ask: &Ask<'_>, period: Period) -> Result<Self, ReportError> {
        let calendar = OperatingCalendar::of(&centre::calendars(ask.models, ask.at).await?);
        let zone = ask.facts.and_then(|facts| calendar::zone(&facts.time_zone)).unwrap_or(Zone::UTC);
        let last = period.to().min(zone.local(ask.moment).date);
        Ok(Self::between(&calendar, period.from(), last))
    }

    fn between(calendar: &OperatingCalendar, from: Date, last: Date) -> Self {
        let mut seconds = HashMap::new();
        for day in from.series(1.day()).take_while(|day| *day <= last) {
            let in_force = calendar.versions().iter().rev().find(|version| version.valid_from <= day);
            for hours in in_force.into_iter().flat_map(|version| version.hours_on(day)) {
                for (hour, open) in cut(hours) {
                    *seconds.entry((calendar::weekday(day), hour)).or_default() += open;
                }
            }
        }
        Self(seconds)
    }

    /// Of one hour of the week.
    pub fn in_hour(&self, weekday: Weekday, hour: u8) -> u64 {
        self.0.get(&(weekday, hour)).copied().unwrap_or(0)
    }
}

/// Open hours cut at the full hours: the hour, and how many of its seconds are open.
fn cut(hours: &OpenHours) -> impl Iterator<Item = (u8, u64)> + use<> {
    let (opens, closes) = (second_of(hours.opens), second_of(hours.closes));
    // 00:00 is the end of the day.
    let closes = if closes == 0 { 24 * 3_600 } else { closes };
    (0..24_u8).filter_map(move |hour| {
        let begins = u64::from(hour) * 3_600;
        let open = closes.min(begins + 3_600).saturating_sub(opens.max(begins));
        (open > 0).then_some((hour, open))
    })
}

fn second_of(time: Time) -> u64 {
    let [hour, minute, second] =
        [time.hour(), time.minute(), time.second()].map(|n| u64::from(n.unsigned_abs()));
    hour * 3_600 + minute * 60 + second
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, time};
    use sangdam_domain::event::OperatingCalendarPublished;
    use sangdam_domain::value::DisplayText;

    #[test]
    fn an_hour_that_is_open_by_half_counts_by_half() {
        let calendar = OperatingCalendar::of([&OperatingCalendarPublished {
            calendar_version: 1,
            valid_from: date(2024, 1, 1),
            time_zone: DisplayText::parse("Asia/Seoul").unwrap(),
            weekly_hours: vec![OpenHours {
                weekday: Weekday::Monday,
                opens: time(8, 30, 0, 0),
                closes: time(18, 30, 0, 0),
            }],
            holidays: vec![],
        }]);
        let open = OpenSeconds::between(&calendar, date(2024, 1, 1), date(2024, 1, 14));
        let monday = [7, 8, 9, 18, 19].map(|hour| open.in_hour(Weekday::Monday, hour));
        assert_eq!(monday, [0, 3_600, 7_200, 3_600, 0]);
        assert_eq!(open.in_hour(Weekday::Tuesday, 9), 0);
    }

    #[test]
    fn midnight_ends_the_day() {
        let hours =
            OpenHours { weekday: Weekday::Monday, opens: time(23, 0, 0, 0), closes: Time::midnight() };
        assert_eq!(cut(&hours).collect::<Vec<_>>(), [(23, 3_600)]);
    }
}
