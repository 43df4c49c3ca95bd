//! What was counted in each month of a period.

use std::collections::HashMap;

use jiff::ToSpan;
use jiff::civil::Date;
use sangdam_projections::centre::CentreFacts;
use sangdam_projections::counts::{self, By, Key};
use sangdam_projections::service_level::{self, ServiceLevel};

use super::wording::{self, ANSWER_RATE, CALLS, CONSULTATION, UNKNOWN};
use super::{Ask, Sketch, percent};
use crate::reports::error::ReportError;
use crate::reports::question::Period;
use crate::table::{Cell, Chart, ChartKind, Column, Kind, Name, Row, Spooling, Words};

pub const SKETCH: Sketch = Sketch {
    title: Words::new("월별 상담 통계", "Consultations by month"),
    name: Name::new("months", "월별", "Months"),
    columns: COLUMNS,
    keys: 1,
    chart: Some(Chart {
        kind: ChartKind::Columns,
        table: "months",
        category: "month",
        series: &["consultations", "offered"],
        rows_max: 120,
    }),
    notes: || vec![CONSULTATION, CALLS, ANSWER_RATE, ABANDONMENT, PART, UNKNOWN],
};

const COLUMNS: &[Column] = &[
    Column::new(Kind::Month, "month", "월", "month"),
    Column::count("consultations", "상담", "consultations").unknown_where_empty(),
    Column::count("offered", "인입", "offered").unknown_where_empty(),
    Column::count("answered", "응답", "answered").unknown_where_empty(),
    Column::count("abandoned", "포기", "abandoned").unknown_where_empty(),
    Column::tenths("abandonment_rate", "포기율(%)", "abandonment rate (%)"),
    Column::count("offered_in_hours", "운영 시간 내 인입", "offered in hours").unknown_where_empty(),
    Column::count("answered_in_hours", "운영 시간 내 응답", "answered in hours").unknown_where_empty(),
    Column::tenths("answer_rate", "응답률(%)", "answer rate (%)"),
    Column::new(Kind::Code(wording::basis), "basis", "근거", "basis"),
];

const ABANDONMENT: (Words, Words) = (
    Words::new("포기율", "Abandonment rate"),
    Words::new("포기 ÷ 인입 × 100.", "Abandoned ÷ offered × 100."),
);

const PART: (Words, Words) = (
    Words::new("월", "Month"),
    Words::new(
        "기간의 첫 달과 마지막 달은 기간에 드는 날만 집계합니다.",
        "Of the first and the last month only the days within the period count.",
    ),
);

/// Fills the table: every month of the period, also those in which nothing was counted.
pub async fn fill(ask: &Ask<'_>, period: Period, rows: &mut Spooling) -> Result<(), ReportError> {
    let counted = counts::counts(ask.models, ask.at, By::Month, period.from(), period.to()).await?;
    let consultations: HashMap<Date, u64> = counted
        .into_iter()
        .filter_map(
            |row| if let Key::Month(month) = row.key { Some((month, row.consultations)) } else { None },
        )
        .collect();
    for (first, last) in months(period) {
        let level = service_level::service_level(ask.models, ask.at, first, last).await?;
        let consultations = consultations.get(&first.first_of_month()).copied().unwrap_or(0);
        rows.push(&month(ask.facts, first, last, consultations, &level))?;
    }
    Ok(())
}

/// The first and the last day of each month's part of the period.
fn months(period: Period) -> impl Iterator<Item = (Date, Date)> {
    let mut next = Some(period.from());
    std::iter::from_fn(move || {
        let first = next.filter(|first| *first <= period.to())?;
        next = first.first_of_month().checked_add(1.month()).ok();
        Some((first, first.last_of_month().min(period.to())))
    })
}

fn month(
    facts: Option<&CentreFacts>,
    first: Date,
    last: Date,
    consultations: u64,
    level: &ServiceLevel,
) -> Row {
    let is_recorded = consultations + level.all.offered > 0;
    let since = facts.map(|facts| facts.records_complete_from);
    let basis = match since {
        Some(since) if last < since && !is_recorded => "unknown".to_owned(),
        Some(since) if last < since => "recorded in part".to_owned(),
        Some(since) if first < since => format!("recorded since {since}"),
        _ => "recorded".to_owned(),
    };
    let month: Cell = first.first_of_month().into();
    if basis == "unknown" {
        let mut row = vec![Cell::Empty; COLUMNS.len()];
        (row[0], row[COLUMNS.len() - 1]) = (month, basis.into());
        return row;
    }
    let (all, in_hours) = (&level.all, &level.in_hours);
    vec![
        month,
        consultations.into(),
        all.offered.into(),
        all.answered.into(),
        all.abandoned.into(),
        percent(all.abandoned, all.offered),
        in_hours.offered.into(),
        in_hours.answered.into(),
        percent(in_hours.answered, in_hours.offered),
        basis.into(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use sangdam_domain::log::Position;

    #[test]
    fn months_are_cut_at_the_periods_ends() {
        let period = Period::new(date(2023, 12, 15), date(2024, 2, 10)).unwrap();
        let expected = [
            (date(2023, 12, 15), date(2023, 12, 31)),
            (date(2024, 1, 1), date(2024, 1, 31)),
            (date(2024, 2, 1), date(2024, 2, 10)),
        ];
        assert_eq!(months(period).collect::<Vec<_>>(), expected);
        let last = Period::new(date(9999, 12, 1), date(9999, 12, 31)).unwrap();
        assert_eq!(months(last).count(), 1);
    }

    #[test]
    fn a_month_before_the_records_is_unknown_and_not_zero() {
        let facts = CentreFacts {
            name: "정선군".into(),
            time_zone: "Asia/Seoul".into(),
            opened_on: date(2019, 8, 1),
            records_complete_from: date(2022, 1, 10),
            position: Position::ZERO,
            legacy: Vec::new(),
        };
        let basis = |first: Date, consultations| {
            let row =
                month(Some(&facts), first, first.last_of_month(), consultations, &ServiceLevel::default());
            assert_eq!(row.len(), COLUMNS.len());
            (row[1].clone(), row[COLUMNS.len() - 1].clone())
        };
        assert_eq!(basis(date(2021, 12, 1), 0), (Cell::Empty, "unknown".into()));
        assert_eq!(basis(date(2021, 12, 1), 1), (Cell::Int(1), "recorded in part".into()));
        assert_eq!(basis(date(2022, 1, 1), 0), (Cell::Int(0), "recorded since 2022-01-10".into()));
        assert_eq!(basis(date(2022, 2, 1), 0), (Cell::Int(0), "recorded".into()));
    }
}
