//! What was counted in each year, the cumulative count and the milestones.

use jiff::civil::Date;
use sangdam_projections::centre::CentreFacts;
use sangdam_projections::cumulative::{Basis, BasisKind, Milestone};
use sangdam_projections::{counts, cumulative};

use super::wording::{self, ANSWER_RATE, CALLS, CONSULTATION, UNKNOWN};
use super::{Ask, Sketch, percent};
use crate::reports::error::ReportError;
use crate::table::{Aside, Cell, Chart, ChartKind, Column, Kind, Language, Name, Row, Spooling, Words};

pub const SKETCH: Sketch = Sketch {
    title: Words::new("연도별 상담 통계", "Consultations by year"),
    name: Name::new("years", "연도별", "Years"),
    columns: COLUMNS,
    keys: 1,
    chart: Some(Chart {
        kind: ChartKind::Columns,
        table: "years",
        category: "year",
        series: &["consultations"],
        rows_max: 100,
    }),
    notes: || vec![CONSULTATION, CALLS, ANSWER_RATE, UNIQUE_CALLERS, UNKNOWN, MILESTONE],
};

const COLUMNS: &[Column] = &[
    Column::number("year", "연도", "year"),
    Column::count("consultations", "상담", "consultations").unknown_where_empty(),
    Column::count("offered", "인입", "offered").unknown_where_empty(),
    Column::count("answered", "응답", "answered").unknown_where_empty(),
    Column::count("abandoned", "포기", "abandoned").unknown_where_empty(),
    Column::tenths("answer_rate", "응답률(%)", "answer rate (%)"),
    Column::count("unique_callers", "상담 인원", "unique callers").unknown_where_empty(),
    Column::new(Kind::Code(wording::basis), "basis", "근거", "basis"),
    Column::count("offered_in_hours", "운영 시간 내 인입", "offered in hours").unknown_where_empty(),
    Column::count("answered_in_hours", "운영 시간 내 응답", "answered in hours").unknown_where_empty(),
];

const CUMULATIVE: &[Column] = &[
    Column::count("consultations", "누적 상담", "consultations"),
    Column::new(Kind::Date, "since", "기산일", "since"),
];

const MILESTONES: &[Column] = &[
    Column::count("threshold", "기준 건수", "threshold"),
    Column::new(Kind::Code(basis_in_words), "basis", "산정 범위", "basis"),
    Column::new(Kind::Code(status_in_words), "status", "상태", "status"),
    Column::new(Kind::Time, "occurred_at", "달성 시각", "reached at"),
    Column::number("position", "위치", "position"),
    Column::text("consultation", "상담 번호", "consultation"),
];

const UNIQUE_CALLERS: (Words, Words) = (
    Words::new("상담 인원", "Unique callers"),
    Words::new(
        "그해 상담이 1건 이상 있는, 누구인지 확인된 사람의 수입니다. 나중에 합쳐진 사람은 기록된 대로 따로 셉니다.",
        "Known callers with at least one consultation in the year. Callers merged later count as they were recorded.",
    ),
);

const MILESTONE: (Words, Words) = (
    Words::new("늦어도 이때 달성", "Reached no later than"),
    Words::new(
        "건수를 알 수 없는 해가 앞에 있어, 실제로는 더 일찍 달성했을 수 있다는 뜻입니다.",
        "Years of which nobody knows the count lie before, so that it may have been reached earlier.",
    ),
);

/// Fills the table, and gives the cumulative count and the milestones.
pub async fn fill(ask: &Ask<'_>, thresholds: &[u64], rows: &mut Spooling) -> Result<Vec<Aside>, ReportError> {
    let recorded = counts::yearly_counts(ask.models, ask.at).await?;
    for row in years(ask.facts, &recorded) {
        rows.push(&row)?;
    }
    let cumulative = cumulative::cumulative(ask.models, ask.at, None).await?;
    let milestones = cumulative::milestones(ask.models, ask.at, thresholds).await?;
    Ok(vec![
        Aside {
            name: Name::new("cumulative", "누적 상담", "Cumulative count"),
            columns: CUMULATIVE,
            rows: vec![vec![cumulative.consultations.into(), cumulative.since.into()]],
            keys: 0,
        },
        Aside {
            name: Name::new("milestones", "달성 시점", "Milestones"),
            columns: MILESTONES,
            rows: milestones.iter().map(milestone).collect(),
            keys: 2,
        },
    ])
}

