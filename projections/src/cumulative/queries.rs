//! Questions about the cumulative count.

use jiff::civil::Date;
use sangdam_domain::counting::MilestoneStatus;
use sangdam_domain::id::ConsultationId;
use sangdam_domain::log::Position;
use sangdam_domain::time::Timestamp;
use sangdam_eventstore::Row;

use super::STEPS;
use crate::at::At;
use crate::centre;
use crate::counts::{CONSULTATION_HOURS, CONSULTATION_YEARS};
use crate::day::{day_number, year_of};
use crate::error::ReadError;
use crate::models::ReadModels;
use crate::table::int;

/// From when it is counted.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BasisKind {
    /// Since the ledger's records are complete.
    SinceRecords,
    /// Since the centre opened.
    SinceOpening,
}

impl BasisKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::SinceRecords, Self::SinceOpening];

    /// The number as it stands in tables.
    pub(crate) fn number(self) -> i64 {
        match self {
            Self::SinceRecords => 1,
            Self::SinceOpening => 2,
        }
    }
}

/// A basis of the cumulative count, as it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Basis {
    /// Which one.
    pub kind: BasisKind,
    /// Its first day; `None` before the centre is registered.
    pub since: Option<Date>,
    /// The known count on it.
    pub known: u64,
    /// The years in it of which nothing is known, or not all; empty where everything is known.
    pub unknown_years: Vec<i16>,
}

impl Basis {
    /// Whether an unknown period lies in it.
    pub fn has_unknown_period(&self) -> bool {
        !self.unknown_years.is_empty()
    }
}

/// How many consultations there were since a day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cumulative {
    /// The first day counted; `None` before the centre is registered, where everything counts.
    pub since: Option<Date>,
    /// How many.
    pub consultations: u64,
}

/// How a threshold stands on a basis.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Milestone {
    /// The threshold.
    pub threshold: u64,
    /// The basis.
    pub basis: Basis,
    /// Whether it is reached.
    pub status: MilestoneStatus,
    /// The event that made the count cross the threshold last, while it is reached.
    pub position: Option<Position>,
    /// When that happened.
    pub occurred_at: Option<Timestamp>,
    /// Its consultation; `None` where a legacy balance crossed it.
    pub consultation: Option<ConsultationId>,
}

/// Both bases as they stand.
pub async fn bases(models: &ReadModels, at: &At) -> Result<[Basis; 2], ReadError> {
    let totals = match models.ask(at).await? {
        None => Vec::new(),
        Some(mut question) => {
            let steps = question.from(&STEPS);
            let last = BasisKind::ALL.map(|kind| {
                let basis = question.arg(kind.number());
                format!(
                    "SELECT * FROM (SELECT basis, total FROM {steps} WHERE log_no = $1 AND basis = {basis} \
                     ORDER BY position DESC LIMIT 1) AS last"
                )
            });
            models.select(question, &last.join(" UNION ALL "), |row| Ok((row.int(0)?, row.int(1)?))).await?
        }
    };
    let known = |kind: BasisKind| {
        let total = totals.iter().find(|(basis, _)| *basis == kind.number()).map_or(0, |(_, total)| *total);
        u64::try_from(total).unwrap_or(0)
    };
    let centre = centre::facts(models, at).await?;
    let [since_records, since_opening] = BasisKind::ALL;
    Ok([
        Basis {
            kind: since_records,
            since: centre.as_ref().map(|centre| centre.records_complete_from),
            known: known(since_records),
            unknown_years: Vec::new(),
        },
        Basis {
            kind: since_opening,
            since: centre.as_ref().map(|centre| centre.opened_on),
            known: known(since_opening),
            unknown_years: centre.map(|centre| centre.unknown_years()).unwrap_or_default(),
        },
    ])
}

/// How many consultations there were since `from`, or since the records are complete.
pub async fn cumulative(models: &ReadModels, at: &At, from: Option<Date>) -> Result<Cumulative, ReadError> {
    let Some(from) = from else {
        let [records, _] = bases(models, at).await?;
        return Ok(Cumulative { since: records.since, consultations: records.known });
    };
    let day = day_number(from);
    // The rest of the first year by hours, every later year as a whole.
    let year = year_of(day);
    let nothing = Cumulative { since: Some(from), consultations: 0 };
    let Some(mut question) = models.ask(at).await? else { return Ok(nothing) };
    let (hours, years) = (question.from(&CONSULTATION_HOURS), question.from(&CONSULTATION_YEARS));
    let (first, last) = (question.arg(day), question.arg(year * 10_000 + 1231));
    let sql = format!(
        "SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) FROM ( \
         SELECT consultations AS n FROM {hours} WHERE log_no = $1 AND day BETWEEN {first} AND {last} \
         UNION ALL SELECT consultations FROM {years} WHERE log_no = $1 AND year > {}) counted",
        question.arg(year)
    );
    let counted = models.select(question, &sql, |row| row.count(0)).await?;
    Ok(counted
        .first()
        .map_or(nothing, |consultations| Cumulative { consultations: *consultations, ..nothing }))
}

/// How each threshold stands on each basis: for every threshold, first since the records, then since opening.
pub async fn milestones(
    models: &ReadModels,
    at: &At,
    thresholds: &[u64],
) -> Result<Vec<Milestone>, ReadError> {
    let bases = bases(models, at).await?;
    let mut milestones = Vec::with_capacity(thresholds.len() * 2);
    for &threshold in thresholds {
        for basis in &bases {
            let status = MilestoneStatus::of(basis.known, threshold, basis.has_unknown_period());
            let reached = basis.known >= threshold;
            let step = if reached { crossing(models, at, basis.kind, threshold).await? } else { None };
            milestones.push(Milestone {
                threshold,
                basis: basis.clone(),
                status,
                position: step.as_ref().map(|step| step.position),
                occurred_at: step.as_ref().map(|step| step.occurred_at),
                consultation: step.and_then(|step| step.consultation),
            });
        }
    }
    Ok(milestones)
}

struct Step {
    position: Position,
    occurred_at: Timestamp,
    consultation: Option<ConsultationId>,
}

/// The last step upwards over a threshold. A consultation's step ends exactly at it; a legacy balance, of which there
/// are few, may jump over it.
async fn crossing(
    models: &ReadModels,
    at: &At,
    basis: BasisKind,
    threshold: u64,
) -> Result<Option<Step>, ReadError> {
    let Some(mut question) = models.ask(at).await? else { return Ok(None) };
    let steps = question.from(&STEPS);
    let (basis, threshold) = (question.arg(basis.number()), question.arg(int(threshold)));
    let sql = format!(
        "SELECT position, occurred_at, consultation FROM {steps} \
             WHERE log_no = $1 AND basis = {basis} AND total = {threshold} AND delta > 0 \
         UNION ALL SELECT position, occurred_at, consultation FROM {steps} \
             WHERE log_no = $1 AND basis = {basis} AND consultation IS NULL \
             AND total > {threshold} AND total - delta < {threshold} \
         ORDER BY position DESC LIMIT 1"
    );
    let steps = models.select(question, &sql, read_step).await?;
    Ok(steps.into_iter().next())
}

fn read_step(row: &Row) -> Result<Step, sqlx::Error> {
    Ok(Step {
        position: row.position(0)?,
        occurred_at: row.time(1)?,
        consultation: row.opt_uuid(2)?.map(ConsultationId::from_uuid),
    })
}
