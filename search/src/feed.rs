//! Reads, unseals and takes apart ahead, while what came before is being written.

use futures::StreamExt;
use sangdam_domain::log::{LogId, Position};
use sangdam_eventstore::Store;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::error::SearchError;
use crate::source::{Changes, changes};

/// How many events are read at once, where they are there already.
const EVENTS_A_READ: usize = 4_000;
const BATCHES_AHEAD: usize = 2;

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
    while let Some(events) = coming.next().await {
        if to.send(Ok(changes(store, log, events?).await?)).await.is_err() {
            return Ok(());
        }
    }
    Ok(())
}
