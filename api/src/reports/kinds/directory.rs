//! The numbers of the directory that were given most often.

use sangdam_projections::directory::{self, Act};

use super::{Ask, Sketch};
use crate::reports::error::ReportError;
use crate::reports::question::Period;
use crate::table::{Chart, ChartKind, Column, Name, Spooling, Words};

pub const SKETCH: Sketch = Sketch {
    title: Words::new("전화번호 안내 순위", "Numbers most often given"),
    name: Name::new("numbers", "안내한 번호", "Numbers"),
    columns: COLUMNS,
    keys: 1,
    chart: Some(Chart {
        kind: ChartKind::Bars,
        table: "numbers",
        category: "department",
        series: &["given"],
        rows_max: 40,
    }),
    notes: || vec![GIVEN],
};

const COLUMNS: &[Column] = &[
    Column::number("rank", "순위", "rank"),
    Column::text("organisation", "기관", "organisation"),
    Column::text("department", "부서", "department"),
    Column::text("duties", "업무", "duties"),
    Column::text("phone", "전화번호", "phone"),
    Column::count("given", "안내 횟수", "given"),
    Column::text("entry", "항목 번호", "entry").for_programs(),
];

const GIVEN: (Words, Words) = (
    Words::new("안내 횟수", "Given"),
    Words::new(
        "상담원이 그 번호를 안내한 횟수입니다. 무효가 된 상담에서 안내한 것은 세지 않으며, 같은 횟수면 먼저 등록된 번호가 앞섭니다.",
        "How often agents gave the number; not in voided consultations. Of numbers given equally often the one added first comes first.",
    ),
);

/// Fills the table, by rank.
pub async fn fill(ask: &Ask<'_>, period: Period, top: u32, rows: &mut Spooling) -> Result<(), ReportError> {
    let (from, to) = (Some(period.from()), Some(period.to()));
    let top = usize::try_from(top).unwrap_or(usize::MAX);
    for row in directory::ranking(ask.models, ask.at, Act::Given, from, to, top).await? {
        let listing = row.entry.listing;
        rows.push(&[
            row.rank.into(),
            listing.organisation.as_str().to_owned().into(),
            listing.department.as_str().to_owned().into(),
            listing.duties.as_str().to_owned().into(),
            listing.phone.to_spelling().into(),
            row.given.into(),
            row.entry.id.to_string().into(),
        ])?;
    }
    Ok(())
}
