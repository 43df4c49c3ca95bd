//! What a consultation's commands make happen, and which of them its status forbids.

use super::{
    CallbackStanding, Consultation, ConsultationCommand as Command, ConsultationStatus as Status, OpenFrom,
    Transfer, TransferStatus,
};
use crate::actor::Subject;
use crate::aggregate::{AgentStanding, CallStanding, EntryStanding, nothing, one};
use crate::event::{
    CallAttached, CallerIdentified, ConsultationCategorised, ConsultationCorrected, ConsultationLinked,
    ConsultationOpened, ConsultationReassigned, ConsultationReopened, ConsultationResolved,
    ConsultationVoided, Correction, Event, GuidanceGiven, NoteRecorded, NumberAskedFor, NumberGiven,
    TransferAccepted, TransferDeclined, TransferRequested, TransferReturned, TransferUnanswered,
};
use crate::id::{AgentId, CallId, CallbackId, CallerId, ConsultationId, DirectoryEntryId, TransferId};
use crate::log::Version;
use crate::personal::Personal;
use crate::rejection::Rejection;
use crate::value::{
    AttachReason, CallbackFor, Channel, ContactReason, LinkKind, NoteText, OpenedBy, Outcome, ReasonText,
    ResolvedBy,
};

type Decision = Result<Vec<Event>, Rejection>;

impl Consultation {
    pub(super) fn decided(&self, command: Command) -> Decision {
        match command {
            Command::Open { from, caller, agent, contact_reason } => {
                self.open(from, caller, agent, contact_reason)
            }
            Command::Identify { caller } => self.identify(caller),
            Command::Reopen { reason } => {
                self.must_exist()?;
                match self.status {
                    Status::Resolved => one(ConsultationReopened { reason }),
                    _ => Err(Rejection::ConsultationNotResolved),
                }
            }
            Command::RequestTransfer { .. }
            | Command::AcceptTransfer { .. }
            | Command::DeclineTransfer { .. }
            | Command::LeaveTransferUnanswered { .. }
            | Command::ReturnTransfer { .. }
            | Command::Reassign { .. }
            | Command::Resolve { .. } => {
                self.must_be_open()?;
                self.while_open(command)
            }
            other => {
                self.must_exist()?;
                self.while_not_voided(other)
            }
        }
    }

    /// What an open consultation allows.
    fn while_open(&self, command: Command) -> Decision {
        match command {
            Command::RequestTransfer { transfer, kind, department, officer, brief } => {
                self.may_request(transfer)?;
                let (officer, brief) = (officer.map(Personal::Known), brief.map(Personal::Known));
                one(TransferRequested { transfer, kind, department, officer, brief })
            }
            Command::AcceptTransfer { transfer } => {
                self.settle(transfer, TransferStatus::Accepted, TransferAccepted { transfer })
            }
            Command::DeclineTransfer { transfer, reason } => {
                self.settle(transfer, TransferStatus::Declined(reason), TransferDeclined { transfer, reason })
            }
            Command::LeaveTransferUnanswered { transfer, cause } => self.settle(
                transfer,
                TransferStatus::Unanswered(cause),
                TransferUnanswered { transfer, cause },
            ),
            Command::ReturnTransfer { transfer } => match self.transfer(transfer)?.status {
                TransferStatus::Accepted => one(TransferReturned { transfer }),
                TransferStatus::Returned => nothing(),
                _ => Err(Rejection::TransferNotAccepted),
            },
            Command::Reassign { to, standing } => self.reassign(to, standing),
            Command::Resolve { by, outcome } => self.resolve(by, outcome),
            _ => nothing(),
        }
    }

