//! What a running server holds, and every resolver may use.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use sangdam_domain::actor::{Actor, ActorKind};
use sangdam_domain::log::LogId;
use sangdam_eventstore::{Location, Store, StoreError};
use sangdam_projections::centre::{self, LegacyYear};
use sangdam_projections::counts::{self, YearRow};
use sangdam_projections::runner::{self, Runner};
use sangdam_projections::{At, ReadModels};
use sangdam_search::Search;
use tempfile::TempDir;

use super::error::{ApiError, Code};
use super::together::Together;
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
    /// The years of logs as they stand.
    pub(super) years: Arc<Together<LogId, Arc<Years>>>,
    runners: Mutex<HashMap<LogId, Runner>>,
    searches: Mutex<Searches>,
}

/// What the yearly counts are made of.
#[derive(Default)]
pub(super) struct Years {
    /// What was counted.
    pub(super) recorded: Vec<YearRow>,
    /// What is declared of the years before.
    pub(super) declared: Vec<LegacyYear>,
}

impl Years {
    /// Of a log as of a moment.
    pub(super) async fn of(models: &ReadModels, at: &At) -> Result<Self, ApiError> {
        let recorded = counts::yearly_counts(models, at).await?;
        Ok(Self { recorded, declared: centre::legacy(models, at).await? })
    }
}

fn years_together(models: &ReadModels) -> Arc<Together<LogId, Arc<Years>>> {
    let models = models.clone();
    Together::new(move |logs: Vec<LogId>| {
        let models = models.clone();
        async move {
            let mut found = HashMap::with_capacity(logs.len());
            for log in logs {
                let years = Years::of(&models, &At::now(&log)).await?;
                found.insert(log, Arc::new(years));
            }
            Ok(found)
        }
    })
}

/// The search indexes, and the folder in which each has one of its own.
struct Searches {
    folder: Option<PathBuf>,
    /// Where no folder was named: one that goes with the process.
    temporary: Option<TempDir>,
    open: HashMap<LogId, Search>,
}

impl std::ops::Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl App {
    /// Over an open store and its read models. The search indexes stand beside SQLite's files; with PostgreSQL, in a folder that
    /// goes with the process: [`App::searching_in`] names one that stays.
    pub fn new(store: Store, models: ReadModels, log: LogId) -> Self {
        let folder = match store.location() {
            Location::Sqlite { dir } => Some(search_folder(dir)),
            Location::Postgres { .. } => None,
        };
        Self::over(store, models, log, folder)
    }

    /// Over an open store and its read models, with the search indexes in a folder of this process's own.
    pub fn searching_in(store: Store, models: ReadModels, log: LogId, folder: PathBuf) -> Self {
        Self::over(store, models, log, Some(folder))
    }

    fn over(store: Store, models: ReadModels, log: LogId, folder: Option<PathBuf>) -> Self {
        let runners = Mutex::default();
        let searches = Mutex::new(Searches { folder, temporary: None, open: HashMap::new() });
        let years = years_together(&models);
        let metrics = Metrics::new();
        Self(Arc::new(Inner { store, models, log, metrics, years, runners, searches }))
    }

    /// The main log of a centre; of the one that is meant by default where none is named.
    ///
    /// # Errors
    /// Where the name is none, or this ledger has no such centre.
    pub async fn log_of(&self, centre: Option<&str>) -> Result<LogId, ApiError> {
        let Some(centre) = centre else { return Ok(self.log.clone()) };
        let log = LogId::main(centre).map_err(|problem| ApiError::bad_input(problem.to_string()))?;
        if log != self.log && !self.store.has_log(&log).await? {
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
        let others = others.filter(|log| log.is_main() && *log != self.log);
        Ok(std::iter::once(self.log.clone()).chain(others).collect())
    }

    /// Keeps the read models and the search index of every centre of this ledger up to date.
    pub async fn follow_all(&self) -> Result<(), StoreError> {
        for log in self.logs().await? {
            self.runner(&log);
            if let Err(error) = self.search(&log) {
                tracing::error!(%log, %error, "there is no folder for the search index");
            }
        }
        Ok(())
    }

    /// What keeps a log's read models up to date; started where it is not running.
    pub fn runner(&self, log: &LogId) -> Runner {
        let mut runners = self.runners.lock().unwrap_or_else(PoisonError::into_inner);
        let start = || runner::spawn(self.store.clone(), self.models.clone(), log.clone());
        runners.entry(log.clone()).or_insert_with(start).clone()
    }

    /// A log's search index; opened where it is not open.
    ///
    /// # Errors
    /// Where no folder was named, and none can be made.
    pub fn search(&self, log: &LogId) -> std::io::Result<Search> {
        let mut searches = self.searches.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(search) = searches.open.get(log) {
            return Ok(search.clone());
        }
        let folder = searches.folder()?.join(log.centre());
        let search = Search::spawn(self.store.clone(), log.clone(), folder);
        searches.open.insert(log.clone(), search.clone());
        Ok(search)
    }

    /// The search indexes that are open.
    pub fn searches(&self) -> Vec<(LogId, Search)> {
        let searches = self.searches.lock().unwrap_or_else(PoisonError::into_inner);
        searches.open.iter().map(|(log, search)| (log.clone(), search.clone())).collect()
    }

    /// Everything that keeps read models up to date.
    pub fn runners(&self) -> Vec<(LogId, Runner)> {
        let runners = self.runners.lock().unwrap_or_else(PoisonError::into_inner);
        runners.iter().map(|(log, runner)| (log.clone(), runner.clone())).collect()
    }

    /// Stops following, and closes the read models and the store, whose writer answers what it has taken first.
    pub async fn close(&self) {
        for (_, search) in self.searches() {
            search.shutdown().await;
        }
        for (_, runner) in self.runners() {
            runner.shutdown().await;
        }
        self.models.close().await;
        self.store.close().await;
    }
}

/// Where the search indexes of a data directory are.
pub fn search_folder(data_dir: &Path) -> PathBuf {
    data_dir.join("search")
}

impl Searches {
    fn folder(&mut self) -> std::io::Result<PathBuf> {
        if let Some(folder) = &self.folder {
            return Ok(folder.clone());
        }
        let temporary = match self.temporary.take() {
            Some(temporary) => temporary,
            None => TempDir::with_prefix("sangdam-search-")?,
        };
        Ok(self.temporary.insert(temporary).path().to_owned())
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
