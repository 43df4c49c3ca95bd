//! The yearly report: what was counted in each year, the cumulative count and the milestones, with the position and root
//! at which it was taken.

use jiff::civil::Date;
use sangdam_domain::counting::AnswerRate;
use sangdam_domain::log::LogId;
use sangdam_eventstore::{Head, Store, StoreError};
use sangdam_projections::At;
use sangdam_projections::centre::CentreFacts;
use sangdam_projections::cumulative::{Basis, BasisKind, Milestone};
use sangdam_projections::runner::{self, Progress};
use sangdam_projections::{CatchUpError, ReadError, ReadModels, centre, counts, cumulative};
use serde::Serialize;

/// How often the report is begun anew because events were added while it was taken.
const ROUNDS_MAX: u32 = 50;

/// What was counted in each year. Its JSON is what other programs read: keys never change their meaning.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct YearlyReport {
    /// From the year of the opening to the last one in which anything was counted.
    pub years: Vec<YearRow>,
    /// All of it since the records are complete.
    pub cumulative: Cumulative,
    /// Each threshold on each basis.
    pub milestones: Vec<MilestoneRow>,
    /// The counting definition: `v1`.
    pub definition: String,
    /// The position at which it was taken.
    pub position: u64,
    /// The Merkle root over the positions up to there, in hex.
    pub root: String,
}

/// One year. `None` is unknown, which is not 0.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct YearRow {
    /// The year, in the centre's time zone.
    pub year: i16,
    /// Consultations that were not voided.
    pub consultations: Option<u64>,
    /// Inbound calls offered.
    pub offered: Option<u64>,
    /// Inbound calls answered.
    pub answered: Option<u64>,
    /// Inbound calls abandoned.
    pub abandoned: Option<u64>,
    /// Answered ÷ offered within the opening hours, in percent, rounded to one decimal.
    pub answer_rate: Option<f64>,
    /// Known callers with at least one consultation.
    pub unique_callers: Option<u64>,
    /// How it is known: `recorded`, `recorded since DATE`, `declared: DOCUMENT`, or `unknown`.
    pub basis: String,
}

/// The cumulative count.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cumulative {
    /// Consultations.
    pub consultations: u64,
    /// The first day counted.
    pub since: Option<String>,
}

/// How a threshold stands on a basis.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MilestoneRow {
    /// How many consultations.
    pub threshold: u64,
    /// From when, and what is unknown in it.
    pub basis: String,
    /// `REACHED`, `REACHED_NO_LATER_THAN`, `NOT_REACHED` or `UNDETERMINABLE`.
    pub status: String,
    /// The consultation that made the count cross the threshold.
    pub consultation: Option<String>,
    /// When that happened.
    pub occurred_at: Option<String>,
    /// The position of its event.
    pub position: Option<u64>,
}

/// A report that could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The log could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The read models could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The read models could not catch up with the log.
    #[error(transparent)]
    CatchUp(#[from] CatchUpError),
    /// Others kept writing.
    #[error(
        "events were added all the time while the report was taken; try again when the ledger is less busy"
    )]
    Busy,
}

/// Takes the report: lets the read models catch up first, and begins anew where events come in between, so that all
/// numbers are those of one position. `progress` hears how far the read models are.
pub async fn yearly(
    store: &Store,
    models: &ReadModels,
    log: &LogId,
    thresholds: &[u64],
    mut progress: impl FnMut(Progress) + Send,
) -> Result<YearlyReport, ReportError> {
    for _ in 0..ROUNDS_MAX {
        runner::catch_up(store, models, log, &mut progress).await?;
        let head = store.head(log).await?;
        if models.applied(log).await? != head.position {
            continue;
        }
        let report = take(models, log, thresholds, &head).await?;
        if models.applied(log).await? == head.position && store.head(log).await?.position == head.position {
            return Ok(report);
        }
    }
    Err(ReportError::Busy)
}

async fn take(
    models: &ReadModels,
    log: &LogId,
    thresholds: &[u64],
    head: &Head,
) -> Result<YearlyReport, ReportError> {
    let facts = centre::facts(models, &At::now(log)).await?;
    let recorded = counts::yearly_counts(models, &At::now(log)).await?;
    let cumulative = cumulative::cumulative(models, &At::now(log), None).await?;
    let milestones = cumulative::milestones(models, &At::now(log), thresholds).await?;
    let definitions = centre::counting_definitions(models, &At::now(log)).await?;
    Ok(YearlyReport {
        years: years(facts.as_ref(), recorded),
        cumulative: Cumulative {
            consultations: cumulative.consultations,
            since: cumulative.since.map(|day| day.to_string()),
        },
        milestones: milestones.iter().map(milestone).collect(),
        definition: format!("v{}", definitions.last().map_or(1, |definition| definition.counting_version)),
        position: head.position.get(),
        root: hex::encode(head.root),
    })
}

