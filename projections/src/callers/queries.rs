//! Questions about callers.

use sangdam_domain::id::CallerId;
use sangdam_eventstore::Arg;

use super::row::{CALLERS, CONTACTS, CallerRow, Contact, SELECT, SELECT_CONTACT};
use crate::at::At;
use crate::error::ReadError;
use crate::filter::Conditions;
use crate::models::ReadModels;
use crate::page::{Page, Paged};
use crate::question::Question;

/// The callers with these ids, in no particular order; ids that nobody has are left out.
pub async fn by_ids(models: &ReadModels, at: &At, ids: &[CallerId]) -> Result<Vec<CallerRow>, ReadError> {
    let ids: Vec<Arg> = ids.iter().map(|id| id.uuid().into()).collect();
    models.select_in(at, SELECT, &CALLERS, "id", ids, CallerRow::read).await
}

/// Everyone who is an alias of this caller, directly or by way of another alias; the caller first.
pub async fn aliases(models: &ReadModels, at: &At, caller: CallerId) -> Result<Vec<CallerId>, ReadError> {
    let mut all = vec![caller];
    let mut next = 0;
    while let Some(survivor) = all.get(next).copied() {
        next += 1;
        let Some(question) = models.ask(at).await? else { return Ok(all) };
        let (sql, question) = absorbed_sql(question, survivor);
        let mut absorbed = models.select(question, &sql, |row| row.uuid(0).map(CallerId::from_uuid)).await?;
        absorbed.sort_unstable();
        for alias in absorbed {
            if !all.contains(&alias) {
                all.push(alias);
            }
        }
    }
    Ok(all)
}

/// In no order: to have it in the order of ids, SQLite goes through all callers in place of the index.
pub(crate) fn absorbed_sql(mut question: Question, survivor: CallerId) -> (String, Question) {
    let (from, survivor) = (question.from(&CALLERS), question.arg(survivor.uuid()));
    (format!("SELECT id FROM {from} WHERE log_no = $1 AND merged_into = {survivor}"), question)
}

/// A page of what happened with these callers (a caller and their aliases), in the order of when it happened.
pub async fn history(
    models: &ReadModels,
    at: &At,
    callers: &[CallerId],
    page: &Page,
) -> Result<Paged<Contact>, ReadError> {
    let Some(question) = models.ask(at).await? else { return Ok(Paged::empty()) };
    let (sql, question) = history_sql(question, callers, page);
    Ok(Paged::cut(models.select(question, &sql, Contact::read).await?, page.size))
}

pub(crate) fn history_sql(question: Question, callers: &[CallerId], page: &Page) -> (String, Question) {
    let mut conditions = Conditions::of(question, "occurred_at");
    conditions.and_in("caller", callers.iter().map(|id| id.uuid().into()).collect());
    conditions.page(&CONTACTS, SELECT_CONTACT, page)
}
