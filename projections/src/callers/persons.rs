//! Who is one person: a caller and everyone who is an alias of theirs.

use std::collections::HashMap;

use sangdam_domain::id::CallerId;
use sangdam_eventstore::Row;

use super::row::CALLERS;
use crate::at::At;
use crate::error::ReadError;
use crate::models::ReadModels;
use crate::question::Question;

/// The callers that were merged, and into whom: as many as there are aliases, few beside all callers.
#[derive(Default)]
pub(crate) struct Persons(HashMap<CallerId, CallerId>);

impl Persons {
    pub(crate) async fn load(models: &ReadModels, at: &At) -> Result<Self, ReadError> {
        let Some(question) = models.ask(at).await? else { return Ok(Self::default()) };
        let sql = merged_sql(&question);
        let merged = models.select(question, &sql, read).await?;
        Ok(Self(merged.into_iter().collect()))
    }

    /// The one caller who stands for the person.
    pub(crate) fn of(&self, caller: CallerId) -> CallerId {
        let mut person = caller;
        // No more steps than there are aliases, whatever the rows say.
        for _ in 0..self.0.len() {
            match self.0.get(&person) {
                Some(survivor) => person = *survivor,
                None => break,
            }
        }
        person
    }
}

pub(crate) fn merged_sql(question: &Question) -> String {
    format!(
        "SELECT id, merged_into FROM {} WHERE log_no = $1 AND merged_into IS NOT NULL",
        question.from(&CALLERS)
    )
}

fn read(row: &Row) -> Result<(CallerId, CallerId), sqlx::Error> {
    Ok((CallerId::from_uuid(row.uuid(0)?), CallerId::from_uuid(row.uuid(1)?)))
}
