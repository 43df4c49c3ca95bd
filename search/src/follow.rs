//! The task that keeps an index up to date, and never gives up.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use sangdam_domain::log::{LogId, Position};
use sangdam_eventstore::{Store, StoreError};
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, timeout_at};

use crate::behind::behind;
use crate::error::SearchError;
use crate::feed::{Feed, PATIENCE, QUIET, Reach};
use crate::index::{Checkpoint, Claimed, Opened, Writer};
use crate::source::Changes;

/// How many documents are gathered before a commit, at most: one is durable, and takes its time.
const DOCUMENTS_A_COMMIT: usize = 20_000;
const PAUSE_MIN: Duration = Duration::from_millis(100);
const PAUSE_MAX: Duration = Duration::from_secs(5);
/// How often it is looked for what another process has committed.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// What the task and those who ask share.
#[derive(Default)]
pub(crate) struct Shared {
    opened: RwLock<Option<Arc<Opened>>>,
    /// Something that was read made no sense.
    pub(crate) suspect: Notify,
}

impl Shared {
    pub(crate) fn opened(&self) -> Option<Arc<Opened>> {
        self.opened.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, opened: Option<Arc<Opened>>) {
        *self.opened.write().unwrap_or_else(PoisonError::into_inner) = opened;
    }
}

/// How an index is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct State {
    /// The last event that questions see.
    pub applied: Position,
    /// What it last failed with, while it fails.
    pub error: Option<String>,
    /// Whether this process writes it; otherwise another does.
    pub writes: bool,
}

pub(crate) struct Follower {
    pub(crate) store: Store,
    pub(crate) log: LogId,
    pub(crate) folder: PathBuf,
    pub(crate) shared: Arc<Shared>,
    pub(crate) state: watch::Sender<State>,
}

impl Follower {
    /// Follows until told to stop. What is under way then is done again at the next start.
    pub(crate) async fn until(self, mut stopping: watch::Receiver<bool>) {
        tokio::select! {
            // An error means that nobody holds the index any more.
            _ = stopping.wait_for(|stop| *stop) => {}
            () = self.for_ever() => {}
        }
        self.shared.set(None);
    }

    async fn for_ever(&self) {
        let mut pause = PAUSE_MIN;
        loop {
            let started = Instant::now();
            match self.round().await {
                Ok(()) => {}
                Err(SearchError::Store(StoreError::NoSuchLog(_))) => {}
                Err(error) => {
                    tracing::warn!(log = %self.log, %error, "the search index cannot be kept up to date; trying again");
                    self.state.send_modify(|state| state.error = Some(error.to_string()));
                }
            }
            if started.elapsed() > PAUSE_MAX {
                pause = PAUSE_MIN;
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(PAUSE_MAX);
        }
    }

    /// From opening the index to whatever makes it necessary to open it again.
    async fn round(&self) -> Result<(), SearchError> {
        let start = Checkpoint::start(self.store.head(&self.log).await?.ledger, &self.log);
        match open(&self.store, &self.folder, start.clone()).await? {
            Some(writer) => self.write(writer).await,
            None => self.read(&start).await,
        }
    }

    async fn write(&self, mut writer: Writer) -> Result<(), SearchError> {
        self.shared.set(Some(Arc::clone(writer.opened())));
        self.tell(writer.checkpoint().position, true);
        let mut feed = Feed::start(&self.store, &self.log, writer.checkpoint().position, Reach::ForEver);
        loop {
            let next = tokio::select! {
                next = feed.next() => next,
                () = self.shared.suspect.notified() => {
                    return Err(SearchError::Damaged("a question could not be answered".to_owned()));
                }
            };
            let Some(first) = next else { return Ok(()) };
            writer = self.gather(writer, &mut feed, first?).await?;
            self.tell(writer.checkpoint().position, true);
        }
    }

    /// Takes what comes together, and commits it: of a log that is there already, as much as is read meanwhile.
    async fn gather(&self, writer: Writer, feed: &mut Feed, first: Changes) -> Result<Writer, SearchError> {
        let patience = Instant::now() + PATIENCE;
        let mut writer = apply(writer, first).await?;
        while writer.pending() < DOCUMENTS_A_COMMIT && Instant::now() < patience {
            let until = patience.min(Instant::now() + QUIET);
            let Ok(Some(next)) = timeout_at(until, feed.next()).await else { break };
            writer = apply(writer, next?).await?;
        }
        behind(move || writer.commit().map(|()| writer)).await
    }

    /// Reads what another process writes, until that ends.
    async fn read(&self, start: &Checkpoint) -> Result<(), SearchError> {
        let folder = self.folder.clone();
        let Some(opened) = blocking(move || Opened::to_read(&folder)).await?.map(Arc::new) else {
            return Ok(());
        };
        loop {
            let read = Arc::clone(&opened);
            let checkpoint = blocking(move || read.reload_to()).await?;
            if !checkpoint.as_ref().is_some_and(|checkpoint| checkpoint.is_of_the_same(start)) {
                return Err(SearchError::Busy(self.folder.clone()));
            }
            self.shared.set(Some(Arc::clone(&opened)));
            self.tell(checkpoint.map_or(Position::ZERO, |checkpoint| checkpoint.position), false);
            tokio::time::sleep(LOOK_AGAIN).await;
            let folder = self.folder.clone();
            if blocking(move || Claimed::take(&folder)).await?.is_some() {
                return Ok(());
            }
        }
    }

    fn tell(&self, applied: Position, writes: bool) {
        self.state.send_replace(State { applied, error: None, writes });
    }
}

/// Opens an index to write to; an empty one where there is none that can be used. `None` where another process writes to it.
pub(crate) async fn open(
    store: &Store,
    folder: &Path,
    start: Checkpoint,
) -> Result<Option<Writer>, SearchError> {
    let log = start.log().clone();
    let (claim, begin) = (folder.to_owned(), start.clone());
    let opened = blocking(move || {
        let Some(claimed) = Claimed::take(&claim)? else { return Ok(None) };
        let (opened, checkpoint) = claimed.open(&begin)?;
        Ok(Some((claimed, opened, checkpoint)))
    });
    let Some((claimed, opened, checkpoint)) = opened.await? else { return Ok(None) };
    let (opened, checkpoint) = if is_of_this_history(store, &log, &checkpoint).await? {
        (opened, checkpoint)
    } else {
        tracing::warn!(%log, "the search index knows of events that this ledger has not; it is built anew");
        drop(opened);
        return behind(move || {
            let (opened, checkpoint) = claimed.begin_anew(&start)?;
            Writer::new(claimed, opened, checkpoint).map(Some)
        })
        .await;
    };
    behind(move || Writer::new(claimed, opened, checkpoint).map(Some)).await
}

/// Whether the event that the index has come to is the one that stands there.
async fn is_of_this_history(store: &Store, log: &LogId, at: &Checkpoint) -> Result<bool, SearchError> {
    if at.position == Position::ZERO {
        return Ok(true);
    }
    let events = store.read_at(log, &[at.position]).await?;
    Ok(events.first().map(|event| event.event_id) == at.event)
}

/// Takes a batch on a thread of its own.
pub(crate) async fn apply(mut writer: Writer, changes: Changes) -> Result<Writer, SearchError> {
    behind(move || writer.apply(changes).map(|()| writer)).await
}

/// Runs what blocks on a thread of its own.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SearchError> + Send + 'static,
) -> Result<T, SearchError> {
    tokio::task::spawn_blocking(work).await?
}
