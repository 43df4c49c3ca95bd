//! Writing a batch on PostgreSQL: one statement, so one round trip, unless claims are given up. It takes the head by
//! compare-and-set, and inserts nothing where the head has moved.

use sqlx::{Connection, PgConnection, Row as _};

use super::rows::{Rows, WriteError};

/// What every batch writes, from where its rows are taken, and more where there is more.
macro_rules! statement {
    ($events:literal, $sealed:literal, $commands:literal, $more:literal) => {
        concat!(
            "
WITH head AS (
    UPDATE heads SET position = $3, recorded_at = $4, frontier = $5, root = $6
    WHERE log_no = $1 AND position = $2
    RETURNING log_no
), event_rows AS (
    INSERT INTO events (id, stream, version, event_id, type, occurred_at, recorded_at, leaf_check, leaf)
    SELECT ", $events, "
), sealed_rows AS (
    INSERT INTO sealed (id, subject, key_version, bytes)
    SELECT ", $sealed, "
), command_rows AS (
    INSERT INTO commands (command_id, fingerprint, first_id, event_count, version)
    SELECT ", $commands, "
)", $more, "
SELECT count(*) FROM head"
        )
    };
    ($more:literal) => {
        statement!(
            "x.* FROM head, unnest($7::bigint[], $8::bytea[], $9::bigint[], $10::bytea[], $11::text[], $12::bigint[],
        $13::bigint[], $14::bigint[], $15::bytea[]) AS x",
            "x.* FROM head, unnest($16::bigint[], $17::bytea[], $18::bigint[], $19::bytea[]) AS x",
            "x.* FROM head, unnest($20::bytea[], $21::bytea[], $22::bigint[], $23::bigint[], $24::bigint[]) AS x",
            $more
        )
    };
}

/// One event with at most one sealed part, as most commands write it: without arrays to be made and taken apart.
const WRITE_ONE: &str = statement!(
    "$7::bigint, $8::bytea, $9::bigint, $10::bytea, $11::text, $12::bigint, $13::bigint, $14::bigint, $15::bytea FROM head",
    "$16::bigint, $17::bytea, $18::bigint, $19::bytea FROM head WHERE $16 IS NOT NULL",
    "$20::bytea, $21::bytea, $22::bigint, $23::bigint, $24::bigint FROM head",
    ""
);
const WRITE: &str = statement!("");
/// Most batches of one event neither fill a tile nor claim anything, and PostgreSQL need not open those tables.
const WRITE_WITH_CLAIMS_AND_TILES: &str = statement!(
    ", claim_rows AS (
    INSERT INTO claims (namespace, hmac, owner)
    SELECT x.* FROM head, unnest($25::text[], $26::bytea[], $27::bytea[]) AS x
), tile_rows AS (
    INSERT INTO tiles (log_no, level, tile, hashes)
    SELECT head.log_no, x.* FROM head, unnest($28::bigint[], $29::bigint[], $30::bytea[]) AS x
)"
);

/// Takes the head's lock first, as everybody does.
const RELEASE: &str = "
WITH head AS (SELECT 1 FROM heads WHERE log_no = $1 AND position = $2 FOR UPDATE)
DELETE FROM claims WHERE owner = ANY($3) AND EXISTS (SELECT FROM head) RETURNING namespace, hmac, owner";

/// Writes the rows in a transaction of their own.
pub(super) async fn write_alone(connection: &mut PgConnection, rows: &Rows) -> Result<(), WriteError> {
    if rows.releases.is_empty() {
        return write(connection, rows).await;
    }
    let mut tx = connection.begin().await?;
    let written = release_and_write(&mut tx, rows).await;
    // Nothing is left open on the connection, which others get.
    match &written {
        Ok(()) => tx.commit().await?,
        Err(_) => tx.rollback().await?,
    }
    written
}

async fn release_and_write(connection: &mut PgConnection, rows: &Rows) -> Result<(), WriteError> {
    let owners: Vec<_> = rows.releases.iter().map(|row| row.owner).collect();
    let given_up = sqlx::query(RELEASE).bind(rows.log_no).bind(rows.from.cast_signed()).bind(owners);
    for claim in given_up.fetch_all(&mut *connection).await? {
        let (hmac, owner) = (claim.try_get(1)?, claim.try_get(2)?);
        if rows.must_refuse(claim.try_get(0)?, &hmac, &owner) {
            return Err(WriteError::Taken);
        }
    }
    write(connection, rows).await
}

/// A column of all rows.
macro_rules! all {
    ($table:expr, $row:ident => $value:expr) => {
        $table.iter().map(|$row| $value).collect::<Vec<_>>()
    };
}

/// A column of the row that there is; null where there is none.
macro_rules! only {
    ($table:expr, $row:ident => $value:expr) => {
        $table.first().map(|$row| $value)
    };
}

/// A statement with what every batch writes.
macro_rules! bound {
    ($statement:expr, $rows:ident, $column:ident) => {
        sqlx::query($statement)
            .bind($rows.log_no)
            .bind($rows.from.cast_signed())
            .bind($rows.to.cast_signed())
            .bind($rows.recorded_at)
            .bind($rows.frontier.as_slice())
            .bind($rows.root.as_slice())
            .bind($column!($rows.events, row => row.id))
            .bind($column!($rows.events, row => row.stream))
            .bind($column!($rows.events, row => row.version))
            .bind($column!($rows.events, row => row.event_id))
            .bind($column!($rows.events, row => row.event_type))
            .bind($column!($rows.events, row => row.occurred_at))
            .bind($column!($rows.events, row => row.recorded_at))
            .bind($column!($rows.events, row => row.leaf_check))
            .bind($column!($rows.events, row => row.leaf.as_slice()))
            .bind($column!($rows.sealed, row => row.id))
            .bind($column!($rows.sealed, row => row.subject))
            .bind($column!($rows.sealed, row => row.key_version))
            .bind($column!($rows.sealed, row => row.bytes.as_ref()))
            .bind($column!($rows.commands, row => row.command_id))
            .bind($column!($rows.commands, row => row.fingerprint))
            .bind($column!($rows.commands, row => row.first_id))
            .bind($column!($rows.commands, row => row.event_count))
            .bind($column!($rows.commands, row => row.version))
    };
}

/// Writes the rows but for what is given up, in the transaction that the connection is in, or in one of their own.
pub(super) async fn write(connection: &mut PgConnection, rows: &Rows) -> Result<(), WriteError> {
    let is_plain = rows.claims.is_empty() && rows.tiles.is_empty();
    let is_one = rows.events.len() == 1 && rows.commands.len() == 1 && rows.sealed.len() <= 1;
    let statement = match (is_plain, is_one) {
        (true, true) => bound!(WRITE_ONE, rows, only),
        (true, false) => bound!(WRITE, rows, all),
        (false, _) => bound!(WRITE_WITH_CLAIMS_AND_TILES, rows, all)
            .bind(all!(rows.claims, row => row.namespace))
            .bind(all!(rows.claims, row => row.hmac))
            .bind(all!(rows.claims, row => row.owner))
            .bind(all!(rows.tiles, row => i64::from(row.level)))
            .bind(all!(rows.tiles, row => row.index.cast_signed()))
            .bind(all!(rows.tiles, row => row.hashes.as_slice())),
    };
    let taken = statement.fetch_one(connection).await?;
    match taken.try_get::<i64, _>(0)? {
        0 => Err(WriteError::HeadMoved),
        _ => Ok(()),
    }
}
