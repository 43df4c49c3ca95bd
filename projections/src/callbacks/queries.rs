//! Questions about callbacks.

use sangdam_domain::id::CallbackId;
use sangdam_domain::log::LogId;
use sangdam_domain::value::CallbackFor;
use sangdam_eventstore::{Arg, args};

use super::row::{CallbackRow, CallbackStatus, SELECT};
use crate::error::ReadError;
use crate::models::ReadModels;
use crate::table::int;

/// The callbacks still to be made, the most urgent first; at most `limit`.
pub async fn open(models: &ReadModels, log: &LogId, limit: usize) -> Result<Vec<CallbackRow>, ReadError> {
    let sql = format!(
        "SELECT {SELECT} FROM callbacks WHERE log_no = $1 AND status = 'promised' ORDER BY due, id LIMIT {}",
        int(limit as u64)
    );
    models.select(log, &sql, args![], CallbackRow::read).await
}

/// The callbacks with these ids, in no particular order.
pub async fn by_ids(
    models: &ReadModels,
    log: &LogId,
    ids: &[CallbackId],
) -> Result<Vec<CallbackRow>, ReadError> {
    matching(models, log, "id", ids.iter().map(|id| id.uuid().into()).collect()).await
}

/// The callbacks promised for these consultations or missed calls, in no particular order.
pub async fn of(
    models: &ReadModels,
    log: &LogId,
    what: &[CallbackFor],
) -> Result<Vec<CallbackRow>, ReadError> {
    let ids = what.iter().map(|what| match what {
        CallbackFor::Consultation { consultation } => consultation.uuid().into(),
        CallbackFor::MissedCall { call } => call.uuid().into(),
    });
    matching(models, log, "for_id", ids.collect()).await
}

impl CallbackRow {
    /// Whether it is still to be made.
    pub fn is_open(&self) -> bool {
        self.status == CallbackStatus::Promised
    }
}

async fn matching(
    models: &ReadModels,
    log: &LogId,
    column: &str,
    values: Vec<Arg>,
) -> Result<Vec<CallbackRow>, ReadError> {
    models.select_in(log, &format!("SELECT {SELECT} FROM callbacks"), column, values, CallbackRow::read).await
}
