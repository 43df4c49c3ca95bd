//! What is kept of an import, and questions about it.

use sangdam_domain::event::{ImportCompleted, ImportStarted, SkippedRows};
use sangdam_domain::id::ImportId;
use sangdam_domain::log::Position;
use sangdam_domain::time::Timestamp;
use sangdam_domain::value::{Code, Sha256Hex};
use sangdam_eventstore::{Arg, Row};

use crate::at::At;
use crate::error::ReadError;
use crate::models::ReadModels;
use crate::table::{Column, Table, code, int};

/// An import as it stands.
#[derive(Clone, PartialEq, Debug)]
pub struct ImportRow {
    /// Which one.
    pub id: ImportId,
    /// Where it began.
    pub position: Position,
    /// Its latest event.
    pub last_position: Position,
    /// When it began.
    pub started_at: Timestamp,
    /// What was imported.
    pub started: ImportStarted,
    /// When it ended; `None` while it runs, or where it was cut off.
    pub completed_at: Option<Timestamp>,
    /// What came of it.
    pub completed: Option<ImportCompleted>,
}

pub(crate) const TABLE: Table = Table {
    name: "imports",
    columns: &[
        Column::Key("log_no"),
        Column::Key("id"),
        Column::Fixed("position"),
        Column::Set("last_position"),
        Column::Fixed("started_at"),
        Column::Fixed("format"),
        Column::Fixed("source"),
        Column::Fixed("file_sha256"),
        Column::Fixed("mapping_sha256"),
        Column::Set("completed_at"),
        Column::Set("read"),
        Column::Set("accepted"),
        Column::Set("already_present"),
        Column::Set("rejected"),
        Column::Set("skipped"),
    ],
    since: "position",
    spanned: false,
};

pub(crate) const SELECT: &str = "id, position, last_position, started_at, format, source, file_sha256, mapping_sha256, \
     completed_at, read, accepted, already_present, rejected, skipped";

/// All imports, the latest first.
pub async fn all(models: &ReadModels, at: &At) -> Result<Vec<ImportRow>, ReadError> {
    let Some(question) = models.ask(at).await? else { return Ok(Vec::new()) };
    let from = question.from(&TABLE);
    let sql = format!("SELECT {SELECT} FROM {from} WHERE log_no = $1 ORDER BY position DESC");
    models.select(question, &sql, ImportRow::read).await
}

/// The imports with these ids, in no particular order.
pub async fn by_ids(models: &ReadModels, at: &At, ids: &[ImportId]) -> Result<Vec<ImportRow>, ReadError> {
    let ids = ids.iter().map(|id| id.uuid().into()).collect();
    models.select_in(at, SELECT, &TABLE, "id", ids, ImportRow::read).await
}

impl ImportRow {
    pub(crate) fn read(row: &Row) -> Result<Self, sqlx::Error> {
        let digest = |column: usize| -> Result<Option<Sha256Hex>, sqlx::Error> {
            let text = row.opt_text(column)?;
            text.map(|text| from_json(serde_json::Value::from(text))).transpose()
        };
        let completed_at = row.opt_time(8)?;
        Ok(Self {
            id: ImportId::from_uuid(row.uuid(0)?),
            position: row.position(1)?,
            last_position: row.position(2)?,
            started_at: row.time(3)?,
            started: ImportStarted {
                format: code(row, 4, |text| Code::parse(text).ok())?,
                source: code(row, 5, |text| Code::parse(text).ok())?,
                file_sha256: digest(6)?
                    .ok_or_else(|| sqlx::Error::ColumnNotFound("file_sha256".to_owned()))?,
                mapping_sha256: digest(7)?,
            },
            completed: completed_at.is_some().then(|| read_completed(row)).transpose()?,
            completed_at,
        })
    }

    pub(crate) fn args(&self, log_no: i64) -> Vec<Arg> {
        let number =
            |of: fn(&ImportCompleted) -> u64| Arg::from(self.completed.as_ref().map(|done| int(of(done))));
        let skipped =
            self.completed.as_ref().map(|done| serde_json::to_string(&done.skipped).unwrap_or_default());
        vec![
            log_no.into(),
            self.id.uuid().into(),
            self.position.into(),
            self.last_position.into(),
            self.started_at.into(),
            self.started.format.as_str().into(),
            self.started.source.as_str().into(),
            self.started.file_sha256.as_str().into(),
            self.started.mapping_sha256.as_ref().map(Sha256Hex::as_str).into(),
            self.completed_at.into(),
            number(|done| done.read),
            number(|done| done.accepted),
            number(|done| done.already_present),
            number(|done| done.rejected),
            skipped.into(),
        ]
    }
}

fn read_completed(row: &Row) -> Result<ImportCompleted, sqlx::Error> {
    let skipped: Vec<SkippedRows> =
        serde_json::from_str(row.text(13)?).map_err(|e| sqlx::Error::Decode(e.into()))?;
    Ok(ImportCompleted {
        read: row.count(9)?,
        accepted: row.count(10)?,
        already_present: row.count(11)?,
        rejected: row.count(12)?,
        skipped,
    })
}

fn from_json<T: serde::de::DeserializeOwned>(value: serde_json::Value) -> Result<T, sqlx::Error> {
    serde_json::from_value(value).map_err(|e| sqlx::Error::Decode(e.into()))
}
