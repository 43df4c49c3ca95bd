//! Between processes on one PostgreSQL: who has written tells the others. It is told after the commit and apart from it
//! (a transaction that notifies would hold up all others at its commit); a notice that is lost is made up for by polling.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, Weak};
use std::time::Duration;

use sqlx::postgres::PgListener;
use tokio::sync::{mpsc, watch};

use super::{Inner, Store};
use crate::db::{Db, Lending};
use crate::writer::announce;

const CHANNEL: &str = "sangdam_ledger";
const RETRY: Duration = Duration::from_secs(1);
/// How long after a notice the next one may follow: it costs a commit of its own, and one tells of all that came meanwhile.
const REST: Duration = Duration::from_millis(20);
/// A notice that is lost is made up for: its transaction need not wait for the disk.
const NOTIFY: &str = "SELECT set_config('synchronous_commit', 'off', true), pg_notify($1, $2)";

/// A task that sends notices: of each log the latest position.
pub(super) fn spawn_notifier(
    lending: Lending,
    mut closing: watch::Receiver<bool>,
) -> mpsc::UnboundedSender<(i64, u64)> {
    let (sender, mut written) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let mut batch = Vec::new();
        loop {
            tokio::select! {
                _ = closing.wait_for(|closing| *closing) => return,
                gathered = written.recv_many(&mut batch, 1024) => if gathered == 0 { return },
            }
            let latest: HashMap<i64, u64> = batch.drain(..).collect();
            for (log_no, position) in latest {
                let notice = format!("{log_no}:{position}");
                if let Err(e) = send(&lending, &notice).await {
                    tracing::debug!(error = %e, "other processes will find new events by polling");
                }
            }
            tokio::time::sleep(REST).await;
        }
    });
    sender
}

async fn send(lending: &Lending, notice: &str) -> Result<(), sqlx::Error> {
    let mut lent = lending.lend().await?;
    let sent = sqlx::query(NOTIFY).bind(CHANNEL).bind(notice).execute(&mut *lent).await;
    lent.done(sent).map(drop)
}

impl Store {
    /// Listens to other processes, as long as this store lives.
    pub(super) fn listen(&self) {
        let Db::Postgres(lending) = &self.0.db else { return };
        let (lending, inner, mut closing) =
            (lending.clone(), Arc::downgrade(&self.0), self.0.closing.subscribe());
        let task = tokio::spawn(async move {
            tokio::select! {
                _ = closing.wait_for(|closing| *closing) => {}
                () = listen_on(lending, inner) => {}
            }
        });
        self.0.tasks.lock().unwrap_or_else(PoisonError::into_inner).push(task);
    }
}

async fn listen_on(lending: Lending, inner: Weak<Inner>) {
    loop {
        let result = async {
            let mut listener = PgListener::connect_with(lending.makes()).await?;
            listener.listen(CHANNEL).await?;
            loop {
                let notice = listener.recv().await?;
                let Some(inner) = inner.upgrade() else { return Ok::<(), sqlx::Error>(()) };
                let Some((log_no, position)) = parse(notice.payload()) else { continue };
                let logs = inner.logs.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(log) = logs.values().find(|log| log.no == log_no) {
                    announce(&log.head, position);
                }
            }
        };
        match result.await {
            Ok(()) | Err(sqlx::Error::PoolClosed) => return,
            Err(e) => {
                tracing::debug!(error = %e, "notices of other processes are interrupted; polling goes on")
            }
        }
        if inner.strong_count() == 0 {
            return;
        }
        tokio::time::sleep(RETRY).await;
    }
}

fn parse(notice: &str) -> Option<(i64, u64)> {
    let (log_no, position) = notice.split_once(':')?;
    Some((log_no.parse().ok()?, position.parse().ok()?))
}
