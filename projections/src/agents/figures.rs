//! What each agent did in a period, in numbers.

use std::collections::BTreeMap;

use jiff::civil::Date;
use sangdam_domain::id::AgentId;
use sangdam_domain::value::{Direction, ResolvedBy};
use sangdam_eventstore::Row;

use crate::at::At;
use crate::calls::TABLE as CALLS;
use crate::consultations::{ConsultationStatus, TABLE as CONSULTATIONS};
use crate::error::ReadError;
use crate::filter::Conditions;
use crate::models::ReadModels;

/// The numbers of an agent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AgentFigures {
    /// Who; `None` where it is not known who.
    pub agent: Option<AgentId>,
    /// Consultations opened in the period and not voided, of those who have them now: where one was reassigned, or the
    /// agent was corrected, the latest.
    pub consultations: u64,
    /// Of them, those that stand resolved, by whomever.
    pub resolved: u64,
    /// Of them, those that the agent resolved.
    pub resolved_by_agent: u64,
    /// Of the consultations, those of which a transfer was requested.
    pub transferred: u64,
    /// Inbound calls offered in the period that this agent answered.
    pub answered: u64,
    /// Of them, those whose talk time is known: what [`Self::talk_seconds`] is divided by for an average.
    pub talks: u64,
    /// How long those were talked on, altogether, in seconds.
    pub talk_seconds: u64,
}

impl AgentFigures {
    fn of(agent: Option<AgentId>) -> Self {
        Self {
            agent,
            consultations: 0,
            resolved: 0,
            resolved_by_agent: 0,
            transferred: 0,
            answered: 0,
            talks: 0,
            talk_seconds: 0,
        }
    }
}

/// The numbers of every agent who has a consultation, or answered an inbound call, of the days from `from` to `to`, both
/// included; in the order of their ids, those of whom it is not known who they were first.
pub async fn figures(
    models: &ReadModels,
    at: &At,
    from: Date,
    to: Date,
) -> Result<Vec<AgentFigures>, ReadError> {
    let mut agents: BTreeMap<Option<AgentId>, AgentFigures> = BTreeMap::new();
    for (agent, [consultations, resolved, by_agent, transferred]) in
        consultations(models, at, from, to).await?
    {
        let figures = agents.entry(agent).or_insert_with(|| AgentFigures::of(agent));
        (figures.consultations, figures.resolved) = (consultations, resolved);
        (figures.resolved_by_agent, figures.transferred) = (by_agent, transferred);
    }
    for (agent, [answered, talks, talk_seconds]) in calls(models, at, from, to).await? {
        let figures = agents.entry(agent).or_insert_with(|| AgentFigures::of(agent));
        (figures.answered, figures.talks, figures.talk_seconds) = (answered, talks, talk_seconds);
    }
    Ok(agents.into_values().collect())
}

async fn consultations(
    models: &ReadModels,
    at: &At,
    from: Date,
    to: Date,
) -> Result<Vec<(Option<AgentId>, [u64; 4])>, ReadError> {
    let Some(mut question) = models.ask(at).await? else { return Ok(Vec::new()) };
    let table = question.from(&CONSULTATIONS);
    let voided = question.arg(ConsultationStatus::Voided.as_str());
    let resolved = question.arg(ConsultationStatus::Resolved.as_str());
    let by_agent = question.arg(ResolvedBy::Agent.as_str());
    let mut conditions = Conditions::of(question, "occurred_at");
    conditions.and_days(Some(from), Some(to));
    let (conditions, question) = conditions.done();
    let sql = format!(
        "SELECT agent, COUNT(*), COUNT(CASE WHEN status = {resolved} THEN 1 END), \
         COUNT(CASE WHEN status = {resolved} AND resolved_by = {by_agent} THEN 1 END), \
         COUNT(CASE WHEN transfers > 0 THEN 1 END) \
         FROM {table} WHERE {conditions} AND status <> {voided} GROUP BY agent"
    );
    let read =
        |row: &Row| Ok((read_agent(row)?, [row.count(1)?, row.count(2)?, row.count(3)?, row.count(4)?]));
    models.select(question, &sql, read).await
}

async fn calls(
    models: &ReadModels,
    at: &At,
    from: Date,
    to: Date,
) -> Result<Vec<(Option<AgentId>, [u64; 3])>, ReadError> {
    let Some(mut question) = models.ask(at).await? else { return Ok(Vec::new()) };
    let (table, inbound) = (question.from(&CALLS), question.arg(Direction::Inbound.as_str()));
    let mut conditions = Conditions::of(question, "offered_at");
    conditions.and_days(Some(from), Some(to));
    let (conditions, question) = conditions.done();
    let sql = format!(
        "SELECT agent, COUNT(*), COUNT(talk_seconds), CAST(COALESCE(SUM(talk_seconds), 0) AS BIGINT) FROM {table} \
         WHERE {conditions} AND direction = {inbound} AND answered_at IS NOT NULL GROUP BY agent"
    );
    let read = |row: &Row| Ok((read_agent(row)?, [row.count(1)?, row.count(2)?, row.count(3)?]));
    models.select(question, &sql, read).await
}

fn read_agent(row: &Row) -> Result<Option<AgentId>, sqlx::Error> {
    Ok(row.opt_uuid(0)?.map(AgentId::from_uuid))
}
