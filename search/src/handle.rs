//! What others hold of an index.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sangdam_domain::id::ConsultationId;
use sangdam_domain::log::{LogId, Position};
use sangdam_domain::value::Code;
use sangdam_eventstore::Store;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::behind::behind;
use crate::document::category_hash;
use crate::error::SearchError;
use crate::feed::{Feed, Reach};
use crate::follow::{Follower, Shared, State, apply, blocking, open};
use crate::group::{Matter, SCORE_SHARE_MIN, grouped};
use crate::index::{Checkpoint, Opened};
use crate::rank::{Question, changed_after, facts_of, ranked};
use crate::source::as_of;

/// How many documents `catch_up` gathers before a commit.
const DOCUMENTS_A_COMMIT: usize = 20_000;

/// The search index of one log, kept up to date until it is shut down. Cloning shares it.
#[derive(Clone)]
pub struct Search(Arc<Inner>);

struct Inner {
    store: Store,
    log: LogId,
    shared: Arc<Shared>,
    state: watch::Receiver<State>,
    stop: watch::Sender<bool>,
    task: Mutex<Option<JoinHandle<()>>>,
}

/// What is looked for.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Ask {
    /// What the inquiry says; empty for anything.
    pub text: String,
    /// The only category that counts, if one does.
    pub category: Option<Code>,
    /// The last position that counts; `None` for as things stand.
    pub until: Option<Position>,
    /// How many matters at most.
    pub first: usize,
}

impl Search {
    /// Opens the index in a folder, or builds it there, and follows a log, which need not exist yet.
    pub fn spawn(store: Store, log: LogId, folder: PathBuf) -> Self {
        let shared = Arc::new(Shared::default());
        let (sender, state) = watch::channel(State::default());
        let (stop, stopping) = watch::channel(false);
        let follower = Follower {
            store: store.clone(),
            log: log.clone(),
            folder,
            shared: Arc::clone(&shared),
            state: sender,
        };
        let task = Mutex::new(Some(tokio::spawn(follower.until(stopping))));
        Self(Arc::new(Inner { store, log, shared, state, stop, task }))
    }

    /// How the index is.
    pub fn state(&self) -> State {
        self.0.state.borrow().clone()
    }

    /// Waits until questions see a position; answers with the position seen then.
    ///
    /// # Errors
    /// Where it takes longer than `timeout`, or the index is shut down.
    pub async fn wait_for(&self, wanted: Position, timeout: Duration) -> Result<Position, SearchError> {
        let mut state = self.0.state.clone();
        match tokio::time::timeout(timeout, state.wait_for(|state| state.applied >= wanted)).await {
            Ok(Ok(state)) => Ok(state.applied),
            Ok(Err(_)) => Err(SearchError::NotOpen(self.0.log.clone())),
            Err(_) => {
                let applied = self.0.state.borrow().applied;
                Err(SearchError::Timeout { log: self.0.log.clone(), applied, wanted })
            }
        }
    }

    /// The matters nearest to what is asked, the nearest first.
    ///
    /// # Errors
    /// Where the index is not open yet, or fails; then it looks after itself, and can be asked again.
    pub async fn similar(&self, ask: &Ask) -> Result<Vec<Matter>, SearchError> {
        let opened = self.opened()?;
        let first = ask.first;
        let question = Question::of(&ask.text, ask.category.as_ref().map(category_hash), ask.until);
        if question.terms.is_empty() && !ask.text.trim().is_empty() {
            // Something was asked that no text could say: a telephone number, for instance.
            return Ok(Vec::new());
        }
        let moved = match ask.until {
            None => Vec::new(),
            Some(until) => {
                let ids = self.ask(&opened, move |opened| changed_after(&opened.searcher(), until)).await?;
                as_of(&self.0.store, &self.0.log, &ids, until).await?
            }
        };
        self.ask(&opened, move |opened| {
            let by_words = !question.terms.is_empty();
            let hits = ranked(&opened.searcher(), &opened.fields, &question, &moved, SCORE_SHARE_MIN)?;
            Ok(grouped(hits, by_words, first))
        })
        .await
    }

    /// For each of these matters, which of these consultations are about it.
    ///
    /// # Errors
    /// As of [`Search::similar`].
    pub async fn about(
        &self,
        matters: &[Matter],
        consultations: &[ConsultationId],
    ) -> Result<Vec<Vec<ConsultationId>>, SearchError> {
        if consultations.is_empty() {
            return Ok(vec![Vec::new(); matters.len()]);
        }
        let opened = self.opened()?;
        let ids = consultations.to_vec();
        let facts =
            self.ask(&opened, move |opened| facts_of(&opened.searcher(), &opened.fields, &ids)).await?;
        let about = |matter: &Matter| {
            let is_about = |id: &&ConsultationId| facts.get(*id).is_some_and(|facts| matter.is_about(facts));
            consultations.iter().filter(is_about).copied().collect()
        };
        Ok(matters.iter().map(about).collect())
    }

    /// Stops following.
    pub async fn shutdown(&self) {
        self.0.stop.send_replace(true);
        let task = self.0.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task
            && let Err(error) = task.await
        {
            tracing::error!(%error, "the task that follows the search index ended badly");
        }
    }

    fn opened(&self) -> Result<Arc<Opened>, SearchError> {
        self.0.shared.opened().ok_or_else(|| SearchError::NotOpen(self.0.log.clone()))
    }

    /// Reads on a thread of its own. Where that fails, the files are looked at, and built anew if they are damaged.
    async fn ask<T: Send + 'static>(
        &self,
        opened: &Arc<Opened>,
        read: impl FnOnce(&Opened) -> Result<T, SearchError> + Send + 'static,
    ) -> Result<T, SearchError> {
        let opened = Arc::clone(opened);
        let answer = blocking(move || read(&opened)).await;
        if let Err(SearchError::Index(_) | SearchError::Ended(_)) = &answer {
            self.0.shared.suspect.notify_one();
        }
        answer
    }
}

/// Brings the index in a folder up to the end of the log once, and says how far it has come after each batch.
///
/// # Errors
/// [`SearchError::Busy`] where another process writes to it; otherwise where the store or the disk fails.
pub async fn catch_up(
    store: &Store,
    log: &LogId,
    folder: &Path,
    mut progress: impl FnMut(Position) + Send,
) -> Result<Position, SearchError> {
    let start = Checkpoint::start(store.head(log).await?.ledger, log);
    let busy = || SearchError::Busy(folder.to_owned());
    let mut writer = open(store, folder, start).await?.ok_or_else(busy)?;
    let mut feed = Feed::start(store, log, writer.checkpoint().position, Reach::ToEnd);
    while let Some(changes) = feed.next().await {
        writer = apply(writer, changes?).await?;
        if writer.pending() >= DOCUMENTS_A_COMMIT {
            writer = behind(move || writer.commit().map(|()| writer)).await?;
        }
        progress(writer.checkpoint().position);
    }
    let position = writer.checkpoint().position;
    behind(move || {
        writer.commit()?;
        writer.close()
    })
    .await?;
    Ok(position)
}
