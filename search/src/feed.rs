//! Reads, unseals and takes apart ahead, while what came before is being written.

use std::time::Duration;

use futures::{Stream, StreamExt};
use sangdam_domain::log::{LogId, Position};
use sangdam_eventstore::{Store, StoreError, StoredEvent};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};

use crate::error::SearchError;
use crate::source::{Changes, changes};

/// How many events are read at once, where they are there already.
const EVENTS_A_READ: usize = 4_000;
const BATCHES_AHEAD: usize = 2;
/// How long an event waits for others before it is taken: a consultation of which several come is looked at once.
pub(crate) const QUIET: Duration = Duration::from_millis(30);
/// How long an event waits at most.
pub(crate) const PATIENCE: Duration = Duration::from_millis(300);

/// What the log changes from a position on.
pub(crate) struct Feed {
    batches: mpsc::Receiver<Result<Changes, SearchError>>,
    reader: JoinHandle<()>,
}

/// How far a feed goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Reach {
    /// What is there now.
    ToEnd,
    /// What is there now, then what comes.
    ForEver,
}

impl Feed {
    pub(crate) fn start(store: &Store, log: &LogId, after: Position, reach: Reach) -> Self {
        let (sender, batches) = mpsc::channel(BATCHES_AHEAD);
        let (store, log) = (store.clone(), log.clone());
        let reader = tokio::spawn(async move {
            if let Err(error) = read(&store, &log, after, reach, &sender).await {
                // Nobody may be listening any more.
                drop(sender.send(Err(error)).await);
            }
        });
        Self { batches, reader }
    }

    /// The next batch; `None` at the end, or when the store closes. Giving up waiting loses nothing.
    pub(crate) async fn next(&mut self) -> Option<Result<Changes, SearchError>> {
        self.batches.recv().await
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

async fn read(
    store: &Store,
    log: &LogId,
    mut after: Position,
    reach: Reach,
    to: &mpsc::Sender<Result<Changes, SearchError>>,
) -> Result<(), SearchError> {
    loop {
        let events = store.read(log, after, EVENTS_A_READ).await?;
        let Some(last) = events.last() else { break };
        after = last.position;
        if to.send(Ok(changes(store, log, events).await?)).await.is_err() {
            return Ok(());
        }
    }
    if reach == Reach::ToEnd {
        return Ok(());
    }
    let mut coming = std::pin::pin!(store.subscribe(log, after));
    while let Some(first) = coming.next().await {
        let events = gathered(first?, &mut coming).await?;
        if to.send(Ok(changes(store, log, events).await?)).await.is_err() {
            return Ok(());
        }
    }
    Ok(())
}

/// What comes together.
async fn gathered(
    mut events: Vec<StoredEvent>,
    coming: &mut (impl Stream<Item = Result<Vec<StoredEvent>, StoreError>> + Unpin),
) -> Result<Vec<StoredEvent>, StoreError> {
    let patience = Instant::now() + PATIENCE;
    while events.len() < EVENTS_A_READ && Instant::now() < patience {
        let until = patience.min(Instant::now() + QUIET);
        let Ok(Some(more)) = timeout_at(until, coming.next()).await else { break };
        events.append(&mut more?);
    }
    Ok(events)
}
