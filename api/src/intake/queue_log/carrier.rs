//! Carrying out lines in batches, each line as a whole or not at all.

use std::collections::{HashMap, HashSet};

use std::sync::Arc;

use sangdam_domain::actor::Actor;
use sangdam_domain::aggregate::{Call, Centre, Consultation};
use sangdam_domain::calendar::OperatingCalendar;
use sangdam_domain::id::{CallId, CommandId};
use sangdam_domain::rejection::Rejection;
use sangdam_domain::value::{Code, DialledNumber, Evidence};
use sangdam_eventstore::{Appended, Vault};

use super::settings::Settings;
use super::told::{Told, read};
use crate::intake::agents::Agents;
use crate::intake::csv::IntakeError;
use crate::intake::ids::Ids;
use crate::intake::numbers::Numbers;
use crate::ledger::{BulkDone, CommandMeta, ExecuteError, Ledger, Live};

/// How many calls under way, agents and dialled numbers are held; beyond, all are forgotten and loaded again.
const HELD_MAX: usize = 20_000;
/// How often lines are tried again that somebody else's writing got in the way of.
const ROUNDS_MAX: u32 = 5;

/// A line as it was read from a file, without its line break.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawLine {
    /// Its number in the file, from 1.
    pub number: u64,
    /// What it says, or why it cannot be read as text.
    pub text: Result<String, String>,
}

/// What became of a line.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It became these events.
    Accepted(Appended),
    /// It was carried out before; as these events, where it was in another batch.
    Already(Option<Appended>),
    /// It was left out, for this reason.
    Skipped(Code),
    /// Something is wrong with it.
    Rejected(String),
}

/// Carries out the lines of one telephone system, and holds the calls and agents that they are about.
pub struct Carrier<'a> {
    pub(super) ledger: &'a Ledger,
    pub(super) settings: Settings,
    pub(super) ids: Ids<'a, Vault>,
    pub(super) actor: Actor,
    pub(super) evidence: Evidence,
    pub(super) calendar: Arc<OperatingCalendar>,
    pub(super) calls: HashMap<CallId, Live<Call>>,
    pub(super) consultations: HashMap<CallId, Live<Consultation>>,
    pub(super) agents: Agents,
    pub(super) numbers: Numbers,
    pub(super) dialled: HashMap<CallId, DialledNumber>,
    /// Calls for which something was sealed before their offer said whose they are.
    pub(super) sealed_before: HashSet<CallId>,
    /// Calls whose consultation was opened by somebody.
    pub(super) consulted: HashSet<CallId>,
}

impl<'a> Carrier<'a> {
    /// For a telephone system, in a centre that the ledger knows.
    pub async fn new(
        ledger: &'a Ledger,
        settings: Settings,
        actor: Actor,
        evidence: Evidence,
    ) -> Result<Self, IntakeError> {
        let centre = if ledger.exists().await? { ledger.load::<Centre>(()).await? } else { None };
        if centre.is_none_or(|centre| centre.registered.is_none()) {
            return Err(IntakeError::NoCentre(ledger.centre().to_owned()));
        }
        let ids = Ids::new(ledger.store().vault(), ledger.centre(), settings.source.as_str());
        Ok(Self {
            ledger,
            settings,
            ids,
            actor,
            evidence,
            calendar: Arc::default(),
            calls: HashMap::new(),
            consultations: HashMap::new(),
            agents: Agents::default(),
            numbers: Numbers::default(),
            dialled: HashMap::new(),
            sealed_before: HashSet::new(),
            consulted: HashSet::new(),
        })
    }

    /// Forgets all that is held of the ledger: others may have written meanwhile.
    pub fn forget(&mut self) {
        self.calls.clear();
        self.consultations.clear();
        self.agents.clear();
        self.numbers.clear();
    }

