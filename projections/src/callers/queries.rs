//! Questions about callers.

use std::collections::BTreeSet;

use sangdam_domain::id::CallerId;
use sangdam_domain::log::LogId;
use sangdam_eventstore::Arg;

use super::row::{CALLERS, CONTACTS, CallerRow, Contact, KnownCaller, SELECT, SELECT_CONTACT, SELECT_KNOWN};
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

/// A caller as they stand, and who was merged into them.
pub async fn known(
    models: &ReadModels,
    log: &LogId,
    caller: CallerId,
) -> Result<Option<KnownCaller>, ReadError> {
    let Some(question) = models.ask(&At::now(log)).await? else { return Ok(None) };
    let (sql, question) = known_sql(question, caller);
    let rows = models.select_together(question, &sql, KnownCaller::read).await?;
    // Both conditions may hold of one row: it comes twice then.
    let absorbed = rows.iter().filter(|row| row.merged_into == Some(caller)).map(|row| row.id);
    let absorbed: BTreeSet<CallerId> = absorbed.collect();
    let found = rows.into_iter().find(|row| row.id == caller);
    Ok(found.map(|row| KnownCaller { absorbed: absorbed.into_iter().collect(), ..row }))
}

pub(crate) fn known_sql(mut question: Question, caller: CallerId) -> (String, Question) {
    let (from, caller) = (question.from(&CALLERS), question.arg(caller.uuid()));
    // Two ways into the table, each by its own index.
    let select = format!("SELECT {SELECT_KNOWN} FROM {from} WHERE log_no = $1 AND");
    (format!("{select} id = {caller} UNION ALL {select} merged_into = {caller}"), question)
}

/// Everyone who is an alias of this caller, directly or by way of another alias; the caller first.
pub async fn aliases(models: &ReadModels, at: &At, caller: CallerId) -> Result<Vec<CallerId>, ReadError> {
    aliases_behind(models, at, vec![caller], 0).await
}

/// The same, of a caller of whom it is known who was merged into them directly.
pub async fn aliases_of(
    models: &ReadModels,
    at: &At,
    caller: &KnownCaller,
) -> Result<Vec<CallerId>, ReadError> {
    let mut all = vec![caller.id];
    all.extend(caller.absorbed.iter().filter(|id| **id != caller.id));
    aliases_behind(models, at, all, 1).await
}

/// Those absorbed by whoever stands from a place on, too.
async fn aliases_behind(
    models: &ReadModels,
    at: &At,
    mut all: Vec<CallerId>,
    mut next: usize,
) -> Result<Vec<CallerId>, ReadError> {
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
