//! The writer: one task per process and log. It takes what appends have gathered, writes them in one transaction, and
//! answers each alone.
//!
//! The fast way writes a batch by memory alone: the head is taken by compare-and-set, and the unique indexes know what
//! memory does not. Whatever does not fit (a conflict, a command carried out before, a head that somebody else moved) goes
//! the slow way: under the head's lock, with everything looked up. Both keep the order in which appends came.

mod claims;
mod draft;
mod memory;
mod postgres;
pub(crate) mod rows;
mod slow;
mod sqlite;

pub(crate) use memory::{HeadRow, Source, frontier_of, tree_of_tiles};
pub(crate) use slow::{SELECT_COMMANDS, recorded_command};

use std::sync::Arc;

use sangdam_domain::id::CommandId;
use sangdam_domain::log::{StreamId, Version};
use sangdam_domain::time::Timestamp;
use sqlx::Postgres;
use sqlx::pool::PoolConnection;
use tokio::sync::{mpsc, oneshot, watch};

use crate::clock::Clock;
use crate::contract::{AppendError, Appended, ClaimChange, Expected, Fingerprint, StoreError};
use crate::db::{Db, Tx};
use crate::leaf::EncodedEvent;
use draft::{After, Draft};
use memory::{Memory, read_versions};
use rows::{Rows, WriteError};

/// How many units a batch has at most.
const BATCH_UNITS_MAX: usize = 1024;
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
    held: Option<(PoolConnection<Postgres>, u32)>,
}

impl Writer {
    pub(crate) fn new(
        db: Db,
        clock: Arc<dyn Clock>,
        log_no: i64,
        head: watch::Sender<u64>,
        notify: Option<mpsc::UnboundedSender<(i64, u64)>>,
    ) -> Self {
        Self { db, clock, log_no, head, notify, memory: None, held: None }
    }

    /// Works until nobody can append any more, or the store is closing and the queue is empty.
    pub(crate) async fn run(mut self, mut queue: mpsc::Receiver<Unit>, mut closing: watch::Receiver<bool>) {
        let mut units = Vec::new();
        loop {
            let gathered = tokio::select! {
                biased;
                _ = closing.wait_for(|closing| *closing), if !queue.is_closed() => {
                    queue.close();
                    continue;
                }
                gathered = queue.recv_many(&mut units, BATCH_UNITS_MAX) => gathered,
            };
            if gathered == 0 {
                return;
            }
            self.carry_out(std::mem::take(&mut units)).await;
            // Those just answered may have their next append ready: let them join the next batch.
            tokio::task::yield_now().await;
            if queue.is_empty() {
                self.held = None;
            }
        }
    }

    async fn carry_out(&mut self, mut units: Vec<Unit>) {
        match self.fast(&units).await {
            Ok(done) => {
                let rest = units.split_off(done.len());
                for (unit, appended) in units.into_iter().zip(done) {
                    // Whoever asked may have gone: what is written stays written.
                    let _ = unit.answer.send(Ok(appended));
                }
                units = rest;
            }
            Err(WriteError::HeadMoved | WriteError::Taken) => {}
            Err(WriteError::Database(e)) if is_unique_violation(&e) => {}
            Err(WriteError::Database(e)) => {
                tracing::warn!(error = %e, "a batch of appends has an unknown outcome; looking it up");
                units.iter_mut().for_each(|unit| unit.maybe_written = true);
                self.memory = None;
            }
        }
        if !units.is_empty() {
            // Whoever holds a connection waits for no other.
            self.held = None;
            self.slow(units).await;
        }
    }

    /// Writes as many units from the front as fit, and gives what became of them.
    async fn fast(&mut self, units: &[Unit]) -> Result<Vec<Vec<Appended>>, WriteError> {
        let Some(memory) = &mut self.memory else { return Ok(Vec::new()) };
        let mut missed: Vec<StreamId> = Vec::new();
        for append in units.iter().flat_map(|unit| &unit.appends) {
            // Touched, so that streams at work stay in memory.
            if memory.versions.get(&append.stream).is_none() && append.expected != Expected::NoStream {
                missed.push(append.stream);
            }
            let guards = append.guards.iter().map(|(stream, _)| *stream);
            missed.extend(guards.filter(|stream| memory.versions.get(stream).is_none()));
        }
        missed.sort_unstable();
        missed.dedup();
        if !missed.is_empty() {
            self.held = None;
        }
        let read = read_versions(Source::Db(&self.db), self.log_no, &missed).await?;
        let mut draft = Draft::new(self.log_no, memory, read, self.clock.now());
        let mut done = Vec::new();
        for unit in units {
            if !draft.fits(unit) {
                break;
            }
            draft.take_claims(unit);
            done.push(draft.push(unit));
        }
        if done.is_empty() {
            return Ok(done);
        }
        let (rows, after) = draft.finish();
        let to = rows.to;
        self.write_alone(rows).await?;
        self.written(after, to);
        Ok(done)
    }

    /// Writes the rows in a transaction of their own.
    async fn write_alone(&mut self, rows: Rows) -> Result<(), WriteError> {
        match &self.db {
            Db::Postgres(pool) => {
                let (mut connection, batches) = match self.held.take() {
                    Some(held) => held,
                    None => (pool.acquire().await?, HELD_BATCHES_MAX),
                };
                postgres::write(&mut connection, &rows).await?;
                self.held = batches.checked_sub(1).map(|batches| (connection, batches));
                Ok(())
            }
            Db::Sqlite(direct) => sqlite::write(direct, rows).await,
        }
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