    /// Carries out lines, in order. Answers for each, in order.
    ///
    /// # Errors
    /// What is no line's fault. Lines may have been carried out or not then: giving them again is harmless.
    pub async fn carry_out(&mut self, lines: &[RawLine]) -> Result<Vec<Outcome>, IntakeError> {
        if self.agents.len() > HELD_MAX || self.calls.len() > HELD_MAX || self.dialled.len() > HELD_MAX {
            self.forget();
            self.dialled.clear();
        }
        if let Some(centre) = self.ledger.load::<Centre>(()).await? {
            self.calendar = Arc::new(centre.calendar());
        }
        let mut outcomes: Vec<Option<Outcome>> = vec![None; lines.len()];
        let mut told: Vec<(usize, Told<'_>)> = Vec::with_capacity(lines.len());
        let mut commands = HashSet::with_capacity(lines.len());
        for (index, line) in lines.iter().enumerate() {
            match self.read(line) {
                Ok(read) => {
                    if let Some((call, number)) = read.dialled() {
                        self.dialled.insert(call, number);
                    }
                    match read.left_out() {
                        Some(reason) => outcomes[index] = Some(Outcome::Skipped(reason)),
                        None if commands.insert(read.command) => told.push((index, read)),
                        None => outcomes[index] = Some(Outcome::Already(None)),
                    }
                }
                Err(problem) => outcomes[index] = Some(Outcome::Rejected(problem)),
            }
        }
        let asked: Vec<CommandId> = told.iter().map(|(_, told)| told.command).collect();
        let recorded = self.ledger.store().commands(&asked).await?;
        told.retain(|(index, told)| match recorded.get(&told.command) {
            Some(before) => {
                outcomes[*index] = Some(Outcome::Already(Some(before.appended)));
                false
            }
            None => true,
        });
        self.carry_out_new(told, &mut outcomes).await?;
        let unsettled = || Outcome::Rejected("was not carried out".to_owned());
        Ok(outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(unsettled)).collect())
    }

    fn read<'l>(&self, line: &'l RawLine) -> Result<Told<'l>, String> {
        let text = line.text.as_ref().map_err(Clone::clone)?;
        let told = read(text, &self.ids)?;
        if told.line.at > self.ledger.now() {
            let meta = CommandMeta::new(self.actor.clone(), "").at(told.line.at);
            self.ledger.moment(&meta).map_err(|error| error.to_string())?;
        }
        Ok(told)
    }

    async fn carry_out_new(
        &mut self,
        mut told: Vec<(usize, Told<'_>)>,
        outcomes: &mut [Option<Outcome>],
    ) -> Result<(), IntakeError> {
        for round in 1.. {
            if told.is_empty() {
                break;
            }
            self.load(&told).await?;
            let mut items = Vec::with_capacity(told.len());
            for (_, told) in &told {
                items.push(self.item(told).await?);
            }
            let results = self.ledger.execute_bulk(items).await?;
            let mut again = Vec::new();
            for ((index, told), result) in told.into_iter().zip(results) {
                match result {
                    Ok(BulkDone { appended: Some(appended), already: false }) => {
                        outcomes[index] = Some(Outcome::Accepted(appended));
                    }
                    Ok(BulkDone { appended, .. }) => outcomes[index] = Some(Outcome::Already(appended)),
                    Err(error) => {
                        if !self.may_try_again(&told, &error) || round >= ROUNDS_MAX {
                            outcomes[index] = Some(Outcome::Rejected(line_fault(error)?));
                        } else {
                            again.push((index, told));
                        }
                    }
                }
            }
            if !again.is_empty() {
                self.forget();
            }
            told = again;
        }
        self.calls.retain(|_, call| call.state().ended.is_none() && call.state().abandoned.is_none());
        self.consultations.clear();
        self.consulted.clear();
        self.sealed_before.clear();
        Ok(())
    }

    /// Whether a line that was refused may go through with what is known now.
    fn may_try_again(&mut self, told: &Told<'_>, error: &ExecuteError) -> bool {
        match (error, told.ids) {
            (ExecuteError::Rejected(Rejection::CallInOtherConsultation { .. }), Some(ids)) => {
                self.consulted.insert(ids.call)
            }
            (ExecuteError::Contended(_) | ExecuteError::Rejected(_), _) => true,
            _ => false,
        }
    }
}

/// What is said of a line where the error is its fault. What is not stops everything.
fn line_fault(error: ExecuteError) -> Result<String, IntakeError> {
    match error {
        ExecuteError::Rejected(_) | ExecuteError::TooLarge { .. } | ExecuteError::CommandReused(_) => {
            Ok(error.to_string())
        }
        _ => {
            tracing::error!(%error, "lines could not be carried out");
            Err(error.into())
        }
    }
}
