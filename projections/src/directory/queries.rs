//! Questions about the directory.

use std::collections::HashMap;

use jiff::civil::Date;
use sangdam_domain::id::DirectoryEntryId;
use sangdam_domain::log::LogId;
use sangdam_eventstore::args;

use super::row::{EntryRow, RankRow, SELECT};
use crate::day::day_number;
use crate::error::ReadError;
use crate::models::ReadModels;
use crate::table::int;

/// All entries, by organisation and department; those retired too where `with_retired`.
pub async fn entries(
    models: &ReadModels,
    log: &LogId,
    with_retired: bool,
) -> Result<Vec<EntryRow>, ReadError> {
    let condition = if with_retired { "" } else { "AND retired_at IS NULL" };
    let sql = format!(
        "SELECT {SELECT} FROM directory_entries WHERE log_no = $1 {condition} ORDER BY organisation, department, phone, id"
    );
    models.select(log, &sql, args![], EntryRow::read).await
}

/// The entries with these ids, in no particular order.
pub async fn by_ids(
    models: &ReadModels,
    log: &LogId,
    ids: &[DirectoryEntryId],
) -> Result<Vec<EntryRow>, ReadError> {
    let ids = ids.iter().map(|id| id.uuid().into()).collect();
    models.select_in(log, &format!("SELECT {SELECT} FROM directory_entries"), "id", ids, EntryRow::read).await
}

/// The `top` entries whose numbers were given most often from `from` to `to`, both included; an open end takes all days
/// there are. Of entries given equally often the one added first comes first.
pub async fn ranking(
    models: &ReadModels,
    log: &LogId,
    from: Option<Date>,
    to: Option<Date>,
    top: usize,
) -> Result<Vec<RankRow>, ReadError> {
    let sql = format!(
        "SELECT d.entry, CAST(SUM(d.given) AS BIGINT) FROM number_days d \
         JOIN directory_entries e ON e.log_no = d.log_no AND e.id = d.entry \
         WHERE d.log_no = $1 AND d.day BETWEEN $2 AND $3 GROUP BY d.entry, e.added_position \
         HAVING SUM(d.given) > 0 ORDER BY SUM(d.given) DESC, e.added_position LIMIT {}",
        int(top as u64)
    );
    let days = args![from.map_or(0, day_number), to.map_or(i64::MAX, day_number)];
    let read = |row: &sangdam_eventstore::Row| Ok((DirectoryEntryId::from_uuid(row.uuid(0)?), row.count(1)?));
    let ranked = models.select(log, &sql, days, read).await?;
    let ids: Vec<DirectoryEntryId> = ranked.iter().map(|(id, _)| *id).collect();
    let mut entries: HashMap<DirectoryEntryId, EntryRow> =
        by_ids(models, log, &ids).await?.into_iter().map(|entry| (entry.id, entry)).collect();
    let rows = ranked
        .into_iter()
        .zip(1..)
        .filter_map(|((id, given), rank)| entries.remove(&id).map(|entry| RankRow { rank, entry, given }));
    Ok(rows.collect())
}
