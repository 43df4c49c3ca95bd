//! One matter of one caller (상담): opened by an answered call or a kept callback, going over as many calls as it
//! takes, resolved, perhaps taken up again, or voided.

mod decide;

use serde::Serialize;

use super::{AgentStanding, Aggregate, CallStanding, CallbackStanding, EntryStanding, Happened};
use crate::actor::Subject;
use crate::event::{
    CallAttached, ConsultationCategorised, ConsultationCorrected, ConsultationLinked, ConsultationReopened,
    ConsultationResolved, ConsultationVoided, Correction, Event, Fact, GuidanceGiven, NumberAskedFor,
    NumberGiven, TransferRequested,
};
use crate::id::{AgentId, CallId, CallbackId, CallerId, ConsultationId, DirectoryEntryId, TransferId};
use crate::log::{LogId, StreamId, StreamKind, Version};
use crate::personal::Personal;
use crate::rejection::Rejection;
use crate::time::Timestamp;
use crate::value::{
    AttachReason, Channel, Code, ContactReason, DeclineReason, DisplayText, GuidanceKind, LinkKind, NoteKind,
    NoteText, OpenedBy, Outcome, PersonName, ReasonText, ReopenReason, ResolvedBy, TransferKind,
    UnansweredCause, VoidReason,
};

/// One matter of one caller.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Consultation {
    /// Which one.
    pub id: ConsultationId,
    /// How many events its stream has.
    pub version: Version,
    /// How it stands.
    pub status: ConsultationStatus,
    /// When it was opened, by whose command, and through what.
    pub opened: Option<Happened<OpenedBy>>,
    /// Whose matter it is, if known: from the beginning, or since it was identified.
    pub caller: Option<CallerId>,
    /// Whose it was known to be when it was opened. Its notes are sealed for that caller, else for the consultation.
    pub opened_with: Option<CallerId>,
    /// Who has it, if known.
    pub agent: Option<AgentId>,
    /// Through what it came.
    pub channel: Option<Channel>,
    /// Why they called.
    pub contact_reason: ContactReason,
    /// Its calls, in the order in which they joined it.
    pub calls: Vec<AttachedCall>,
    /// Its category.
    pub category: Option<Happened<ConsultationCategorised>>,
    /// Its notes, in order, with their texts as corrected.
    pub notes: Vec<Note>,
    /// What the caller was told about.
    pub guidance: Vec<Happened<GuidanceGiven>>,
    /// The numbers that the caller was given.
    pub numbers_given: Vec<Happened<NumberGiven>>,
    /// The numbers that the caller asked for.
    pub numbers_asked_for: Vec<Happened<NumberAskedFor>>,
    /// Requests for transfers, in order.
    pub transfers: Vec<Transfer>,
    /// The transfer by which an officer has it now.
    pub with_officer: Option<TransferId>,
    /// How it was settled, while it is.
    pub resolved: Option<Happened<ConsultationResolved>>,
    /// Each time it was taken up again.
    pub reopened: Vec<Happened<ConsultationReopened>>,
    /// Consultations that belong with it.
    pub links: Vec<Happened<ConsultationLinked>>,
    /// What was set right, in order.
    pub corrections: Vec<Happened<ConsultationCorrected>>,
    /// Why it does not count, if it does not.
    pub voided: Option<Happened<ConsultationVoided>>,
}

/// How a consultation stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsultationStatus {
    /// It was never opened.
    None,
    /// It goes on.
    Open,
    /// It is settled.
    Resolved,
    /// It does not count and never did.
    Voided,
}

/// A call of a consultation.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct AttachedCall {
    /// The call.
    pub call: CallId,
    /// Why it belongs here. `None` for the call that opened the consultation.
    pub reason: Option<AttachReason>,
    /// Since when.
    pub at: Timestamp,
}

/// A note.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Note {
    /// The version in the consultation's stream at which it was recorded: its name.
    pub version: Version,
    /// What it holds.
    pub kind: NoteKind,
    /// What it says, as corrected.
    pub text: Personal<NoteText>,
    /// The version that recorded this text: the note's own, or its last correction's.
    pub text_version: Version,
    /// When it was written.
    pub at: Timestamp,
    /// Who wrote it.
    pub by: crate::actor::Actor,
}

/// A request for a transfer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Transfer {
    /// What was asked, when and by whom.
    pub requested: Happened<TransferRequested>,
    /// What came of it.
    pub status: TransferStatus,
    /// When that came of it.
    pub settled_at: Option<Timestamp>,
}

