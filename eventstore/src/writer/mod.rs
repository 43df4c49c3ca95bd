//! The writer: one task per process and log. It takes what appends have gathered, writes them in one transaction, and
//! answers each alone.
//!
//! The fast way writes a batch by memory alone: the head is taken by compare-and-set, and the unique indexes know what
//! memory does not. While it is on its way, those who come are drafted behind it (`batch.rs`). Are they many, they are sent
//! as soon as it is written, and whoever was in it is answered meanwhile. What only fits once it is written waits for the
//! next one. Whatever does not fit at all (a conflict, a command carried out before, a head that somebody else moved) goes
//! the slow way: under the head's lock, with everything looked up. Both keep the order in which appends came.

mod batch;
mod claims;
mod draft;
mod memory;
mod postgres;
pub(crate) mod rows;
mod slow;
mod sqlite;

pub(crate) use memory::{HeadRow, Source, frontier_of, tree_of_tiles};
pub(crate) use slow::{SELECT_COMMANDS, recorded_command};

use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use futures::poll;
use sangdam_domain::id::CommandId;
use sangdam_domain::log::{StreamId, Version};
use sangdam_domain::time::Timestamp;
use tokio::sync::{mpsc, oneshot, watch};

use crate::clock::Clock;
use crate::contract::{AppendError, Appended, ClaimChange, Expected, Fingerprint, StoreError};
use crate::db::{Db, Lent, Tx};
use crate::leaf::EncodedEvent;
use batch::{Batch, Drafted, UNITS_MAX};
use draft::{After, Draft};
use memory::{Memory, read_versions};
use rows::{Rows, WriteError};

/// For how many batches a connection is kept before the writers of other logs may have it.
const HELD_BATCHES_MAX: u32 = 256;
/// How many units may wait; past that, appends wait to be queued.
pub(crate) const QUEUE_UNITS_MAX: usize = 8192;

type Answer = Result<Vec<Appended>, AppendError>;

/// Appends that are written together or not at all.
pub(crate) struct Unit {
    pub(crate) command_id: CommandId,
    pub(crate) fingerprint: Fingerprint,
    pub(crate) appends: Vec<EncodedAppend>,
    pub(crate) answer: oneshot::Sender<Answer>,
    /// Set once a commit's outcome is unknown: the unit may be in the log already.
    pub(crate) maybe_written: bool,
}

/// An append whose leaves are encoded but for their places.
pub(crate) struct EncodedAppend {
    pub(crate) stream: StreamId,
    pub(crate) expected: Expected,
    pub(crate) claims: Vec<ClaimChange>,
    pub(crate) guards: Vec<(StreamId, Version)>,
    pub(crate) recorded_at: Option<Timestamp>,
    pub(crate) events: Vec<EncodedEvent>,
}

/// The writing task of one log.
pub(crate) struct Writer {
    pub(crate) db: Db,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) log_no: i64,
    /// Told after every commit.
    pub(crate) head: watch::Sender<u64>,
    /// Tells other processes, on PostgreSQL.
    pub(crate) notify: Option<mpsc::UnboundedSender<(i64, u64)>>,
    memory: Option<Memory>,
    /// Kept from batch to batch while there is work, and for how many yet.
    held: Option<Held>,
    /// Written, and answered once the next batch is on its way.
    owed: Vec<Drafted>,
}

/// A connection that waits for the next batch, and is given back where none comes.
struct Held {
    lent: Option<Lent>,
    batches: u32,
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(lent) = self.lent.take() {
            lent.give_back();
        }
    }
}

impl Writer {
    pub(crate) fn new(
        db: Db,
        clock: Arc<dyn Clock>,
        log_no: i64,
        head: watch::Sender<u64>,
        notify: Option<mpsc::UnboundedSender<(i64, u64)>>,
    ) -> Self {
        Self { db, clock, log_no, head, notify, memory: None, held: None, owed: Vec::new() }
    }

