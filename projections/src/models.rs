//! The read models' database: one file on SQLite, one schema on PostgreSQL.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use sangdam_domain::log::{LogId, Position};
use sangdam_domain::time::Timestamp;
use sangdam_eventstore::db::Together;
use sangdam_eventstore::db::in_chunks;
use sangdam_eventstore::{Arg, Db, Location, Room, Row, Store, args};
use sqlx::migrate::Migrator;

use crate::at::{At, Then};
use crate::error::ReadError;
use crate::pass::PROJECTIONS;
use crate::question::Question;
use crate::table::{Earliest, Generation, Table};

static SQLITE: Migrator = sqlx::migrate!("../migrations/sqlite/read");
static POSTGRES: Migrator = sqlx::migrate!("../migrations/postgres/read");

/// All read models of a deployment. Cloning shares the connections.
#[derive(Clone, Debug)]
pub struct ReadModels(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    db: Db,
    together: Together,
    /// Numbers never change once given.
    log_numbers: Mutex<HashMap<LogId, i64>>,
    /// One builder at a time in this process.
    building: tokio::sync::Mutex<()>,
}

/// How far a projection has come in a log, and what stopped it, if something did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProjectionStatus {
    /// Its name.
    pub projection: String,
    /// Its version: what the rows mean and how they are made.
    pub version: u32,
    /// The log.
    pub log: LogId,
    /// The last event that it has applied.
    pub position: Position,
    /// When that event was recorded.
    pub recorded_at: Timestamp,
    /// The event that it cannot apply.
    pub stopped: Option<Stopped>,
}

/// An event that a projection cannot apply, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stopped {
    /// Where it stands.
    pub position: Position,
    /// Why.
    pub problem: String,
}

impl ReadModels {
    /// Opens the database, makes it where it is missing, and brings its tables up to date.
    ///
    /// # Errors
    /// Where the database cannot be reached or a migration fails.
    pub async fn open(location: Location) -> Result<Self, ReadError> {
        let db = Db::open(&location, Room::READ, &SQLITE, &POSTGRES).await?;
        Ok(Self(Arc::new(Inner {
            together: Together::of(db.clone()),
            db,
            log_numbers: Mutex::default(),
            building: tokio::sync::Mutex::default(),
        })))
    }

    /// Closes all connections, waiting for those at work.
    pub async fn close(&self) {
        self.0.db.close().await;
    }

    /// How far every projection has come, in every log.
    pub async fn status(&self) -> Result<Vec<ProjectionStatus>, ReadError> {
        let sql = "SELECT c.projection, c.version, l.log, c.position, c.recorded_at, c.problem_position, c.problem \
             FROM checkpoints c JOIN logs l ON l.log_no = c.log_no WHERE c.generation = $1 ORDER BY l.log, c.projection";
        let rows = self.db().fetch_all(sql, args![Generation::Serving.name()]).await?;
        rows.iter().map(|row| Ok(read_status(row)?)).collect()
    }

    /// How far all projections have come in a log: the position that each of them has applied.
    pub async fn applied(&self, log: &LogId) -> Result<Position, ReadError> {
        let Some(log_no) = self.log_no(log).await? else { return Ok(Position::ZERO) };
        let sql = "SELECT MIN(position) FROM checkpoints WHERE generation = $1 AND log_no = $2";
        let row = self.db().fetch_optional(sql, args![Generation::Serving.name(), log_no]).await?;
        let position = row.map(|row| row.opt_int(0)).transpose()?.flatten().unwrap_or(0);
        Ok(Position::new(position.unsigned_abs()).unwrap_or(Position::ZERO))
    }

    /// How far one projection has come in a log.
    pub(crate) async fn applied_by(&self, log: &LogId, projection: &str) -> Result<Position, ReadError> {
        let Some(log_no) = self.log_no(log).await? else { return Ok(Position::ZERO) };
        let sql =
            "SELECT position FROM checkpoints WHERE generation = $1 AND log_no = $2 AND projection = $3";
        let args = args![Generation::Serving.name(), log_no, projection];
        let row = self.db().fetch_optional(sql, args).await?;
        Ok(row.map(|row| row.position(0)).transpose()?.unwrap_or(Position::ZERO))
    }

    pub(crate) fn db(&self) -> &Db {
        &self.0.db
    }

    pub(crate) fn building(&self) -> &tokio::sync::Mutex<()> {
        &self.0.building
    }

    /// The number by which tables know a log. `None` where no event of it was applied yet.
    pub(crate) async fn log_no(&self, log: &LogId) -> Result<Option<i64>, ReadError> {
        if let Some(number) = self.log_numbers().get(log) {
            return Ok(Some(*number));
        }
        let row =
            self.db().fetch_optional("SELECT log_no FROM logs WHERE log = $1", args![log.as_str()]).await?;
        let number = row.map(|row| row.int(0)).transpose()?;
        if let Some(number) = number {
            self.log_numbers().insert(log.clone(), number);
        }
        Ok(number)
    }

