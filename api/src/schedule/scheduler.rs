//! The schedules of a running server: each has a task of its own, so that a slow one keeps no other waiting.

use std::sync::Arc;
use std::time::Duration;

use sangdam_domain::time::Timestamp;
use sangdam_eventstore::Clock;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::config::{Reports, Schedule};
use super::worker::{Turn, Worker, zone};
use crate::reports::Sources;

/// How long after a failure of the ledger, and while the centre is not registered, a schedule looks again.
const AGAIN: Duration = Duration::from_secs(5);
/// The longest sleep: clocks may be set meanwhile.
const SLEEP_MAX: Duration = Duration::from_secs(30);
/// How long runs that are under way may take once the server is told to stop.
const STOP_MAX: Duration = Duration::from_secs(10);

/// Hears what became of an attempt: the schedule's name, and a word ([`super::attempt::Outcome::as_str`]).
pub type Hear = Arc<dyn Fn(&str, &'static str) + Send + Sync>;

/// The schedules at work.
pub struct Scheduler {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Scheduler {
    /// Puts schedules to work. `hear` hears what becomes of every attempt.
    pub fn spawn(sources: &Sources, reports: Reports, hear: &Hear) -> Self {
        let stop = watch::Sender::new(false);
        let Reports { lease_seconds, schedules } = reports;
        let task = |schedule| {
            let task = Task { sources: sources.clone(), stop: stop.subscribe(), hear: Arc::clone(hear) };
            tokio::spawn(task.run(schedule, lease_seconds))
        };
        let tasks = schedules.into_iter().map(task).collect();
        Self { stop, tasks }
    }

    /// Starts no more runs, and lets those that are under way come to their end, for ten seconds. What is cut off is made
    /// by another process, or by this one when it is back, once its lease is over.
    pub async fn shutdown(self) {
        self.stop.send_replace(true);
        let aborts: Vec<_> = self.tasks.iter().map(JoinHandle::abort_handle).collect();
        let ended = futures::future::join_all(self.tasks);
        if tokio::time::timeout(STOP_MAX, ended).await.is_err() {
            tracing::warn!("some scheduled reports were still being made and are cut off");
            aborts.iter().for_each(tokio::task::AbortHandle::abort);
        }
    }
}

struct Task {
    sources: Sources,
    stop: watch::Receiver<bool>,
    hear: Hear,
}

impl Task {
    async fn run(self, schedule: Schedule, lease_seconds: u32) {
        let Some(mut worker) = self.begin(schedule, lease_seconds).await else { return };
        while !*self.stop.borrow() {
            match worker.turn(|| !*self.stop.borrow()).await {
                Ok(Turn { outcomes, wake }) => {
                    outcomes.iter().for_each(|outcome| (self.hear)(worker.name(), outcome.as_str()));
                    self.sleep_until(wake).await;
                }
                Err(error) => {
                    tracing::warn!(schedule = worker.name(), %error, "a schedule could not be gone on with");
                    self.sleep(AGAIN).await;
                }
            }
        }
    }

    /// Waits until the centre is registered and the ledger knows the schedule. `None` where it is to stop.
    async fn begin(&self, mut schedule: Schedule, lease_seconds: u32) -> Option<Worker> {
        while !*self.stop.borrow() {
            match zone(&self.sources).await {
                Ok(None) => {}
                Ok(Some(zone)) => {
                    match Worker::begin(self.sources.clone(), schedule, lease_seconds, zone).await {
                        Ok(worker) => return Some(worker),
                        Err((back, error)) => {
                            tracing::warn!(schedule = back.name.as_str(), %error, "a schedule could not be begun");
                            schedule = back;
                        }
                    }
                }
                Err(error) => {
                    tracing::warn!(schedule = schedule.name.as_str(), %error, "a schedule could not be begun");
                }
            }
            self.sleep(AGAIN).await;
        }
        None
    }

    async fn sleep_until(&self, moment: Timestamp) {
        while !*self.stop.borrow() {
            let left = moment.micros() - self.clock().now().micros();
            let Ok(left) = u64::try_from(left) else { return };
            if left == 0 {
                return;
            }
            self.sleep(Duration::from_micros(left).min(SLEEP_MAX)).await;
        }
    }

    /// Sleeps, or until it is to stop.
    async fn sleep(&self, duration: Duration) {
        let mut stop = self.stop.clone();
        let _ = tokio::time::timeout(duration, stop.wait_for(|stop| *stop)).await;
    }

    fn clock(&self) -> &dyn Clock {
        &**self.sources.store.clock()
    }
}
