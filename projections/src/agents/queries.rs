//! Questions about agents.

use sangdam_domain::id::AgentId;

use super::row::{AgentRow, SELECT, TABLE};
use crate::at::At;
use crate::error::ReadError;
use crate::models::ReadModels;

/// All agents in the order of their registration; those retired too where `with_retired`.
pub async fn all(models: &ReadModels, at: &At, with_retired: bool) -> Result<Vec<AgentRow>, ReadError> {
    let Some(question) = models.ask(at).await? else { return Ok(Vec::new()) };
    let condition = if with_retired { "" } else { "AND retired_at IS NULL" };
    let sql = format!(
        "SELECT {SELECT} FROM {} WHERE log_no = $1 {condition} ORDER BY registered_position",
        question.from(&TABLE)
    );
    models.select(question, &sql, AgentRow::read).await
}

/// The agents with these ids, in no particular order.
pub async fn by_ids(models: &ReadModels, at: &At, ids: &[AgentId]) -> Result<Vec<AgentRow>, ReadError> {
    let ids = ids.iter().map(|id| id.uuid().into()).collect();
    models.select_in(at, SELECT, &TABLE, "id", ids, AgentRow::read).await
}
