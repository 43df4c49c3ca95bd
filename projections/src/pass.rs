//! One pass: a batch of facts goes through every projection, and rows and checkpoints are written at once.

use futures::future::try_join_all;
use sangdam_domain::log::Position;
use sangdam_domain::time::Timestamp;
use sangdam_eventstore::{Tx, args};

use crate::checkpoint::{Checkpoint, Checkpoints, advance, note_problem};
use crate::context::Seen;
use crate::error::ReadError;
use crate::models::{ReadModels, Stopped};
use crate::projection::{Applied, Batch, Projection};
use crate::table::Generation;

/// All projections, in the order in which a batch goes through them.
pub(crate) const PROJECTIONS: &[&dyn Projection] = &[
    &crate::centre::Centres,
    &crate::agents::Agents,
    &crate::directory::Directory,
    &crate::callers::Callers,
    &crate::calls::Calls,
    &crate::callbacks::Callbacks,
    &crate::consultations::Consultations,
    &crate::imports::Imports,
    &crate::knowledge::Knowledge,
    &crate::event_types::EventTypes,
];

/// Batches of more facts than this have their statements planned anew, on PostgreSQL. For a few, planning takes as long as carrying
/// out.
const PLANNED_ANEW: usize = 256;

/// What became of a batch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Passed {
    /// It is written.
    Written,
    /// Another process wrote it: the checkpoints must be loaded again.
    Overtaken,
}

enum Failure {
    /// The transaction failed; trying again may help.
    Database(sqlx::Error),
    /// This projection's rows cannot be written as they are; trying again will not help.
    Rows(usize, sqlx::Error),
}

/// Applies a batch. Read models that are built anew, which nobody reads yet, are written by two transactions at once on PostgreSQL:
/// each is one server process, and one alone would keep everything else waiting.
pub(crate) async fn pass(
    models: &ReadModels,
    checkpoints: &mut Checkpoints,
    facts: &[Seen],
) -> Result<Passed, ReadError> {
    let Checkpoints { generation, log_no, each } = checkpoints;
    let of = Of { models, generation: *generation, log_no: *log_no };
    if *generation == Generation::Serving || !models.db().is_postgres() {
        return apart(of, each, facts).await;
    }
    let half = each.len() / 2;
    let (first, second) = each.split_at_mut(half);
    let (first, second) = tokio::try_join!(apart(of, first, facts), apart(of, second, facts))?;
    Ok(if first == Passed::Written { second } else { first })
}

/// Whose rows are written.
#[derive(Clone, Copy)]
struct Of<'a> {
    models: &'a ReadModels,
    generation: Generation,
    log_no: i64,
}

/// Where the database refuses a projection's rows, the batch is halved until the event to blame stands alone; it stops that
/// projection.
async fn apart(of: Of<'_>, checkpoints: &mut [Checkpoint], facts: &[Seen]) -> Result<Passed, ReadError> {
    let mut parts = vec![facts];
    while let Some(part) = parts.pop() {
        match write(of, checkpoints, part).await {
            Ok(Passed::Written) => {}
            Ok(Passed::Overtaken) => return Ok(Passed::Overtaken),
            Err(Failure::Database(error)) => return Err(error.into()),
            Err(Failure::Rows(index, error)) => match part {
                [alone] => {
                    let stopped = Stopped { position: alone.fact.position, problem: error.to_string() };
                    stop(of, &mut checkpoints[index], stopped).await?;
                    parts.push(part);
                }
                _ => {
                    let (first, second) = part.split_at(part.len() / 2);
                    parts.extend([second, first]);
                }
            },
        }
    }
    Ok(Passed::Written)
}

/// Stops every projection that has come up to an event which nobody can read.
pub(crate) async fn stop_all(
    models: &ReadModels,
    checkpoints: &mut Checkpoints,
    position: Position,
    problem: &str,
) -> Result<(), ReadError> {
    let of = Of { models, generation: checkpoints.generation, log_no: checkpoints.log_no };
    for checkpoint in &mut checkpoints.each {
        if checkpoint.runs() && checkpoint.position < position {
            stop(of, checkpoint, Stopped { position, problem: problem.to_owned() }).await?;
        }
    }
    Ok(())
}

async fn stop(of: Of<'_>, checkpoint: &mut Checkpoint, stopped: Stopped) -> Result<(), ReadError> {
    let name = checkpoint.projection.name();
    tell_stopped(name, &stopped);
    let tx = of.models.db().begin().await?;
    note_problem(&tx, of.generation, of.log_no, name, &stopped).await?;
    tx.commit().await?;
    checkpoint.stopped = Some(stopped);
    Ok(())
}

/// Applies a batch in a transaction that others began, who commit it. `false` where it cannot be applied as a whole: nothing of the
/// transaction may be kept then.
pub(crate) async fn pass_in(tx: &Tx, checkpoints: &Checkpoints, facts: &[Seen]) -> Result<bool, sqlx::Error> {
    let Checkpoints { generation, log_no, each } = checkpoints;
    if !each.iter().all(Checkpoint::runs) {
        return Ok(false);
    }
    match apply(tx, *generation, *log_no, each, facts).await {
        Ok(Some(moves)) => Ok(moves.iter().all(|moved| moved.stopped.is_none())),
        Ok(None) | Err(Failure::Rows(..)) => Ok(false),
        Err(Failure::Database(error)) => Err(error),
    }
}

