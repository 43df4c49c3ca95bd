//! Consultations that changed behind a position, as one table in a file.

use std::fs::File;
use std::sync::Arc;

use sangdam_domain::calendar::Zone;
use sangdam_domain::log::Position;
use sangdam_eventstore::Head;
use sha2::{Digest, Sha256};

use super::FeedError;
use super::consultations::Consultations;
use super::rows::{COLUMNS, row};
use crate::table::{Document, Format, Name, Spool, Spooling, Stamp, StampField, StampName, StampValue};

/// What the file says of itself.
const NAMES: [StampName; 5] = [
    StampName::new("ledger", "원장", "ledger", None),
    StampName::new("log", "로그", "log", None),
    StampName::new("since", "이후", "since", None),
    StampName::new("position", "위치", "position", Some(0)),
    StampName::new("root", "루트", "root", None),
];

const NAME: Name = Name::new("consultations", "상담", "Consultations");

/// Consultations on their way to a file; kept on disk meanwhile.
pub struct Taken {
    rows: Spool,
    since: Position,
    head: Head,
}

/// Takes all that changed; says after each page how far it is.
///
/// # Errors
/// Where the read models fail, or the folder of temporary files is full.
pub async fn take(
    changed: &mut Consultations,
    since: Position,
    head: Head,
    mut progress: impl FnMut(Position),
) -> Result<Taken, FeedError> {
    let mut rows = Spooling::begin(COLUMNS, Sha256::new())?;
    loop {
        let page = changed.rows().await?;
        let Some(last) = page.last() else { break };
        for consultation in &page {
            rows.push(&row(consultation))?;
        }
        progress(last.last_position);
    }
    Ok(Taken { rows: rows.end()?.0, since, head })
}

impl Taken {
    /// How many there are.
    pub fn count(&self) -> u64 {
        self.rows.len()
    }

    /// The position as of which they stand.
    pub fn position(&self) -> Position {
        self.head.position
    }

    /// Writes them to a file. It says of which ledger and log they are, and between which positions they changed: Parquet in
    /// its metadata, CSV in each row the position as of which they stand.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn write(self, format: Format, out: File) -> Result<(), FeedError> {
        let document = Document {
            language: None,
            zone: Zone::UTC,
            zone_name: "UTC".to_owned(),
            title: NAME.words.en.to_owned(),
            lines: Vec::new(),
            name: NAME,
            stamp: self.stamp(),
            rows: Arc::new(self.rows),
            asides: Vec::new(),
            chart: None,
            notes: Vec::new(),
        };
        Ok(format.write(&document, out, |_| ())?)
    }

    fn stamp(&self) -> Stamp {
        let text = |text: &dyn std::fmt::Display| StampValue::Text(text.to_string());
        let values = [
            text(&self.head.ledger),
            text(&self.head.log),
            StampValue::Number(self.since.get()),
            StampValue::Number(self.head.position.get()),
            text(&hex::encode(self.head.root)),
        ];
        let fields = NAMES.into_iter().zip(values).map(|(name, value)| StampField { name, value });
        Stamp { fields: fields.collect(), dated: self.head.recorded_at }
    }
}
