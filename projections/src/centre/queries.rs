//! Questions about a centre.

use sangdam_domain::event::{
    CategoryTaxonomyPublished, CountingDefinitionPublished, OperatingCalendarPublished,
};
use sangdam_domain::log::LogId;
use sangdam_eventstore::{Row, args};
use serde::de::DeserializeOwned;

use super::row::{CentreFacts, LegacyYear};
use crate::day::date_of;
use crate::error::ReadError;
use crate::models::ReadModels;
use crate::table::small;

/// The centre's particulars; `None` before it is registered.
pub async fn facts(models: &ReadModels, log: &LogId) -> Result<Option<CentreFacts>, ReadError> {
    let sql =
        "SELECT name, time_zone, opened_on, records_complete_from, position FROM centres WHERE log_no = $1";
    let Some(mut facts) = models.select(log, sql, args![], read_facts).await?.pop() else { return Ok(None) };
    let sql =
        "SELECT year, consultations, source, position FROM legacy_balances WHERE log_no = $1 ORDER BY year";
    facts.legacy = models.select(log, sql, args![], read_legacy).await?;
    Ok(Some(facts))
}

/// All versions of the operating calendar, version 1 first.
pub async fn calendars(
    models: &ReadModels,
    log: &LogId,
) -> Result<Vec<OperatingCalendarPublished>, ReadError> {
    rules(models, log, "calendar").await
}

/// All versions of the counting definition, version 1 first.
pub async fn counting_definitions(
    models: &ReadModels,
    log: &LogId,
) -> Result<Vec<CountingDefinitionPublished>, ReadError> {
    rules(models, log, "counting").await
}

/// All versions of the category taxonomy, version 1 first.
pub async fn taxonomies(
    models: &ReadModels,
    log: &LogId,
) -> Result<Vec<CategoryTaxonomyPublished>, ReadError> {
    rules(models, log, "taxonomy").await
}

async fn rules<T: DeserializeOwned>(
    models: &ReadModels,
    log: &LogId,
    kind: &str,
) -> Result<Vec<T>, ReadError> {
    let sql = "SELECT body FROM centre_rules WHERE log_no = $1 AND kind = $2 ORDER BY rule_version";
    models.select(log, sql, args![kind], read_body).await
}

fn read_body<T: DeserializeOwned>(row: &Row) -> Result<T, sqlx::Error> {
    serde_json::from_str(&row.text(0)?).map_err(|e| sqlx::Error::Decode(e.into()))
}

fn read_facts(row: &Row) -> Result<CentreFacts, sqlx::Error> {
    Ok(CentreFacts {
        name: row.text(0)?,
        time_zone: row.text(1)?,
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
        source: row.text(2)?,
        position: row.position(3)?,
    })
}
