//! Questions about calls.

use sangdam_domain::id::{CallId, CallerId};
use sangdam_eventstore::Arg;

use super::row::{CallFilter, CallRow, SELECT, TABLE};
use crate::at::At;
use crate::error::ReadError;
use crate::filter::Conditions;
use crate::models::ReadModels;
use crate::page::{Page, Paged};
use crate::question::Question;

/// A page of the calls that meet the filter, in the order of when they were offered.
pub async fn page(
    models: &ReadModels,
    at: &At,
    filter: &CallFilter,
    page: &Page,
) -> Result<Paged<CallRow>, ReadError> {
    let Some(question) = models.ask(at).await? else { return Ok(Paged::empty()) };
    let (sql, question) = page_sql(question, filter, page);
    Ok(Paged::cut(models.select(question, &sql, CallRow::read).await?, page.size))
}

pub(crate) fn page_sql(question: Question, filter: &CallFilter, page: &Page) -> (String, Question) {
    let mut conditions = Conditions::of(question, "offered_at");
    if !filter.callers.is_empty() {
        conditions.and_in("caller", filter.callers.iter().map(|id| id.uuid().into()).collect());
    }
    conditions.and_if("agent = ?", filter.agent.map(|id| id.uuid()));
    conditions.and_if("status = ?", filter.status.map(|status| status.as_str()));
    conditions.and_if("direction = ?", filter.direction.map(|direction| direction.as_str()));
    conditions.and_days(filter.from, filter.to);
    conditions.page(&TABLE, SELECT, page)
}

/// The calls with these ids, in no particular order; ids that nothing has are left out.
pub async fn by_ids(models: &ReadModels, at: &At, ids: &[CallId]) -> Result<Vec<CallRow>, ReadError> {
    matching(models, at, "id", ids.iter().map(|id| id.uuid().into()).collect()).await
}

/// All calls of these callers, in no particular order.
pub async fn of_callers(
    models: &ReadModels,
    at: &At,
    callers: &[CallerId],
) -> Result<Vec<CallRow>, ReadError> {
    matching(models, at, "caller", callers.iter().map(|id| id.uuid().into()).collect()).await
}

/// The calls that ring, wait or are being talked on, the first first: the wallboard's.
pub async fn under_way(models: &ReadModels, at: &At) -> Result<Vec<CallRow>, ReadError> {
    let Some(question) = models.ask(at).await? else { return Ok(Vec::new()) };
    let sql = under_way_sql(&question);
    models.select(question, &sql, CallRow::read).await
}

/// With the codes as they stand in the index, which SQLite does not recognise in arguments; and sorted apart, since for the
/// order it would go through all calls there ever were.
pub(crate) fn under_way_sql(question: &Question) -> String {
    format!(
        "SELECT {SELECT} FROM {} WHERE log_no = $1 AND status IN ('offered', 'answered') ORDER BY +offered_at, id",
        question.from(&TABLE)
    )
}

async fn matching(
    models: &ReadModels,
    at: &At,
    column: &str,
    values: Vec<Arg>,
) -> Result<Vec<CallRow>, ReadError> {
    models.select_in(at, SELECT, &TABLE, column, values, CallRow::read).await
}
