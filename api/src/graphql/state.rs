//! What a running server holds, and every resolver may use.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use sangdam_domain::actor::{Actor, ActorKind};
use sangdam_domain::log::LogId;
use sangdam_eventstore::{Store, StoreError};
use sangdam_projections::ReadModels;
use sangdam_projections::runner::{self, Runner};

use super::error::{ApiError, Code};
use crate::ledger::Ledger;
use crate::telemetry::Metrics;

/// What a running server holds. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

/// The inside of [`App`], which it dereferences to.
pub struct Inner {
    /// The ledger's store.
    pub store: Store,
    /// The read models.
    pub models: ReadModels,
    /// The main log of the centre that is meant where none is named.
    pub log: LogId,
    /// What Prometheus is told.
    pub metrics: Metrics,
    runners: Mutex<HashMap<LogId, Runner>>,
}

impl std::ops::Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl App {
    /// Over an open store and its read models.
    pub fn new(store: Store, models: ReadModels, log: LogId) -> Self {
        let runners = Mutex::default();
        Self(Arc::new(Inner { store, models, log, metrics: Metrics::new(), runners }))
    }

    /// The main log of a centre; of the one that is meant by default where none is named.
    ///
    /// # Errors
    /// Where the name is none, or this ledger has no such centre.
    pub async fn log_of(&self, centre: Option<&str>) -> Result<LogId, ApiError> {
        let Some(centre) = centre else { return Ok(self.log.clone()) };
        let log = LogId::main(centre).map_err(|problem| ApiError::bad_input(problem.to_string()))?;
        if log != self.log && !self.store.logs().await?.contains(&log) {
            return Err(ApiError::new(Code::NotFound, format!("this ledger has no centre `{centre}`")));
        }
        Ok(log)
    }

    /// A centre's ledger, to write to.
    pub async fn ledger(&self, centre: Option<&str>) -> Result<Ledger, ApiError> {
        Ok(Ledger::new(self.store.clone(), self.log_of(centre).await?))
    }

    /// The main logs of all centres, the server's own first.
    pub async fn logs(&self) -> Result<Vec<LogId>, StoreError> {
        let others = self.store.logs().await?.into_iter();
        let others = others.filter(|log| log.as_str().ends_with("/main") && *log != self.log);
        Ok(std::iter::once(self.log.clone()).chain(others).collect())
    }

    /// Keeps the read models of every centre of this ledger up to date.
    pub async fn follow_all(&self) -> Result<(), StoreError> {
        for log in self.logs().await? {
            self.runner(&log);
        }
        Ok(())
    }

    /// What keeps a log's read models up to date; started where it is not running.
    pub fn runner(&self, log: &LogId) -> Runner {
        let mut runners = self.runners.lock().unwrap_or_else(PoisonError::into_inner);
        let start = || runner::spawn(self.store.clone(), self.models.clone(), log.clone());
        runners.entry(log.clone()).or_insert_with(start).clone()
    }

    /// Everything that keeps read models up to date.
    pub fn runners(&self) -> Vec<(LogId, Runner)> {
        let runners = self.runners.lock().unwrap_or_else(PoisonError::into_inner);
        runners.iter().map(|(log, runner)| (log.clone(), runner.clone())).collect()
    }

    /// Stops following, and closes the read models and the store, whose writer answers what it has taken first.
    pub async fn close(&self) {
        for (_, runner) in self.runners() {
            runner.shutdown().await;
        }
        self.models.close().await;
        self.store.close().await;
    }
}

/// Who asks.
#[derive(Clone, Debug)]
pub struct Principal(pub Actor);

impl Principal {
    /// Anybody, on a server that runs open.
    pub fn open() -> Self {
        Self(Actor::of(ActorKind::Open))
    }
}
