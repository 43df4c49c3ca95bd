//! Questions about the directory.

use std::collections::HashMap;

use jiff::civil::Date;
use sangdam_domain::id::DirectoryEntryId;

use super::row::{ENTRIES, EntryRow, NUMBER_DAYS, RankRow, SELECT};
use crate::at::At;
use crate::day::day_number;
use crate::error::ReadError;
use crate::models::ReadModels;
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

/// The `top` entries whose numbers were given most often from `from` to `to`, both included; an open end takes all days
/// there are. Of entries given equally often the one added first comes first.
pub async fn ranking(
    models: &ReadModels,
    at: &At,
    from: Option<Date>,
    to: Option<Date>,
    top: usize,
) -> Result<Vec<RankRow>, ReadError> {
    let Some(mut question) = models.ask(at).await? else { return Ok(Vec::new()) };
    let days = question.from(&NUMBER_DAYS);
    let (first, last) =
        (question.arg(from.map_or(0, day_number)), question.arg(to.map_or(i64::MAX, day_number)));
    // When an entry was added never changes: it can be read from the table as it is.
    let sql = format!(
        "SELECT given.entry, given.times FROM (SELECT entry, CAST(SUM(given) AS BIGINT) AS times FROM {days} \
         WHERE log_no = $1 AND day BETWEEN {first} AND {last} GROUP BY entry HAVING SUM(given) > 0) given \
         JOIN directory_entries e ON e.log_no = $1 AND e.id = given.entry \
         ORDER BY given.times DESC, e.added_position LIMIT {}",
        int(top as u64)
    );
    let read = |row: &sangdam_eventstore::Row| Ok((DirectoryEntryId::from_uuid(row.uuid(0)?), row.count(1)?));
    let ranked = models.select(question, &sql, read).await?;
    let ids: Vec<DirectoryEntryId> = ranked.iter().map(|(id, _)| *id).collect();
    let mut entries: HashMap<DirectoryEntryId, EntryRow> =
        by_ids(models, at, &ids).await?.into_iter().map(|entry| (entry.id, entry)).collect();
    let rows = ranked
        .into_iter()
        .zip(1..)
        .filter_map(|((id, given), rank)| entries.remove(&id).map(|entry| RankRow { rank, entry, given }));
    Ok(rows.collect())
}
