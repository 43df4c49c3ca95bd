//! How long calls were handled: talked on, and worked on after.

use jiff::civil::Date;
use sangdam_domain::value::{AgentState, Direction};
use sangdam_eventstore::Row;

use super::durations::Durations;
use crate::agents::{SPELLS, overlapping};
use crate::at::At;
use crate::calls::TABLE as CALLS;
use crate::centre::zone_of;
use crate::day::moments;
use crate::error::ReadError;
use crate::filter::Conditions;
use crate::models::ReadModels;

/// How long inbound calls were handled.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Handling {
    /// Inbound calls that were answered.
    pub answered: u64,
    /// How long they were talked on, of those of which it is known: calls that go on, and records that do not tell, are
    /// left out. Its count is the denominator.
    pub talk: Durations,
    /// How long agents were at after-call work, each time, as far as their states tell it: begun in the period, and over.
    /// Which call it followed is not recorded, so that work after outbound calls is in it. Nothing where agents do not
    /// tell their states.
    pub after_call_work: Durations,
}

impl Handling {
    /// The average handling time: talk and after-call work together ÷ the calls whose talk time is known, in whole
    /// seconds. `None` where there is none. Percentiles there are of the talk time alone, since nothing says which call
    /// after-call work belongs to.
    pub fn average_seconds(&self) -> Option<u64> {
        let handled = self.talk.sum_seconds() + self.after_call_work.sum_seconds();
        handled.checked_div(self.talk.count())
    }
}

/// How long the inbound calls offered from `from` to `to`, both included, were handled.
pub async fn handling(models: &ReadModels, at: &At, from: Date, to: Date) -> Result<Handling, ReadError> {
    let calls = talk(models, at, from, to).await?;
    Ok(Handling {
        answered: calls.iter().map(|(_, calls)| calls).sum(),
        talk: Durations::of(
            calls.into_iter().filter_map(|(seconds, calls)| Some((seconds?, calls))).collect(),
        ),
        after_call_work: after_call_work(models, at, from, to).await?,
    })
}

async fn talk(
    models: &ReadModels,
    at: &At,
    from: Date,
    to: Date,
) -> Result<Vec<(Option<u32>, u64)>, ReadError> {
    let Some(question) = models.ask(at).await? else { return Ok(Vec::new()) };
    let table = question.from(&CALLS);
    let mut conditions = Conditions::of(question, "offered_at");
    conditions.and_days(Some(from), Some(to));
    conditions.and("direction = ? AND answered_at IS NOT NULL", [Direction::Inbound.as_str().into()]);
    let (conditions, question) = conditions.done();
    let sql = format!(
        "SELECT talk_seconds, COUNT(*) FROM {table} WHERE {conditions} GROUP BY talk_seconds ORDER BY talk_seconds"
    );
    models.select(question, &sql, |row| Ok((row.opt_int(0)?.map(seconds), row.count(1)?))).await
}

async fn after_call_work(models: &ReadModels, at: &At, from: Date, to: Date) -> Result<Durations, ReadError> {
    let (begins, ends) = moments(&zone_of(models, at).await?, from, to);
    let Some(mut question) = models.ask(at).await? else { return Ok(Durations::default()) };
    let (first, behind) = (question.arg(begins), question.arg(ends));
    let state = question.arg(AgentState::AfterCallWork.as_str());
    let sql = format!(
        "SELECT (ended_at - began_at) / 1000000, COUNT(*) FROM {} WHERE log_no = $1 AND state = {state} \
         AND began_at >= {first} AND {} GROUP BY 1 ORDER BY 1",
        question.from(&SPELLS),
        overlapping(&first, &behind)
    );
    let read = |row: &Row| Ok((seconds(row.int(0)?), row.count(1)?));
    Ok(Durations::of(models.select(question, &sql, read).await?))
}

fn seconds(seconds: i64) -> u32 {
    u32::try_from(seconds).unwrap_or(u32::MAX)
}
