//! Questions about calls.

use jiff::civil::Date;
use sangdam_domain::id::{CallId, CallerId};
use sangdam_domain::time::Timestamp;
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

/// A page of the calls of these days that nobody has accounted for: answered, without a consultation or a reason why there is
/// none. In the order of when they were offered.
pub async fn unaccounted(
    models: &ReadModels,
    at: &At,
    (from, to): (Option<Date>, Option<Date>),
    page: &Page,
) -> Result<Paged<CallRow>, ReadError> {
    let Some(question) = models.ask(at).await? else { return Ok(Paged::empty()) };
    let (sql, question) = unaccounted_sql(question, (from, to), page);
    Ok(Paged::cut(models.select(question, &sql, CallRow::read).await?, page.size))
}

pub(crate) fn unaccounted_sql(
    question: Question,
    (from, to): (Option<Date>, Option<Date>),
    page: &Page,
) -> (String, Question) {
    let mut conditions = Conditions::of(question, "offered_at");
    // As it stands in the index, which SQLite does not recognise in an argument.
    conditions.and("unaccounted = 1", []);
    conditions.and_days(from, to);
    conditions.page(&TABLE, SELECT, page)
}

/// The last call of one of these callers whose line broke within so many seconds before a moment, and which belongs to a
/// consultation: when they call again, it is likely about that.
pub async fn cut_off(
    models: &ReadModels,
    at: &At,
    callers: &[CallerId],
    before: Timestamp,
    within_seconds: u32,
) -> Result<Option<CallRow>, ReadError> {
    let Some(mut question) = models.ask(at).await? else { return Ok(None) };
    let from = question.from(&TABLE);
    let ids: Vec<Arg> = callers.iter().map(|id| id.uuid().into()).collect();
    let (ids, moment) = (question.list(&ids), question.arg(before));
    let sql = format!(
        "SELECT {SELECT} FROM {from} WHERE log_no = $1 AND caller IN {ids} AND dropped = 1 \
         AND consultation IS NOT NULL AND offered_at <= {moment}"
    );
    let earliest = before.plus_seconds(-i64::from(within_seconds));
    let rows = models.select(question, &sql, CallRow::read).await?;
    let broke = |row: &CallRow| row.line_broke_at().filter(|at| (earliest..=before).contains(at));
    Ok(rows.into_iter().filter(|row| broke(row).is_some()).max_by_key(|row| (broke(row), row.id)))
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
