//! What others hold of a runner.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sangdam_domain::log::{LogId, Position};
use sangdam_eventstore::Store;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::follow::follow;
use crate::error::CatchUpError;
use crate::models::{ProjectionStatus, ReadModels};

/// Keeps the read models of one log up to date until it is shut down. Cloning shares it.
#[derive(Clone)]
pub struct Runner(Arc<Inner>);

struct Inner {
    store: Store,
    log: LogId,
    state: watch::Receiver<State>,
    stop: watch::Sender<bool>,
    task: Mutex<Option<JoinHandle<()>>>,
    applied: watch::Receiver<Position>,
}

/// What the runner tells about itself.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    pub(super) applied: Position,
    pub(super) projections: Vec<ProjectionStatus>,
    pub(super) error: Option<String>,
    pub(super) rebuilding: Option<Progress>,
}

/// How far something has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Progress {
    /// The last event applied.
    pub applied: Position,
    /// The last event to be applied.
    pub head: Position,
}

/// How far the read models are behind the log.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Lag {
    /// In events.
    pub positions: u64,
    /// From when the last applied event was recorded to when the last event was, in seconds.
    pub seconds: u32,
}

/// How the read models of a log are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Health {
    /// The log.
    pub log: LogId,
    /// What every projection has applied.
    pub applied: Position,
    /// Each projection, and what stopped it if something did.
    pub projections: Vec<ProjectionStatus>,
    /// What the store or the database last failed with, while it fails.
    pub error: Option<String>,
    /// How far the tables being built beside the serving ones have come.
    pub rebuilding: Option<Progress>,
}

impl Health {
    /// Whether nothing is stopped and nothing fails.
    pub fn is_well(&self) -> bool {
        self.error.is_none() && self.projections.iter().all(|projection| projection.stopped.is_none())
    }
}

/// Starts to follow a log, which need not exist yet.
pub fn spawn(store: Store, models: ReadModels, log: LogId) -> Runner {
    let (state_sender, state) = watch::channel(State::default());
    let (applied_sender, applied) = watch::channel(Position::ZERO);
    let (stop, stopping) = watch::channel(false);
    let task = {
        let (store, log) = (store.clone(), log.clone());
        tokio::spawn(follow(
            store,
            models,
            log,
            Told { state: state_sender, applied: applied_sender },
            stopping,
        ))
    };
    Runner(Arc::new(Inner { store, log, state, stop, task: Mutex::new(Some(task)), applied }))
}

/// Where the runner tells about itself.
pub(super) struct Told {
    pub(super) state: watch::Sender<State>,
    applied: watch::Sender<Position>,
}

impl Told {
    /// Changes what is told; wakes who waits for a position.
    pub(super) fn tell(&self, change: impl FnOnce(&mut State)) {
        self.state.send_modify(change);
        let applied = self.state.borrow().applied;
        self.applied.send_if_modified(|told| std::mem::replace(told, applied) != applied);
    }
}

impl Runner {
    /// The log.
    pub fn log(&self) -> &LogId {
        &self.0.log
    }

    /// The position that every projection has applied, as it moves.
    pub fn applied(&self) -> watch::Receiver<Position> {
        self.0.applied.clone()
    }

    /// How the read models are.
    pub fn health(&self) -> Health {
        let state = self.0.state.borrow().clone();
        Health {
            log: self.0.log.clone(),
            applied: state.applied,
            projections: state.projections,
            error: state.error,
            rebuilding: state.rebuilding,
        }
    }

    /// How far the read models are behind the log.
    ///
    /// # Errors
    /// Where the log's head cannot be read.
    pub async fn lag(&self) -> Result<Lag, CatchUpError> {
        let head = self.0.store.head(&self.0.log).await?;
        let state = self.0.state.borrow();
        let positions = head.position.get().saturating_sub(state.applied.get());
        if positions == 0 {
            return Ok(Lag::default());
        }
        let applied_at = state.projections.iter().map(|projection| projection.recorded_at).min();
        Ok(Lag { positions, seconds: applied_at.map_or(0, |at| head.recorded_at.seconds_since(at)) })
    }

    /// Waits until every projection has applied a position; answers with the position applied then.
    ///
    /// # Errors
    /// Where it takes longer than `timeout`, a projection stopped before it, or the runner is shut down.
    pub async fn wait_for(&self, wanted: Position, timeout: Duration) -> Result<Position, CatchUpError> {
        let mut state = self.0.state.clone();
        let reached = state.wait_for(|state| state.applied >= wanted || stopped(state, wanted).is_some());
        match tokio::time::timeout(timeout, reached).await {
            Ok(Ok(state)) if state.applied >= wanted => Ok(state.applied),
            Ok(Ok(state)) => match stopped(&state, wanted) {
                Some((projection, position, problem)) => Err(CatchUpError::Stopped {
                    projection: projection.to_owned(),
                    log: self.0.log.clone(),
                    position,
                    problem: problem.to_owned(),
                }),
                None => Err(CatchUpError::Closed(self.0.log.clone())),
            },
            Ok(Err(_)) => Err(CatchUpError::Closed(self.0.log.clone())),
            Err(_) => {
                let applied = self.0.state.borrow().applied;
                Err(CatchUpError::Timeout { log: self.0.log.clone(), applied, wanted })
            }
        }
    }

    /// Stops following, after the batch at hand.
    pub async fn shutdown(&self) {
        self.0.stop.send_replace(true);
        let task = self.0.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task
            && let Err(error) = task.await
        {
            tracing::error!(%error, "the runner of the read models ended badly");
        }
    }
}

/// What stopped before a position.
fn stopped(state: &State, wanted: Position) -> Option<(&str, Position, &str)> {
    state.projections.iter().find_map(|projection| {
        let stopped = projection.stopped.as_ref().filter(|stopped| stopped.position <= wanted)?;
        Some((projection.projection.as_str(), stopped.position, stopped.problem.as_str()))
    })
}
