//! Writing a batch on PostgreSQL: one statement, so one round trip, unless claims are given up. It takes the head by
//! compare-and-set, and inserts nothing where the head has moved.

use sqlx::{Connection, PgConnection, Row as _};

use super::rows::{Rows, WriteError};

/// What every batch writes, and more where there is more.
macro_rules! statement {
    ($more:literal) => {
        concat!(
            "
WITH head AS (
    UPDATE heads SET position = $3, recorded_at = $4, frontier = $5, root = $6
    WHERE log_no = $1 AND position = $2
    RETURNING log_no
), event_rows AS (
    INSERT INTO events (id, stream, version, event_id, type, occurred_at, recorded_at, leaf_check, leaf)
    SELECT x.* FROM head, unnest($7::bigint[], $8::bytea[], $9::bigint[], $10::bytea[], $11::text[], $12::bigint[],
        $13::bigint[], $14::bigint[], $15::bytea[]) AS x
), sealed_rows AS (
    INSERT INTO sealed (id, subject, key_version, bytes)
    SELECT x.* FROM head, unnest($16::bigint[], $17::bytea[], $18::bigint[], $19::bytea[]) AS x
), command_rows AS (
    INSERT INTO commands (command_id, fingerprint, first_id, event_count, version)
    SELECT x.* FROM head, unnest($20::bytea[], $21::bytea[], $22::bigint[], $23::bigint[], $24::bigint[]) AS x
)",
            $more,
            "
SELECT count(*) FROM head"
        )
    };
}

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

/// Writes the rows but for what is given up, in the transaction that the connection is in, or in one of their own.
pub(super) async fn write(connection: &mut PgConnection, rows: &Rows) -> Result<(), WriteError> {
    macro_rules! column {
        ($table:ident, $row:ident => $value:expr) => {
            rows.$table.iter().map(|$row| $value).collect::<Vec<_>>()
        };
    }
    let more = !rows.claims.is_empty() || !rows.tiles.is_empty();
    let statement = sqlx::query(if more { WRITE_WITH_CLAIMS_AND_TILES } else { WRITE })
        .bind(rows.log_no)
        .bind(rows.from.cast_signed())
        .bind(rows.to.cast_signed())
        .bind(rows.recorded_at)
        .bind(rows.frontier.as_slice())
        .bind(rows.root.as_slice())
        .bind(column!(events, row => row.id))
        .bind(column!(events, row => row.stream))
        .bind(column!(events, row => row.version))
        .bind(column!(events, row => row.event_id))
        .bind(column!(events, row => row.event_type))
        .bind(column!(events, row => row.occurred_at))
        .bind(column!(events, row => row.recorded_at))
        .bind(column!(events, row => row.leaf_check))
        .bind(column!(events, row => row.leaf.as_slice()))
        .bind(column!(sealed, row => row.id))
        .bind(column!(sealed, row => row.subject))
        .bind(column!(sealed, row => row.key_version))
        .bind(column!(sealed, row => row.bytes.as_ref()))
        .bind(column!(commands, row => row.command_id))
        .bind(column!(commands, row => row.fingerprint))
        .bind(column!(commands, row => row.first_id))
        .bind(column!(commands, row => row.event_count))
        .bind(column!(commands, row => row.version));
    let statement = if more {
        statement
            .bind(column!(claims, row => row.namespace))
            .bind(column!(claims, row => row.hmac))
            .bind(column!(claims, row => row.owner))
            .bind(column!(tiles, row => i64::from(row.level)))
            .bind(column!(tiles, row => row.index.cast_signed()))
            .bind(column!(tiles, row => row.hashes.as_slice()))
    } else {
        statement
    };
    let taken = statement.fetch_one(connection).await?;
    match taken.try_get::<i64, _>(0)? {
        0 => Err(WriteError::HeadMoved),
        _ => Ok(()),
    }
}