    /// The number by which tables know a log, given now where it has none.
    pub(crate) async fn log_no_made(&self, log: &LogId) -> Result<i64, ReadError> {
        let sql = "INSERT INTO logs (log_no, log) SELECT COALESCE(MAX(log_no), 0) + 1, $1 FROM logs WHERE 1 = 1 \
             ON CONFLICT (log) DO NOTHING";
        // Two processes may give two logs one number at once: the second one tries again.
        for _ in 0..8 {
            if let Some(number) = self.log_no(log).await? {
                return Ok(number);
            }
            match self.db().execute(sql, args![log.as_str()]).await {
                Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {}
                other => drop(other?),
            }
        }
        Err(ReadError::Database(sqlx::Error::RowNotFound))
    }

    /// A log as it stood after the event at this position; the store tells when that was recorded.
    ///
    /// # Errors
    /// Where the read models have not come so far, or were made by a release that kept no past.
    pub async fn as_of(&self, store: &Store, log: &LogId, position: Position) -> Result<At, ReadError> {
        let (mut applied, mut checkpoints, mut ahead_micros) = (position, 0, 0);
        if let Some(log_no) = self.log_no(log).await? {
            let sql = "SELECT projection, version, position, ahead_micros FROM checkpoints \
                 WHERE generation = $1 AND log_no = $2";
            for row in self.db().fetch_all(sql, args![Generation::Serving.name(), log_no]).await? {
                let name = row.text(0)?;
                let Some(projection) = PROJECTIONS.iter().find(|of| of.name() == name) else { continue };
                if row.int(1)? != i64::from(projection.version()) {
                    return Err(ReadError::NoPast { log: log.clone(), projection: name.to_owned() });
                }
                checkpoints += 1;
                applied = applied.min(row.position(2)?);
                ahead_micros = ahead_micros.max(row.int(3)?);
            }
        }
        let applied = if checkpoints == PROJECTIONS.len() { applied } else { Position::ZERO };
        if applied < position {
            return Err(ReadError::NotYet { log: log.clone(), applied, wanted: position });
        }
        let recorded_at =
            store.read_at(log, &[position]).await?.first().map_or(Timestamp::MIN, |event| event.recorded_at);
        let latest_micros = recorded_at.micros().saturating_add(ahead_micros);
        Ok(At::as_of(log, Then { position, latest_micros }))
    }

    /// A question about a log; `None` where no event of it was applied yet.
    pub(crate) async fn ask(&self, at: &At) -> Result<Option<Question>, ReadError> {
        let log_no = self.log_no(at.log()).await?;
        let earliest = if self.db().is_postgres() { Earliest::Lateral } else { Earliest::ByKey };
        Ok(log_no.map(|log_no| Question::about(log_no, at.then(), earliest)))
    }

    /// The rows of a statement.
    pub(crate) async fn select<T>(
        &self,
        question: Question,
        sql: &str,
        read: impl Fn(&Row) -> Result<T, sqlx::Error>,
    ) -> Result<Vec<T>, ReadError> {
        let rows = self.db().fetch_all(sql, question.args()).await?;
        Ok(rows.iter().map(read).collect::<Result<_, sqlx::Error>>()?)
    }

    /// The rows of a statement that many may ask at once, in no particular order. As of a position it is asked by itself.
    pub(crate) async fn select_together<T>(
        &self,
        question: Question,
        sql: &str,
        read: impl Fn(&Row) -> Result<T, sqlx::Error>,
    ) -> Result<Vec<T>, ReadError> {
        if !question.is_now() {
            return self.select(question, sql, read).await;
        }
        let rows = self.0.together.rows(sql, question.args()).await?;
        Ok(rows.iter().map(read).collect::<Result<_, sqlx::Error>>()?)
    }

    /// The rows in which `column` has one of the values: each once, in no particular order.
    pub(crate) async fn select_in<T>(
        &self,
        at: &At,
        select: &str,
        table: &Table,
        column: &str,
        values: Vec<Arg>,
        read: impl Fn(&Row) -> Result<T, sqlx::Error>,
    ) -> Result<Vec<T>, ReadError> {
        let Some(question) = self.ask(at).await? else { return Ok(Vec::new()) };
        let values: Vec<Arg> = values.into_iter().collect::<HashSet<_>>().into_iter().collect();
        let mut found = Vec::with_capacity(values.len());
        for chunk in in_chunks(&values) {
            let mut question = question.clone();
            let (from, places) = (question.from(table), question.list(chunk));
            let sql = format!("SELECT {select} FROM {from} WHERE log_no = $1 AND {column} IN {places}");
            found.extend(self.select(question, &sql, &read).await?);
        }
        Ok(found)
    }

    fn log_numbers(&self) -> std::sync::MutexGuard<'_, HashMap<LogId, i64>> {
        self.0.log_numbers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read_status(row: &Row) -> Result<ProjectionStatus, sqlx::Error> {
    let log = row.text(2)?;
    Ok(ProjectionStatus {
        projection: row.text(0)?.to_owned(),
        version: u32::try_from(row.int(1)?).unwrap_or(u32::MAX),
        log: log.parse().map_err(|e: sangdam_domain::log::InvalidCentre| sqlx::Error::Decode(e.into()))?,
        position: row.position(3)?,
        recorded_at: row.time(4)?,
        stopped: match row.opt_int(5)? {
            None => None,
            Some(_) => Some(Stopped {
                position: row.position(5)?,
                problem: row.opt_text(6)?.unwrap_or_default().to_owned(),
            }),
        },
    })
}
