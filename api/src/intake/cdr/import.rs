//! Importing `cdr-csv`.

use std::fs::File;
use std::io::{BufReader, Write};
use std::path::Path;

use jiff::tz::TimeZone;
use sangdam_domain::actor::Actor;
use sangdam_domain::aggregate::Centre;
use sangdam_domain::value::{Code, PhoneNumber};
use sangdam_eventstore::Vault;
use sangdam_records::cdr::parse;
use sangdam_records::lines::{Line, Lines};
use sha2::{Digest, Sha256};

use super::carry::Carrier;
use super::merge::{Gathering, NumberedRow, Rows};
use crate::intake::csv::IntakeError;
use crate::intake::file::{FileError, digest};
use crate::intake::ids::Ids;
use crate::intake::report::ImportReport;
use crate::intake::run::{ImportRun, What};
use crate::ledger::Ledger;

/// How many rows are read before calls are carried out.
const BATCH_ROWS: usize = 1024;
/// How many calls are carried out at once.
const BATCH_CALLS: usize = 512;

/// What is told about the telephone system.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Its name: part of every call's key, so that it must stay the same.
    pub source: Code,
    /// The zone of its times.
    pub zone: TimeZone,
    /// The zone's IANA name.
    pub zone_name: String,
    /// The centre's own numbers: calls from them are outbound.
    pub own_numbers: Vec<PhoneNumber>,
}

impl Settings {
    fn sha256(&self) -> [u8; 32] {
        let mut hasher = Sha256::new();
        for part in ["cdr-csv", self.source.as_str(), &self.zone_name] {
            hasher.update(part);
            hasher.update([0]);
        }
        for number in &self.own_numbers {
            hasher.update(number.as_str());
            hasher.update([0]);
        }
        hasher.finalize().into()
    }
}

/// Carries out a file of call detail records. `rejected` gets every rejected row; `progress` hears how many bytes of how
/// many are done.
pub async fn import_cdr_csv(
    ledger: &Ledger,
    settings: Settings,
    path: &Path,
    rejected: Option<&mut (dyn Write + Send)>,
    mut progress: impl FnMut(u64, u64) + Send,
) -> Result<ImportReport, IntakeError> {
    let unreadable = |source| FileError::Unreadable { path: path.to_owned(), source };
    let (file_sha256, length) = digest(path)?;
    let ids = || Ids::new(ledger.store().vault(), ledger.centre(), settings.source.as_str());
    let own_ids = ids();
    let what = What {
        format: "cdr-csv",
        source: settings.source.clone(),
        file_sha256,
        how_sha256: settings.sha256(),
        mapped: false,
        ids: &own_ids,
    };
    let actor = ImportRun::actor_of(&what);
    let carrier = carrier(ledger, ids(), actor, &settings).await?;
    let import = ImportRun::begin(ledger, what, rejected).await?;
    let mut run = Run { carrier, import, gathering: Gathering::default() };
    let file = File::open(path).map_err(unreadable)?;
    let mut lines = Lines::new(BufReader::with_capacity(256 * 1024, file), true);
    let mut read = 0_usize;
    while let Some(line) = lines.next_line().map_err(unreadable)? {
        let row = match line {
            Line::Text(text) if text.trim().is_empty() => continue,
            Line::Text(text) => parse(text).map(|row| (text.to_owned(), row)),
            Line::Bad(problem) => Err(problem),
        };
        run.take(lines.number, row, &settings.zone)?;
        read += 1;
        if read.is_multiple_of(BATCH_ROWS) {
            let done = run.gathering.take_done();
            run.carry_out(done).await?;
            progress(lines.bytes, length);
        }
    }
    let rest = run.gathering.take_all();
    run.carry_out(rest).await?;
    progress(lines.bytes, length);
    run.import.complete().await
}

async fn carrier<'a>(
    ledger: &'a Ledger,
    ids: Ids<'a, Vault>,
    actor: Actor,
    settings: &Settings,
) -> Result<Carrier<'a>, IntakeError> {
    let centre = if ledger.exists().await? { ledger.load::<Centre>(()).await? } else { None };
    let centre = centre.filter(|centre| centre.registered.is_some());
    let calendar = centre.ok_or_else(|| IntakeError::NoCentre(ledger.centre().to_owned()))?.calendar();
    Ok(Carrier::new(ledger, ids, actor, calendar, settings.own_numbers.clone()))
}

/// An import under way.
struct Run<'a, 'w> {
    carrier: Carrier<'a>,
    import: ImportRun<'a, 'w>,
    gathering: Gathering,
}

impl Run<'_, '_> {
    fn take(
        &mut self,
        line: u64,
        row: Result<(String, sangdam_records::cdr::CdrRow), String>,
        zone: &TimeZone,
    ) -> Result<(), IntakeError> {
        self.import.read(1);
        let row = row.and_then(|(text, row)| Ok((text, NumberedRow::new(line, row, zone)?)));
        match row {
            Ok((text, row)) => {
                let reference = row.row.linked_id.as_ref().or(row.row.unique_id.as_ref());
                // Without an id, a row is a call of its own, known by all that it says.
                let key = reference.cloned().unwrap_or(text);
                self.gathering.add(key, row);
            }
            Err(problem) => self.import.reject(line, problem)?,
        }
        Ok(())
    }

    async fn carry_out(&mut self, calls: Vec<(String, Rows)>) -> Result<(), IntakeError> {
        for calls in calls.chunks(BATCH_CALLS) {
            self.carrier.carry_out(calls, &mut self.import).await?;
        }
        Ok(())
    }
}
