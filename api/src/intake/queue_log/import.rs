//! Importing a `queue_log`.

use std::fs::File;
use std::io::{BufReader, Write};
use std::path::Path;

use sangdam_domain::value::Evidence;
use sangdam_records::lines::{Line, Lines};

use super::carrier::{Carrier, Outcome, RawLine};
use super::settings::Settings;
use crate::intake::csv::IntakeError;
use crate::intake::file::{FileError, digest};
use crate::intake::ids::Ids;
use crate::intake::report::ImportReport;
use crate::intake::run::{ImportRun, What};
use crate::ledger::Ledger;

/// How many lines are carried out at once.
const BATCH_LINES: usize = 1024;

/// Carries out a `queue_log`. `rejected` gets every rejected line; `progress` hears how many bytes of how many are done.
pub async fn import_queue_log(
    ledger: &Ledger,
    settings: Settings,
    path: &Path,
    rejected: Option<&mut (dyn Write + Send)>,
    mut progress: impl FnMut(u64, u64) + Send,
) -> Result<ImportReport, IntakeError> {
    let unreadable = |source| FileError::Unreadable { path: path.to_owned(), source };
    let (file_sha256, length) = digest(path)?;
    let ids = Ids::new(ledger.store().vault(), ledger.centre(), settings.source.as_str());
    let what = What {
        format: "queue-log",
        source: settings.source.clone(),
        file_sha256,
        how_sha256: settings.sha256(),
        mapped: false,
        ids: &ids,
    };
    let mut carrier = Carrier::new(ledger, settings, ImportRun::actor_of(&what), Evidence::Imported).await?;
    let mut import = ImportRun::begin(ledger, what, rejected).await?;
    let file = File::open(path).map_err(unreadable)?;
    let mut lines = Lines::new(BufReader::with_capacity(256 * 1024, file), true);
    let mut batch = Vec::with_capacity(BATCH_LINES);
    loop {
        let text = match lines.next_line().map_err(unreadable)? {
            None => break,
            Some(Line::Text(text)) if text.trim().is_empty() => continue,
            Some(Line::Text(text)) => Ok(text.to_owned()),
            Some(Line::Bad(problem)) => Err(problem),
        };
        batch.push(RawLine { number: lines.number, text });
        if batch.len() == BATCH_LINES {
            carry_out(&mut carrier, &mut import, &batch).await?;
            batch.clear();
            progress(lines.bytes, length);
        }
    }
    carry_out(&mut carrier, &mut import, &batch).await?;
    progress(lines.bytes, length);
    import.complete().await
}

async fn carry_out(
    carrier: &mut Carrier<'_>,
    import: &mut ImportRun<'_, '_>,
    batch: &[RawLine],
) -> Result<(), IntakeError> {
    import.read(batch.len() as u64);
    for (line, outcome) in batch.iter().zip(carrier.carry_out(batch).await?) {
        match outcome {
            Outcome::Accepted(appended) => import.accepted(appended, 1),
            Outcome::Already(appended) => import.already(appended, 1).await?,
            Outcome::Skipped(reason) => import.skip(reason),
            Outcome::Rejected(reason) => import.reject(line.number, reason)?,
        }
    }
    Ok(())
}
