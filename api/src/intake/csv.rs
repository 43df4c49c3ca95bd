//! Carrying out a file of calls: its rows in batches, each row as a whole or not at all.

use std::collections::HashSet;
use std::io::Write;
use std::path::Path;

use sangdam_domain::aggregate::{Call, CallCommand, Centre, Consultation, ConsultationCommand, OpenFrom};
use sangdam_domain::calendar::OperatingCalendar;
use sangdam_domain::id::{AgentId, CallerId};
use sangdam_domain::rejection::Rejection;
use sangdam_domain::value::{ContactReason, EndedBy, Evidence, Invalid, Outcome, ResolvedBy};
use sangdam_eventstore::{StoreError, Vault};

use super::columns::push_part;
use super::file::{CallFile, FileError, RowCall, Taken, digest};
use super::ids::{Blind, Ids};
use super::mapping::Mapping;
use super::parties::{Parties, Party};
use super::report::ImportReport;
use super::row::Course;
use super::run::{ImportRun, What};
use super::setup;
use crate::ledger::{BulkDone, BulkItem, CommandMeta, ExecuteError, Ledger, Live, LoadError};

/// How many rows are carried out at once.
const BATCH_ROWS: usize = 512;

/// An import that did not come to its end. What was carried out stays; running it again goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// The file cannot be gone through.
    #[error(transparent)]
    File(#[from] FileError),
    /// The centre is unknown, and the mapping says nothing of it.
    #[error(
        "the ledger knows no centre `{0}`, and the mapping has no [centre] to register it with; add one, or name \
         another with --centre"
    )]
    UnknownCentre(String),
    /// The centre is unknown, and nothing says what it is.
    #[error(
        "the ledger knows no centre `{0}`: register it first (the mutation registerCentre), or name another with --centre"
    )]
    NoCentre(String),
    /// The mapping holds a value that the ledger refuses.
    #[error("the mapping's {0}")]
    Value(#[from] Invalid),
    /// The ledger failed or refused the import itself.
    #[error("the import stopped: {0}; running it again goes on where it stopped")]
    Ledger(#[from] ExecuteError),
    /// The rejected rows could not be written.
    #[error("the rejected rows could not be written: {0}")]
    Rejected(std::io::Error),
}

impl From<LoadError> for IntakeError {
    fn from(error: LoadError) -> Self {
        Self::Ledger(error.into())
    }
}

impl From<StoreError> for IntakeError {
    fn from(error: StoreError) -> Self {
        Self::Ledger(error.into())
    }
}

impl From<Rejection> for IntakeError {
    fn from(rejection: Rejection) -> Self {
        Self::Ledger(rejection.into())
    }
}

impl Blind for Vault {
    fn blind(&self, namespace: &str, bytes: &[u8]) -> [u8; 32] {
        Self::blind(self, namespace, bytes)
    }
}

/// Carries out a file of calls. `rejected` gets every rejected row; `progress` hears how many bytes of how many are done.
pub async fn import_csv(
    ledger: &Ledger,
    mapping: &Mapping,
    path: &Path,
    rejected: Option<&mut (dyn Write + Send)>,
    mut progress: impl FnMut(u64, u64) + Send,
) -> Result<ImportReport, IntakeError> {
    let vault = ledger.store().vault();
    let source = mapping.source.as_str();
    let ids = || Ids::new(vault, ledger.centre(), source);
    let (file_sha256, length) = digest(path)?;
    let mut file = CallFile::open(path, mapping, ids())?;

    let own_ids = ids();
    let what = What {
        format: "csv",
        source: mapping.source.clone(),
        file_sha256,
        how_sha256: mapping.sha256,
        mapped: true,
        ids: &own_ids,
    };
    setup::ensure_centre(ledger, mapping, &ImportRun::actor_of(&what)).await?;
    let import = ImportRun::begin(ledger, what, rejected).await?;
    let calendar = ledger.load::<Centre>(()).await?.map(|centre| centre.calendar());
    let mut run = Run { ledger, source, calendar, parties: Parties::new(ids()), import };
    run.go_through(&mut file, |bytes| progress(bytes, length)).await?;
    run.import.complete().await
}

/// An import under way.
struct Run<'a, 'w> {
    ledger: &'a Ledger,
    source: &'a str,
    calendar: Option<OperatingCalendar>,
    parties: Parties<'a, Vault>,
    import: ImportRun<'a, 'w>,
}

impl Run<'_, '_> {
    async fn go_through(
        &mut self,
        file: &mut CallFile<'_, Vault>,
        mut progress: impl FnMut(u64) + Send,
    ) -> Result<(), IntakeError> {
        let mut batch: Vec<RowCall> = Vec::with_capacity(BATCH_ROWS);
        let mut commands = HashSet::new();
        while let Some(row) = file.next_row()? {
            self.import.read(1);
            match row.content {
                Err(reason) => self.import.reject(row.line, reason)?,
                Ok(Taken::Skip(reason)) => self.import.skip(reason),
                Ok(Taken::Call(call)) => {
                    // A key that comes twice is looked at when its first row has been carried out.
                    if batch.len() == BATCH_ROWS || commands.contains(&call.ids.command) {
                        self.carry_out(std::mem::take(&mut batch)).await?;
                        commands.clear();
                        progress(file.bytes_read());
                    }
                    commands.insert(call.ids.command);
                    batch.push(*call);
                }
            }
        }
        self.carry_out(batch).await?;
        progress(file.bytes_read());
        Ok(())
    }

    async fn carry_out(&mut self, batch: Vec<RowCall>) -> Result<(), IntakeError> {
        if batch.is_empty() {
            return Ok(());
        }
        self.parties.look_up(self.ledger, &batch).await?;
        let mut items = Vec::with_capacity(batch.len() + 16);
        let mut lines = Vec::with_capacity(batch.len() + 16);
        for row in &batch {
            match self.row_item(row, &mut items).await? {
                Ok(item) => {
                    lines.resize(items.len(), None);
                    lines.push(Some(row));
                    items.push(item);
                }
                Err(rejection) => self.import.reject(row.line, rejection.to_string())?,
            }
        }
        let results = self.ledger.execute_bulk(items).await?;
        for (row, result) in lines.into_iter().zip(results) {
            match (row, result) {
                (None, result) => drop(result?),
                (Some(_), Ok(done)) => self.count(done).await?,
                (Some(row), Err(error)) => {
                    let reason = self.reason(row, error).await?;
                    self.import.reject(row.line, reason)?;
                }
            }
        }
        Ok(())
    }

    /// The row as one command, after the commands that register who is new in it.
    async fn row_item(
        &mut self,
        row: &RowCall,
        items: &mut Vec<BulkItem>,
    ) -> Result<Result<BulkItem, Rejection>, IntakeError> {
        let caller = row.call.caller.as_ref().map(|reference| (reference, self.parties.caller(reference)));
        let agent = row.call.agent.as_ref().map(|name| (name, self.parties.agent(name)));
        if matches!(caller, Some((_, Party::Erased))) {
            return Ok(Err(Rejection::CallerErased));
        }
        let somebody_new =
            matches!(caller, Some((_, Party::New(_)))) || matches!(agent, Some((_, Party::New(_))));
        // Who stands only in a row that is refused is not registered for it.
        let register = somebody_new && self.ledger.store().command(row.ids.command).await?.is_none();
        if let Some((reference, Party::New(_))) = caller.filter(|_| register) {
            let at = row.call.offered_at;
            items.push(self.parties.register_caller(self.ledger, reference, at, &self.import.actor)?);
        }
        if let Some((name, Party::New(_))) = agent.filter(|_| register) {
            let at = row.call.offered_at;
            items.push(self.parties.register_agent(self.ledger, name, at, &self.import.actor)?);
        }
        Ok(self.decide(
            row,
            caller.and_then(|(_, party)| party.id()),
            agent.and_then(|(_, party)| party.id()),
        ))
    }

    fn decide(
        &self,
        row: &RowCall,
        caller: Option<CallerId>,
        agent: Option<AgentId>,
    ) -> Result<BulkItem, Rejection> {
        let evidence = Evidence::Imported;
        let actor = &self.import.actor;
        let mut canonical = Vec::with_capacity(row.content.len() + 64);
        push_part(&mut canonical, "importRow");
        push_part(&mut canonical, self.source);
        canonical.extend(&row.content);
        let mut item = BulkItem::new(CommandMeta::new(actor.clone(), canonical).with_id(row.ids.command));
        let mut call = Live::<Call>::new(row.ids.call, self.ledger);
        let told = &row.call;
        let offer = CallCommand::Offer {
            direction: told.direction,
            from: None,
            caller,
            dialled: told.dialled.clone(),
            queue: told.queue.clone(),
            external_reference: told.reference.clone(),
            evidence,
            closed_by: self.calendar.as_ref().and_then(|calendar| calendar.closed_by(told.offered_at)),
        };
        item.push(call.decide(offer, told.offered_at, actor)?);
        match told.course {
            Course::Abandoned { at, wait_seconds } => {
                let abandon = CallCommand::Abandon { wait_seconds, evidence, closed_by: None };
                item.push(call.decide(abandon, at, actor)?);
            }
            Course::Answered { at, wait_seconds, ended_at, talk_seconds } => {
                let answer = CallCommand::Answer { agent, wait_seconds, evidence, closed_by: None };
                item.push(call.decide(answer, at, actor)?);
                let by = EndedBy::Unrecorded;
                let end = CallCommand::End { by, talk_seconds, cause: None, evidence, closed_by: None };
                item.push(call.decide(end, ended_at, actor)?);
                let mut consultation = Live::<Consultation>::new(row.ids.consultation, self.ledger);
                let from = OpenFrom::Call { call: row.ids.call, standing: call.state().standing() };
                let contact_reason = ContactReason::Unrecorded;
                let open = ConsultationCommand::Open { from, caller, agent, contact_reason };
                item.push(consultation.decide(open, at, actor)?);
                let resolve =
                    ConsultationCommand::Resolve { by: ResolvedBy::Unrecorded, outcome: Outcome::Unrecorded };
                item.push(consultation.decide(resolve, ended_at, actor)?);
            }
        }
        Ok(item)
    }

    async fn count(&mut self, done: BulkDone) -> Result<(), IntakeError> {
        match done.appended {
            Some(appended) if !done.already => self.import.accepted(appended, 1),
            appended => self.import.already(appended, 1).await?,
        }
        Ok(())
    }

    /// Why a row was refused. What is no fault of the row stops the import.
    async fn reason(&self, row: &RowCall, error: ExecuteError) -> Result<String, IntakeError> {
        match error {
            ExecuteError::CommandReused(command) => {
                let recorded = self.ledger.store().command(command).await?;
                let place = recorded.map_or(0, |recorded| recorded.appended.first.get());
                Ok(format!("a row with this key was imported before with other content (position {place})"))
            }
            ExecuteError::Rejected(_)
            | ExecuteError::TooLarge { .. }
            | ExecuteError::OccurredInFuture { .. } => Ok(error.to_string()),
            _ => {
                tracing::error!(line = row.line, %error, "the import stopped");
                Err(error.into())
            }
        }
    }
}
