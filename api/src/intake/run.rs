//! One run of an import: begun and completed in the ledger, with every row accounted for.

use std::io::Write;

use sangdam_domain::actor::{Actor, ActorKind};
use sangdam_domain::aggregate::{Import, ImportCommand, ImportStatus};
use sangdam_domain::id::{CommandId, ImportId};
use sangdam_domain::log::Position;
use sangdam_domain::value::{Code, Sha256Hex};
use sangdam_eventstore::{Appended, Envelope, Vault};

use super::csv::IntakeError;
use super::ids::Ids;
use super::report::{ImportReport, Rejected};
use crate::ledger::{CommandMeta, Ledger};

/// What is imported, and how.
pub(super) struct What<'a> {
    /// The kind of file.
    pub(super) format: &'static str,
    /// Where the records come from.
    pub(super) source: Code,
    /// SHA-256 of the file.
    pub(super) file_sha256: [u8; 32],
    /// SHA-256 of the mapping, or of the options that decide what becomes of a row.
    pub(super) how_sha256: [u8; 32],
    /// Whether the second digest is a mapping's.
    pub(super) mapped: bool,
    /// Makes the import's own ids.
    pub(super) ids: &'a Ids<'a, Vault>,
}

/// An import under way: who it is, and what it counted.
pub(super) struct ImportRun<'a, 'w> {
    ledger: &'a Ledger,
    id: ImportId,
    complete: CommandId,
    /// The import itself.
    pub(super) actor: Actor,
    before: ImportStatus,
    /// Where the last row counted as accepted ends: rows are appended in the order of the file.
    counted_to: Position,
    report: ImportReport,
    rejected: Option<&'w mut (dyn Write + Send + 'w)>,
}

impl<'a, 'w> ImportRun<'a, 'w> {
    /// Who the import is: the actor of all that it does.
    pub(super) fn actor_of(what: &What<'_>) -> Actor {
        let (id, ..) = what.ids.import(&what.file_sha256, &what.how_sha256);
        Actor { id: id.to_string(), kind: ActorKind::Import }
    }

    /// Begins the import in the ledger, or goes on with one that was cut off. The centre must be known.
    pub(super) async fn begin(
        ledger: &'a Ledger,
        what: What<'_>,
        rejected: Option<&'w mut (dyn Write + Send + 'w)>,
    ) -> Result<Self, IntakeError> {
        let (id, start, complete) = what.ids.import(&what.file_sha256, &what.how_sha256);
        let actor = Self::actor_of(&what);
        let before = ledger.load::<Import>(id).await?.map_or(ImportStatus::None, |import| import.status());
        if before == ImportStatus::None {
            let command = ImportCommand::Start {
                format: Code::parse(what.format)?,
                source: what.source,
                file_sha256: Sha256Hex::of(what.file_sha256),
                mapping_sha256: what.mapped.then(|| Sha256Hex::of(what.how_sha256)),
            };
            let meta = CommandMeta::new(actor.clone(), "importStart").with_id(start);
            ledger.execute::<Import>(&meta, id, command).await?;
        }
        let report =
            ImportReport { completed_before: before == ImportStatus::Completed, ..ImportReport::default() };
        Ok(Self { ledger, id, complete, actor, before, counted_to: Position::ZERO, report, rejected })
    }

    /// Counts rows that were read.
    pub(super) fn read(&mut self, rows: u64) {
        self.report.read += rows;
    }

    /// Counts a row left out on purpose.
    pub(super) fn skip(&mut self, reason: Code) {
        self.report.skip(reason);
    }

    /// Counts a row with an error, and keeps or writes it.
    pub(super) fn reject(&mut self, line: u64, reason: String) -> Result<(), IntakeError> {
        let all = self.rejected.as_mut().map(|out| &mut **out as &mut (dyn Write + Send));
        self.report.reject(Rejected { line, reason }, all).map_err(IntakeError::Rejected)
    }

    /// Counts rows that became these events now.
    pub(super) fn accepted(&mut self, appended: Appended, rows: u64) {
        self.counted_to = appended.last;
        self.report.accepted += rows;
    }

    /// Counts rows that were carried out before: by this very import, before it was cut off, or by another.
    pub(super) async fn already(&mut self, appended: Option<Appended>, rows: u64) -> Result<(), IntakeError> {
        let resumed = self.before == ImportStatus::Started;
        match appended {
            Some(appended)
                if resumed && appended.first > self.counted_to && self.is_own(appended.first).await? =>
            {
                self.accepted(appended, rows);
            }
            _ => self.report.already_present += rows,
        }
        Ok(())
    }

    /// Whether this very import wrote the event, before it was cut off.
    async fn is_own(&self, position: Position) -> Result<bool, IntakeError> {
        let events = self.ledger.store().read_at(self.ledger.log(), &[position]).await?;
        Ok(events
            .iter()
            .filter_map(|event| Envelope::parse(&event.leaf).ok())
            .any(|envelope| envelope.actor == self.actor))
    }

    /// Completes the import in the ledger, unless it was before.
    pub(super) async fn complete(self) -> Result<ImportReport, IntakeError> {
        if self.before != ImportStatus::Completed {
            let numbers = self.report.completed();
            let command = ImportCommand::Complete {
                read: numbers.read,
                accepted: numbers.accepted,
                already_present: numbers.already_present,
                skipped: numbers.skipped,
                rejected: numbers.rejected,
            };
            let meta = CommandMeta::new(self.actor, "importComplete").with_id(self.complete);
            self.ledger.execute::<Import>(&meta, self.id, command).await?;
        }
        Ok(self.report)
    }
}
