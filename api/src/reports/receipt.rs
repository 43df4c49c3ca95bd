//! What a report says of itself, so that anybody with the ledger can check it.
//!
//! # `sha256`
//!
//! SHA-256 over the report's canonical content, in lower-case hex; the same in every format and language. The content
//! is UTF-8, in lines that each end with a line feed, and each line is JSON in the canonical form of RFC 8785:
//!
//! 1. an object: `definition`, `position`, `report` (the question), `root` (hex) and `v` (1)
//! 2. for each table of the report, in order, an object with its `columns` (their keys) and its `table` (its key), then
//!    each of its rows as an array in the order of the columns (see [`crate::table`] for what stands in them)
//!
//! So whoever has the JSON format of a report can compute it: the tables are its top-level lists and objects.

use std::collections::BTreeMap;

use sangdam_domain::id::LedgerId;
use sangdam_domain::log::{LogId, Position};
use sangdam_domain::time::Timestamp;
use sangdam_eventstore::{Hash, Head};
use serde_json::json;

use super::question::Question;
use crate::table::{Column, Name, Stamp, StampField, StampName, StampValue};

/// The version of the canonical content: `v`.
const CONTENT_VERSION: u32 = 1;

/// What a report says of itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Receipt {
    /// What it answers.
    pub report: Question,
    /// The log that it was taken from.
    pub log: LogId,
    /// The ledger that holds the log.
    pub ledger: LedgerId,
    /// The last event that counts.
    pub position: Position,
    /// The Merkle root over the events up to there.
    pub root: Hash,
    /// When that event was recorded.
    pub recorded_at: Timestamp,
    /// The version of what is counted: `v1`.
    pub definition: String,
    /// The program that made it: `sangdam 0.1.0`.
    pub made_by: String,
    /// How many rows its longest table has.
    pub rows: u64,
    /// SHA-256 of what it says.
    pub sha256: Hash,
}

/// The program, as receipts name it.
pub const MADE_BY: &str = concat!("sangdam ", env!("CARGO_PKG_VERSION"));

impl Receipt {
    /// As documents carry it.
    pub fn stamp(&self) -> Stamp {
        let text = |text: &dyn std::fmt::Display| StampValue::Text(text.to_string());
        let values = [
            text(&self.report),
            text(&self.log.centre()),
            text(&self.ledger),
            StampValue::Number(self.position.get()),
            text(&hex::encode(self.root)),
            text(&self.recorded_at),
            text(&self.definition),
            text(&self.made_by),
            StampValue::Number(self.rows),
            text(&hex::encode(self.sha256)),
        ];
        let fields = NAMES.into_iter().zip(values).map(|(name, value)| StampField { name, value });
        Stamp { fields: fields.collect(), dated: self.recorded_at }
    }
}

/// What receipts hold, in order.
pub const NAMES: [StampName; 10] = [
    StampName::new("report", "보고서", "report", Some(3)),
    StampName::new("centre", "상담센터", "centre", None),
    StampName::new("ledger", "원장", "ledger", None),
    StampName::new("position", "위치", "position", Some(1)),
    StampName::new("root", "루트", "root", Some(2)),
    StampName::new("recorded_at", "기록 시각", "recorded at", None),
    StampName::new("definition", "집계 기준", "definition", Some(0)),
    StampName::new("made_by", "작성 프로그램", "made by", None),
    StampName::new("rows", "행 수", "rows", None),
    StampName::new("sha256", "SHA-256", "SHA-256", Some(4)),
];

/// The first line of the canonical content.
pub(super) fn opening(report: &Question, head: &Head, definition: &str) -> String {
    let opening = json!({
        "definition": definition,
        "position": head.position,
        "report": report.to_string(),
        "root": hex::encode(head.root),
        "v": CONTENT_VERSION,
    });
    format!("{opening}\n")
}

/// The line of the canonical content that begins a table.
pub(super) fn heading(name: &Name, columns: &[Column]) -> String {
    let columns: Vec<&str> = columns.iter().map(|column| column.key).collect();
    format!("{}\n", json!({"columns": columns, "table": name.key}))
}

