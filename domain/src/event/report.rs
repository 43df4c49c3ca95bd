//! Reports that are made at set times.

use serde::{Deserialize, Serialize};

use crate::log::Position;
use crate::time::Timestamp;
use crate::value::{Code, DeliveryKind, DisplayText, RunFailure, Sha256Hex};

/// From now on the report is made at these times: it was not before, or otherwise.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ReportScheduleDefined {
    /// The schedule's name.
    pub schedule: Code,
    /// 1, 2, 3, …
    pub definition: u32,
    /// When it is due: a cron expression in the centre's time zone.
    pub cron: DisplayText,
    /// The report's question, as in `yearly?threshold=100000`.
    pub report: DisplayText,
    /// The format.
    pub format: Code,
    /// The language, where the report was asked for in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Code>,
}

/// More runs were missed than are made up: those due up to a moment are left out, as far as they were not done.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ReportRunsSkipped {
    /// The schedule's name.
    pub schedule: Code,
    /// When the last of them was due.
    pub due_until: Timestamp,
}

/// A report that was due is being made.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ReportRunStarted {
    /// The schedule's name.
    pub schedule: Code,
    /// The definition of the schedule by which it is due.
    pub definition: u32,
    /// When it was due.
    pub due: Timestamp,
    /// The report's question, as in `yearly?threshold=100000`.
    pub report: DisplayText,
    /// The format.
    pub format: Code,
    /// The language, where the report was asked for in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Code>,
    /// The position as of which it is taken, by every attempt.
    pub as_of: Position,
    /// Until when nobody else makes it.
    pub lease_until: Timestamp,
}

/// It is being made anew: the attempt before failed, or was not heard of again until its lease ended.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ReportRunRetried {
    /// The schedule's name.
    pub schedule: Code,
    /// When it was due.
    pub due: Timestamp,
    /// 2, 3, …
    pub attempt: u32,
    /// Until when nobody else makes it.
    pub lease_until: Timestamp,
}

/// An attempt failed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ReportRunFailed {
    /// The schedule's name.
    pub schedule: Code,
    /// When it was due.
    pub due: Timestamp,
    /// 1, 2, 3, …
    pub attempt: u32,
    /// Why.
    pub reason: RunFailure,
    /// When it is tried again. Left out: not unless somebody asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<Timestamp>,
}

/// It was made and delivered to every place it was to go.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ReportRunCompleted {
    /// The schedule's name.
    pub schedule: Code,
    /// When it was due.
    pub due: Timestamp,
    /// 1, 2, 3, …
    pub attempt: u32,
    /// The position as of which it was taken.
    pub as_of: Position,
    /// The Merkle root over the positions up to there.
    pub root: Sha256Hex,
    /// SHA-256 of what the report says, as it says itself: the same in every format.
    pub content_sha256: Sha256Hex,
    /// SHA-256 of the file that was delivered.
    pub file_sha256: Sha256Hex,
    /// How long the file is, in bytes.
    pub bytes: u64,
    /// Where it was delivered: kinds of places, in their order.
    pub delivered: Vec<DeliveryKind>,
}
