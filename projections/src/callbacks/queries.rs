//! Questions about callbacks.

use sangdam_domain::id::{CallbackId, CallerId};
use sangdam_domain::value::CallbackFor;
use sangdam_eventstore::Arg;

use super::row::{CallbackRow, CallbackStatus, SELECT, TABLE};
use crate::at::At;
use crate::error::ReadError;
use crate::models::ReadModels;
use crate::table::int;

/// The callbacks still to be made, the most urgent first; at most `limit`.
pub async fn open(models: &ReadModels, at: &At, limit: usize) -> Result<Vec<CallbackRow>, ReadError> {
    let Some(question) = models.ask(at).await? else { return Ok(Vec::new()) };
    let sql = format!(
        "SELECT {SELECT} FROM {} WHERE log_no = $1 AND status = 'promised' ORDER BY due, id LIMIT {}",
        question.from(&TABLE),
        int(limit as u64)
    );
    models.select(question, &sql, CallbackRow::read).await
}

/// The callbacks that these callers were promised and still wait for, the most urgent first.
pub async fn open_of_callers(
    models: &ReadModels,
    at: &At,
    callers: &[CallerId],
) -> Result<Vec<CallbackRow>, ReadError> {
    let Some(mut question) = models.ask(at).await? else { return Ok(Vec::new()) };
    let from = question.from(&TABLE);
    let ids: Vec<Arg> = callers.iter().map(|id| id.uuid().into()).collect();
    let ids = question.list(&ids);
    let sql = format!(
        "SELECT {SELECT} FROM {from} WHERE log_no = $1 AND status = 'promised' AND caller IN {ids} ORDER BY due, id"
    );
    models.select(question, &sql, CallbackRow::read).await
}

/// The callbacks with these ids, in no particular order.
pub async fn by_ids(models: &ReadModels, at: &At, ids: &[CallbackId]) -> Result<Vec<CallbackRow>, ReadError> {
    matching(models, at, "id", ids.iter().map(|id| id.uuid().into()).collect()).await
}

/// The callbacks promised for these consultations or missed calls, in no particular order.
pub async fn of(models: &ReadModels, at: &At, what: &[CallbackFor]) -> Result<Vec<CallbackRow>, ReadError> {
    let ids = what.iter().map(|what| match what {
        CallbackFor::Consultation { consultation } => consultation.uuid().into(),
        CallbackFor::MissedCall { call } => call.uuid().into(),
    });
    matching(models, at, "for_id", ids.collect()).await
}

impl CallbackRow {
    /// Whether it is still to be made.
    pub fn is_open(&self) -> bool {
        self.status == CallbackStatus::Promised
    }
}

async fn matching(
    models: &ReadModels,
    at: &At,
    column: &str,
    values: Vec<Arg>,
) -> Result<Vec<CallbackRow>, ReadError> {
    models.select_in(at, SELECT, &TABLE, column, values, CallbackRow::read).await
}
