//! Consultations as they stand, in the order in which they last changed: what a program needs to keep a copy of them.
//!
//! Behind a position come those that changed since, each once and as it stands as of one later position. Whoever replaces
//! what they have by `id` has all consultations as of then, and goes on behind it, or behind the highest `last_position`
//! that they have: between the two, nothing changed. A consultation that does not count any more comes as one that is
//! voided. There is no personal data in it: callers have pseudonyms.
//!
//! As lines they are CloudEvents: `id` is consultation and version, `source` the log's with `/consultations` behind it,
//! `sequence` the position of the latest event, `data` the row.

use std::time::Duration;

use sangdam_domain::id::LedgerId;
use sangdam_domain::log::{LogId, Position};
use sangdam_eventstore::Store;
use sangdam_projections::consultations::{ConsultationRow, changed};
use sangdam_projections::runner::{self, Progress, Runner};
use sangdam_projections::{CatchUpError, ReadModels};

use super::cloud_event::{About, source_of_log, write_line};
use super::rows::{COLUMNS, row};
use super::{Batch, Feed, FeedError, check_since};
use crate::table::json;

/// How long it is waited at once for something to happen.
const WAIT: Duration = Duration::from_secs(3600);
/// The `type` of a line: no event of the log, but what came of those that there are.
const TYPE: &str = "ConsultationChanged";

/// The `source` of a log's consultations.
pub fn source_of_consultations(ledger: LedgerId, log: &LogId) -> String {
    format!("{}/consultations", source_of_log(ledger, log))
}

/// Consultations that changed behind a position.
pub struct Consultations {
    store: Store,
    models: ReadModels,
    log: LogId,
    source: String,
    after: Position,
    until: Position,
    runner: Option<Runner>,
}

impl Consultations {
    /// Those that changed behind `since`, up to the head as it is now. Read models catch up first.
    ///
    /// # Errors
    /// Where there is no such log or it does not reach as far as `since`, and where the read models cannot catch up.
    pub async fn up_to_head(
        store: &Store,
        models: &ReadModels,
        log: &LogId,
        since: Position,
        progress: impl FnMut(Progress) + Send,
    ) -> Result<Self, FeedError> {
        check_since(store, log, since).await?;
        Ok(Self {
            until: runner::catch_up(store, models, log, progress).await?,
            store: store.clone(),
            models: models.clone(),
            log: log.clone(),
            source: source_of_consultations(store.ledger(), log),
            after: since,
            runner: None,
        })
    }

    /// The same, and for ever: each again as often as it changes. What changes one several times at once may be told once.
    #[must_use]
    pub fn followed(mut self) -> Self {
        self.runner = Some(runner::spawn(self.store.clone(), self.models.clone(), self.log.clone()));
        self
    }

    /// The position as of which they stand.
    pub fn as_of(&self) -> Position {
        self.until
    }

    /// The next of them, those of a stretch of the log; none at the end.
    pub async fn rows(&mut self) -> Result<Vec<ConsultationRow>, FeedError> {
        while self.after < self.until {
            let stretch = (self.after, self.until);
            let next = changed(&self.store, &self.models, &self.log, stretch).await;
            let next = next.map_err(CatchUpError::from)?;
            self.after = next.until;
            if !next.rows.is_empty() {
                return Ok(next.rows);
            }
        }
        Ok(Vec::new())
    }

    /// Ends what keeps the read models up to date.
    pub async fn close(self) {
        if let Some(runner) = self.runner {
            runner.shutdown().await;
        }
    }
}

impl Feed for Consultations {
    async fn next(&mut self) -> Result<Option<Batch>, FeedError> {
        while self.after >= self.until {
            let Some(runner) = &self.runner else { return Ok(None) };
            match runner.wait_for(self.until.next(), WAIT).await {
                Ok(applied) => self.until = applied,
                Err(CatchUpError::Timeout { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let mut lines = Vec::new();
        for consultation in self.rows().await? {
            write_consultation(&consultation, &self.source, &mut lines)?;
        }
        Ok(Some(Batch { lines, position: self.after }))
    }
}

fn write_consultation(
    consultation: &ConsultationRow,
    source: &str,
    out: &mut Vec<u8>,
) -> Result<(), FeedError> {
    let mut data = Vec::new();
    json::write_row(&row(consultation), COLUMNS, &mut data)?;
    let data: &serde_json::value::RawValue = serde_json::from_slice(&data).map_err(std::io::Error::from)?;
    let about = About {
        id: format!("{}/{}", consultation.id, consultation.version),
        source,
        r#type: TYPE,
        time: None,
        subject: format!("consultation/{}", consultation.id),
        position: consultation.last_position,
    };
    Ok(write_line(about, data, out)?)
}
