//! The same question, asked by several at once with other arguments: one statement on PostgreSQL, where the way to the server and back
//! takes longer than to look up a page. SQLite is asked by each alone.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::TryStreamExt;
use sqlx::{PgConnection, Row as _};
use tokio::sync::oneshot;

use super::bulk::{array_type, bind_columns};
use super::{Arg, Db, Lending, Row, retried};

/// How many are answered by one statement.
const ASKED_AT_ONCE_MAX: usize = 64;
/// How many statements of one text are on their way at once, before those who come wait for each other.
const ON_THE_WAY_MAX: usize = 2;

type Teller = oneshot::Sender<Result<Vec<Row>, sqlx::Error>>;

/// Gathers questions of one text that come while earlier ones are on their way. Whoever asks gets an answer that was begun after
/// they came: nothing is remembered.
#[derive(Clone)]
pub struct Together {
    db: Db,
    asked: Arc<Mutex<HashMap<Text, Asked>>>,
}

/// What can be put into one statement: its text, and the types of its arguments.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Text {
    sql: Arc<str>,
    types: Vec<&'static str>,
}

#[derive(Default)]
struct Asked {
    on_the_way: usize,
    waiting: Vec<(Vec<Arg>, Teller)>,
}

impl Together {
    /// Asks this database.
    pub fn of(db: Db) -> Self {
        Self { db, asked: Arc::default() }
    }

    /// All rows of a query that only reads, in no particular order. PostgreSQL does not know the arguments when it plans: what an
    /// index is chosen by must stand in the text.
    ///
    /// # Errors
    /// Where the database cannot be reached or refuses the statement.
    pub async fn rows(&self, sql: &str, args: Vec<Arg>) -> Result<Vec<Row>, sqlx::Error> {
        let Db::Postgres(lending) = &self.db else { return self.db.fetch_all(sql, args).await };
        let text = Text { sql: sql.into(), types: args.iter().map(array_type).collect() };
        let (teller, told) = oneshot::channel();
        if self.join(&text, (args.clone(), teller)) {
            // A task of its own: that one who asks gives up must not hold up the others.
            tokio::spawn(Turn { of: self.clone(), text, lending: lending.clone() }.answer());
        }
        match told.await {
            Ok(answer) => answer,
            // The server refused what several asked, or nobody saw to it.
            Err(_) => self.db.fetch_all(sql, args).await,
        }
    }

    /// Waits with the others. True where somebody has to see to them.
    fn join(&self, text: &Text, asking: (Vec<Arg>, Teller)) -> bool {
        let mut all = self.lock();
        let asked = all.entry(text.clone()).or_default();
        asked.waiting.push(asking);
        let is_free = asked.on_the_way < ON_THE_WAY_MAX;
        asked.on_the_way += usize::from(is_free);
        is_free
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Text, Asked>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Together {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Together").field("db", &self.db).finish_non_exhaustive()
    }
}

/// Seeing to those who ask for one text.
struct Turn {
    of: Together,
    text: Text,
    lending: Lending,
}

impl Turn {
    async fn answer(self) {
        loop {
            let waiting = self.next();
            if waiting.is_empty() {
                return;
            }
            let (args, tellers): (Vec<_>, Vec<_>) = waiting.into_iter().unzip();
            let answers = match <[Vec<Arg>; 1]>::try_from(args) {
                Ok([args]) => vec![self.of.db.fetch_all(&self.text.sql, args).await],
                Err(args) => match retried(&self.lending, || self.ask_for_all(args.clone())).await {
                    Ok(answers) => answers.into_iter().map(Ok).collect(),
                    // It may be right what the others asked.
                    Err(sqlx::Error::Database(_)) => continue,
                    Err(e) => args.iter().map(|_| Err(repeated(&e))).collect(),
                },
            };
            for (teller, answer) in tellers.into_iter().zip(answers) {
                // Who gave up hears nothing.
                drop(teller.send(answer));
            }
        }
    }

    /// Those who are answered next.
    fn next(&self) -> Vec<(Vec<Arg>, Teller)> {
        let mut all = self.of.lock();
        let Some(asked) = all.get_mut(&self.text) else { return Vec::new() };
        asked.waiting.retain(|(_, teller)| !teller.is_closed());
        let count = asked.waiting.len().min(ASKED_AT_ONCE_MAX);
        asked.waiting.drain(..count).collect()
    }

    async fn ask_for_all(&self, args: Vec<Vec<Arg>>) -> Result<Vec<Vec<Row>>, sqlx::Error> {
        let mut lent = self.lending.lend().await?;
        let answers = self.ask_on(&mut lent, args).await;
        lent.done(answers)
    }

    async fn ask_on(
        &self,
        connection: &mut PgConnection,
        args: Vec<Vec<Arg>>,
    ) -> Result<Vec<Vec<Row>>, sqlx::Error> {
        let sql = of_all(&self.text);
        let mut answers: Vec<Vec<Row>> = args.iter().map(|_| Vec::new()).collect();
        let query = bind_columns(sqlx::query(&sql), args, self.text.types.len());
        let mut rows = query.fetch(connection);
        while let Some(row) = rows.try_next().await? {
            let number: i64 = row.try_get(row.len().saturating_sub(1))?;
            let of = usize::try_from(number - 1).ok().and_then(|place| answers.get_mut(place));
            of.ok_or(sqlx::Error::RowNotFound)?.push(Row::Postgres(row));
        }
        Ok(answers)
    }
}

impl Drop for Turn {
    /// The turn is over, whether or not it came to its end; those who wait where nobody is left to see to them ask by themselves.
    fn drop(&mut self) {
        let mut all = self.of.lock();
        let Some(asked) = all.get_mut(&self.text) else { return };
        asked.on_the_way -= 1;
        if asked.on_the_way == 0 {
            all.remove(&self.text);
        }
    }
}

/// The same failure for each of those whom it concerns.
fn repeated(e: &sqlx::Error) -> sqlx::Error {
    match e {
        sqlx::Error::PoolTimedOut => sqlx::Error::PoolTimedOut,
        sqlx::Error::PoolClosed => sqlx::Error::PoolClosed,
        other => sqlx::Error::Io(std::io::Error::other(other.to_string())),
    }
}

/// The statement for all who ask: theirs, with what each gave for `$1`, `$2`, … in its places; behind each row stands whose it is.
/// How many ask is hidden from the planner in brackets: it would plan anew for each number, which takes longer than to answer.
fn of_all(text: &Text) -> String {
    let given = text.types.iter().zip(1..).map(|(name, n)| format!("(SELECT ${n}::{name})"));
    let given: Vec<String> = given.collect();
    let names: Vec<String> = (1..=text.types.len()).map(|n| format!("a{n}")).collect();
    format!(
        "SELECT answer.*, asked.number FROM unnest({}) WITH ORDINALITY AS asked({}, number) \
         CROSS JOIN LATERAL ({}) AS answer",
        given.join(", "),
        names.join(", "),
        text.sql.replace('$', "asked.a"),
    )
}
