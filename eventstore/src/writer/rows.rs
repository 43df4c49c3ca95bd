//! What one batch writes, table by table.

use bytes::Bytes;

use crate::contract::{Fingerprint, Hash};
use crate::merkle::Tile;

/// How many bits of an event's row id hold its position; the log's number stands above them.
pub(crate) const POSITION_BITS: u32 = 40;

/// The greatest position that a row id can hold: no log has it.
const POSITION_MAX: u64 = (1 << POSITION_BITS) - 1;

/// The row id of an event. What is past every log stays behind this log's end, and never names a row of another log.
pub(crate) const fn row_id(log_no: i64, position: u64) -> i64 {
    let position = if position < POSITION_MAX { position } else { POSITION_MAX };
    (log_no << POSITION_BITS) | position.cast_signed()
}

/// The position in a row id.
pub(crate) const fn position_of(id: i64) -> u64 {
    id.cast_unsigned() & POSITION_MAX
}

/// The log's number in a row id.
pub(crate) const fn log_no_of(id: i64) -> i64 {
    id >> POSITION_BITS
}

/// All rows of a batch, and the head's way from `from` to `to`.
pub(crate) struct Rows {
    pub(crate) log_no: i64,
    pub(crate) from: u64,
    pub(crate) to: u64,
    pub(crate) recorded_at: i64,
    pub(crate) frontier: Vec<u8>,
    pub(crate) root: Hash,
    pub(crate) events: Vec<EventRow>,
    pub(crate) sealed: Vec<SealedRow>,
    pub(crate) commands: Vec<CommandRow>,
    /// What is given up, before any claim is taken: see [`Rows::must_refuse`].
    pub(crate) releases: Vec<ReleaseRow>,
    pub(crate) claims: Vec<ClaimRow>,
    pub(crate) tiles: Vec<Tile>,
}

pub(crate) struct EventRow {
    pub(crate) id: i64,
    pub(crate) stream: [u8; 17],
    pub(crate) version: i64,
    pub(crate) event_id: [u8; 16],
    pub(crate) event_type: &'static str,
    pub(crate) occurred_at: i64,
    pub(crate) recorded_at: i64,
    pub(crate) leaf_check: i64,
    pub(crate) leaf: Vec<u8>,
}

pub(crate) struct SealedRow {
    pub(crate) id: i64,
    pub(crate) subject: [u8; 17],
    pub(crate) key_version: i64,
    pub(crate) bytes: Bytes,
}

pub(crate) struct CommandRow {
    pub(crate) command_id: [u8; 16],
    pub(crate) fingerprint: Fingerprint,
    pub(crate) first_id: i64,
    pub(crate) event_count: i64,
    pub(crate) version: i64,
}

pub(crate) struct ClaimRow {
    pub(crate) namespace: &'static str,
    pub(crate) hmac: Hash,
    pub(crate) owner: [u8; 17],
    /// Which of the batch's changes to claims it is.
    pub(crate) turn: usize,
}

/// Whose claims are given up, all of them.
pub(crate) struct ReleaseRow {
    pub(crate) owner: [u8; 17],
    /// Which of the batch's changes to claims it is.
    pub(crate) turn: usize,
}

impl Rows {
    /// Whether a claim that was given up now had been asked for by somebody before that: such a batch must not be written, since
    /// whoever asked is to be refused.
    pub(crate) fn must_refuse(&self, namespace: &str, hmac: &Hash, owner: &[u8; 17]) -> bool {
        let given_up =
            self.releases.iter().find(|release| release.owner == *owner).map(|release| release.turn);
        self.claims.iter().any(|claim| {
            (claim.namespace, &claim.hmac) == (namespace, hmac)
                && given_up.is_some_and(|turn| claim.turn < turn)
        })
    }
}

/// The first 8 bytes of a leaf's hash, as the column beside the leaf holds them.
pub(crate) fn leaf_check(hash: &Hash) -> i64 {
    let [a, b, c, d, e, f, g, h, ..] = *hash;
    i64::from_be_bytes([a, b, c, d, e, f, g, h])
}

/// How writing a batch went wrong.
#[derive(Debug)]
pub(crate) enum WriteError {
    /// The head is not where it was expected: somebody else wrote.
    HeadMoved,
    /// Something is there already that must be unique.
    Taken,
    /// The database said no, or the connection was lost.
    Database(sqlx::Error),
}

impl From<sqlx::Error> for WriteError {
    fn from(e: sqlx::Error) -> Self {
        Self::Database(e)
    }
}
