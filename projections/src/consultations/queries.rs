//! Questions about consultations.

use sangdam_domain::id::{CallId, ConsultationId};
use sangdam_eventstore::Arg;

use super::row::{ConsultationFilter, ConsultationRow, ListedConsultation, SELECT, SELECT_LISTED, TABLE};
use crate::at::At;
use crate::error::ReadError;
use crate::filter::Conditions;
use crate::models::ReadModels;
use crate::page::{Cursor, Page, Paged};
use crate::question::Question;

/// A page of the consultations that meet the filter, in the order of when they were opened.
pub async fn page(
    models: &ReadModels,
    at: &At,
    filter: &ConsultationFilter,
    page: &Page,
) -> Result<Paged<ConsultationRow>, ReadError> {
    let Some(question) = models.ask(at).await? else { return Ok(Paged::empty()) };
    let (sql, question) = page_sql(question, filter, page);
    Ok(Paged::cut(models.select(question, &sql, ConsultationRow::read).await?, page.size))
}

/// The same page, of what a list shows; with versions where they are wanted, which takes a look at every row.
pub async fn list(
    models: &ReadModels,
    at: &At,
    filter: &ConsultationFilter,
    page: &Page,
    with_versions: bool,
) -> Result<Paged<ListedConsultation>, ReadError> {
    let Some(question) = models.ask(at).await? else { return Ok(Paged::empty()) };
    let (sql, question) = list_sql(question, filter, page, with_versions);
    let read = if with_versions { ListedConsultation::read_with_version } else { ListedConsultation::read };
    let rows = models.select_together(question, &sql, read).await?;
    Ok(Paged::sorted(rows, page, |row| Cursor { at: row.opened_at, id: row.id.uuid() }))
}

pub(crate) fn list_sql(
    question: Question,
    filter: &ConsultationFilter,
    page: &Page,
    with_versions: bool,
) -> (String, Question) {
    let version = if with_versions { ", version" } else { "" };
    conditions(question, filter).page(&TABLE, &format!("{SELECT_LISTED}{version}"), page)
}

pub(crate) fn page_sql(question: Question, filter: &ConsultationFilter, page: &Page) -> (String, Question) {
    conditions(question, filter).page(&TABLE, SELECT, page)
}

/// How many consultations meet the filter.
pub async fn count(models: &ReadModels, at: &At, filter: &ConsultationFilter) -> Result<u64, ReadError> {
    let Some(question) = models.ask(at).await? else { return Ok(0) };
    let from = question.from(&TABLE);
    let (conditions, question) = conditions(question, filter).done();
    let sql = format!("SELECT COUNT(*) FROM {from} WHERE {conditions}");
    let counted = models.select(question, &sql, |row| row.count(0)).await?;
    Ok(counted.first().copied().unwrap_or(0))
}

/// The consultations with these ids, in no particular order; ids that nothing has are left out.
pub async fn by_ids(
    models: &ReadModels,
    at: &At,
    ids: &[ConsultationId],
) -> Result<Vec<ConsultationRow>, ReadError> {
    matching(models, at, "id", ids.iter().map(|id| id.uuid().into()).collect()).await
}

/// The consultations that these calls opened, in no particular order.
pub async fn opened_by_call(
    models: &ReadModels,
    at: &At,
    calls: &[CallId],
) -> Result<Vec<ConsultationRow>, ReadError> {
    matching(models, at, "opened_by_call", calls.iter().map(|id| id.uuid().into()).collect()).await
}

async fn matching(
    models: &ReadModels,
    at: &At,
    column: &str,
    values: Vec<Arg>,
) -> Result<Vec<ConsultationRow>, ReadError> {
    models.select_in(at, SELECT, &TABLE, column, values, ConsultationRow::read).await
}

fn conditions(question: Question, filter: &ConsultationFilter) -> Conditions {
    let mut conditions = Conditions::of(question, "occurred_at");
    if !filter.callers.is_empty() {
        conditions.and_in("caller", filter.callers.iter().map(|id| id.uuid().into()).collect());
    }
    conditions.and_if("agent = ?", filter.agent.map(|id| id.uuid()));
    conditions.and_if("category = ?", filter.category.as_ref().map(|code| code.as_str()));
    if let Some(status) = filter.status {
        // Written out: few are open or voided, and have indexes of their own.
        conditions.and(&format!("status = '{}'", status.as_str()), []);
    }
    conditions.and_days(filter.from, filter.to);
    conditions
}
