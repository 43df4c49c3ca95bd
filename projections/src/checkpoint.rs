//! How far each projection has come in a log. A checkpoint moves in the transaction that writes the rows, and only from
//! where its mover left it: so each event counts once, however many processes apply.

use sangdam_domain::log::Position;
use sangdam_domain::time::Timestamp;
use sangdam_eventstore::{Row, Tx, args};

use crate::error::ReadError;
use crate::models::{ReadModels, Stopped};
use crate::projection::Projection;
use crate::table::Generation;

/// The checkpoints of one generation in one log, as far as this process knows.
pub(crate) struct Checkpoints {
    pub generation: Generation,
    pub log_no: i64,
    pub each: Vec<Checkpoint>,
}

/// One projection's checkpoint.
pub(crate) struct Checkpoint {
    /// Whose.
    pub projection: &'static dyn Projection,
    /// The version that the rows were made by.
    pub version: u32,
    /// The last event applied.
    pub position: Position,
    /// When that event was recorded.
    pub recorded_at: Timestamp,
    /// What this process could not apply.
    pub stopped: Option<Stopped>,
}

impl Checkpoint {
    /// Whether this process may apply events to the rows: it made them so, and nothing stopped it.
    pub(crate) fn runs(&self) -> bool {
        self.version == self.projection.version() && self.stopped.is_none()
    }

    /// Whether events up to this position are still to be applied, and may be.
    pub(crate) fn moves_to(&self, position: Position) -> bool {
        self.runs() && self.position < position
    }

    /// Whether an earlier release made the rows.
    pub(crate) fn is_outdated(&self) -> bool {
        self.version < self.projection.version()
    }
}

impl Checkpoints {
    /// As they stand, made where they are missing. What stopped an earlier process is tried again.
    pub(crate) async fn load(
        models: &ReadModels,
        generation: Generation,
        log_no: i64,
        projections: &[&'static dyn Projection],
    ) -> Result<Self, ReadError> {
        let mut each = Vec::new();
        let insert = "INSERT INTO checkpoints (generation, projection, log_no, version, position, recorded_at) \
             VALUES ($1, $2, $3, $4, 0, 0) ON CONFLICT (generation, projection, log_no) DO NOTHING";
        for _ in 0..2 {
            let rows = models.db().fetch_all(SELECT, args![generation.name(), log_no]).await?;
            each = read(&rows, projections)?;
            if each.len() == projections.len() || generation == Generation::Next {
                break;
            }
            for projection in projections {
                let version = version_in_use(models, *projection).await?;
                models
                    .db()
                    .execute(insert, args![generation.name(), projection.name(), log_no, version])
                    .await?;
            }
        }
        Ok(Self { generation, log_no, each })
    }

    /// Those of the next tables as a transaction sees them, as far as they are there.
    pub(crate) async fn next_in(
        tx: &Tx,
        log_no: i64,
        projections: &[&'static dyn Projection],
    ) -> Result<Self, sqlx::Error> {
        let generation = Generation::Next;
        let rows = tx.fetch_all(SELECT, args![generation.name(), log_no]).await?;
        Ok(Self { generation, log_no, each: read(&rows, projections)? })
    }

    /// Where the next pass begins: behind the checkpoint that is furthest behind, of those that run.
    pub(crate) fn begin(&self) -> Option<Position> {
        self.each.iter().filter(|checkpoint| checkpoint.runs()).map(|checkpoint| checkpoint.position).min()
    }

    /// What every projection has applied.
    pub(crate) fn applied(&self) -> Position {
        self.each.iter().map(|checkpoint| checkpoint.position).min().unwrap_or(Position::ZERO)
    }

    /// The projection that stopped furthest behind, if any did.
    pub(crate) fn stopped(&self) -> Option<(&'static str, &Stopped)> {
        let stopped =
            self.each.iter().filter_map(|each| Some((each.projection.name(), each.stopped.as_ref()?)));
        stopped.min_by_key(|(_, stopped)| stopped.position)
    }
}

const SELECT: &str = "SELECT projection, version, position, recorded_at FROM checkpoints \
     WHERE generation = $1 AND log_no = $2";

/// In the order of the projections, whatever that of the rows.
fn read(rows: &[Row], projections: &[&'static dyn Projection]) -> Result<Vec<Checkpoint>, sqlx::Error> {
    let mut each = Vec::with_capacity(projections.len());
    for projection in projections {
        for row in rows {
            if row.text(0)? == projection.name() {
                each.push(Checkpoint {
                    projection: *projection,
                    version: u32::try_from(row.int(1)?).unwrap_or(u32::MAX),
                    position: row.position(2)?,
                    recorded_at: row.time(3)?,
                    stopped: None,
                });
            }
        }
    }
    Ok(each)
}

/// The tables of a projection are made by one version for all logs.
async fn version_in_use(models: &ReadModels, projection: &dyn Projection) -> Result<i64, ReadError> {
    let sql = "SELECT MIN(version) FROM checkpoints WHERE generation = $1 AND projection = $2";
    let row = models.db().fetch_optional(sql, args![Generation::Serving.name(), projection.name()]).await?;
    let version = row.map(|row| row.opt_int(0)).transpose()?.flatten();
    Ok(version.unwrap_or_else(|| projection.version().into()))
}

/// Moves checkpoints, over events that happened at most so long after they were recorded. `false` where somebody else moved one:
/// nothing of this transaction may be kept then.
pub(crate) async fn advance(
    tx: &Tx,
    generation: Generation,
    log_no: i64,
    from: &[&Checkpoint],
    to: (Position, Timestamp),
    ahead_micros: i64,
) -> Result<bool, sqlx::Error> {
    // The first alone: whoever holds it has the others to themselves, and nobody waits for another in a circle.
    let (first, others) = from.split_at(from.len().min(1));
    for part in [first, others] {
        if part.is_empty() {
            continue;
        }
        let mut args = args![to.0, to.1, ahead_micros, generation.name(), log_no];
        let stands = part.iter().map(|checkpoint| {
            let (name, version) = (checkpoint.projection.name(), i64::from(checkpoint.version));
            args.extend(args![name, version, checkpoint.position]);
            let last = args.len();
            format!("(projection = ${} AND version = ${} AND position = ${last})", last - 2, last - 1)
        });
        let stands = stands.collect::<Vec<_>>().join(" OR ");
        let sql = format!(
            "UPDATE checkpoints SET position = $1, recorded_at = $2, problem_position = NULL, problem = NULL, \
             ahead_micros = CASE WHEN ahead_micros < $3 THEN $3 ELSE ahead_micros END \
             WHERE generation = $4 AND log_no = $5 AND ({stands})"
        );
        if tx.execute(&sql, args).await? != part.len() as u64 {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Notes the event that stopped a projection, for others to see.
pub(crate) async fn note_problem(
    tx: &Tx,
    generation: Generation,
    log_no: i64,
    projection: &str,
    stopped: &Stopped,
) -> Result<(), sqlx::Error> {
    let sql = "UPDATE checkpoints SET problem_position = $1, problem = $2 \
         WHERE generation = $3 AND projection = $4 AND log_no = $5 AND position < $1";
    let args = args![stopped.position, stopped.problem.as_str(), generation.name(), projection, log_no];
    tx.execute(sql, args).await.map(drop)
}
