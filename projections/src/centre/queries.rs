//! Questions about a centre.

use sangdam_domain::calendar::{Zone, zone};
use sangdam_domain::event::{
    CategoryTaxonomyPublished, CountingDefinitionPublished, OperatingCalendarPublished,
};
use sangdam_eventstore::Row;
use serde::de::DeserializeOwned;

use super::row::{CENTRES, CentreFacts, LEGACY, LegacyYear, RULES};
use crate::at::At;
use crate::day::date_of;
use crate::error::ReadError;
use crate::models::ReadModels;
use crate::table::small;

/// The centre's particulars; `None` before it is registered.
pub async fn facts(models: &ReadModels, at: &At) -> Result<Option<CentreFacts>, ReadError> {
    let Some(question) = models.ask(at).await? else { return Ok(None) };
    let sql = format!(
        "SELECT name, time_zone, opened_on, records_complete_from, position FROM {} WHERE log_no = $1",
        question.from(&CENTRES)
    );
    let Some(mut facts) = models.select(question, &sql, read_facts).await?.pop() else {
        return Ok(None);
    };
    facts.legacy = legacy(models, at).await?;
    Ok(Some(facts))
}

/// What is declared of the years before the ledger's own records, in order.
pub async fn legacy(models: &ReadModels, at: &At) -> Result<Vec<LegacyYear>, ReadError> {
    let Some(question) = models.ask(at).await? else { return Ok(Vec::new()) };
    let sql = format!(
        "SELECT year, consultations, source, position FROM {} WHERE log_no = $1 ORDER BY year",
        question.from(&LEGACY)
    );
    models.select(question, &sql, read_legacy).await
}

/// The zone on whose clock days and hours are counted; UTC before the centre is registered.
pub(crate) async fn zone_of(models: &ReadModels, at: &At) -> Result<Zone, ReadError> {
    let Some(question) = models.ask(at).await? else { return Ok(Zone::UTC) };
    let sql = format!("SELECT time_zone FROM {} WHERE log_no = $1", question.from(&CENTRES));
    let named = models.select(question, &sql, |row| row.text(0).map(str::to_owned)).await?.pop();
    Ok(named.and_then(|name| zone(&name)).unwrap_or(Zone::UTC))
}

/// All versions of the operating calendar, version 1 first.
pub async fn calendars(models: &ReadModels, at: &At) -> Result<Vec<OperatingCalendarPublished>, ReadError> {
    rules(models, at, "calendar").await
}

/// All versions of the counting definition, version 1 first.
pub async fn counting_definitions(
    models: &ReadModels,
    at: &At,
) -> Result<Vec<CountingDefinitionPublished>, ReadError> {
    rules(models, at, "counting").await
}

/// All versions of the category taxonomy, version 1 first.
pub async fn taxonomies(models: &ReadModels, at: &At) -> Result<Vec<CategoryTaxonomyPublished>, ReadError> {
    rules(models, at, "taxonomy").await
}

async fn rules<T: DeserializeOwned>(models: &ReadModels, at: &At, kind: &str) -> Result<Vec<T>, ReadError> {
    let Some(mut question) = models.ask(at).await? else { return Ok(Vec::new()) };
    let (from, kind) = (question.from(&RULES), question.arg(kind));
    let sql = format!("SELECT body FROM {from} WHERE log_no = $1 AND kind = {kind} ORDER BY rule_version");
    models.select(question, &sql, read_body).await
}

fn read_body<T: DeserializeOwned>(row: &Row) -> Result<T, sqlx::Error> {
    serde_json::from_str(row.text(0)?).map_err(|e| sqlx::Error::Decode(e.into()))
}

fn read_facts(row: &Row) -> Result<CentreFacts, sqlx::Error> {
    Ok(CentreFacts {
        name: row.text(0)?.to_owned(),
        time_zone: row.text(1)?.to_owned(),
        opened_on: date_of(row.int(2)?)?,
        records_complete_from: date_of(row.int(3)?)?,
        position: row.position(4)?,
        legacy: Vec::new(),
    })
}

fn read_legacy(row: &Row) -> Result<LegacyYear, sqlx::Error> {
    Ok(LegacyYear {
        year: small(row.int(0)?),
        consultations: row.opt_int(1)?.map(|count| count.unsigned_abs()),
        source: row.text(2)?.to_owned(),
        position: row.position(3)?,
    })
}