/// What a file says of itself. CSV has no place for all of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Claim {
    /// What it answers.
    pub report: Question,
    /// The last event that counts.
    pub position: Position,
    /// The Merkle root over the events up to there.
    pub root: Hash,
    /// The version of what is counted.
    pub definition: String,
    /// SHA-256 of what it says.
    pub sha256: Hash,
    /// The centre, where it is told.
    pub centre: Option<String>,
    /// The ledger, where it is told.
    pub ledger: Option<LedgerId>,
    /// The program that made it, where it is told.
    pub made_by: Option<String>,
}

/// What a file says of itself is no receipt.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the file's receipt cannot be read: {0}")]
pub struct InvalidClaim(String);

impl Claim {
    /// From what was found in a file, by key.
    ///
    /// # Errors
    /// Where something is missing, or is not what it should be.
    pub fn read(found: &BTreeMap<String, String>) -> Result<Self, InvalidClaim> {
        let need = |key: &str| found.get(key).ok_or_else(|| InvalidClaim(format!("`{key}` is missing")));
        let hash = |key: &str| {
            let mut hash = Hash::default();
            hex::decode_to_slice(need(key)?, &mut hash)
                .map_err(|_| InvalidClaim(format!("`{key}` is not 64 hexadecimal digits")))?;
            Ok(hash)
        };
        let report: Question = need("report")?.parse().map_err(|error| InvalidClaim(format!("{error}")))?;
        let position = need("position")?.parse().ok().and_then(Position::new);
        let ledger = match found.get("ledger") {
            None => None,
            Some(text) => {
                Some(text.parse().map_err(|_| InvalidClaim("`ledger` is not a ledger's id".to_owned()))?)
            }
        };
        Ok(Self {
            report,
            position: position.ok_or_else(|| InvalidClaim("`position` is not a position".to_owned()))?,
            root: hash("root")?,
            definition: need("definition")?.clone(),
            sha256: hash("sha256")?,
            centre: found.get("centre").cloned(),
            ledger,
            made_by: found.get("made_by").cloned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receipt() -> Receipt {
        Receipt {
            report: "yearly?threshold=100000".parse().unwrap(),
            log: LogId::main("jeongseon").unwrap(),
            ledger: LedgerId::from_uuid(uuid::Uuid::from_u128(7)),
            position: Position::new(12).unwrap(),
            root: [0xab; 32],
            recorded_at: "2024-12-31T09:30:00Z".parse().unwrap(),
            definition: "v1".into(),
            made_by: MADE_BY.into(),
            rows: 6,
            sha256: [0xcd; 32],
        }
    }

    #[test]
    fn what_a_receipt_says_is_read_back() {
        let receipt = receipt();
        let found =
            receipt.stamp().fields.iter().map(|f| (f.name.key.to_owned(), f.value.to_string())).collect();
        let claim = Claim::read(&found).unwrap();
        assert_eq!(
            (claim.report, claim.position, claim.root),
            (receipt.report, receipt.position, receipt.root)
        );
        assert_eq!((claim.sha256, claim.ledger), (receipt.sha256, Some(receipt.ledger)));
        for key in ["report", "position", "root", "definition", "sha256"] {
            let without = found.iter().filter(|(k, _)| *k != key).map(|(k, v)| (k.clone(), v.clone()));
            let error = Claim::read(&without.collect()).unwrap_err().to_string();
            assert!(error.contains(&format!("`{key}` is missing")), "{error}");
        }
    }

    #[test]
    fn the_content_begins_with_canonical_lines() {
        let receipt = receipt();
        let head = Head {
            ledger: receipt.ledger,
            log: receipt.log.clone(),
            position: receipt.position,
            recorded_at: receipt.recorded_at,
            root: receipt.root,
        };
        let root = "ab".repeat(32);
        assert_eq!(
            opening(&receipt.report, &head, "v1"),
            format!(
                "{{\"definition\":\"v1\",\"position\":12,\"report\":\"yearly?threshold=100000\",\"root\":\"{root}\",\"v\":1}}\n"
            )
        );
        let columns = [Column::number("year", "연도", "year"), Column::count("offered", "인입", "offered")];
        assert_eq!(
            heading(&Name::new("years", "연도별", "years"), &columns),
            "{\"columns\":[\"year\",\"offered\"],\"table\":\"years\"}\n"
        );
    }
}
