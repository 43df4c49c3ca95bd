//! A transaction that writes to SQLite. Each step is handed to a thread that may wait for the disk: a statement, or all rows of a
//! table at once.

use std::fmt;

use rusqlite::Connection;
use tokio::task::spawn_blocking;

use super::arg::{Arg, Row};
use super::direct::{Direct, Turn, by_number, run};
use super::in_chunks;
use super::refused::failed;

/// How many rows go on a page, about, with what indexes take.
const ROWS_A_PAGE: u64 = 8;

/// The transaction. Dropped without a commit, it is rolled back.
pub struct Writing {
    direct: Direct,
    held: Option<Held>,
    pages: u64,
}

/// The connection goes before the turn: a transaction that nobody waits for any more ends with it.
pub(super) struct Held {
    pub connection: Connection,
    pub turn: Turn,
}

impl fmt::Debug for Writing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Writing").field(&self.direct).finish()
    }
}

impl Writing {
    pub(super) fn begun(direct: Direct, held: Held) -> Self {
        Self { direct, held: Some(held), pages: 1 }
    }

    /// Works with the connection.
    pub(crate) async fn work<T, E>(
        &mut self,
        work: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<sqlx::Error> + Send + 'static,
    {
        let held = self.held.take().ok_or(sqlx::Error::WorkerCrashed)?;
        let worked = spawn_blocking(move || {
            let done = work(&held.connection);
            (held, done)
        });
        let (held, done) = worked.await.map_err(|_| sqlx::Error::WorkerCrashed)?;
        self.held = Some(held);
        done
    }

    pub(super) async fn rows(&mut self, sql: &str, args: Vec<Arg>) -> Result<Vec<Row>, sqlx::Error> {
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

    pub(super) async fn execute(&mut self, sql: &str, args: Vec<Arg>) -> Result<u64, sqlx::Error> {
        let sql = by_number(sql);
        self.pages += 1;
        self.work(move |connection| execute(connection, &sql, &args)).await
    }

    /// The rows in which a column has one of the values; `head` is the statement up to the column.
    pub(super) async fn among(
        &mut self,
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
    pub(super) async fn each(&mut self, sql: String, rows: Vec<Vec<Arg>>) -> Result<(), sqlx::Error> {
        self.pages += 1 + rows.len() as u64 / ROWS_A_PAGE;
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

    pub(super) async fn commit(mut self) -> Result<(), sqlx::Error> {
        self.work(|connection| run(connection, "COMMIT").map_err(failed)).await?;
        let pages = self.pages;
        if let Some(held) = self.held.take() {
            self.direct.give_back(held);
        }
        self.direct.wrote(pages);
        Ok(())
    }

    pub(super) async fn rollback(mut self) -> Result<(), sqlx::Error> {
        self.work(|connection| run(connection, "ROLLBACK").map_err(failed)).await?;
        if let Some(held) = self.held.take() {
            self.direct.give_back(held);
        }
        Ok(())
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        let Some(held) = self.held.take() else { return };
        if run(&held.connection, "ROLLBACK").is_ok() {
            self.direct.give_back(held);
        }
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
