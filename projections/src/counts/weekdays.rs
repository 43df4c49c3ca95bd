//! Counts over the hours of the week, with the days that they are counted over.

use jiff::civil::Date;
use sangdam_domain::calendar::{OperatingCalendar, weekday};
use sangdam_domain::time::Timestamp;
use sangdam_domain::value::Weekday;
use sangdam_eventstore::Row;

use super::{CALL_HOURS, CONSULTATION_HOURS};
use crate::at::At;
use crate::centre;
use crate::day::{date_of, day_number, days};
use crate::error::ReadError;
use crate::models::ReadModels;
use crate::table::{Table, small};

/// The numbers of an hour of the week.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WeekHour {
    /// The day of the week.
    pub weekday: Weekday,
    /// The hour on the centre's clock, 0 to 23.
    pub hour: u8,
    /// How often that day of the week came in the period.
    pub days: DayCount,
    /// Consultations that were not voided, by when they were opened.
    pub consultations: u64,
    /// Inbound calls offered.
    pub offered: u64,
    /// Of them, answered.
    pub answered: u64,
    /// Of them, abandoned.
    pub abandoned: u64,
}

/// How often a day of the week came: what its numbers are divided by for an average.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct DayCount {
    /// All of them.
    pub all: u32,
    /// Those on which the centre was open at any time, by the calendar in force on them; every day before the first
    /// calendar.
    pub open: u32,
}

/// The numbers of each hour of the week over the days from `from` to `to`, both included: always 168 rows, Monday's 0
/// o'clock first. Days that had not begun at `moment` (when the question is asked; as of a position, when its event was
/// recorded) count among no days, so that a period that is not over has true averages.
pub async fn by_hour_and_weekday(
    models: &ReadModels,
    at: &At,
    from: Date,
    to: Date,
    moment: Timestamp,
) -> Result<Vec<WeekHour>, ReadError> {
    let came = days_of_week(models, at, from, to, moment).await?;
    let mut week = of_week(|weekday, hour| WeekHour {
        weekday,
        hour,
        days: came[slot_of_day(weekday)],
        consultations: 0,
        offered: 0,
        answered: 0,
        abandoned: 0,
    });
    let zeros = "CAST(0 AS BIGINT), CAST(0 AS BIGINT), CAST(0 AS BIGINT)";
    let sources: [(&Table, String); 2] = [
        (&CONSULTATION_HOURS, format!("consultations, {zeros}")),
        (&CALL_HOURS, "CAST(0 AS BIGINT), offered, answered, abandoned".to_owned()),
    ];
    for (table, numbers) in sources {
        let Some(mut question) = models.ask(at).await? else { break };
        let (first, last) = (question.arg(day_number(from)), question.arg(day_number(to)));
        let sql = format!(
            "SELECT day, hour, {numbers} FROM {} WHERE log_no = $1 AND day BETWEEN {first} AND {last}",
            question.from(table)
        );
        for (slot, [consultations, offered, answered, abandoned]) in
            models.select(question, &sql, read).await?
        {
            let Some(sum) = week.get_mut(slot) else { continue };
            sum.consultations += consultations;
            sum.offered += offered;
            sum.answered += answered;
            sum.abandoned += abandoned;
        }
    }
    Ok(week)
}

fn read(row: &Row) -> Result<(usize, [u64; 4]), sqlx::Error> {
    let slot = slot_of_hour(weekday(date_of(row.int(0)?)?), small(row.int(1)?));
    Ok((slot, [row.count(2)?, row.count(3)?, row.count(4)?, row.count(5)?]))
}

/// One for each hour of the week, Monday's 0 o'clock first.
pub(crate) fn of_week<T>(make: impl Fn(Weekday, u8) -> T) -> Vec<T> {
    let hours = Weekday::ALL.iter().flat_map(|weekday| (0..HOURS).map(|hour| (*weekday, hour)));
    hours.map(|(weekday, hour)| make(weekday, hour)).collect()
}

/// The place of an hour in what [`of_week`] makes.
pub(crate) fn slot_of_hour(weekday: Weekday, hour: u8) -> usize {
    slot_of_day(weekday) * usize::from(HOURS) + usize::from(hour.min(HOURS - 1))
}

const HOURS: u8 = 24;

/// The place of a day in the week, 0 for Monday.
pub(crate) fn slot_of_day(weekday: Weekday) -> usize {
    usize::from(weekday.number() - 1)
}

/// How often each day of the week came, of the days that had begun at a moment.
pub(crate) async fn days_of_week(
    models: &ReadModels,
    at: &At,
    from: Date,
    to: Date,
    moment: Timestamp,
) -> Result<[DayCount; 7], ReadError> {
    let calendar = OperatingCalendar::of(&centre::calendars(models, at).await?);
    let today = centre::zone_of(models, at).await?.local(moment).date;
    let mut counted = [DayCount::default(); 7];
    for day in days(from, to.min(today)) {
        let count = &mut counted[slot_of_day(weekday(day))];
        count.all += 1;
        count.open += u32::from(calendar.is_open_on(day));
    }
    Ok(counted)
}
