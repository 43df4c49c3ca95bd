//! The slow way: under the head's lock, with everything looked up that could speak against a unit.

use std::collections::HashMap;
use std::time::Duration;

use sangdam_domain::id::CommandId;
use sangdam_domain::log::StreamId;

use super::batch::UNITS_MAX;
use super::claims::Claims;
use super::draft::{Draft, position};
use super::memory::{HeadRow, Memory, Source, read_versions};
use super::rows::{WriteError, position_of};
use super::{Answer, Unit, Writer, is_unique_violation, repeated, write_within};
use crate::args;
use crate::contract::{AppendError, Appended, Fingerprint, RecordedCommand, StoreError};
use crate::db::{Arg, Row, Tx, in_chunks, is_lost, placeholders};

/// How often a batch is tried where the database cannot be reached or another log's writer got in between: some 15 s.
const ATTEMPTS_MAX: u32 = 10;
const BACKOFF_MAX: Duration = Duration::from_secs(2);

impl Writer {
    /// Writes these units in order, however many they are.
    pub(super) async fn slow(&mut self, units: impl IntoIterator<Item = Unit>) {
        // Whoever holds a connection waits for no other.
        self.held = None;
        let mut units = units.into_iter();
        loop {
            let some: Vec<Unit> = units.by_ref().take(UNITS_MAX).collect();
            if some.is_empty() {
                return;
            }
            self.slow_some(some).await;
        }
    }

    async fn slow_some(&mut self, mut units: Vec<Unit>) {
        for attempt in 1.. {
            match self.slow_once(&units).await {
                Ok(answers) => {
                    for (unit, answer) in units.into_iter().zip(answers) {
                        // Whoever asked may have gone: what is written stays written.
                        let _ = unit.answer.send(answer);
                    }
                    return;
                }
                Err(e) if attempt < ATTEMPTS_MAX && may_pass(&e) => {
                    tracing::warn!(error = %e, attempt, "a batch of appends is tried again");
                    units.iter_mut().for_each(|unit| unit.maybe_written = true);
                    tokio::time::sleep(BACKOFF_MAX.min(Duration::from_millis(10 << attempt))).await;
                }
                Err(e) => {
                    tracing::error!(error = %e, "a batch of appends failed");
                    for unit in units {
                        let _ = unit.answer.send(Err(AppendError::Store(repeated(&e))));
                    }
                    return;
                }
            }
        }
    }

    async fn slow_once(&mut self, units: &[Unit]) -> Result<Vec<Answer>, StoreError> {
        let tx = self.db.begin().await?;
        let head = HeadRow::lock(&tx, self.log_no).await?.ok_or(StoreError::Closed)?;
        // From here on memory is right, whatever becomes of this transaction: it holds what others have committed.
        let memory = Memory::at_head(self.memory.take(), &tx, self.log_no, &head).await?;
        let memory = self.memory.insert(memory);

        let mut recorded = recorded_commands(&tx, units).await?;
        let mut claims = Claims::read(&tx, units).await?;
        let streams = missed_streams(memory, units);
        let read = read_versions(Source::Tx(&tx), self.log_no, &streams).await?;
        let mut draft = Draft::new(self.log_no, memory);
        draft.now(self.clock.now());
        units.iter().for_each(|unit| draft.learn(memory, unit, |_| {}));
        draft.take_read(read);
        let mut answers = Vec::with_capacity(units.len());
        for unit in units {
            let answer = match recorded.get(&unit.command_id) {
                Some(known) => answer_again(&tx, unit, known).await?,
                None => {
                    draft.check_versions(unit).and_then(|()| claims.apply(unit)).map(|()| draft.push(unit))
                }
            };
            if let (Ok(appended), false) = (&answer, recorded.contains_key(&unit.command_id))
                && let Some(known) = summary(unit, appended)
            {
                recorded.insert(unit.command_id, known);
            }
            answers.push(answer);
        }

        claims.write(&tx).await?.into_iter().for_each(|row| draft.add_claim(row));
        let (rows, after) = draft.finish();
        if rows.to == rows.from {
            tx.rollback().await?;
            super::announce(&self.head, rows.to);
            return Ok(answers);
        }
        let (from, to) = (rows.from, rows.to);
        match write_within(&tx, rows).await {
            Ok(()) => {}
            Err(WriteError::Database(e)) => return Err(e.into()),
            Err(WriteError::HeadMoved | WriteError::Taken) => {
                let problem = "the head moved under its lock".to_owned();
                return Err(StoreError::Damaged { position: position(from), problem });
            }
        }
        if let Err(e) = tx.commit().await {
            self.memory = None;
            return Err(e.into());
        }
        self.written(after, to);
        Ok(answers)
    }
}

