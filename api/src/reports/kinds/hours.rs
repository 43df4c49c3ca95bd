//! The numbers by day of the week and hour.

use sangdam_domain::value::Weekday;
use sangdam_projections::counts::{self, DayCount, WeekHour};

use super::weekday::{self, DAYS};
use super::wording::{CALLS, CONSULTATION};
use super::{Ask, Sketch, mean};
use crate::reports::error::ReportError;
use crate::reports::question::Period;
use crate::table::{Aside, Cell, Chart, ChartKind, Column, Name, Row, Spooling, Words};

pub const SKETCH: Sketch = Sketch {
    title: Words::new("요일·시간대별 통계", "By weekday and hour"),
    name: Name::new("hours", "요일·시간대", "Hours"),
    columns: COLUMNS,
    keys: 3,
    chart: Some(Chart {
        kind: ChartKind::Lines,
        table: "week",
        category: "hour",
        series: &["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"],
        rows_max: 24,
    }),
    notes: || vec![CONSULTATION, CALLS, DAYS, NOTHING],
};

const COLUMNS: &[Column] = &[
    weekday::NUMBER,
    weekday::NAME,
    Column::number("hour", "시", "hour"),
    Column::count("consultations", "상담", "consultations"),
    Column::count("offered", "인입", "offered"),
    Column::count("answered", "응답", "answered"),
    Column::count("abandoned", "포기", "abandoned"),
    Column::count("days", "일수", "days"),
    Column::tenths("offered_per_day", "하루 평균 인입", "offered a day"),
];

const WEEK: &[Column] = &[
    Column::number("hour", "시", "hour"),
    Column::count("monday", "월", "Mon"),
    Column::count("tuesday", "화", "Tue"),
    Column::count("wednesday", "수", "Wed"),
    Column::count("thursday", "목", "Thu"),
    Column::count("friday", "금", "Fri"),
    Column::count("saturday", "토", "Sat"),
    Column::count("sunday", "일", "Sun"),
];

const NOTHING: (Words, Words) = (
    Words::new("없는 행", "Missing rows"),
    Words::new("아무것도 없었던 시간대는 싣지 않습니다.", "Hours in which there was nothing are left out."),
);

/// Fills the table: the hours of the week in which there was anything, Monday's first. Beside it, calls offered by hour
/// and day of the week.
pub async fn fill(ask: &Ask<'_>, period: Period, rows: &mut Spooling) -> Result<Vec<Aside>, ReportError> {
    let (from, to) = (period.from(), period.to());
    let week = counts::by_hour_and_weekday(ask.models, ask.at, from, to, ask.moment).await?;
    for hour in week.iter().filter(|hour| hour.consultations + hour.offered > 0) {
        rows.push(&[
            hour.weekday.number().into(),
            hour.weekday.as_str().into(),
            hour.hour.into(),
            hour.consultations.into(),
            hour.offered.into(),
            hour.answered.into(),
            hour.abandoned.into(),
            divisor(hour.days).into(),
            mean(hour.offered, divisor(hour.days).into()),
        ])?;
    }
    let name = Name::new("week", "시간대별 인입(요일별)", "Offered by hour");
    Ok(vec![Aside { name, columns: WEEK, rows: by_hour(&week), keys: 1 }])
}

/// What the numbers of a day of the week are divided by.
pub fn divisor(days: DayCount) -> u32 {
    if days.open > 0 { days.open } else { days.all }
}

/// From the first hour in which calls were offered to the last.
fn by_hour(week: &[WeekHour]) -> Vec<Row> {
    let offered = |hour: u8, weekday: Weekday| {
        let slot = week.iter().find(|slot| slot.hour == hour && slot.weekday == weekday);
        slot.map_or(0, |slot| slot.offered)
    };
    let busy = || week.iter().filter(|slot| slot.offered > 0).map(|slot| slot.hour);
    let Some((first, last)) = busy().min().zip(busy().max()) else { return Vec::new() };
    let row = |hour: u8| {
        let numbers = Weekday::ALL.iter().map(|weekday| Cell::count(offered(hour, *weekday)));
        std::iter::once(hour.into()).chain(numbers).collect()
    };
    (first..=last).map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_stand_across_the_days_of_the_week() {
        let slot = |weekday, hour, offered| WeekHour {
            weekday,
            hour,
            days: DayCount { all: 5, open: 4 },
            consultations: 0,
            offered,
            answered: 0,
            abandoned: 0,
        };
        let week = [slot(Weekday::Monday, 9, 7), slot(Weekday::Friday, 11, 3), slot(Weekday::Friday, 12, 0)];
        let rows = by_hour(&week);
        assert_eq!(rows.len(), 3);
        assert_eq!(rows[0][..2], [Cell::Int(9), Cell::Int(7)]);
        assert_eq!(rows[1][0], Cell::Int(10));
        assert_eq!(rows[2][5], Cell::Int(3));
        assert!(rows.iter().all(|row| row.len() == WEEK.len()));
        assert!(by_hour(&[]).is_empty());
        assert_eq!([divisor(week[0].days), divisor(DayCount { all: 5, open: 0 })], [4, 5]);
    }
}
