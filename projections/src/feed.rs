//! Reads and decodes ahead while earlier events are being written.

use std::time::Duration;

use futures::StreamExt;
use sangdam_domain::log::{LogId, Position};
use sangdam_eventstore::{Store, StoredEvent};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::context::{Context, Seen};
use crate::error::{CatchUpError, FactError};

/// How many events go through the projections at once, at most.
pub(crate) const BATCH_EVENTS_MAX: usize = 8_000;
const BATCHES_AHEAD: usize = 2;
/// For how long behind some events those that come are taken together: who comes after a silence is taken at once, and where many
/// come all the time a pass, which is some statements however few its events, is made for more of them.
const GATHER: Duration = Duration::from_millis(10);

/// The next events of a log, decoded; behind them, if anything, the one that cannot be.
pub(crate) struct Chunk {
    pub facts: Vec<Seen>,
    pub unreadable: Option<FactError>,
}

/// The log from a position on.
pub(crate) struct Feed {
    chunks: mpsc::Receiver<Result<Chunk, CatchUpError>>,
    reader: JoinHandle<()>,
}

impl Feed {
    /// Up to what is there now; ends then.
    pub(crate) fn to_end(store: &Store, log: &LogId, after: Position) -> Self {
        Self::start(store, log, after, false)
    }

    /// For ever: what is there now, then what comes.
    pub(crate) fn live(store: &Store, log: &LogId, after: Position) -> Self {
        Self::start(store, log, after, true)
    }

    fn start(store: &Store, log: &LogId, after: Position, live: bool) -> Self {
        let (sender, chunks) = mpsc::channel(BATCHES_AHEAD);
        let (store, log) = (store.clone(), log.clone());
        let reader = tokio::spawn(async move {
            if let Err(error) = read(&store, &log, after, live, &sender).await {
                // Nobody may be listening any more.
                drop(sender.send(Err(error)).await);
            }
        });
        Self { chunks, reader }
    }

    /// The next events; `None` at the end.
    pub(crate) async fn next(&mut self) -> Option<Result<Chunk, CatchUpError>> {
        self.chunks.recv().await
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

/// The events behind one position up to another, decoded. `None` where they are more than a batch, or not all there or readable.
pub(crate) async fn between(
    store: &Store,
    log: &LogId,
    after: Position,
    last: Position,
) -> Result<Option<Vec<Seen>>, CatchUpError> {
    let wanted = usize::try_from(last.get().saturating_sub(after.get())).unwrap_or(usize::MAX);
    if wanted > BATCH_EVENTS_MAX {
        return Ok(None);
    }
    let mut context = Context::at(store, log, after).await?;
    let (mut facts, mut after) = (Vec::with_capacity(wanted), after);
    while facts.len() < wanted {
        let events = store.read(log, after, wanted - facts.len()).await?;
        let Some(end) = events.last() else { return Ok(None) };
        after = end.position;
        for stored in &events {
            let Ok(seen) = context.see(stored) else { return Ok(None) };
            facts.push(seen);
        }
    }
    Ok((after == last).then_some(facts))
}

type Sender = mpsc::Sender<Result<Chunk, CatchUpError>>;

async fn read(
    store: &Store,
    log: &LogId,
    after: Position,
    live: bool,
    to: &Sender,
) -> Result<(), CatchUpError> {
    let mut context = Context::at(store, log, after).await?;
    let mut after = after;
    loop {
        let events = store.read(log, after, BATCH_EVENTS_MAX).await?;
        let Some(last) = events.last() else { break };
        after = last.position;
        if !send(&mut context, &events, to).await {
            return Ok(());
        }
    }
    if !live {
        return Ok(());
    }
    let mut coming = std::pin::pin!(store.subscribe(log, after));
    while let Some(events) = coming.next().await {
        let together = sleep(GATHER);
        for part in events?.chunks(BATCH_EVENTS_MAX) {
            if !send(&mut context, part, to).await {
                return Ok(());
            }
        }
        together.await;
    }
    Ok(())
}

/// `false` where there is no reason to read on: an event is unreadable, or nobody listens.
async fn send(context: &mut Context, events: &[StoredEvent], to: &Sender) -> bool {
    let mut chunk = Chunk { facts: Vec::with_capacity(events.len()), unreadable: None };
    for stored in events {
        match context.see(stored) {
            Ok(seen) => chunk.facts.push(seen),
            Err(error) => {
                chunk.unreadable = Some(error);
                break;
            }
        }
    }
    let go_on = chunk.unreadable.is_none();
    to.send(Ok(chunk)).await.is_ok() && go_on
}