/// What came of a request for a transfer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferStatus {
    /// Nothing yet.
    Requested,
    /// The officer took the call.
    Accepted,
    /// The officer would not.
    Declined(DeclineReason),
    /// The officer could not be reached.
    Unanswered(UnansweredCause),
    /// The officer took the call and gave it back.
    Returned,
}

/// What is to open a consultation, and how that stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the fields say which one, and how it stands")]
pub enum OpenFrom {
    /// An answered call.
    Call { call: CallId, standing: CallStanding },
    /// A completed callback to a missed call.
    Callback { callback: CallbackId, standing: CallbackStanding },
}

/// What can be asked of a consultation.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "fields are those of the events of the same names")]
pub enum ConsultationCommand {
    /// Open it.
    Open { from: OpenFrom, caller: Option<CallerId>, agent: Option<AgentId>, contact_reason: ContactReason },
    /// A further call belongs to it.
    AttachCall { call: CallId, standing: CallStanding, reason: AttachReason },
    /// Put it in a category. `known` says whether that taxonomy has it.
    Categorise { code: Code, taxonomy_version: u32, known: bool },
    /// Write a note.
    RecordNote { kind: NoteKind, text: NoteText },
    /// The caller was told about something.
    GiveGuidance { kind: GuidanceKind },
    /// The caller was given a number. Without a version it is the latest.
    GiveNumber { entry: DirectoryEntryId, entry_version: Option<u32>, standing: EntryStanding },
    /// The caller asked for a number of the directory. Without a version it is the latest.
    AskForNumber { entry: DirectoryEntryId, entry_version: Option<u32>, standing: EntryStanding },
    /// Ask an officer to take the call.
    RequestTransfer {
        transfer: TransferId,
        kind: TransferKind,
        department: DisplayText,
        officer: Option<PersonName>,
        brief: Option<NoteText>,
    },
    /// The officer took the call.
    AcceptTransfer { transfer: TransferId },
    /// The officer would not take the call.
    DeclineTransfer { transfer: TransferId, reason: DeclineReason },
    /// The officer could not be reached.
    LeaveTransferUnanswered { transfer: TransferId, cause: UnansweredCause },
    /// The officer gave the call back.
    ReturnTransfer { transfer: TransferId },
    /// Another agent goes on.
    Reassign { to: AgentId, standing: AgentStanding },
    /// It is settled.
    Resolve { by: ResolvedBy, outcome: Outcome },
    /// It is taken up again.
    Reopen { reason: ReopenReason },
    /// It belongs together with another one. `status` is the other one's.
    Link { other: ConsultationId, status: ConsultationStatus, kind: LinkKind },
    /// Another agent had taken it.
    CorrectAgent { agent: AgentId, standing: AgentStanding, why: Option<ReasonText> },
    /// They had called for another reason.
    CorrectContactReason { contact_reason: ContactReason, why: Option<ReasonText> },
    /// A note should have said something else.
    CorrectNote { note: Version, text: NoteText, why: Option<ReasonText> },
    /// It does not count and never did.
    Void { reason: VoidReason, explanation: Option<ReasonText> },
    /// It turned out to be this caller's. The same is asked of the caller.
    Identify { caller: CallerId },
}

impl Aggregate for Consultation {
    type Id = ConsultationId;
    type Command = ConsultationCommand;

    fn new(id: ConsultationId) -> Self {
        Self {
            id,
            version: Version::ZERO,
            status: ConsultationStatus::None,
            opened: None,
            caller: None,
            opened_with: None,
            agent: None,
            channel: None,
            contact_reason: ContactReason::Unrecorded,
            calls: Vec::new(),
            category: None,
            notes: Vec::new(),
            guidance: Vec::new(),
            numbers_given: Vec::new(),
            numbers_asked_for: Vec::new(),
            transfers: Vec::new(),
            with_officer: None,
            resolved: None,
            reopened: Vec::new(),
            links: Vec::new(),
            corrections: Vec::new(),
            voided: None,
        }
    }

    fn stream(id: ConsultationId, _log: &LogId) -> StreamId {
        StreamId::new(StreamKind::Consultation, id.uuid())
    }

    fn decide(&self, command: ConsultationCommand, _at: Timestamp) -> Result<Vec<Event>, Rejection> {
        self.decided(command)
    }

