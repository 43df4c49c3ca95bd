//! Reading from SQLite: done where it is asked for when the same statement has been quick lately, and on a thread of its
//! own otherwise. To wake another thread and be woken by it takes longer than most look-ups.

use std::cell::Cell;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use lru::LruCache;
use rusqlite::{Connection, ErrorCode};
use tokio::sync::oneshot;
use tokio::task::spawn_blocking;

use super::arg::Arg;
use super::direct::{Direct, by_number, lock, micros};
use super::refused::failed;

/// What takes less is done where it is asked for.
const QUICK: Duration = Duration::from_micros(250);
/// What was expected to be quick is given up after so long, and begun again on a thread of its own.
const QUICK_MAX: Duration = Duration::from_millis(2);
/// After how many steps of SQLite's machine the clock is looked at: some 10 microseconds.
const STEPS_A_LOOK: i32 = 1_000;
/// Of how many statements it is remembered how quick they were.
const STATEMENTS_MAX: NonZeroUsize = NonZeroUsize::new(1024).unwrap();

thread_local! {
    /// Until when a statement may run on this thread, where that is limited.
    static UNTIL: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// A statement as SQLite takes it, and how long it took lately.
struct Statement {
    sql: String,
    micros: AtomicU64,
}

impl Statement {
    fn is_quick(&self) -> bool {
        self.micros.load(Ordering::Relaxed) < micros(QUICK)
    }

    fn took(&self, time: Duration) {
        let lately = self.micros.load(Ordering::Relaxed);
        self.micros.store((3 * lately + micros(time)) / 4, Ordering::Relaxed);
    }
}

/// The statements known, by their text.
pub(super) struct Statements(Mutex<LruCache<String, Arc<Statement>>>);

impl Default for Statements {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(STATEMENTS_MAX)))
    }
}

impl Statements {
    fn get(&self, sql: &str) -> Arc<Statement> {
        let mut known = lock(&self.0);
        if let Some(statement) = known.get(sql) {
            return Arc::clone(statement);
        }
        // Nobody knows yet whether it is quick.
        let statement =
            Arc::new(Statement { sql: by_number(sql), micros: AtomicU64::new(4 * micros(QUICK)) });
        known.put(sql.to_owned(), Arc::clone(&statement));
        statement
    }
}

/// Has the connection end what takes longer than its thread allows.
pub(super) fn watch(connection: &Connection) {
    let is_late = || UNTIL.get().is_some_and(|until| Instant::now() > until);
    connection.progress_handler(STEPS_A_LOOK, Some(is_late));
}

/// A limit on what runs on this thread, until it is dropped.
struct Limit;

impl Limit {
    fn set(time: Duration) -> Self {
        UNTIL.set(Some(Instant::now() + time));
        Self
    }
}

impl Drop for Limit {
    fn drop(&mut self) {
        UNTIL.set(None);
    }
}

/// Works for so long at most; `None` where that was not enough.
fn within<T>(time: Duration, work: impl FnOnce() -> rusqlite::Result<T>) -> Option<rusqlite::Result<T>> {
    let limit = Limit::set(time);
    let done = work();
    drop(limit);
    let was_late = |e: &rusqlite::Error| e.sqlite_error_code() == Some(ErrorCode::OperationInterrupted);
    (!done.as_ref().is_err_and(was_late)).then_some(done)
}

impl Direct {
    /// The rows of a query that only reads, each made into what is wanted of it. Where nobody waits for them any more,
    /// the query is given up.
    pub(crate) async fn rows<T: Send + 'static>(
        &self,
        sql: &str,
        args: Vec<Arg>,
        make: impl Fn(&rusqlite::Row<'_>) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<Vec<T>, sqlx::Error> {
        let statement = self.0.statements.get(sql);
        let permit = Arc::clone(&self.0.reading).acquire_owned().await;
        let permit = permit.map_err(|_| sqlx::Error::PoolClosed)?;
        let (inner, known) = (Arc::clone(&self.0), Arc::clone(&statement));
        let read = move |abandoned: &dyn Fn() -> bool| {
            let begin = Instant::now();
            let made = inner.with_reader(|connection| rows(connection, &known.sql, &args, &make, abandoned));
            known.took(begin.elapsed());
            made
        };
        if statement.is_quick()
            && let Some(made) = within(QUICK_MAX, || read(&|| false))
        {
            return made.map_err(failed);
        }
        let (answer, answered) = oneshot::channel();
        spawn_blocking(move || {
            let made = read(&|| answer.is_closed());
            drop(permit);
            // Whoever asked may have gone.
            let _ = answer.send(made);
        });
        answered.await.map_err(|_| sqlx::Error::WorkerCrashed)?.map_err(failed)
    }
}

fn rows<T>(
    connection: &Connection,
    sql: &str,
    args: &[Arg],
    make: impl Fn(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    abandoned: &dyn Fn() -> bool,
) -> rusqlite::Result<Vec<T>> {
    let mut statement = connection.prepare_cached(sql)?;
    for (number, arg) in (1..=statement.parameter_count()).zip(args) {
        statement.raw_bind_parameter(number, arg)?;
    }
    let (mut rows, mut made) = (statement.raw_query(), Vec::new());
    while let Some(row) = rows.next()? {
        made.push(make(row)?);
        if abandoned() {
            break;
        }
    }
    Ok(made)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEVER_ENDING: &str =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

    #[test]
    fn what_was_to_be_quick_and_is_not_is_given_up() {
        let connection = Connection::open_in_memory().unwrap();
        watch(&connection);
        let ask = |sql: &str| rows(&connection, sql, &[], |row| row.get::<_, i64>(0), &|| false);
        assert!(within(QUICK_MAX, || ask(NEVER_ENDING)).is_none());
        // The connection is as good as before, and nothing is limited any more.
        assert_eq!(within(QUICK_MAX, || ask("SELECT 7")).unwrap().unwrap(), [7]);
        assert_eq!(UNTIL.get(), None);
        let many = NEVER_ENDING.replace(" FROM n)", " FROM n WHERE i < 300000)");
        assert_eq!(ask(&many).unwrap(), [300_000]);
    }

    #[test]
    fn a_panic_leaves_no_limit_behind() {
        let panicked =
            std::panic::catch_unwind(|| within(QUICK_MAX, || -> rusqlite::Result<()> { panic!() }));
        assert!(panicked.is_err());
        assert_eq!(UNTIL.get(), None);
    }

    #[tokio::test]
    async fn what_was_quick_until_now_and_is_not_is_answered_all_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("some.db");
        std::fs::File::create(&file).unwrap();
        let direct = Direct::new(file, String::new(), 2);
        let sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) SELECT count(*) FROM n";
        let count =
            async |to: i64| direct.rows(sql, vec![Arg::from(to)], |row| row.get::<_, i64>(0)).await.unwrap();
        count(1).await;
        direct.0.statements.get(sql).micros.store(0, Ordering::Relaxed);
        assert_eq!(count(2_000_000).await, [2_000_000]);
        assert!(!direct.0.statements.get(sql).is_quick());
        direct.close().await;
    }

    #[test]
    fn a_statement_is_quick_when_it_was_and_no_longer_after_one_that_was_not() {
        let statements = Statements::default();
        let statement = statements.get("SELECT $1");
        assert_eq!(statement.sql, "SELECT ?1");
        assert!(!statement.is_quick());
        for _ in 0..20 {
            statement.took(Duration::from_micros(20));
        }
        assert!(statements.get("SELECT $1").is_quick());
        statement.took(Duration::from_millis(5));
        assert!(!statements.get("SELECT $1").is_quick());
    }
}
