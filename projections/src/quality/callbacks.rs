//! What became of promises to call back.

use jiff::civil::Date;
use sangdam_domain::counting::Share;
use sangdam_domain::time::Timestamp;
use sangdam_eventstore::Row;

use crate::at::At;
use crate::callbacks::{CallbackStatus, TABLE};
use crate::centre::zone_of;
use crate::day::moments;
use crate::error::ReadError;
use crate::models::ReadModels;

/// The promises of a period. Each is in exactly one of the numbers behind the first.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct CallbacksKept {
    /// Promised in the period.
    pub promised: u64,
    /// Made until they were due.
    pub in_time: u64,
    /// Made, but later.
    pub late: u64,
    /// Not to be made any more: the caller called first, could not be reached, or did not want it.
    pub cancelled: u64,
    /// Neither, and due before the moment of the question.
    pub overdue: u64,
    /// Neither, and not due yet.
    pub open: u64,
}

impl CallbacksKept {
    /// Made in time ÷ those that were made, or should have been by then. What was cancelled, or is not due yet, is neither
    /// kept nor broken.
    pub fn rate(&self) -> Share {
        Share { part: self.in_time, whole: self.in_time + self.late + self.overdue }
    }
}

/// What became of the callbacks promised from `from` to `to`, both included. `moment` is when the question is asked; as
/// of a position, when its event was recorded.
pub async fn callbacks_kept(
    models: &ReadModels,
    at: &At,
    from: Date,
    to: Date,
    moment: Timestamp,
) -> Result<CallbacksKept, ReadError> {
    let (begins, ends) = moments(&zone_of(models, at).await?, from, to);
    let Some(mut question) = models.ask(at).await? else { return Ok(CallbacksKept::default()) };
    let [promised, completed, cancelled] =
        [CallbackStatus::Promised, CallbackStatus::Completed, CallbackStatus::Cancelled]
            .map(|status| question.arg(status.as_str()));
    let (first, behind, now) = (question.arg(begins), question.arg(ends), question.arg(moment));
    let count = |condition: String| format!("COUNT(CASE WHEN {condition} THEN 1 END)");
    let counts = [
        count(format!("status = {completed} AND closed_at <= due")),
        count(format!("status = {completed} AND closed_at > due")),
        count(format!("status = {cancelled}")),
        count(format!("status = {promised} AND due < {now}")),
        count(format!("status = {promised} AND due >= {now}")),
    ];
    let sql = format!(
        "SELECT COUNT(*), {} FROM {} WHERE log_no = $1 AND promised_at >= {first} AND promised_at < {behind}",
        counts.join(", "),
        question.from(&TABLE)
    );
    Ok(models.select(question, &sql, read).await?.pop().unwrap_or_default())
}

fn read(row: &Row) -> Result<CallbacksKept, sqlx::Error> {
    Ok(CallbacksKept {
        promised: row.count(0)?,
        in_time: row.count(1)?,
        late: row.count(2)?,
        cancelled: row.count(3)?,
        overdue: row.count(4)?,
        open: row.count(5)?,
    })
}