async fn write(of: Of<'_>, checkpoints: &mut [Checkpoint], facts: &[Seen]) -> Result<Passed, Failure> {
    let Of { models, generation, log_no } = of;
    let end = facts.last().map_or(Position::ZERO, |seen| seen.fact.position);
    if !checkpoints.iter().any(|checkpoint| checkpoint.moves_to(end)) {
        return Ok(Passed::Written);
    }
    let tx = models.db().begin().await.map_err(Failure::Database)?;
    let Some(moves) = apply(&tx, generation, log_no, checkpoints, facts).await? else {
        tx.rollback().await.map_err(Failure::Database)?;
        return Ok(Passed::Overtaken);
    };
    tx.commit().await.map_err(Failure::Database)?;
    for Move { index, to, stopped } in moves {
        let checkpoint = &mut checkpoints[index];
        (checkpoint.position, checkpoint.recorded_at) = to;
        if let Some(stopped) = &stopped {
            tell_stopped(checkpoint.projection.name(), stopped);
        }
        checkpoint.stopped = stopped;
    }
    Ok(Passed::Written)
}

/// Where a checkpoint stands once the transaction is committed.
struct Move {
    index: usize,
    to: (Position, Timestamp),
    stopped: Option<Stopped>,
}

/// Writes rows and checkpoints. `None` where another process moved one.
async fn apply(
    tx: &Tx,
    generation: Generation,
    log_no: i64,
    checkpoints: &[Checkpoint],
    facts: &[Seen],
) -> Result<Option<Vec<Move>>, Failure> {
    let Some(last) = facts.last() else { return Ok(Some(Vec::new())) };
    let end = (last.fact.position, last.fact.recorded_at);
    if tx.is_postgres() && facts.len() > PLANNED_ANEW {
        // A plan that was made while a table was small would be kept when it has grown.
        let sql = "SET LOCAL plan_cache_mode = force_custom_plan";
        tx.execute(sql, args![]).await.map_err(Failure::Database)?;
    }
    let ahead_micros = facts.iter().map(ahead_micros).max().unwrap_or(0);
    // All checkpoints first: whoever holds them has the rows to themselves.
    let each = checkpoints.iter().enumerate();
    let (moving, from): (Vec<usize>, Vec<&Checkpoint>) =
        each.filter(|(_, checkpoint)| checkpoint.moves_to(end.0)).unzip();
    if !advance(tx, generation, log_no, &from, end, ahead_micros).await.map_err(Failure::Database)? {
        return Ok(None);
    }
    let applying = moving.iter().map(|&index| {
        let (checkpoint, mut batch) = (&checkpoints[index], Batch { tx, generation, log_no });
        let begin = facts.partition_point(|seen| seen.fact.position <= checkpoint.position);
        async move {
            let applied = checkpoint.projection.apply(&mut batch, &facts[begin..]).await;
            applied.map(|applied| (begin, applied)).map_err(|error| failure(index, error))
        }
    });
    let applied = try_join_all(applying).await?;
    let mut moves = Vec::with_capacity(moving.len());
    for (index, (begin, applied)) in moving.into_iter().zip(applied) {
        let Applied::UpTo(position, why) = applied else {
            moves.push(Move { index, to: end, stopped: None });
            continue;
        };
        let checkpoint = &checkpoints[index];
        let before = facts[begin..].iter().take_while(|seen| seen.fact.position < position).last();
        let to = before.map_or((checkpoint.position, checkpoint.recorded_at), |seen| {
            (seen.fact.position, seen.fact.recorded_at)
        });
        let problem = Stopped { position, problem: why.0 };
        let name = checkpoint.projection.name();
        step_back(tx, generation, log_no, name, to).await.map_err(Failure::Database)?;
        note_problem(tx, generation, log_no, name, &problem).await.map_err(Failure::Database)?;
        moves.push(Move { index, to, stopped: Some(problem) });
    }
    Ok(Some(moves))
}

async fn step_back(
    tx: &Tx,
    generation: Generation,
    log_no: i64,
    projection: &str,
    to: (Position, Timestamp),
) -> Result<(), sqlx::Error> {
    let sql = "UPDATE checkpoints SET position = $1, recorded_at = $2 \
         WHERE generation = $3 AND projection = $4 AND log_no = $5";
    tx.execute(sql, args![to.0, to.1, generation.name(), projection, log_no]).await.map(drop)
}

fn tell_stopped(projection: &str, stopped: &Stopped) {
    let Stopped { position, problem } = stopped;
    tracing::error!(projection, position = position.get(), %problem, "projection stopped");
}

/// How long after it was recorded an event says that it happened; 0 where it does not.
fn ahead_micros(seen: &Seen) -> i64 {
    (seen.fact.occurred_at.micros() - seen.fact.recorded_at.micros()).max(0)
}

/// Rows that break a constraint, do not fit their column, or cannot be read back will do so again.
fn failure(index: usize, error: sqlx::Error) -> Failure {
    let lasting = match &error {
        sqlx::Error::Database(database) => {
            let data = database.code().is_some_and(|code| code.starts_with("22") && code.len() == 5);
            data || !matches!(database.kind(), sqlx::error::ErrorKind::Other)
        }
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => true,
        _ => false,
    };
    if lasting { Failure::Rows(index, error) } else { Failure::Database(error) }
}
