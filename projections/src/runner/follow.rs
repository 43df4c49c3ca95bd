//! The runner's task: applies what comes, tells how it is, and never gives up.

use std::time::Duration;

use sangdam_domain::log::LogId;
use sangdam_eventstore::{Store, StoreError};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::handle::{Progress, State, Told};
use crate::checkpoint::Checkpoints;
use crate::error::{CatchUpError, ReadError};
use crate::feed::Feed;
use crate::models::{ProjectionStatus, ReadModels, Stopped};
use crate::pass::{PROJECTIONS, Passed, pass, stop_all};
use crate::rebuild;
use crate::table::Generation;

const PAUSE_MIN: Duration = Duration::from_millis(100);
const PAUSE_MAX: Duration = Duration::from_secs(5);
/// How often it is looked at whether another process got further than what stopped this one.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Follows until told to stop. Dropping what is under way is safe: a batch is written as a whole or not at all.
pub(super) async fn follow(
    store: Store,
    models: ReadModels,
    log: LogId,
    told: Told,
    mut stopping: watch::Receiver<bool>,
) {
    let follower = Follower { store, models, log, told };
    tokio::select! {
        // An error means that nobody holds the runner any more.
        _ = stopping.wait_for(|stop| *stop) => {}
        () = follower.for_ever() => {}
    }
}

struct Follower {
    store: Store,
    models: ReadModels,
    log: LogId,
    told: Told,
}

impl Follower {
    async fn for_ever(&self) {
        let mut pause = PAUSE_MIN;
        let mut stopped: Vec<(&'static str, Stopped)> = Vec::new();
        let mut rebuilding: Option<Rebuilding> = None;
        loop {
            match self.round(&mut stopped, &mut rebuilding).await {
                Ok(()) => pause = PAUSE_MIN,
                Err(CatchUpError::Read(ReadError::Store(StoreError::NoSuchLog(_)))) => {
                    tokio::time::sleep(PAUSE_MIN).await;
                }
                Err(error) => {
                    tracing::warn!(log = %self.log, %error, "read models cannot be kept up to date; trying again");
                    self.told.tell(|state| state.error = Some(error.to_string()));
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(PAUSE_MAX);
                }
            }
        }
    }

    /// From loading the checkpoints to whatever makes it necessary to load them again.
    async fn round(
        &self,
        stopped: &mut Vec<(&'static str, Stopped)>,
        rebuilding: &mut Option<Rebuilding>,
    ) -> Result<(), CatchUpError> {
        self.store.head(&self.log).await?;
        let log_no = self.models.log_no_made(&self.log).await?;
        let mut checkpoints =
            Checkpoints::load(&self.models, Generation::Serving, log_no, PROJECTIONS).await?;
        keep_stopped(&mut checkpoints, stopped);
        if checkpoints.each.iter().any(|each| each.is_outdated()) && rebuilding.is_none() {
            *rebuilding = Some(Rebuilding::start(self));
        }
        self.tell(&checkpoints, rebuilding.as_ref());
        let mut feed = checkpoints.begin().map(|begin| Feed::live(&self.store, &self.log, begin));
        // Comes due however fast events come.
        let mut look_again = tokio::time::interval(LOOK_AGAIN);
        look_again.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                chunk = next(&mut feed) => {
                    let Some(chunk) = chunk else { return Ok(()) };
                    let chunk = chunk?;
                    let passed = pass(&self.models, &mut checkpoints, &chunk.facts).await?;
                    if let Some(error) = chunk.unreadable {
                        stop_all(&self.models, &mut checkpoints, error.position(), &error.to_string()).await?;
                    }
                    note_stopped(&checkpoints, stopped);
                    if passed == Passed::Overtaken {
                        return Ok(());
                    }
                    self.tell(&checkpoints, rebuilding.as_ref());
                    if checkpoints.begin().is_none() {
                        feed = None;
                    }
                }
                _ = look_again.tick(), if checkpoints.each.iter().any(|each| !each.runs()) => {
                    self.tell(&checkpoints, rebuilding.as_ref());
                    if rebuilding.as_ref().is_some_and(|rebuilding| rebuilding.task.is_finished()) {
                        return rebuilding.take().map_or(Ok(()), |ended| ended.failed().map_or(Ok(()), Err));
                    }
                    if self.moved_on(&checkpoints).await? {
                        return Ok(());
                    }
                }
            }
        }
    }

    /// Whether another process has moved a checkpoint that this one cannot.
    async fn moved_on(&self, checkpoints: &Checkpoints) -> Result<bool, CatchUpError> {
        let now =
            Checkpoints::load(&self.models, Generation::Serving, checkpoints.log_no, PROJECTIONS).await?;
        let mut both = checkpoints.each.iter().zip(&now.each);
        Ok(both.any(|(known, now)| {
            !known.runs() && (known.position, known.version) != (now.position, now.version)
        }))
    }

    fn tell(&self, checkpoints: &Checkpoints, rebuilding: Option<&Rebuilding>) {
        let projections = checkpoints.each.iter().map(|each| ProjectionStatus {
            projection: each.projection.name().to_owned(),
            version: each.version,
            log: self.log.clone(),
            position: each.position,
            recorded_at: each.recorded_at,
            stopped: each.stopped.clone(),
        });
        let projections = projections.collect();
        self.told.tell(|state| {
            *state = State {
                applied: checkpoints.applied(),
                projections,
                error: None,
                rebuilding: rebuilding.and_then(|rebuilding| *rebuilding.progress.borrow()),
            }
        });
    }
}

async fn next(feed: &mut Option<Feed>) -> Option<Result<crate::feed::Chunk, CatchUpError>> {
    match feed {
        Some(feed) => feed.next().await,
        None => std::future::pending().await,
    }
}

/// What stopped a projection in this process still does, unless somebody else has got past it.
fn keep_stopped(checkpoints: &mut Checkpoints, stopped: &mut Vec<(&'static str, Stopped)>) {
    stopped.retain(|(name, stopped)| {
        let checkpoint = checkpoints.each.iter_mut().find(|each| each.projection.name() == *name);
        match checkpoint.filter(|each| each.position < stopped.position) {
            Some(checkpoint) => {
                checkpoint.stopped = Some(stopped.clone());
                true
            }
            None => false,
        }
    });
}

fn note_stopped(checkpoints: &Checkpoints, stopped: &mut Vec<(&'static str, Stopped)>) {
    *stopped = checkpoints
        .each
        .iter()
        .filter_map(|each| Some((each.projection.name(), each.stopped.clone()?)))
        .collect();
}

/// A task that builds beside the serving tables what an earlier release made.
struct Rebuilding {
    task: JoinHandle<Result<(), CatchUpError>>,
    progress: watch::Receiver<Option<Progress>>,
}

impl Rebuilding {
    fn start(follower: &Follower) -> Self {
        let (sender, progress) = watch::channel(None);
        let (store, models, log) = (follower.store.clone(), follower.models.clone(), follower.log.clone());
        let task = tokio::spawn(async move {
            let mut tell = |progress| {
                sender.send_replace(Some(progress));
            };
            rebuild::rebuild_outdated(&store, &models, &log, &mut tell).await
        });
        Self { task, progress }
    }

    fn failed(mut self) -> Option<CatchUpError> {
        use futures::FutureExt;
        (&mut self.task).now_or_never().and_then(Result::ok).and_then(Result::err)
    }
}

impl Drop for Rebuilding {
    fn drop(&mut self) {
        self.task.abort();
    }
}
