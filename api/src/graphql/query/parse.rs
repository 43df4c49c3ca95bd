//! Arguments of the ledger's questions.

use std::collections::BTreeSet;

use async_graphql::ID;
use sangdam_domain::calendar as zone;
use sangdam_domain::event;
use sangdam_domain::log::StreamId;

use crate::graphql::error::ApiError;
use crate::graphql::scalar::Date;
use crate::graphql::{App, node};

/// The most thresholds asked for at once.
const THRESHOLDS_MAX: usize = 20;
/// The thresholds where none are given.
const THRESHOLDS: [u64; 1] = [100_000];

/// Days in order, and not too many of them.
pub(super) fn check_days(from: Date, to: Date) -> Result<(), ApiError> {
    /// Ten years.
    const DAYS_MAX: i32 = 3_660;
    match (to.0 - from.0).get_days() {
        days if days < 0 => Err(ApiError::bad_input("`to` is before `from`")),
        days if days > DAYS_MAX => Err(ApiError::bad_input(format!(
            "from `from` to `to` are {days} days; at most {DAYS_MAX} are allowed"
        ))),
        _ => Ok(()),
    }
}

/// Thresholds: 1 or more each, and not too many.
pub(in crate::graphql) fn parse_thresholds(given: Option<Vec<i32>>) -> Result<Vec<u64>, ApiError> {
    let Some(given) = given else { return Ok(THRESHOLDS.to_vec()) };
    if given.len() > THRESHOLDS_MAX {
        return Err(ApiError::bad_input(format!("thresholds: at most {THRESHOLDS_MAX} at once")));
    }
    let parsed =
        given.into_iter().map(|threshold| u64::try_from(threshold).ok().filter(|threshold| *threshold > 0));
    parsed.collect::<Option<_>>().ok_or_else(|| ApiError::bad_input("thresholds: expected numbers from 1 on"))
}

/// Names of events, each once.
pub(in crate::graphql) fn parse_types(given: &[String]) -> Result<Vec<&'static str>, ApiError> {
    let known = |name: &str| event::Event::TYPES.iter().copied().find(|known| *known == name);
    let names = given.iter().map(|name| known(name).ok_or(name)).collect::<Result<BTreeSet<_>, _>>();
    let names = names.map_err(|name| {
        let shown: String = name.chars().take(60).collect();
        ApiError::bad_input(format!(
            "types: no event is called `{shown}`; one is called `ConsultationOpened`, for instance"
        ))
    })?;
    Ok(names.into_iter().collect())
}

/// A stream, by its name or by the global id of what it belongs to.
pub(in crate::graphql) fn parse_stream(id: &ID) -> Result<StreamId, ApiError> {
    id.parse::<StreamId>().or_else(|problem| {
        node::NodeId::parse(id)
            .ok()
            .and_then(node::NodeId::stream)
            .ok_or_else(|| ApiError::bad_input(format!("stream: {problem}")))
    })
}

/// The day that it is now in a time zone (UTC where the zone is not known).
pub(in crate::graphql) fn today(app: &App, zone: &str) -> jiff::civil::Date {
    zone::zone(zone).unwrap_or(zone::Zone::UTC).local(app.store.clock().now()).date
}