/// The recorded years, and before them those of which a count was declared or nothing is known.
fn years(facts: Option<&CentreFacts>, recorded: &[counts::YearRow]) -> Vec<Row> {
    let mut rows: Vec<(i16, Row)> =
        recorded.iter().map(|year| (year.year, recorded_year(facts, year))).collect();
    let Some(facts) = facts else { return rows.into_iter().map(|(_, row)| row).collect() };
    let declared = facts.legacy.iter().filter_map(|legacy| {
        let consultations = legacy.consultations?;
        Some((legacy.year, Some(consultations), format!("declared: {}", legacy.source)))
    });
    let unknown = facts.unknown_years().into_iter().map(|year| (year, None, "unknown".to_owned()));
    for (year, consultations, basis) in declared.chain(unknown) {
        if rows.iter().all(|(recorded, _)| *recorded != year) {
            let mut row = vec![Cell::Empty; COLUMNS.len()];
            (row[0], row[1], row[7]) = (year.into(), consultations.into(), basis.into());
            rows.push((year, row));
        }
    }
    rows.sort_by_key(|(year, _)| *year);
    rows.into_iter().map(|(_, row)| row).collect()
}

fn recorded_year(facts: Option<&CentreFacts>, year: &counts::YearRow) -> Row {
    let partly = facts.filter(|facts| {
        let since = facts.records_complete_from;
        facts.opened_on < since
            && (year.year < since.year() || (year.year == since.year() && since.day_of_year() > 1))
    });
    let basis = match partly {
        Some(facts) if year.year < facts.records_complete_from.year() => "recorded in part".to_owned(),
        Some(facts) => format!("recorded since {}", facts.records_complete_from),
        None => "recorded".to_owned(),
    };
    vec![
        year.year.into(),
        year.consultations.into(),
        year.offered.into(),
        year.answered.into(),
        year.abandoned.into(),
        percent(year.in_hours.answered, year.in_hours.offered),
        year.unique_callers.into(),
        basis.into(),
        year.in_hours.offered.into(),
        year.in_hours.answered.into(),
    ]
}

fn milestone(milestone: &Milestone) -> Row {
    vec![
        milestone.threshold.into(),
        basis_words(&milestone.basis).into(),
        milestone.status.as_str().into(),
        milestone.occurred_at.into(),
        milestone.position.map(|position| position.get()).into(),
        milestone.consultation.map(|id| id.to_string()).into(),
    ]
}

/// `since 2022-01-01`, or `since opening, 2019–2021 unknown`.
fn basis_words(basis: &Basis) -> String {
    let day =
        |since: Option<Date>| since.map_or_else(|| "the first record".to_owned(), |day| day.to_string());
    match basis.kind {
        BasisKind::SinceRecords => format!("since {}", day(basis.since)),
        BasisKind::SinceOpening if basis.unknown_years.is_empty() => "since opening".to_owned(),
        BasisKind::SinceOpening => format!("since opening, {} unknown", spans(&basis.unknown_years)),
    }
}

/// A milestone's basis as people read it.
fn basis_in_words(code: &str, language: Language) -> std::borrow::Cow<'_, str> {
    if language == Language::En {
        return code.into();
    }
    let unknown = code.strip_prefix("since opening, ").and_then(|rest| rest.strip_suffix(" unknown"));
    match (code, unknown, code.strip_prefix("since ")) {
        ("since opening", ..) => "개소 이후".into(),
        (_, Some(years), _) => format!("개소 이후({years}년은 알 수 없음)").into(),
        ("since the first record", ..) => "첫 기록 이후".into(),
        (.., Some(day)) => format!("{day} 이후").into(),
        _ => code.into(),
    }
}