    /// Works until nobody can append any more, or the store is closing and the queue is empty.
    pub(crate) async fn run(mut self, mut queue: mpsc::Receiver<Unit>, mut closing: watch::Receiver<bool>) {
        let mut units = Vec::new();
        while receive(&mut queue, &mut closing, &mut units, UNITS_MAX).await > 0 {
            let mut next = self.batch(None, std::mem::take(&mut units)).await;
            while let Some(batch) = next {
                next = self.carry_out(batch, &mut queue, &mut closing).await;
            }
            if queue.is_empty() {
                self.held = None;
            }
        }
    }

    /// The next batch: what was drafted already, and these units behind it. `None` where nothing can be written the fast way; all
    /// were written the slow way then.
    async fn batch(&mut self, drafted: Option<Batch>, units: Vec<Unit>) -> Option<Batch> {
        let Some(memory) = &self.memory else {
            let before = drafted.into_iter().flat_map(Batch::into_units);
            self.slow(before.chain(units)).await;
            return None;
        };
        let mut batch = drafted.unwrap_or_else(|| Batch::of(Draft::new(self.log_no, memory)));
        batch.take(memory, units, self.clock.now());
        let unread = batch.unread(memory);
        if !unread.is_empty() {
            // Whoever holds a connection waits for no other.
            self.held = None;
            match read_versions(Source::Db(&self.db), self.log_no, &unread).await {
                Ok(read) => batch.take_read(memory, read, self.clock.now()),
                // The slow way tries again.
                Err(e) => tracing::warn!(error = %e, "the versions of streams cannot be read"),
            }
        }
        if batch.is_drafted() {
            return Some(batch);
        }
        self.slow(batch.into_units()).await;
        None
    }

    /// Writes a batch, and drafts the next one meanwhile of those who come.
    async fn carry_out(
        &mut self,
        batch: Batch,
        queue: &mut mpsc::Receiver<Unit>,
        closing: &mut watch::Receiver<bool>,
    ) -> Option<Batch> {
        let (rows, after, drafted, rest) = batch.finish();
        let to = rows.to;
        let (mut ahead, mut units) = (None::<Batch>, Vec::new());
        let mut open = rest.units.is_empty();
        let mut writing = pin!(write_alone(self.db.clone(), self.held.take(), rows));
        let mut written = poll!(&mut writing);
        answer(std::mem::take(&mut self.owed));
        let written = loop {
            if let Poll::Ready(written) = written {
                break written;
            }
            let room = ahead.as_ref().map_or(UNITS_MAX, Batch::room);
            tokio::select! {
                biased;
                done = &mut writing => written = Poll::Ready(done),
                come = receive(queue, closing, &mut units, room), if open && room > 0 => {
                    open = come > 0;
                    if let (true, Some(memory)) = (open, &self.memory) {
                        let ahead = ahead.get_or_insert_with(|| Batch::of(Draft::ahead(self.log_no, &after)));
                        ahead.take(memory, units.drain(..), self.clock.now());
                    }
                }
            }
        };
        let maybe_written = match written {
            Ok(held) => {
                self.held = held;
                self.written(after, to);
                if rest.units.is_empty() && ahead.as_ref().is_some_and(Batch::is_due) {
                    self.owed = drafted;
                    return ahead;
                }
                answer(drafted);
                if rest.later {
                    return self.batch(None, rest.units).await;
                }
                if !rest.units.is_empty() {
                    self.slow(rest.units).await;
                    return None;
                }
                // Those just answered may have their next append ready: let them join the next batch.
                tokio::task::yield_now().await;
                let room = ahead.as_ref().map_or(UNITS_MAX, Batch::room);
                units.extend(std::iter::from_fn(|| queue.try_recv().ok()).take(room));
                return if ahead.is_none() && units.is_empty() {
                    None
                } else {
                    self.batch(ahead, units).await
                };
            }
            Err(WriteError::HeadMoved | WriteError::Taken) => false,
            Err(WriteError::Database(e)) if is_unique_violation(&e) => false,
            Err(WriteError::Database(e)) => {
                tracing::warn!(error = %e, "a batch of appends has an unknown outcome; looking it up");
                self.memory = None;
                true
            }
        };
        let failed = drafted.into_iter().map(|(mut unit, _)| {
            unit.maybe_written = maybe_written;
            unit
        });
        let behind = ahead.into_iter().flat_map(Batch::into_units);
        self.slow(failed.chain(rest.units).chain(behind).chain(units)).await;
        None
    }

