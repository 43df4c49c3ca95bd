//! A transaction that writes to SQLite. It has a thread of its own, which may wait for the disk, and carries out what is asked for in
//! the order in which it is asked for: several can ask at once, and while one of them thinks, what others have asked for is done.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::arg::{Arg, Row};
use super::direct::{Direct, by_number, run};
use super::in_chunks;
use super::refused::failed;

/// How many rows go on a page, about, with what indexes take.
const ROWS_A_PAGE: u64 = 8;

/// Something to do with the connection.
pub(super) type Step = Box<dyn FnOnce(&Connection) + Send>;

/// The transaction. Dropped without a commit, it is rolled back.
pub struct Writing {
    direct: Direct,
    steps: mpsc::Sender<Step>,
    pages: AtomicU64,
}

impl fmt::Debug for Writing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Writing").field(&self.direct).finish()
    }
}

impl Writing {
    pub(super) fn begun(direct: Direct, steps: mpsc::Sender<Step>) -> Self {
        Self { direct, steps, pages: AtomicU64::new(1) }
    }

    /// Works with the connection.
    pub(crate) async fn work<T, E>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<sqlx::Error> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let step: Step = Box::new(move |connection| {
            // What nobody waits for any more is not done.
            if !answer.is_closed() {
                drop(answer.send(work(connection)));
            }
        });
        self.steps.send(step).map_err(|_| sqlx::Error::WorkerCrashed)?;
        answered.await.map_err(|_| sqlx::Error::WorkerCrashed)?
    }

    pub(super) async fn rows(&self, sql: &str, args: Vec<Arg>) -> Result<Vec<Row>, sqlx::Error> {
        let sql = by_number(sql);
        self.work(move |connection| {
            let rows = || {
                let mut found = Vec::new();
                select(connection, &sql, &args, &mut found)?;
                Ok(found)
            };
            rows().map_err(failed)
        })
        .await
    }

    pub(super) async fn execute(&self, sql: &str, args: Vec<Arg>) -> Result<u64, sqlx::Error> {
        let sql = by_number(sql);
        self.pages.fetch_add(1, Ordering::Relaxed);
        self.work(move |connection| execute(connection, &sql, &args)).await
    }

    /// The rows in which a column has one of the values; `head` is the statement up to the column.
    pub(super) async fn among(
        &self,
        head: &str,
        first: Arg,
        values: Vec<Arg>,
    ) -> Result<Vec<Row>, sqlx::Error> {
        let head = by_number(head);
        self.work(move |connection| {
            let rows = || {
                let mut found = Vec::with_capacity(values.len());
                for chunk in in_chunks(&values) {
                    let sql = format!("{head} IN ({})", vec!["?"; chunk.len()].join(","));
                    let args: Vec<Arg> = std::iter::once(&first).chain(chunk).cloned().collect();
                    select(connection, &sql, &args, &mut found)?;
                }
                Ok(found)
            };
            rows().map_err(failed)
        })
        .await
    }

    /// Carries out a statement for each row.
    pub(super) async fn each(&self, sql: String, rows: Vec<Vec<Arg>>) -> Result<(), sqlx::Error> {
        self.pages.fetch_add(1 + rows.len() as u64 / ROWS_A_PAGE, Ordering::Relaxed);
        self.work(move |connection| {
            let write = || {
                let mut statement = connection.prepare_cached(&sql)?;
                for row in &rows {
                    for (number, arg) in (1..).zip(row) {
                        statement.raw_bind_parameter(number, arg)?;
                    }
                    statement.raw_execute()?;
                }
                Ok(())
            };
            write().map_err(failed)
        })
        .await
    }

    pub(super) async fn commit(self) -> Result<(), sqlx::Error> {
        self.work(|connection| run(connection, "COMMIT").map_err(failed)).await?;
        self.direct.wrote(self.pages.load(Ordering::Relaxed));
        Ok(())
    }

    pub(super) async fn rollback(self) -> Result<(), sqlx::Error> {
        self.work(|connection| run(connection, "ROLLBACK").map_err(failed)).await
    }
}

/// Carries out a statement; gives how many rows it touched.
pub(super) fn execute(connection: &Connection, sql: &str, args: &[Arg]) -> Result<u64, sqlx::Error> {
    let execute = || {
        let mut statement = connection.prepare_cached(sql)?;
        for (number, arg) in (1..=statement.parameter_count()).zip(args) {
            statement.raw_bind_parameter(number, arg)?;
        }
        // What answers with rows is carried out to its end, too.
        if statement.column_count() > 0 {
            let mut rows = statement.raw_query();
            while rows.next()?.is_some() {}
            return Ok(0);
        }
        statement.raw_execute().map(|touched| touched as u64)
    };
    execute().map_err(failed)
}

fn select(connection: &Connection, sql: &str, args: &[Arg], found: &mut Vec<Row>) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(sql)?;
    for (number, arg) in (1..=statement.parameter_count()).zip(args) {
        statement.raw_bind_parameter(number, arg)?;
    }
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        found.push(Row::of_sqlite(row)?);
    }
    Ok(())
}
