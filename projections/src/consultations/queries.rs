//! Questions about consultations.

use sangdam_domain::id::{CallId, ConsultationId};
use sangdam_domain::log::LogId;
use sangdam_eventstore::Arg;

use super::row::{ConsultationFilter, ConsultationRow, SELECT};
use crate::error::ReadError;
use crate::filter::{Conditions, page_of};
use crate::models::ReadModels;
use crate::page::{Page, Paged};

/// A page of the consultations that meet the filter, in the order of when they were opened.
pub async fn page(
    models: &ReadModels,
    log: &LogId,
    filter: &ConsultationFilter,
    page: &Page,
) -> Result<Paged<ConsultationRow>, ReadError> {
    let Some(log_no) = models.log_no(log).await? else { return Ok(Paged::empty()) };
    let (sql, args) = page_sql(log_no, filter, page);
    let rows = models.db().fetch_all(&sql, args).await?;
    Ok(page_of(&rows, page, ConsultationRow::read)?)
}

pub(crate) fn page_sql(log_no: i64, filter: &ConsultationFilter, page: &Page) -> (String, Vec<Arg>) {
    let (conditions, args) = conditions(log_no, filter).paged(page, "occurred_at", "id");
    (format!("SELECT {SELECT} FROM consultations WHERE {conditions}"), args)
}

/// How many consultations meet the filter.
pub async fn count(models: &ReadModels, log: &LogId, filter: &ConsultationFilter) -> Result<u64, ReadError> {
    let Some(log_no) = models.log_no(log).await? else { return Ok(0) };
    let (conditions, args) = conditions(log_no, filter).done();
    let row = models
        .db()
        .fetch_optional(&format!("SELECT COUNT(*) FROM consultations WHERE {conditions}"), args)
        .await?;
    Ok(row.map(|row| row.count(0)).transpose()?.unwrap_or(0))
}

/// The consultations with these ids, in no particular order; ids that nothing has are left out.
pub async fn by_ids(
    models: &ReadModels,
    log: &LogId,
    ids: &[ConsultationId],
) -> Result<Vec<ConsultationRow>, ReadError> {
    matching(models, log, "id", ids.iter().map(|id| id.uuid().into()).collect()).await
}

/// The consultations that these calls opened, in no particular order.
pub async fn opened_by_call(
    models: &ReadModels,
    log: &LogId,
    calls: &[CallId],
) -> Result<Vec<ConsultationRow>, ReadError> {
    matching(models, log, "opened_by_call", calls.iter().map(|id| id.uuid().into()).collect()).await
}

async fn matching(
    models: &ReadModels,
    log: &LogId,
    column: &str,
    values: Vec<Arg>,
) -> Result<Vec<ConsultationRow>, ReadError> {
    let select = format!("SELECT {SELECT} FROM consultations");
    models.select_in(log, &select, column, values, ConsultationRow::read).await
}

fn conditions(log_no: i64, filter: &ConsultationFilter) -> Conditions {
    let mut conditions = Conditions::of_log(log_no);
    if !filter.callers.is_empty() {
        conditions.and_in("caller", filter.callers.iter().map(|id| id.uuid().into()).collect());
    }
    conditions.and_if("agent = ?", filter.agent.map(|id| id.uuid()));
    conditions.and_if("category = ?", filter.category.as_ref().map(|code| code.as_str()));
    conditions.and_if("status = ?", filter.status.map(|status| status.as_str()));
    conditions.and_days("occurred_at", filter.from, filter.to);
    conditions
}
