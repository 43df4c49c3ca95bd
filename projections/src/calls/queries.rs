//! Questions about calls.

use sangdam_domain::id::{CallId, CallerId};
use sangdam_domain::log::LogId;
use sangdam_eventstore::Arg;

use super::row::{CallFilter, CallRow, SELECT};
use crate::error::ReadError;
use crate::filter::{Conditions, page_of};
use crate::models::ReadModels;
use crate::page::{Page, Paged};

/// A page of the calls that meet the filter, in the order of when they were offered.
pub async fn page(
    models: &ReadModels,
    log: &LogId,
    filter: &CallFilter,
    page: &Page,
) -> Result<Paged<CallRow>, ReadError> {
    let Some(log_no) = models.log_no(log).await? else { return Ok(Paged::empty()) };
    let mut conditions = Conditions::of_log(log_no);
    if !filter.callers.is_empty() {
        conditions.and_in("caller", filter.callers.iter().map(|id| id.uuid().into()).collect());
    }
    conditions.and_if("agent = ?", filter.agent.map(|id| id.uuid()));
    conditions.and_if("status = ?", filter.status.map(|status| status.as_str()));
    conditions.and_if("direction = ?", filter.direction.map(|direction| direction.as_str()));
    conditions.and_days("offered_at", filter.from, filter.to);
    let (conditions, args) = conditions.paged(page, "offered_at", "id");
    let rows = models.db().fetch_all(&format!("SELECT {SELECT} FROM calls WHERE {conditions}"), args).await?;
    Ok(page_of(&rows, page, CallRow::read)?)
}

/// The calls with these ids, in no particular order; ids that nothing has are left out.
pub async fn by_ids(models: &ReadModels, log: &LogId, ids: &[CallId]) -> Result<Vec<CallRow>, ReadError> {
    matching(models, log, "id", ids.iter().map(|id| id.uuid().into()).collect()).await
}

/// All calls of these callers, in no particular order.
pub async fn of_callers(
    models: &ReadModels,
    log: &LogId,
    callers: &[CallerId],
) -> Result<Vec<CallRow>, ReadError> {
    matching(models, log, "caller", callers.iter().map(|id| id.uuid().into()).collect()).await
}

/// The calls that ring, wait or are being talked on, the first first: the wallboard's.
pub async fn under_way(models: &ReadModels, log: &LogId) -> Result<Vec<CallRow>, ReadError> {
    models.select(log, &under_way_sql(), Vec::new(), CallRow::read).await
}

/// With the codes as they stand in the index, which SQLite does not recognise in arguments; and sorted apart, since for the
/// order it would go through all calls there ever were.
pub(crate) fn under_way_sql() -> String {
    format!(
        "SELECT {SELECT} FROM calls WHERE log_no = $1 AND status IN ('offered', 'answered') ORDER BY +offered_at, id"
    )
}

async fn matching(
    models: &ReadModels,
    log: &LogId,
    column: &str,
    values: Vec<Arg>,
) -> Result<Vec<CallRow>, ReadError> {
    let select = format!("SELECT {SELECT} FROM calls");
    models.select_in(log, &select, column, values, CallRow::read).await
}
