//! The kinds of report, one file each: what its table looks like ([`Sketch`]) and how it is filled from the read models.
//! They count nothing themselves.

mod agents;
mod categories;
mod consultations;
mod directory;
mod hours;
mod monthly;
mod open_hours;
mod service_level;
mod staffing;
mod weekday;
mod wording;
mod yearly;

use sangdam_domain::counting::Share;
use sangdam_domain::time::Timestamp;
use sangdam_projections::centre::CentreFacts;
use sangdam_projections::{At, ReadModels};

use super::error::ReportError;
use super::question::{Kind, Question};
use super::render::{Progress, Step};
use crate::table::{Aside, Chart, Column, Name, Spooling, Words};

/// What the table of a kind of report looks like.
pub(super) struct Sketch {
    /// What the report is called.
    pub title: Words,
    /// What its table is called.
    pub name: Name,
    /// Its columns.
    pub columns: &'static [Column],
    /// How many of the columns, the first ones, tell the rows apart. Rows come in the order of these cells, or are
    /// always the same ones in the same order.
    pub keys: usize,
    /// What is drawn of it.
    pub chart: Option<Chart>,
    /// What its words mean.
    pub notes: fn() -> Vec<(Words, Words)>,
}

/// What a report is filled from.
pub(super) struct Ask<'a> {
    pub models: &'a ReadModels,
    pub at: &'a At,
    /// `None` before the centre is registered.
    pub facts: Option<&'a CentreFacts>,
    /// The moment asked about: when the event at the position was recorded.
    pub moment: Timestamp,
    pub progress: &'a Progress,
}

impl Ask<'_> {
    fn tell(&self, rows: u64, of: u64) {
        (self.progress)(Step::Taking { rows, of });
    }
}

/// What the table of a kind looks like.
pub(super) fn sketch(kind: Kind) -> &'static Sketch {
    match kind {
        Kind::Yearly => &yearly::SKETCH,
        Kind::Monthly => &monthly::SKETCH,
        Kind::Hours => &hours::SKETCH,
        Kind::Categories => &categories::SKETCH,
        Kind::Agents => &agents::SKETCH,
        Kind::ServiceLevel => &service_level::SKETCH,
        Kind::Staffing => &staffing::SKETCH,
        Kind::Directory => &directory::SKETCH,
        Kind::Consultations => &consultations::SKETCH,
    }
}

/// Fills the table, in the order of its keys, and gives the tables beside it.
pub(super) async fn fill(
    question: &Question,
    ask: &Ask<'_>,
    rows: &mut Spooling,
) -> Result<Vec<Aside>, ReportError> {
    match question {
        Question::Yearly { thresholds } => return yearly::fill(ask, thresholds, rows).await,
        Question::Hours(period) => return hours::fill(ask, *period, rows).await,
        Question::Staffing { period, target } => {
            return staffing::fill(ask, *period, *target, rows).await;
        }
        Question::Monthly(period) => monthly::fill(ask, *period, rows).await?,
        Question::Categories(period) => categories::fill(ask, *period, rows).await?,
        Question::Agents(period) => agents::fill(ask, *period, rows).await?,
        Question::ServiceLevel(period) => service_level::fill(ask, *period, rows).await?,
        Question::Directory { period, top } => directory::fill(ask, *period, *top, rows).await?,
        Question::Consultations(period) => consultations::fill(ask, *period, rows).await?,
    }
    Ok(Vec::new())
}

/// A part of a whole in percent, to the tenth, half a tenth rounded up, as a cell under `Decimal(1)`; empty where the
/// whole is nothing.
fn percent(part: u64, whole: u64) -> crate::table::Cell {
    Share { part, whole }.per_mille().into()
}

/// A mean to the tenth, half a tenth rounded up, as a cell under `Decimal(1)`; empty where there is nothing to average.
fn mean(sum: u64, count: u64) -> crate::table::Cell {
    let rounded = (u128::from(sum) * 20 + u128::from(count)).checked_div(u128::from(count) * 2);
    rounded.and_then(|tenths| i64::try_from(tenths).ok()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Cell;

    #[test]
    fn rates_are_rounded_half_up_and_never_divide_by_nothing() {
        assert_eq!(percent(998, 1_000), Cell::Int(998));
        assert_eq!(percent(1_995, 2_000), Cell::Int(998));
        assert_eq!(percent(1_994, 2_000), Cell::Int(997));
        assert_eq!((percent(0, 5), percent(0, 0)), (Cell::Int(0), Cell::Empty));
        assert_eq!((mean(7, 2), mean(1, 3), mean(5, 0)), (Cell::Int(35), Cell::Int(3), Cell::Empty));
    }

    #[test]
    fn keys_of_columns_are_unique_and_tell_rows_apart() {
        for kind in Kind::ALL {
            let sketch = sketch(kind);
            let mut keys: Vec<&str> = sketch.columns.iter().map(|column| column.key).collect();
            assert!((1..=keys.len()).contains(&sketch.keys), "{kind}");
            let chart = sketch.chart.as_ref();
            let own = chart.filter(|chart| chart.table == sketch.name.key);
            for key in own.iter().flat_map(|chart| chart.series.iter().chain([&chart.category])) {
                assert!(keys.contains(key), "{kind}: {key}");
            }
            keys.sort_unstable();
            keys.dedup();
            assert_eq!(keys.len(), sketch.columns.len(), "{kind}");
        }
    }
}