    /// Remembers what was written, and tells it.
    fn written(&mut self, after: After, position: u64) {
        if let Some(memory) = &mut self.memory {
            after.adopt_into(memory);
        }
        announce(&self.head, position);
        if let Some(notify) = &self.notify {
            let _ = notify.send((self.log_no, position));
        }
    }
}

fn answer(written: impl IntoIterator<Item = Drafted>) {
    for (unit, appended) in written {
        // Whoever asked may have gone: what is written stays written.
        let _ = unit.answer.send(Ok(appended));
    }
}

/// Units that come, so many at most; 0 where none will come any more.
async fn receive(
    queue: &mut mpsc::Receiver<Unit>,
    closing: &mut watch::Receiver<bool>,
    units: &mut Vec<Unit>,
    room: usize,
) -> usize {
    loop {
        tokio::select! {
            biased;
            _ = closing.wait_for(|closing| *closing), if !queue.is_closed() => queue.close(),
            come = queue.recv_many(units, room) => return come,
        }
    }
}

/// Writes the rows in a transaction of their own. On PostgreSQL it gives back the connection, for as many more batches as that may
/// be kept.
async fn write_alone(db: Db, held: Option<Held>, rows: Rows) -> Result<Option<Held>, WriteError> {
    match db {
        Db::Postgres(lending) => {
            let mut held = held;
            let batches = held.as_ref().map_or(HELD_BATCHES_MAX, |held| held.batches);
            let mut lent = match held.as_mut().and_then(|held| held.lent.take()) {
                Some(lent) => lent,
                None => lending.lend().await?,
            };
            match postgres::write_alone(&mut lent, &rows).await {
                Ok(()) => {
                    let held = Held { lent: Some(lent), batches: batches.saturating_sub(1) };
                    Ok(Some(held).filter(|_| batches > 0))
                }
                Err(WriteError::Database(e)) => lent.done(Err(e)).map_err(WriteError::from),
                Err(refused) => {
                    lent.give_back();
                    Err(refused)
                }
            }
        }
        Db::Sqlite(direct) => sqlite::write(&direct, rows).await.map(|()| None),
    }
}

async fn write_within(tx: &Tx, rows: Rows) -> Result<(), WriteError> {
    match tx {
        Tx::Sqlite(tx) => tx.work(move |connection| sqlite::insert(connection, &rows)).await,
        Tx::Postgres(tx) => postgres::write(&mut *tx.lock().await, &rows).await,
    }
}

/// Tells subscribers in this process how far the log is known to reach.
pub(crate) fn announce(head: &watch::Sender<u64>, position: u64) {
    head.send_if_modified(|known| {
        let further = position > *known;
        *known = position.max(*known);
        further
    });
}

fn is_unique_violation(e: &sqlx::Error) -> bool {
    e.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}

/// The same failure for each of those whom it concerns.
fn repeated(e: &StoreError) -> StoreError {
    match e {
        StoreError::Damaged { position, problem } => {
            StoreError::Damaged { position: *position, problem: problem.clone() }
        }
        StoreError::NoSuchLog(log) => StoreError::NoSuchLog(log.clone()),
        StoreError::Closed => StoreError::Closed,
        other => StoreError::Database(sqlx::Error::Io(std::io::Error::other(other.to_string()))),
    }
}
