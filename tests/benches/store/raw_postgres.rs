//! The bare loop on PostgreSQL: a transaction is one statement, with a column an array.

use std::str::FromStr as _;

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, PgConnection, Row as _};

use crate::raw::{FINGERPRINT, FIRST_LOG, FRONTIER, HASH, MOMENT, Rows, TILE};

const PAGE: i64 = 1000;

const WRITE: &str = "
WITH head AS (
    UPDATE heads SET position = $1, recorded_at = $2, frontier = $3, root = $4 WHERE log_no = 1 RETURNING log_no
), event_rows AS (
    INSERT INTO events SELECT * FROM unnest($5::bigint[], $6::bytea[], $7::bigint[], $8::bytea[], $9::text[],
        $10::bigint[], $10::bigint[], $5::bigint[], $11::bytea[])
), sealed_rows AS (
    INSERT INTO sealed SELECT * FROM unnest($5::bigint[], $6::bytea[], $7::bigint[], $12::bytea[])
), command_rows AS (
    INSERT INTO commands SELECT id, $14, first_id, n, 1
    FROM unnest($13::bytea[], $15::bigint[], $16::bigint[]) AS x(id, first_id, n)
)
INSERT INTO tiles SELECT 1, 0, tile, $18 FROM unnest($17::bigint[]) AS tile";

pub(crate) struct Postgres {
    write: PgConnection,
    read: PgConnection,
}

impl Postgres {
    pub(crate) async fn open(written: &str, read: &str) -> Self {
        let options = |url: &str| {
            let settings = [("search_path", "ledger"), ("synchronous_commit", "on")];
            PgConnectOptions::from_str(url).unwrap().options(settings)
        };
        Self {
            write: PgConnection::connect_with(&options(written)).await.unwrap(),
            read: PgConnection::connect_with(&options(read)).await.unwrap(),
        }
    }

    pub(crate) async fn write(&mut self, rows: &Rows) -> Result<(), sqlx::Error> {
        macro_rules! column {
            ($table:ident, $row:ident => $value:expr) => {
                rows.$table.iter().map(|$row| $value).collect::<Vec<_>>()
            };
        }
        let Some(last) = rows.events.last().map(|row| row.id) else { return Ok(()) };
        sqlx::query(WRITE)
            .bind(last - FIRST_LOG)
            .bind(MOMENT)
            .bind(FRONTIER.as_slice())
            .bind(HASH.as_slice())
            .bind(column!(events, row => row.id))
            .bind(column!(events, row => row.stream))
            .bind(column!(events, row => row.version))
            .bind(column!(events, row => row.event_id))
            .bind(column!(events, _row => "NoteRecorded"))
            .bind(column!(events, _row => MOMENT))
            .bind(column!(events, row => row.leaf.as_slice()))
            .bind(column!(events, row => row.sealed.as_slice()))
            .bind(column!(commands, row => row.command_id))
            .bind(FINGERPRINT.as_slice())
            .bind(column!(commands, row => row.first_id))
            .bind(column!(commands, row => row.event_count))
            .bind(rows.tiles.as_slice())
            .bind(TILE.as_slice())
            .execute(&mut self.write)
            .await?;
        Ok(())
    }

    /// Reads the second log.
    pub(crate) async fn read(&mut self) -> Result<usize, sqlx::Error> {
        let sql = "SELECT id, stream, version, event_id, type, occurred_at, recorded_at, leaf FROM events
            WHERE id > $1 AND id < $2 ORDER BY id LIMIT $3";
        let (mut after, end) = (2 * FIRST_LOG, 3 * FIRST_LOG);
        let (mut events, mut bytes) = (0, 0_u64);
        loop {
            let rows = sqlx::query(sql).bind(after).bind(end).bind(PAGE).fetch_all(&mut self.read).await?;
            let Some(last) = rows.last() else {
                std::hint::black_box(bytes);
                return Ok(events);
            };
            after = last.try_get(0)?;
            for row in &rows {
                let mut numbers = 0_i64;
                for column in [2, 5, 6] {
                    numbers ^= row.try_get::<i64, _>(column)?;
                }
                for column in [1, 3, 7] {
                    bytes += row.try_get::<&[u8], _>(column)?.len() as u64;
                }
                bytes += row.try_get::<&str, _>(4)?.len() as u64 + (numbers.cast_unsigned() & 1);
            }
            events += rows.len();
        }
    }
}
