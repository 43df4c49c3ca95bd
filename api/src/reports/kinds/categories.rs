//! Consultations by category.

use sangdam_domain::event::Category;
use sangdam_projections::centre;
use sangdam_projections::counts::{self, By, Key};

use super::wording::CONSULTATION;
use super::{Ask, Sketch, percent};
use crate::reports::error::ReportError;
use crate::reports::question::Period;
use crate::table::{Cell, Chart, ChartKind, Column, Language, Name, Spooling, Words};

pub const SKETCH: Sketch = Sketch {
    title: Words::new("분류별 상담 통계", "Consultations by category"),
    name: Name::new("categories", "분류별", "Categories"),
    columns: COLUMNS,
    keys: 1,
    chart: Some(Chart {
        kind: ChartKind::Bars,
        table: "categories",
        category: "category",
        series: &["consultations"],
        rows_max: 60,
    }),
    notes: || vec![CONSULTATION, SHARE, NONE],
};

const COLUMNS: &[Column] = &[
    Column::text("category", "분류", "category"),
    Column::text("name_ko", "이름", "name").only(Language::Ko),
    Column::text("name_en", "이름", "name").only(Language::En),
    Column::count("consultations", "상담", "consultations"),
    Column::count("of", "전체 상담", "of"),
    Column::tenths("share", "비율(%)", "share (%)"),
];

const SHARE: (Words, Words) = (
    Words::new("비율", "Share"),
    Words::new(
        "그 분류의 상담 ÷ 기간의 전체 상담 × 100.",
        "Consultations of the category ÷ all of the period × 100.",
    ),
);

const NONE: (Words, Words) = (
    Words::new("분류가 비어 있는 행", "A row without a category"),
    Words::new("분류하지 않은 상담입니다.", "Consultations that are in none."),
);

/// Fills the table: the categories in which there were any, by code; those in none first.
pub async fn fill(ask: &Ask<'_>, period: Period, rows: &mut Spooling) -> Result<(), ReportError> {
    let taxonomies = centre::taxonomies(ask.models, ask.at).await?;
    let counted = counts::counts(ask.models, ask.at, By::Category, period.from(), period.to()).await?;
    let of: u64 = counted.iter().map(|row| row.consultations).sum();
    for row in counted {
        let Key::Category(code) = row.key else { continue };
        let code = code.as_ref().map(|code| code.as_str());
        // The latest name that a category had: a later taxonomy may have dropped it.
        let mut versions = taxonomies.iter().rev();
        let known: Option<&Category> =
            versions.find_map(|of| of.categories.iter().find(|known| Some(known.code.as_str()) == code));
        let name = |pick: fn(&Category) -> &str| known.map(|known| pick(known).to_owned());
        rows.push(&[
            code.map(str::to_owned).into(),
            name(|known| known.name_ko.as_str()).into(),
            name(|known| known.name_en.as_str()).into(),
            row.consultations.into(),
            Cell::count(of),
            percent(row.consultations, of),
        ])?;
    }
    Ok(())
}
