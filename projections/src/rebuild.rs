//! Building projections anew, beside the serving ones, which go on answering; the new tables take over in one
//! transaction when they have caught up.

use sangdam_domain::log::{LogId, Position};
use sangdam_eventstore::{Store, Tx, args};

use crate::checkpoint::Checkpoints;
use crate::error::{CatchUpError, ReadError};
use crate::feed::between;
use crate::models::ReadModels;
use crate::next;
use crate::pass::{PROJECTIONS, pass_in};
use crate::projection::Projection;
use crate::runner::{Progress, through};
use crate::table::{Generation, Table};

/// Builds all read models anew, from nothing, in every log that they know and every centre's main log, and lets the new
/// ones take over.
///
/// # Errors
/// Where the store or the database fails, or a projection cannot apply an event. The serving ones stay then.
pub async fn rebuild(
    store: &Store,
    models: &ReadModels,
    mut progress: impl FnMut(&LogId, Progress) + Send,
) -> Result<(), CatchUpError> {
    let _one_at_a_time = models.building().lock().await;
    for log in store.logs().await?.iter().filter(|log| log.is_main()) {
        models.log_no_made(log).await?;
    }
    begin(models, PROJECTIONS).await?;
    build(store, models, PROJECTIONS, &mut progress).await
}

/// Builds anew what an earlier release made. Where another process is at it already, helps.
pub(crate) async fn rebuild_outdated(
    store: &Store,
    models: &ReadModels,
    log: &LogId,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<(), CatchUpError> {
    let _one_at_a_time = models.building().lock().await;
    let log_no = models.log_no_made(log).await?;
    let serving = Checkpoints::load(models, Generation::Serving, log_no, PROJECTIONS).await?;
    let outdated: Vec<&'static dyn Projection> =
        serving.each.iter().filter(|each| each.is_outdated()).map(|each| each.projection).collect();
    if outdated.is_empty() {
        return Ok(());
    }
    let building = Checkpoints::load(models, Generation::Next, log_no, &outdated).await?;
    if building.each.len() < outdated.len() || building.each.iter().any(|each| !each.runs()) {
        begin(models, &outdated).await?;
    }
    build(store, models, &outdated, &mut |of, at| {
        if of == log {
            progress(at);
        }
    })
    .await
}

/// Makes the tables, empty, and their checkpoints.
pub(crate) async fn begin(
    models: &ReadModels,
    projections: &[&'static dyn Projection],
) -> Result<(), ReadError> {
    let tx = models.db().begin().await?;
    lock_checkpoints(&tx).await?;
    for table in tables(projections) {
        next::make(&tx, &table).await?;
    }
    for projection in projections {
        let next = Generation::Next.name();
        let delete = "DELETE FROM checkpoints WHERE generation = $1 AND projection = $2";
        tx.execute(delete, args![next, projection.name()]).await?;
        let insert = "INSERT INTO checkpoints (generation, projection, log_no, version, position, recorded_at) \
             SELECT $1, $2, log_no, $3, 0, 0 FROM logs";
        tx.execute(insert, args![next, projection.name(), i64::from(projection.version())]).await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn build(
    store: &Store,
    models: &ReadModels,
    projections: &[&'static dyn Projection],
    progress: &mut (dyn FnMut(&LogId, Progress) + Send),
) -> Result<(), CatchUpError> {
    let mut vacuumed = false;
    loop {
        include_new_logs(models, projections).await?;
        for (log_no, log) in logs(models).await? {
            let mut checkpoints = Checkpoints::load(models, Generation::Next, log_no, projections).await?;
            let head = store.head(&log).await?.position;
            let mut tell = |applied: Position| progress(&log, Progress { applied, head });
            through(store, models, &log, &mut checkpoints, &mut tell).await?;
            if let Some((projection, stopped)) = checkpoints.stopped() {
                let (projection, stopped) = (projection.to_owned(), stopped.clone());
                let (position, problem) = (stopped.position, stopped.problem);
                return Err(CatchUpError::Stopped { projection, log, position, problem });
            }
        }
        let took_over = async {
            next::complete(models.db(), tables(projections).collect()).await?;
            // Once, however often a query holds a table: it goes through all rows.
            if !std::mem::replace(&mut vacuumed, true) {
                next::vacuum(models.db(), tables(projections).collect()).await?;
            }
            take_over(store, models, projections).await
        };
        match took_over.await {
            Ok(true) => return Ok(()),
            Ok(false) => must_not_be_ahead(store, models).await?,
            // A query holds a table, and will be done in a moment; or another process had them take over.
            Err(CatchUpError::Read(ReadError::Database(sqlx::Error::Database(error))))
                if matches!(error.code().as_deref(), Some("55P03" | "40P01" | "42P01")) => {}
            Err(error) => return Err(error),
        }
    }
}

/// Who serves what the ledger does not hold was made from another one, and would never be caught up with.
async fn must_not_be_ahead(store: &Store, models: &ReadModels) -> Result<(), CatchUpError> {
    for status in models.status().await? {
        let head = store.head(&status.log).await?.position;
        if status.position > head {
            let (log, applied) = (status.log, status.position);
            return Err(CatchUpError::Ahead { log, applied, head });
        }
    }
    Ok(())
}

pub(crate) fn tables(projections: &[&'static dyn Projection]) -> impl Iterator<Item = String> {
    projections.iter().flat_map(|projection| projection.tables()).flat_map(Table::names)
}

async fn logs(models: &ReadModels) -> Result<Vec<(i64, LogId)>, ReadError> {
    let rows = models.db().fetch_all("SELECT log_no, log FROM logs ORDER BY log_no", args![]).await?;
    let mut logs = Vec::with_capacity(rows.len());
    for row in rows {
        let log = row
            .text(1)?
            .parse()
            .map_err(|e: sangdam_domain::log::InvalidCentre| sqlx::Error::Decode(e.into()))?;
        logs.push((row.int(0)?, log));
    }
    Ok(logs)
}

/// Logs that came up since the building began.
pub(crate) async fn include_new_logs(
    models: &ReadModels,
    projections: &[&'static dyn Projection],
) -> Result<(), ReadError> {
    let sql = "INSERT INTO checkpoints (generation, projection, log_no, version, position, recorded_at) \
         SELECT $1, $2, l.log_no, $3, 0, 0 FROM logs l \
         WHERE EXISTS (SELECT 1 FROM checkpoints c WHERE c.generation = $1 AND c.projection = $2) \
         ON CONFLICT (generation, projection, log_no) DO NOTHING";
    for projection in projections {
        let args = args![Generation::Next.name(), projection.name(), i64::from(projection.version())];
        models.db().execute(sql, args).await?;
    }
    Ok(())
}

/// Swaps the tables, if the new ones are as far as the serving ones in every log, or so little behind that they can be brought as
/// far while those wait: who writes all the while would be ahead again each time. `true` where they took over, now or by
/// another process's hand.
pub(crate) async fn take_over(
    store: &Store,
    models: &ReadModels,
    projections: &[&'static dyn Projection],
) -> Result<bool, CatchUpError> {
    let logs = logs(models).await?;
    let tx = models.db().begin().await?;
    if tx.is_postgres() {
        // Shorter than the server's wait before it looks for deadlocks, so that never a query has to give way.
        tx.execute("SET LOCAL lock_timeout = '500ms'", args![]).await?;
    }
    lock_checkpoints(&tx).await?;
    // Another process may have had some take over, whose release outdated no more than those.
    let sql = "SELECT DISTINCT projection FROM checkpoints WHERE generation = 'next'";
    let building = tx.fetch_all(sql, args![]).await?;
    let is_building =
        |of: &&dyn Projection| building.iter().any(|row| row.text(0).is_ok_and(|name| name == of.name()));
    let projections: Vec<_> = projections.iter().copied().filter(is_building).collect();
    let projections = projections.as_slice();
    if projections.is_empty() {
        tx.rollback().await?;
        return Ok(true);
    }
    for table in tables(projections) {
        // Begun anew by another process meanwhile, and not complete.
        if !next::missing(&tx, &table).await?.is_empty() {
            tx.rollback().await?;
            return Ok(false);
        }
    }
    if !catch_up_in(&tx, store, &logs, projections).await? {
        tx.rollback().await?;
        return Ok(false);
    }
    for table in tables(projections) {
        next::take_over(&tx, &table).await?;
    }
    for projection in projections {
        let drop_serving = "DELETE FROM checkpoints WHERE generation = 'serving' AND projection = $1";
        tx.execute(drop_serving, args![projection.name()]).await?;
        let serve =
            "UPDATE checkpoints SET generation = 'serving' WHERE generation = 'next' AND projection = $1";
        tx.execute(serve, args![projection.name()]).await?;
    }
    tx.commit().await?;
    Ok(true)
}

/// Applies what the serving tables hold and the next ones do not; nobody moves a checkpoint meanwhile. `false` where that is more
/// than a batch in a log, or cannot be applied.
async fn catch_up_in(
    tx: &Tx,
    store: &Store,
    logs: &[(i64, LogId)],
    projections: &[&'static dyn Projection],
) -> Result<bool, CatchUpError> {
    // Of those that are not built anew, too: to be as far as they are does no harm.
    let serving =
        "SELECT log_no, MAX(position) FROM checkpoints WHERE generation = 'serving' GROUP BY log_no";
    for row in tx.fetch_all(serving, args![]).await? {
        let (log_no, served) = (row.int(0)?, row.position(1)?);
        // A log that came up meanwhile is none of them.
        let Some((_, log)) = logs.iter().find(|(known, _)| *known == log_no) else { return Ok(false) };
        let next = Checkpoints::next_in(tx, log_no, projections).await?;
        if next.each.len() < projections.len() {
            return Ok(false);
        }
        if next.applied() >= served {
            continue;
        }
        let Some(facts) = between(store, log, next.applied(), served).await? else { return Ok(false) };
        if !pass_in(tx, &next, &facts).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whoever moves or makes a checkpoint waits for it, and finds what became of them then. On SQLite the transaction itself does
/// that, once it writes. On PostgreSQL rows would not do: another's statement would have looked at them before it waits.
pub(crate) async fn lock_checkpoints(tx: &Tx) -> Result<(), sqlx::Error> {
    let sql = if tx.is_postgres() {
        "LOCK TABLE checkpoints IN SHARE ROW EXCLUSIVE MODE"
    } else {
        "UPDATE checkpoints SET position = position"
    };
    tx.execute(sql, args![]).await.map(drop)
}