/// The recorded years, and before them those of which a count was declared or nothing is known.
fn years(facts: Option<&CentreFacts>, recorded: Vec<counts::YearRow>) -> Vec<YearRow> {
    let mut rows: Vec<YearRow> = recorded.into_iter().map(|year| recorded_year(facts, &year)).collect();
    let Some(facts) = facts else { return rows };
    let declared = facts.legacy.iter().filter_map(|legacy| {
        let consultations = legacy.consultations?;
        Some((legacy.year, Some(consultations), format!("declared: {}", legacy.source)))
    });
    let unknown = facts.unknown_years().into_iter().map(|year| (year, None, "unknown".to_owned()));
    for (year, consultations, basis) in declared.chain(unknown) {
        if rows.iter().all(|row| row.year != year) {
            rows.push(YearRow {
                year,
                consultations,
                offered: None,
                answered: None,
                abandoned: None,
                answer_rate: None,
                unique_callers: None,
                basis,
            });
        }
    }
    rows.sort_by_key(|row| row.year);
    rows
}

fn recorded_year(facts: Option<&CentreFacts>, year: &counts::YearRow) -> YearRow {
    let partly = facts.filter(|facts| {
        let since = facts.records_complete_from;
        facts.opened_on < since
            && (year.year < since.year() || (year.year == since.year() && since.day_of_year() > 1))
    });
    YearRow {
        year: year.year,
        consultations: Some(year.consultations),
        offered: Some(year.offered),
        answered: Some(year.answered),
        abandoned: Some(year.abandoned),
        answer_rate: percent(year.in_hours),
        unique_callers: Some(year.unique_callers),
        basis: match partly {
            Some(facts) if year.year < facts.records_complete_from.year() => "recorded in part".to_owned(),
            Some(facts) => format!("recorded since {}", facts.records_complete_from),
            None => "recorded".to_owned(),
        },
    }
}

fn percent(rate: AnswerRate) -> Option<f64> {
    rate.per_mille().map(|tenths| f64::from(tenths) / 10.0)
}

fn milestone(milestone: &Milestone) -> MilestoneRow {
    MilestoneRow {
        threshold: milestone.threshold,
        basis: basis_words(&milestone.basis),
        status: milestone.status.as_str().to_owned(),
        consultation: milestone.consultation.map(|id| id.to_string()),
        occurred_at: milestone.occurred_at.map(|at| at.to_string()),
        position: milestone.position.map(|position| position.get()),
    }
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
        let rows = years(Some(&facts), vec![year]);
        let shown: Vec<_> =
            rows.iter().map(|row| (row.year, row.consultations, row.basis.as_str())).collect();
        assert_eq!(
            shown,
            [
                (2019, None, "unknown"),
                (2020, Some(7), "declared: annual report"),
                (2021, None, "unknown"),
                (2022, Some(5), "recorded"),
            ]
        );
    }

    #[test]
    fn a_year_that_was_recorded_in_part_says_so() {
        let year = counts::YearRow { year: 2022, consultations: 5, ..Default::default() };
        let rows = years(Some(&facts("2019-08-01", "2022-03-01")), vec![year]);
        assert_eq!(rows.last().unwrap().basis, "recorded since 2022-03-01");
    }

    #[test]
    fn a_basis_is_told_in_words() {
        let basis =
            |kind, unknown_years| Basis { kind, since: "2022-01-01".parse().ok(), known: 0, unknown_years };
        assert_eq!(basis_words(&basis(BasisKind::SinceRecords, vec![])), "since 2022-01-01");
        let unknown = vec![2019, 2020, 2021];
        assert_eq!(basis_words(&basis(BasisKind::SinceOpening, unknown)), "since opening, 2019–2021 unknown");
        assert_eq!(basis_words(&basis(BasisKind::SinceOpening, vec![])), "since opening");
        assert_eq!(spans(&[2019, 2021, 2022]), "2019, 2021–2022");
    }
}