    /// What both an open and a settled consultation allow: much is written up after the call.
    fn while_not_voided(&self, command: Command) -> Decision {
        match command {
            Command::AttachCall { call, standing, reason } => self.attach(call, standing, reason),
            Command::Categorise { code, taxonomy_version, known } => {
                let category = ConsultationCategorised { code, taxonomy_version };
                if self.category.as_ref().is_some_and(|before| before.what == category) {
                    return nothing();
                }
                if known { one(category) } else { Err(Rejection::CategoryUnknown) }
            }
            Command::RecordNote { kind, text } => one(NoteRecorded { kind, text: Personal::Known(text) }),
            Command::GiveGuidance { kind } => one(GuidanceGiven { kind }),
            Command::GiveNumber { entry, entry_version, standing } => {
                let entry_version = listed_version(entry_version, standing)?;
                one(NumberGiven { entry, entry_version })
            }
            Command::AskForNumber { entry, entry_version, standing } => {
                let entry_version = listed_version(entry_version, standing)?;
                one(NumberAskedFor { entry, entry_version })
            }
            Command::Link { other, status, kind } => self.link(other, status, kind),
            Command::CorrectAgent { agent, standing, why } => {
                if standing == AgentStanding::Unknown {
                    return Err(Rejection::NotFound { kind: AgentId::KIND });
                }
                if self.agent == Some(agent) {
                    return nothing();
                }
                correction(Correction::Agent { agent }, why, None)
            }
            Command::CorrectContactReason { contact_reason, why } => {
                if self.contact_reason == contact_reason {
                    return nothing();
                }
                correction(Correction::ContactReason { contact_reason }, why, None)
            }
            Command::CorrectNote { note, text, why } => self.correct_note(note, text, why),
            Command::Void { reason, explanation } => {
                one(ConsultationVoided { reason, explanation: explanation.map(Personal::Known) })
            }
            _ => nothing(),
        }
    }

    fn open(
        &self,
        from: OpenFrom,
        caller: Option<CallerId>,
        agent: Option<AgentId>,
        contact_reason: ContactReason,
    ) -> Decision {
        if self.opened.is_some() {
            return Err(Rejection::ConsultationAlreadyOpened);
        }
        let (channel, opened_by) = match from {
            OpenFrom::Call { call, standing } => {
                standing.must_be_answered()?;
                (Channel::Phone, OpenedBy::Call { call })
            }
            OpenFrom::Callback { callback, standing } => {
                (Channel::Callback, OpenedBy::Callback { callback, call: kept(standing)? })
            }
        };
        one(ConsultationOpened { caller, agent, channel, contact_reason, opened_by })
    }

    fn attach(&self, call: CallId, standing: CallStanding, reason: AttachReason) -> Decision {
        if self.calls.iter().any(|attached| attached.call == call) {
            return Err(Rejection::CallAlreadyAttached);
        }
        standing.must_be_answered()?;
        one(CallAttached { call, reason })
    }

    fn may_request(&self, transfer: TransferId) -> Result<(), Rejection> {
        if self.transfer(transfer).is_ok() {
            return Err(Rejection::TransferAlreadyRequested);
        }
        if self.transfer_pending() {
            return Err(Rejection::TransferPending);
        }
        match self.with_officer {
            Some(_) => Err(Rejection::ConsultationWithOfficer),
            None => Ok(()),
        }
    }

    fn settle(&self, transfer: TransferId, status: TransferStatus, event: impl Into<Event>) -> Decision {
        match self.transfer(transfer)?.status {
            TransferStatus::Requested => one(event),
            before if before == status => nothing(),
            _ => Err(Rejection::TransferAlreadySettled),
        }
    }

    fn transfer(&self, transfer: TransferId) -> Result<&Transfer, Rejection> {
        let found = self.transfers.iter().find(|known| known.requested.what.transfer == transfer);
        found.ok_or(Rejection::TransferNotRequested)
    }

    fn transfer_pending(&self) -> bool {
        self.transfers.iter().any(|transfer| transfer.status == TransferStatus::Requested)
    }

    fn reassign(&self, to: AgentId, standing: AgentStanding) -> Decision {
        standing.must_be_active()?;
        if self.agent == Some(to) {
            return nothing();
        }
        one(ConsultationReassigned { from: self.agent, to })
    }