fn status_in_words(code: &str, language: Language) -> std::borrow::Cow<'_, str> {
    const STATUS: [(&str, Words); 4] = [
        ("REACHED", Words::new("달성", "reached")),
        ("REACHED_NO_LATER_THAN", Words::new("늦어도 이때 달성", "reached no later than")),
        ("NOT_REACHED", Words::new("미달성", "not reached")),
        ("UNDETERMINABLE", Words::new("판단할 수 없음", "undeterminable")),
    ];
    wording::of_list(code, language, &STATUS)
}

/// Years in order, as spans: `2019–2021, 2023`.
fn spans(years: &[i16]) -> String {
    let mut spans: Vec<(i16, i16)> = Vec::new();
    for &year in years {
        match spans.last_mut() {
            Some((_, last)) if *last + 1 == year => *last = year,
            _ => spans.push((year, year)),
        }
    }
    let words = |&(first, last): &(i16, i16)| {
        if first == last { first.to_string() } else { format!("{first}–{last}") }
    };
    spans.iter().map(words).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use sangdam_domain::log::Position;
    use sangdam_projections::centre::LegacyYear;

    fn facts(opened_on: &str, complete_from: &str) -> CentreFacts {
        CentreFacts {
            name: "정선군".into(),
            time_zone: "Asia/Seoul".into(),
            opened_on: opened_on.parse().unwrap(),
            records_complete_from: complete_from.parse().unwrap(),
            position: Position::ZERO,
            legacy: Vec::new(),
        }
    }

    #[test]
    fn years_before_the_records_are_unknown_and_not_zero() {
        let year =
            counts::YearRow { year: 2022, consultations: 5, offered: 10, answered: 9, ..Default::default() };
        let mut facts = facts("2019-08-01", "2022-01-01");
        facts.legacy = vec![LegacyYear {
            year: 2020,
            consultations: Some(7),
            source: "annual report".into(),
            position: Position::ZERO,
        }];
        let rows = years(Some(&facts), &[year]);
        let shown: Vec<[Cell; 3]> =
            rows.iter().map(|row| [row[0].clone(), row[1].clone(), row[7].clone()]).collect();
        assert_eq!(
            shown,
            [
                [Cell::Int(2019), Cell::Empty, "unknown".into()],
                [Cell::Int(2020), Cell::Int(7), "declared: annual report".into()],
                [Cell::Int(2021), Cell::Empty, "unknown".into()],
                [Cell::Int(2022), Cell::Int(5), "recorded".into()],
            ]
        );
        assert!(rows.iter().all(|row| row.len() == COLUMNS.len()));
    }

    #[test]
    fn a_year_that_was_recorded_in_part_says_so() {
        let year = counts::YearRow { year: 2022, consultations: 5, ..Default::default() };
        let rows = years(Some(&facts("2019-08-01", "2022-03-01")), &[year]);
        assert_eq!(rows.last().unwrap()[7], Cell::text("recorded since 2022-03-01"));
    }

    #[test]
    fn a_basis_is_told_in_words() {
        let basis =
            |kind, unknown_years| Basis { kind, since: "2022-01-01".parse().ok(), known: 0, unknown_years };
        let since = basis_words(&basis(BasisKind::SinceRecords, vec![]));
        assert_eq!(since, "since 2022-01-01");
        let opening = basis_words(&basis(BasisKind::SinceOpening, vec![2019, 2020, 2021]));
        assert_eq!(opening, "since opening, 2019–2021 unknown");
        assert_eq!(basis_words(&basis(BasisKind::SinceOpening, vec![])), "since opening");
        assert_eq!(spans(&[2019, 2021, 2022]), "2019, 2021–2022");
        assert_eq!(basis_in_words(&since, Language::Ko), "2022-01-01 이후");
        assert_eq!(basis_in_words(&opening, Language::Ko), "개소 이후(2019–2021년은 알 수 없음)");
    }
}
