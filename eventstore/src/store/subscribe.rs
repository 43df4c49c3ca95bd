//! Following a log: what is there already, then what comes, in one stream without a seam. It misses nothing and repeats
//! nothing because all it ever does is to read on from the last position; notices only say when.

use std::sync::Arc;
use std::time::Duration;

use futures::Stream;
use sangdam_domain::log::{LogId, Position};
use tokio::sync::watch;

use super::{Log, Store};
use crate::contract::{StoreError, StoredEvent};

/// How many events a batch has at most.
const BATCH_EVENTS_MAX: usize = 1000;
/// How long to wait for a notice before looking: another process may have written without one arriving.
const POLL: Duration = Duration::from_millis(500);

struct Following {
    store: Store,
    log: Arc<Log>,
    after: Position,
    head: watch::Receiver<u64>,
    closing: watch::Receiver<bool>,
}

impl Store {
    /// All events after a position, in order, in batches that are never empty: first what is there, then what comes.
    /// It ends when the store closes, and after an error; it can be taken up again after the last position seen.
    pub fn subscribe(
        &self,
        log: &LogId,
        after: Position,
    ) -> impl Stream<Item = Result<Vec<StoredEvent>, StoreError>> + Send + use<> {
        let (store, id) = (self.clone(), log.clone());
        futures::stream::unfold(Start::Not(store, id, after), |state| async move {
            let mut following = match state {
                Start::Not(store, id, after) => match store.follow(&id, after).await {
                    Ok(following) => following,
                    Err(e) => return Some((Err(e), Start::Ended)),
                },
                Start::Following(following) => following,
                Start::Ended => return None,
            };
            match following.next().await {
                Ok(Some(batch)) => Some((Ok(batch), Start::Following(following))),
                Ok(None) => None,
                Err(e) => Some((Err(e), Start::Ended)),
            }
        })
    }

    async fn follow(&self, id: &LogId, after: Position) -> Result<Following, StoreError> {
        let log = self.log(id).await?;
        let (head, closing) = (log.head.subscribe(), self.0.closing.subscribe());
        Ok(Following { store: self.clone(), log, after, head, closing })
    }
}

enum Start {
    Not(Store, LogId, Position),
    Following(Following),
    Ended,
}

impl Following {
    /// The next batch; `None` when the store closes.
    async fn next(&mut self) -> Result<Option<Vec<StoredEvent>>, StoreError> {
        loop {
            if *self.closing.borrow() {
                return Ok(None);
            }
            // Seen before reading: what is announced while reading wakes the wait below at once.
            self.head.mark_unchanged();
            let batch = match self.store.read_page(&self.log, self.after, BATCH_EVENTS_MAX).await {
                Err(StoreError::Database(sqlx::Error::PoolClosed)) => return Ok(None),
                other => other?,
            };
            if let Some(last) = batch.last() {
                let expected = self.after.get() + batch.len() as u64;
                if last.position.get() != expected {
                    let problem = "positions have a gap: run `verify`".to_owned();
                    return Err(StoreError::Damaged { position: self.after.next(), problem });
                }
                self.after = last.position;
                return Ok(Some(batch));
            }
            tokio::select! {
                _ = self.closing.wait_for(|closing| *closing) => return Ok(None),
                _ = self.head.changed() => {}
                () = tokio::time::sleep(POLL) => {}
            }
        }
    }
}