    fn resolve(&self, by: ResolvedBy, outcome: Outcome) -> Decision {
        if self.transfer_pending() {
            return Err(Rejection::TransferPending);
        }
        let taken = |transfer: &Transfer| {
            matches!(transfer.status, TransferStatus::Accepted | TransferStatus::Returned)
        };
        if by == ResolvedBy::Officer && !self.transfers.iter().any(taken) {
            return Err(Rejection::OfficerNotInvolved);
        }
        one(ConsultationResolved { by, outcome })
    }

    fn link(&self, other: ConsultationId, status: Status, kind: LinkKind) -> Decision {
        if other == self.id {
            return Err(Rejection::ConsultationLinkedToItself);
        }
        if status == Status::None {
            return Err(Rejection::NotFound { kind: ConsultationId::KIND });
        }
        let link = ConsultationLinked { other, kind };
        if self.links.iter().any(|before| before.what == link) {
            return nothing();
        }
        one(link)
    }

    fn correct_note(&self, note: Version, text: NoteText, why: Option<ReasonText>) -> Decision {
        let Some(found) = self.notes.iter().find(|known| known.version == note) else {
            return Err(Rejection::NoteUnknown);
        };
        if found.text.known() == Some(&text) {
            return nothing();
        }
        correction(Correction::Note { note }, why, Some(text))
    }

    /// Allowed in every status: whose a voided consultation is matters when they ask to be forgotten.
    fn identify(&self, caller: CallerId) -> Decision {
        if self.opened.is_none() {
            return Err(Rejection::NotFound { kind: ConsultationId::KIND });
        }
        match self.caller {
            Some(same) if same == caller => nothing(),
            Some(other) => Err(Rejection::ConsultationOfAnotherCaller { caller: other }),
            None => one(CallerIdentified { caller, subject: Subject::Consultation(self.id) }),
        }
    }

    fn must_exist(&self) -> Result<(), Rejection> {
        match self.status {
            Status::None => Err(Rejection::NotFound { kind: ConsultationId::KIND }),
            Status::Voided => Err(Rejection::ConsultationVoided),
            Status::Open | Status::Resolved => Ok(()),
        }
    }

    fn must_be_open(&self) -> Result<(), Rejection> {
        self.must_exist()?;
        match self.status {
            Status::Resolved => Err(Rejection::ConsultationAlreadyResolved),
            _ => Ok(()),
        }
    }
}

/// The call that kept a callback to a missed call.
fn kept(standing: CallbackStanding) -> Result<CallId, Rejection> {
    match standing {
        CallbackStanding::Unknown => Err(Rejection::NotFound { kind: CallbackId::KIND }),
        CallbackStanding::NotCompleted => Err(Rejection::CallbackNotCompleted),
        CallbackStanding::Completed { promised_for: CallbackFor::Consultation { .. }, .. } => {
            Err(Rejection::CallbackForConsultation)
        }
        CallbackStanding::Completed { promised_for: CallbackFor::MissedCall { .. }, call } => Ok(call),
    }
}

/// The version of an entry that is meant: the latest, where none is named.
fn listed_version(entry_version: Option<u32>, standing: EntryStanding) -> Result<u32, Rejection> {
    let latest = match standing {
        EntryStanding::Unknown => return Err(Rejection::NotFound { kind: DirectoryEntryId::KIND }),
        EntryStanding::Retired => return Err(Rejection::DirectoryEntryRetired),
        EntryStanding::Listed { latest } => latest,
    };
    let entry_version = entry_version.unwrap_or(latest);
    if !(1..=latest).contains(&entry_version) {
        return Err(Rejection::DirectoryEntryVersionUnknown { latest });
    }
    Ok(entry_version)
}

fn correction(what: Correction, why: Option<ReasonText>, text: Option<NoteText>) -> Decision {
    one(ConsultationCorrected { what, why: why.map(Personal::Known), text: text.map(Personal::Known) })
}
