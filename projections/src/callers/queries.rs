//! Questions about callers.

use sangdam_domain::id::CallerId;
use sangdam_domain::log::LogId;
use sangdam_eventstore::args;

use super::row::{CallerRow, Contact, KnownCallers, SELECT, SELECT_CONTACT};
use crate::error::ReadError;
use crate::filter::{Conditions, page_of};
use crate::models::ReadModels;
use crate::page::{Page, Paged};

/// The callers with these ids, in no particular order; ids that nobody has are left out.
pub async fn by_ids(models: &ReadModels, log: &LogId, ids: &[CallerId]) -> Result<Vec<CallerRow>, ReadError> {
    let ids = ids.iter().map(|id| id.uuid().into()).collect();
    models.select_in(log, SELECT, "id", ids, CallerRow::read).await
}

/// A page of all callers, in the order of when they were registered.
pub async fn page(models: &ReadModels, log: &LogId, page: &Page) -> Result<Paged<CallerRow>, ReadError> {
    let Some(log_no) = models.log_no(log).await? else { return Ok(Paged::empty()) };
    let (conditions, args) = Conditions::of_log(log_no).paged(page, "registered_at", "id");
    let rows = models.db().fetch_all(&format!("{SELECT} WHERE {conditions}"), args).await?;
    Ok(page_of(&rows, page, CallerRow::read)?)
}

/// In no order: to have it in the order of ids, SQLite goes through all callers in place of the index.
pub(crate) const ABSORBED_SQL: &str = "SELECT id FROM callers WHERE log_no = $1 AND merged_into = $2";

/// Everyone who is an alias of this caller, directly or by way of another alias; the caller first.
pub async fn aliases(models: &ReadModels, log: &LogId, caller: CallerId) -> Result<Vec<CallerId>, ReadError> {
    let mut all = vec![caller];
    let mut next = 0;
    while let Some(survivor) = all.get(next).copied() {
        next += 1;
        let read = |row: &sangdam_eventstore::Row| row.uuid(0).map(CallerId::from_uuid);
        let mut absorbed = models.select(log, ABSORBED_SQL, args![survivor.uuid()], read).await?;
        absorbed.sort_unstable();
        for alias in absorbed {
            if !all.contains(&alias) {
                all.push(alias);
            }
        }
    }
    Ok(all)
}

/// A page of what happened with these callers (a caller and their aliases), in the order of when it happened.
pub async fn history(
    models: &ReadModels,
    log: &LogId,
    callers: &[CallerId],
    page: &Page,
) -> Result<Paged<Contact>, ReadError> {
    let Some(log_no) = models.log_no(log).await? else { return Ok(Paged::empty()) };
    let mut conditions = Conditions::of_log(log_no);
    conditions.and_in("caller", callers.iter().map(|id| id.uuid().into()).collect());
    let (conditions, args) = conditions.paged(page, "occurred_at", "id");
    let sql = format!("SELECT {SELECT_CONTACT} FROM contacts WHERE {conditions}");
    let rows = models.db().fetch_all(&sql, args).await?;
    Ok(page_of(&rows, page, Contact::read)?)
}

/// How many callers are known, and how they called.
pub async fn known_callers(models: &ReadModels, log: &LogId) -> Result<KnownCallers, ReadError> {
    let sql = "SELECT COUNT(*), CAST(COALESCE(SUM(calls), 0) AS BIGINT), \
         CAST(COALESCE(SUM(CASE WHEN answered_calls > 0 THEN 1 ELSE 0 END), 0) AS BIGINT), \
         CAST(COALESCE(SUM(answered_calls), 0) AS BIGINT) FROM caller_counts WHERE log_no = $1 AND calls > 0";
    let read = |row: &sangdam_eventstore::Row| {
        Ok(KnownCallers {
            callers: row.count(0)?,
            calls: row.count(1)?,
            answered_callers: row.count(2)?,
            answered_calls: row.count(3)?,
        })
    };
    Ok(models.select(log, sql, Vec::new(), read).await?.pop().unwrap_or_default())
}
