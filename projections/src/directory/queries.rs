//! Questions about the directory.

use std::collections::HashMap;

use jiff::civil::Date;
use sangdam_domain::id::DirectoryEntryId;
use sangdam_eventstore::Row;

use super::row::{
    Act, ENTRIES, EntryRow, Mention, NUMBER_DAYS, NUMBERS_GIVEN, RankRow, SELECT, SELECT_MENTION,
};
use crate::at::At;
use crate::day::day_number;
use crate::error::ReadError;
use crate::filter::Conditions;
use crate::models::ReadModels;
use crate::page::{Page, Paged};
use crate::question::Question;
use crate::table::int;

/// All entries, by organisation and department; those retired too where `with_retired`.
pub async fn entries(models: &ReadModels, at: &At, with_retired: bool) -> Result<Vec<EntryRow>, ReadError> {
    let Some(question) = models.ask(at).await? else { return Ok(Vec::new()) };
    let condition = if with_retired { "" } else { "AND retired_at IS NULL" };
    let sql = format!(
        "SELECT {SELECT} FROM {} WHERE log_no = $1 {condition} ORDER BY organisation, department, phone, id",
        question.from(&ENTRIES)
    );
    models.select(question, &sql, EntryRow::read).await
}

/// The entries with these ids, in no particular order.
pub async fn by_ids(
    models: &ReadModels,
    at: &At,
    ids: &[DirectoryEntryId],
) -> Result<Vec<EntryRow>, ReadError> {
    let ids = ids.iter().map(|id| id.uuid().into()).collect();
    models.select_in(at, SELECT, &ENTRIES, "id", ids, EntryRow::read).await
}

/// The `top` entries whose numbers were given (or asked for) most often from `from` to `to`, both included; an open end takes
/// all days there are. Of entries with equal counts the one added first comes first.
pub async fn ranking(
    models: &ReadModels,
    at: &At,
    by: Act,
    from: Option<Date>,
    to: Option<Date>,
    top: usize,
) -> Result<Vec<RankRow>, ReadError> {
    let Some(mut question) = models.ask(at).await? else { return Ok(Vec::new()) };
    let days = question.from(&NUMBER_DAYS);
    let (first, last) =
        (question.arg(from.map_or(0, day_number)), question.arg(to.map_or(i64::MAX, day_number)));
    let by = by.as_str();
    // When an entry was added never changes: it can be read from the table as it is.
    let sql = format!(
        "SELECT counted.entry, counted.given, counted.asked_for FROM (SELECT entry, \
         CAST(SUM(given) AS BIGINT) AS given, CAST(SUM(asked_for) AS BIGINT) AS asked_for FROM {days} \
         WHERE log_no = $1 AND day BETWEEN {first} AND {last} GROUP BY entry HAVING SUM({by}) > 0) counted \
         JOIN directory_entries e ON e.log_no = $1 AND e.id = counted.entry \
         ORDER BY counted.{by} DESC, e.added_position LIMIT {}",
        int(top as u64)
    );
    let read = |row: &Row| Ok((DirectoryEntryId::from_uuid(row.uuid(0)?), row.count(1)?, row.count(2)?));
    let ranked = models.select(question, &sql, read).await?;
    let ids: Vec<DirectoryEntryId> = ranked.iter().map(|(id, ..)| *id).collect();
    let mut entries: HashMap<DirectoryEntryId, EntryRow> =
        by_ids(models, at, &ids).await?.into_iter().map(|entry| (entry.id, entry)).collect();
    let rows = ranked.into_iter().zip(1..).filter_map(|((id, given, asked_for), rank)| {
        entries.remove(&id).map(|entry| RankRow { rank, entry, given, asked_for })
    });
    Ok(rows.collect())
}

/// What stands behind an entry's rank: where its number was given (or asked for) from `from` to `to`, both included. Places in it are
/// those of [`Mention::cursor`].
pub async fn mentions(
    models: &ReadModels,
    at: &At,
    entry: DirectoryEntryId,
    act: Act,
    days: (Option<Date>, Option<Date>),
    page: &Page,
) -> Result<Paged<Mention>, ReadError> {
    let Some(question) = models.ask(at).await? else { return Ok(Paged::empty()) };
    let (sql, question) = mentions_sql(question, entry, act, days, page);
    let rows = models.select(question, &sql, Mention::read).await?;
    Ok(Paged::cut(rows, page.size))
}

pub(crate) fn mentions_sql(
    question: Question,
    entry: DirectoryEntryId,
    act: Act,
    (from, to): (Option<Date>, Option<Date>),
    page: &Page,
) -> (String, Question) {
    let mut conditions =
        Conditions::by(question, "occurred_at", ("position", |id| Mention::position_in(id).into()));
    conditions.and("entry = ? AND act = ? AND voided = 0", [entry.uuid().into(), act.as_str().into()]);
    conditions.and_days(from, to);
    conditions.page(&NUMBERS_GIVEN, SELECT_MENTION, page)
}
