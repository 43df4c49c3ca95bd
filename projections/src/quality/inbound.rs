//! Inbound calls by the person who called.

use sangdam_domain::id::{CallId, CallerId};
use sangdam_domain::time::Timestamp;
use sangdam_domain::value::Direction;
use sangdam_eventstore::Row;

use crate::at::At;
use crate::callers::Persons;
use crate::calls::TABLE;
use crate::error::ReadError;
use crate::models::ReadModels;

/// An inbound call.
pub(super) struct InboundCall {
    pub at: Timestamp,
    pub id: CallId,
    /// The person, if known: a caller who stands for all their aliases.
    pub person: Option<CallerId>,
    /// Its day, `yyyymmdd`.
    pub day: i64,
    pub answered: bool,
}

/// The inbound calls offered between two moments, both included, in the order of when they were.
pub(super) async fn inbound(
    models: &ReadModels,
    at: &At,
    persons: &Persons,
    (first, last): (Timestamp, Timestamp),
) -> Result<Vec<InboundCall>, ReadError> {
    let Some(mut question) = models.ask(at).await? else { return Ok(Vec::new()) };
    let (table, inbound) = (question.from(&TABLE), question.arg(Direction::Inbound.as_str()));
    let (first, last) = (question.arg(first), question.arg(last));
    let sql = format!(
        "SELECT offered_at, id, caller, day, answered_at FROM {table} \
         WHERE log_no = $1 AND offered_at >= {first} AND offered_at <= {last} AND direction = {inbound}"
    );
    let read = |row: &Row| {
        Ok(InboundCall {
            at: row.time(0)?,
            id: CallId::from_uuid(row.uuid(1)?),
            person: row.opt_uuid(2)?.map(|caller| persons.of(CallerId::from_uuid(caller))),
            day: row.int(3)?,
            answered: row.opt_time(4)?.is_some(),
        })
    };
    let mut calls = models.select(question, &sql, read).await?;
    calls.sort_unstable_by_key(|call| (call.at, call.id));
    Ok(calls)
}
