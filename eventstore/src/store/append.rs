//! Appending: what an append asks for is encoded here, by whoever asks, and queued for the log's writer.

use sangdam_domain::log::LogId;
use tokio::sync::oneshot;

use super::{Log, Store};
use crate::args;
use crate::contract::{Append, AppendError, Appended, Head, StoreError};
use crate::leaf::EncodedEvent;
use crate::merkle::empty_root;
use crate::writer::{EncodedAppend, Unit};

type Answer = oneshot::Receiver<Result<Vec<Appended>, AppendError>>;

/// Lists that wait to be written, or are being written.
#[must_use = "whether they were written is known by their answers only"]
pub struct BulkUnderWay(Vec<Result<Answer, AppendError>>);

impl BulkUnderWay {
    /// What became of each, in order, once all are on disk.
    pub async fn answers(self) -> Vec<Result<Vec<Appended>, AppendError>> {
        let mut results = Vec::with_capacity(self.0.len());
        for queued in self.0 {
            results.push(match queued {
                Ok(answer) => answered(answer).await,
                Err(e) => Err(e),
            });
        }
        results
    }
}

impl Store {
    /// Makes a log, with its first events. Where it exists nothing happens, whoever made it.
    pub async fn create_log(&self, log: &LogId, first: Append) -> Result<Head, AppendError> {
        match self.head(log).await {
            Err(StoreError::NoSuchLog(_)) => {}
            other => return Ok(other?),
        }
        let sql = "INSERT INTO heads (log_no, log, position, recorded_at, frontier, root)
            SELECT coalesce(max(log_no), 0) + 1, $1, 0, 0, $2, $3 FROM heads WHERE true
            ON CONFLICT DO NOTHING";
        // Two logs made at once may want the same number: one of them tries again.
        while self.log_no(log).await?.is_none() {
            self.0
                .db
                .execute(sql, args![log.as_str(), Vec::<u8>::new(), empty_root()])
                .await
                .map_err(StoreError::from)?;
        }
        match self.append(log, first).await {
            Ok(_) | Err(AppendError::VersionConflict { .. } | AppendError::AlreadyAppended { .. }) => {
                Ok(self.head(log).await?)
            }
            Err(e) => Err(e),
        }
    }

    /// Appends, durably: when it is answered, it is on disk.
    pub async fn append(&self, log: &LogId, append: Append) -> Result<Appended, AppendError> {
        let appended = self.append_all(log, vec![append]).await?;
        appended.into_iter().next().ok_or(AppendError::Empty)
    }

    /// Appends all of a list, or nothing. The first append's command id stands for the list.
    pub async fn append_all(&self, log: &LogId, appends: Vec<Append>) -> Result<Vec<Appended>, AppendError> {
        let log = self.log(log).await?;
        answered(self.queue(&log, appends).await?).await
    }

    /// Appends each on its own and in order, many at once: what one is refused for does not concern the others.
    pub async fn append_bulk(&self, log: &LogId, appends: Vec<Append>) -> Vec<Result<Appended, AppendError>> {
        let lists = appends.into_iter().map(|append| vec![append]).collect();
        let results = self.append_bulk_lists(log, lists).await;
        let one = |list: Vec<Appended>| list.into_iter().next().ok_or(AppendError::Empty);
        results.into_iter().map(|result| result.and_then(one)).collect()
    }

    /// As [`Store::append_bulk`], for lists of which each is atomic on its own.
    pub async fn append_bulk_lists(
        &self,
        log: &LogId,
        lists: Vec<Vec<Append>>,
    ) -> Vec<Result<Vec<Appended>, AppendError>> {
        self.begin_bulk_lists(log, lists).await.answers().await
    }

    /// Has the lists written in order, behind whatever waits to be written to this log already, and returns once all of them wait:
    /// the next ones can be made meanwhile.
    pub async fn begin_bulk_lists(&self, log: &LogId, lists: Vec<Vec<Append>>) -> BulkUnderWay {
        let mut waiting = Vec::with_capacity(lists.len());
        for appends in lists {
            waiting.push(match self.log(log).await {
                Ok(log) => self.queue(&log, appends).await,
                Err(e) => Err(e.into()),
            });
        }
        BulkUnderWay(waiting)
    }

    async fn queue(&self, log: &Log, appends: Vec<Append>) -> Result<Answer, AppendError> {
        let Some((command_id, fingerprint)) =
            appends.first().map(|first| (first.command_id, first.fingerprint))
        else {
            return Err(AppendError::Empty);
        };
        let appends =
            appends.into_iter().map(|append| self.encode(log, append)).collect::<Result<Vec<_>, _>>()?;
        let (answer, answered) = oneshot::channel();
        let unit = Unit { command_id, fingerprint, appends, answer, maybe_written: false };
        log.queue.send(unit).await.map_err(|_| StoreError::Closed)?;
        Ok(answered)
    }

    fn encode(&self, log: &Log, mut append: Append) -> Result<EncodedAppend, AppendError> {
        let events = std::mem::take(&mut append.events);
        if events.is_empty() {
            return Err(AppendError::Empty);
        }
        let encode = |event| EncodedEvent::new(self.0.ledger, &log.id, &append, event);
        let events = events.into_iter().map(encode).collect::<Result<_, _>>()?;
        Ok(EncodedAppend {
            stream: append.stream,
            expected: append.expected,
            claims: append.claims,
            guards: append.guards,
            recorded_at: append.recorded_at,
            events,
        })
    }
}

/// What the writer answers. A writer that is gone without an answer was closed.
async fn answered(answer: Answer) -> Result<Vec<Appended>, AppendError> {
    answer.await.unwrap_or_else(|_| Err(StoreError::Closed.into()))
}
