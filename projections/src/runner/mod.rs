//! Keeps the read models up to date: follows a log for ever, or catches up with it once.

mod follow;
mod handle;

pub use handle::{Health, Lag, Progress, Runner, spawn};

use sangdam_domain::log::{LogId, Position};
use sangdam_eventstore::Store;

use crate::checkpoint::Checkpoints;
use crate::error::CatchUpError;
use crate::feed::Feed;
use crate::models::ReadModels;
use crate::pass::{PROJECTIONS, Passed, pass, stop_all};
use crate::rebuild;
use crate::table::Generation;

/// Applies everything that the log holds now, and says how far it has come after each batch. What an earlier release
/// made is built anew first.
///
/// # Errors
/// Where the store or the database fails, or a projection cannot apply an event.
pub async fn catch_up(
    store: &Store,
    models: &ReadModels,
    log: &LogId,
    mut progress: impl FnMut(Progress) + Send,
) -> Result<Position, CatchUpError> {
    rebuild::rebuild_outdated(store, models, log, &mut progress).await?;
    let log_no = models.log_no_made(log).await?;
    let head = store.head(log).await?.position;
    loop {
        let mut checkpoints = Checkpoints::load(models, Generation::Serving, log_no, PROJECTIONS).await?;
        through(store, models, log, &mut checkpoints, &mut |applied| progress(Progress { applied, head }))
            .await?;
        if let Some((projection, stopped)) = checkpoints.stopped() {
            return Err(CatchUpError::Stopped {
                projection: projection.to_owned(),
                log: log.clone(),
                position: stopped.position,
                problem: stopped.problem.clone(),
            });
        }
        let applied = models.applied(log).await?;
        if applied >= head || checkpoints.begin().is_none() {
            return Ok(applied);
        }
    }
}

/// Applies what the log holds now to one generation, until its end, until overtaken, or until everything stopped.
pub(crate) async fn through(
    store: &Store,
    models: &ReadModels,
    log: &LogId,
    checkpoints: &mut Checkpoints,
    progress: &mut (dyn FnMut(Position) + Send),
) -> Result<(), CatchUpError> {
    let Some(begin) = checkpoints.begin() else { return Ok(()) };
    let mut feed = Feed::to_end(store, log, begin);
    while let Some(chunk) = feed.next().await {
        let chunk = chunk?;
        if pass(models, checkpoints, &chunk.facts).await? == Passed::Overtaken {
            return Ok(());
        }
        if let Some(error) = chunk.unreadable {
            stop_all(models, checkpoints, error.position(), &error.to_string()).await?;
        }
        progress(checkpoints.applied());
        if checkpoints.begin().is_none() {
            return Ok(());
        }
    }
    Ok(())
}
