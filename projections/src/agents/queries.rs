//! Questions about agents.

use sangdam_domain::id::AgentId;
use sangdam_domain::log::LogId;
use sangdam_eventstore::args;

use super::row::{AgentRow, SELECT};
use crate::error::ReadError;
use crate::models::ReadModels;

/// All agents in the order of their registration; those retired too where `with_retired`.
pub async fn all(models: &ReadModels, log: &LogId, with_retired: bool) -> Result<Vec<AgentRow>, ReadError> {
    let condition = if with_retired { "" } else { "AND retired_at IS NULL" };
    let sql =
        format!("SELECT {SELECT} FROM agents WHERE log_no = $1 {condition} ORDER BY registered_position");
    models.select(log, &sql, args![], AgentRow::read).await
}

/// The agents with these ids, in no particular order.
pub async fn by_ids(models: &ReadModels, log: &LogId, ids: &[AgentId]) -> Result<Vec<AgentRow>, ReadError> {
    let ids = ids.iter().map(|id| id.uuid().into()).collect();
    models.select_in(log, &format!("SELECT {SELECT} FROM agents"), "id", ids, AgentRow::read).await
}
