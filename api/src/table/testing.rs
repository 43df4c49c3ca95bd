//! A small document for the tests of every format.

use std::borrow::Cow;
use std::sync::Arc;

use sangdam_domain::calendar;
use sha2::{Digest, Sha256};

use super::cell::Cell;
use super::column::{Column, Kind};
use super::document::{
    Aside, Chart, ChartKind, Document, Name, Note, Stamp, StampField, StampName, StampValue,
};
use super::spool::Spooling;
use super::words::Language;

fn basis(code: &str, language: Language) -> Cow<'_, str> {
    match (code, language) {
        ("unknown", Language::Ko) => Cow::Borrowed("모름"),
        ("unknown", Language::En) => Cow::Borrowed("not known"),
        ("=recorded", Language::Ko) => Cow::Borrowed("=기록"),
        _ => Cow::Borrowed(code),
    }
}

const COLUMNS: &[Column] = &[
    Column::number("year", "연도", "year"),
    Column::count("consultations", "상담", "consultations").unknown_where_empty(),
    Column::new(Kind::Code(basis), "basis", "근거", "basis"),
    Column::new(Kind::Time, "recorded_at", "기록 시각", "recorded at"),
];

const CUMULATIVE: &[Column] = &[Column::count("consultations", "누적 상담", "consultations")];

/// What the document says of itself.
pub(crate) const NAMES: [StampName; 2] = [
    StampName::new("report", "보고서", "Report", Some(1)),
    StampName::new("position", "위치", "Position", Some(0)),
];

/// Two years, one of which nobody knows.
pub(crate) fn document(language: Option<Language>) -> Document {
    let mut rows = Spooling::begin(COLUMNS, Sha256::new()).unwrap();
    rows.push(&[2021_i64.into(), Cell::Empty, "unknown".into(), Cell::Empty]).unwrap();
    let at = Cell::Time("2024-01-31T03:04:05Z".parse().unwrap());
    rows.push(&[2022_i64.into(), 39_685_u64.into(), "=recorded".into(), at]).unwrap();
    Document {
        language,
        zone: calendar::zone("Asia/Seoul").unwrap(),
        zone_name: "Asia/Seoul".into(),
        title: "연도별 상담".into(),
        lines: vec!["정선군".into()],
        name: Name::new("years", "연도별", "Years"),
        rows: Arc::new(rows.end().unwrap().0),
        asides: vec![Aside {
            name: Name::new("cumulative", "누적", "cumulative"),
            columns: CUMULATIVE,
            rows: vec![vec![39_685_u64.into()]],
            keys: 0,
        }],
        chart: Some(Chart {
            kind: ChartKind::Columns,
            table: "years",
            category: "year",
            series: &["consultations"],
            rows_max: 100,
        }),
        notes: vec![Note {
            term: "상담".into(), meaning: "무효가 되지 않은 상담 <하나>".into()
        }],
        stamp: Stamp {
            fields: vec![
                StampField { name: NAMES[0], value: StampValue::Text("yearly".into()) },
                StampField { name: NAMES[1], value: StampValue::Number(7) },
            ],
            dated: "2024-01-31T03:04:05Z".parse().unwrap(),
        },
    }
}
