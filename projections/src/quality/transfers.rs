//! How many consultations went on to an officer.

use jiff::civil::Date;
use sangdam_domain::counting::Share;
use sangdam_eventstore::Row;

use crate::at::At;
use crate::consultations::{ConsultationStatus, TABLE};
use crate::error::ReadError;
use crate::filter::Conditions;
use crate::models::ReadModels;

/// Transfers of the consultations of a period.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Transfers {
    /// Consultations opened in the period and not voided.
    pub consultations: u64,
    /// Of them, those of which a transfer was requested at least once, whatever came of it and whenever.
    pub transferred: u64,
    /// The requests.
    pub requests: u64,
}

impl Transfers {
    /// Consultations with a transfer ÷ consultations.
    pub fn rate(&self) -> Share {
        Share { part: self.transferred, whole: self.consultations }
    }
}

/// Transfers of the consultations opened from `from` to `to`, both included.
pub async fn transfers(models: &ReadModels, at: &At, from: Date, to: Date) -> Result<Transfers, ReadError> {
    let Some(question) = models.ask(at).await? else { return Ok(Transfers::default()) };
    let table = question.from(&TABLE);
    let mut conditions = Conditions::of(question, "occurred_at");
    conditions.and_days(Some(from), Some(to));
    conditions.and("status <> ?", [ConsultationStatus::Voided.as_str().into()]);
    let (conditions, question) = conditions.done();
    let sql = format!(
        "SELECT COUNT(*), COUNT(CASE WHEN transfers > 0 THEN 1 END), \
         CAST(COALESCE(SUM(transfers), 0) AS BIGINT) FROM {table} WHERE {conditions}"
    );
    Ok(models.select(question, &sql, read).await?.pop().unwrap_or_default())
}

fn read(row: &Row) -> Result<Transfers, sqlx::Error> {
    Ok(Transfers { consultations: row.count(0)?, transferred: row.count(1)?, requests: row.count(2)? })
}