fn missed_streams(memory: &Memory, units: &[Unit]) -> Vec<StreamId> {
    let mut streams: Vec<StreamId> = units
        .iter()
        .flat_map(|unit| &unit.appends)
        .flat_map(|append| {
            std::iter::once(append.stream).chain(append.guards.iter().map(|(stream, _)| *stream))
        })
        .filter(|stream| !memory.versions.contains(stream))
        .collect();
    streams.sort_unstable();
    streams.dedup();
    streams
}

async fn recorded_commands(
    tx: &Tx,
    units: &[Unit],
) -> Result<HashMap<CommandId, RecordedCommand>, sqlx::Error> {
    let mut recorded = HashMap::new();
    for chunk in in_chunks(units) {
        let sql = format!("{SELECT_COMMANDS} WHERE c.command_id IN {}", placeholders(1, chunk.len()));
        let args = chunk.iter().map(|unit| Arg::from(unit.command_id.uuid())).collect();
        for row in tx.fetch_all(&sql, args).await? {
            let command = recorded_command(&row)?;
            recorded.insert(command.command_id, command);
        }
    }
    Ok(recorded)
}

/// The columns that [`recorded_command`] reads. When the command was recorded is told by its last event.
pub(crate) const SELECT_COMMANDS: &str =
    "SELECT c.command_id, c.fingerprint, c.first_id, c.event_count, c.version, e.recorded_at
    FROM commands c LEFT JOIN events e ON e.id = c.first_id + c.event_count - 1";

pub(crate) fn recorded_command(row: &Row) -> Result<RecordedCommand, sqlx::Error> {
    let first = position_of(row.int(2)?);
    let last = first + row.count(3)? - 1;
    Ok(RecordedCommand {
        command_id: CommandId::from_uuid(row.uuid(0)?),
        fingerprint: row.array::<{ size_of::<Fingerprint>() }>(1)?,
        appended: Appended {
            first: position(first),
            last: position(last),
            version: row.version(4)?,
            recorded_at: row.opt_time(5)?.ok_or_else(|| {
                sqlx::Error::Decode(format!("the event at position {last} is missing: run `verify`").into())
            })?,
        },
    })
}

fn summary(unit: &Unit, appended: &[Appended]) -> Option<RecordedCommand> {
    let (first, last) = (appended.first()?, appended.last()?);
    Some(RecordedCommand {
        command_id: unit.command_id,
        fingerprint: unit.fingerprint,
        appended: Appended {
            first: first.first,
            last: last.last,
            version: first.version,
            recorded_at: last.recorded_at,
        },
    })
}

/// The command is in the log. Where that is this very unit, written by a commit whose outcome was not known, it is a
/// success; otherwise it was carried out before.
async fn answer_again(tx: &Tx, unit: &Unit, known: &RecordedCommand) -> Result<Answer, StoreError> {
    let before = Err(AppendError::AlreadyAppended { recorded: *known });
    if !unit.maybe_written {
        return Ok(before);
    }
    let sql = "SELECT e.id, e.event_id, e.version, e.recorded_at FROM commands c
        JOIN events e ON e.id >= c.first_id AND e.id < c.first_id + c.event_count
        WHERE c.command_id = $1 ORDER BY e.id";
    let rows = tx.fetch_all(sql, args![unit.command_id.uuid()]).await?;
    let written = rows.iter().map(|row| row.array::<16>(1)).collect::<Result<Vec<_>, _>>()?;
    let own = unit.appends.iter().flat_map(|append| &append.events).map(|event| event.event_id);
    if !own.eq(written) {
        return Ok(before);
    }
    let mut rows = rows.as_slice();
    let mut appended = Vec::new();
    for append in &unit.appends {
        let (of_append, rest) = rows.split_at(append.events.len());
        rows = rest;
        let (Some(first), Some(last)) = (of_append.first(), of_append.last()) else { continue };
        appended.push(Appended {
            first: position(position_of(first.int(0)?)),
            last: position(position_of(last.int(0)?)),
            version: last.version(2)?,
            recorded_at: last.time(3)?,
        });
    }
    Ok(Ok(appended))
}

/// Whether trying again may help: the connection was lost, or another log's writer took a claim or stream in between.
fn may_pass(e: &StoreError) -> bool {
    let StoreError::Database(e) = e else { return false };
    // Serialisation failure, deadlock.
    let undone =
        e.as_database_error().and_then(|e| e.code()).is_some_and(|code| code == "40001" || code == "40P01");
    is_lost(e) || is_unique_violation(e) || undone || matches!(e, sqlx::Error::PoolTimedOut)
}
