//! Questions about events of some types.

use sangdam_domain::log::Position;
use sangdam_eventstore::{Store, StoredEvent};

use super::EventTypes;
use crate::at::At;
use crate::block::{block_of, last_of};
use crate::error::ReadError;
use crate::models::ReadModels;
use crate::question::Question;
use crate::table::{Column, Table};

/// How many blocks are looked up at once.
const BLOCKS_A_READ: usize = 64;

pub(crate) const TABLE: Table = Table {
    name: "event_types",
    columns: &[
        Column::Key("log_no"),
        Column::Key("type"),
        Column::Key("block"),
        Column::Fixed("first_position"),
    ],
    since: "first_position",
    spanned: false,
};

/// At most `limit` events of some types behind a position, in order. What is read for it grows with `limit`, not with the
/// log nor with how rare the types are.
pub async fn events(
    store: &Store,
    models: &ReadModels,
    at: &At,
    types: &[&str],
    after: Position,
    limit: usize,
) -> Result<Vec<StoredEvent>, ReadError> {
    if types.is_empty() {
        return Ok(Vec::new());
    }
    let until = match at.position() {
        Some(position) => position,
        None => store.head(at.log()).await?.position,
    };
    let known = models.applied_by(at.log(), EventTypes::NAME).await?.min(until);
    let (mut found, mut from) = (Vec::new(), after);
    while found.len() < limit && from < known {
        let blocks = blocks(models, at, types, from).await?;
        for (begin, end) in runs(&blocks) {
            let (behind, end) = (begin.max(from), end.min(known));
            let left = limit - found.len();
            found.append(&mut store.read_types_until(at.log(), behind, end, types, left).await?);
            if found.len() >= limit {
                return Ok(found);
            }
        }
        let is_all = blocks.len() < BLOCKS_A_READ;
        from = blocks.last().filter(|_| !is_all).map_or(known, |last| last_of(*last).min(known));
    }
    // What the read model has not come to yet; a few events, but while it is made.
    let (from, left) = (known.max(after), limit - found.len());
    found.append(&mut store.read_types_until(at.log(), from, until, types, left).await?);
    Ok(found)
}

/// The next blocks that hold events of these types behind a position.
async fn blocks(
    models: &ReadModels,
    at: &At,
    types: &[&str],
    after: Position,
) -> Result<Vec<i64>, ReadError> {
    let Some(question) = models.ask(at).await? else { return Ok(Vec::new()) };
    let (sql, question) = blocks_sql(question, types, after);
    models.select(question, &sql, |row| row.int(0)).await
}

/// The first blocks of each type first, so that no more of a type are gone through than are wanted.
pub(crate) fn blocks_sql(mut question: Question, types: &[&str], after: Position) -> (String, Question) {
    let (from, first) = (question.from(&TABLE), question.arg(block_of(after.next())));
    let of_each: Vec<String> = types
        .iter()
        .map(|name| {
            let name = question.arg(*name);
            format!(
                "SELECT block FROM (SELECT block FROM {from} WHERE log_no = $1 AND type = {name} AND block >= {first} \
                 ORDER BY block LIMIT {BLOCKS_A_READ}) AS of_type"
            )
        })
        .collect();
    (format!("{} ORDER BY block LIMIT {BLOCKS_A_READ}", of_each.join(" UNION ")), question)
}

/// Blocks that follow each other, as one: behind which position they begin, and with which they end.
fn runs(blocks: &[i64]) -> impl Iterator<Item = (Position, Position)> {
    blocks.chunk_by(|one, next| one + 1 == *next).filter_map(|run| {
        let (first, last) = (run.first()?, run.last()?);
        Some((last_of(first - 1), last_of(*last)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_read_at_once() {
        let runs: Vec<_> = runs(&[0, 1, 3, 7, 8]).map(|(begin, end)| (begin.get(), end.get())).collect();
        assert_eq!(runs, [(0, 1_024), (1_536, 2_048), (3_584, 4_608)]);
    }
}