    fn evolve(&mut self, fact: &Fact) {
        self.version = fact.version;
        match &fact.event {
            Event::ConsultationOpened(opened) => {
                self.status = ConsultationStatus::Open;
                self.opened = Some(Happened::new(fact, opened.opened_by));
                self.caller = opened.caller;
                self.opened_with = opened.caller;
                self.agent = opened.agent;
                self.channel = Some(opened.channel);
                self.contact_reason = opened.contact_reason;
                let (OpenedBy::Call { call } | OpenedBy::Callback { call, .. }) = opened.opened_by;
                self.calls.push(AttachedCall { call, reason: None, at: fact.occurred_at });
            }
            Event::CallAttached(CallAttached { call, reason }) => {
                self.calls.push(AttachedCall { call: *call, reason: Some(*reason), at: fact.occurred_at });
            }
            Event::ConsultationCategorised(category) => {
                self.category = Some(Happened::new(fact, category.clone()))
            }
            Event::NoteRecorded(note) => self.notes.push(Note {
                version: fact.version,
                kind: note.kind,
                text: note.text.clone(),
                text_version: fact.version,
                at: fact.occurred_at,
                by: fact.actor.clone(),
            }),
            Event::GuidanceGiven(guidance) => self.guidance.push(Happened::new(fact, guidance.clone())),
            Event::NumberGiven(number) => self.numbers_given.push(Happened::new(fact, number.clone())),
            Event::NumberAskedFor(number) => self.numbers_asked_for.push(Happened::new(fact, number.clone())),
            Event::ConsultationReassigned(reassigned) => self.agent = Some(reassigned.to),
            Event::ConsultationResolved(resolved) => {
                self.status = ConsultationStatus::Resolved;
                self.resolved = Some(Happened::new(fact, resolved.clone()));
                self.with_officer = None;
            }
            Event::ConsultationReopened(reopened) => {
                self.status = ConsultationStatus::Open;
                self.resolved = None;
                self.reopened.push(Happened::new(fact, reopened.clone()));
            }
            Event::ConsultationLinked(linked) => self.links.push(Happened::new(fact, linked.clone())),
            Event::ConsultationCorrected(corrected) => self.correct(fact, corrected),
            Event::ConsultationVoided(voided) => {
                self.status = ConsultationStatus::Voided;
                self.voided = Some(Happened::new(fact, voided.clone()));
                self.with_officer = None;
            }
            Event::CallerIdentified(identified) => self.caller = Some(identified.caller),
            _ => self.evolve_transfers(fact),
        }
    }

    /// The caller with whom it was opened; else the consultation itself, also after it was identified: its key is
    /// linked to the caller then, and nothing is sealed again.
    fn subject(&self) -> Option<Subject> {
        Some(self.opened_with.map_or(Subject::Consultation(self.id), Subject::Caller))
    }
}

impl Consultation {
    fn evolve_transfers(&mut self, fact: &Fact) {
        let (transfer, status) = match &fact.event {
            Event::TransferRequested(request) => {
                let requested = Happened::new(fact, request.clone());
                return self.transfers.push(Transfer {
                    requested,
                    status: TransferStatus::Requested,
                    settled_at: None,
                });
            }
            Event::TransferAccepted(accepted) => (accepted.transfer, TransferStatus::Accepted),
            Event::TransferDeclined(declined) => {
                (declined.transfer, TransferStatus::Declined(declined.reason))
            }
            Event::TransferUnanswered(missed) => (missed.transfer, TransferStatus::Unanswered(missed.cause)),
            Event::TransferReturned(returned) => (returned.transfer, TransferStatus::Returned),
            _ => return,
        };
        self.with_officer = (status == TransferStatus::Accepted).then_some(transfer);
        if let Some(found) = self.transfers.iter_mut().find(|known| known.requested.what.transfer == transfer)
        {
            found.status = status;
            found.settled_at = Some(fact.occurred_at);
        }
    }

    fn correct(&mut self, fact: &Fact, corrected: &ConsultationCorrected) {
        match corrected.what {
            Correction::Agent { agent } => self.agent = Some(agent),
            Correction::ContactReason { contact_reason } => self.contact_reason = contact_reason,
            Correction::Note { note } => {
                let found = self.notes.iter_mut().find(|known| known.version == note);
                if let (Some(found), Some(text)) = (found, &corrected.text) {
                    found.text = text.clone();
                    found.text_version = fact.version;
                }
            }
        }
        self.corrections.push(Happened::new(fact, corrected.clone()));
    }
}

#[cfg(test)]
mod tests;
