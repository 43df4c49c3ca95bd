//! A person (or an unknown number) who called: known, merged with others who are the same person, and forgotten when
//! they ask for it and it is granted.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{Aggregate, nothing, one};
use crate::actor::Subject;
use crate::event::{
    CallerErased, CallerIdentified, CallerNamed, CallerPhoneAdded, CallerPhoneMoved, CallerRegistered,
    CallersMerged, CallersUnmerged, ErasureApproved, ErasureRefused, ErasureRequested, Event, Fact,
};
use crate::id::CallerId;
use crate::log::{LogId, StreamId, StreamKind, Version};
use crate::personal::Personal;
use crate::rejection::Rejection;
use crate::time::Timestamp;
use crate::value::{CallerKind, ExternalReference, LegalBasis, PersonName, PhoneNumber};

/// A caller.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Caller {
    /// Which one.
    pub id: CallerId,
    /// How many events the caller's stream has.
    pub version: Version,
    /// Since when they are known.
    pub registered_at: Option<Timestamp>,
    /// Resident, visitor or not known.
    pub kind: CallerKind,
    /// Their name, if told.
    pub name: Option<Personal<PersonName>>,
    /// Their numbers, the first known first.
    pub phones: Vec<CallerPhone>,
    /// Their id in an import's source.
    pub external_reference: Option<Personal<ExternalReference>>,
    /// Calls and consultations that turned out to be theirs.
    pub linked: BTreeSet<Subject>,
    /// Callers who were merged into this one (and may have aliases of their own).
    pub aliases: BTreeSet<CallerId>,
    /// The caller into whom this one was merged.
    pub merged_into: Option<CallerId>,
    /// Whether they asked to be forgotten, and what came of it.
    pub erasure: ErasureStatus,
}

/// A number of a caller.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct CallerPhone {
    /// The number.
    pub phone: Personal<PhoneNumber>,
    /// Since when it is known to be theirs.
    pub since: Timestamp,
    /// The version in the caller's stream that says so.
    pub version: Version,
}

/// Whether a caller asked to be forgotten, and what came of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ErasureStatus {
    /// They did not ask.
    None,
    /// They asked.
    Requested,
    /// It was granted, and is to be carried out.
    Approved,
    /// It was refused. They may ask again.
    Refused(LegalBasis),
    /// It was carried out.
    Erased,
}

/// What can be asked of a caller.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "fields are those of the events of the same names")]
pub enum CallerCommand {
    /// They are known from now on.
    Register {
        phone: Option<PhoneNumber>,
        name: Option<PersonName>,
        kind: CallerKind,
        external_reference: Option<ExternalReference>,
    },
    /// A call or consultation turned out to be theirs. The same is asked of the call or consultation.
    Identify { subject: Subject },
    /// They have a further number.
    AddPhone { phone: PhoneNumber },
    /// A number is another caller's. Asked of both callers.
    MovePhone { phone: PhoneNumber, from: CallerId, to: CallerId },
    /// They told their name.
    Name { name: PersonName },
    /// Two callers are one person. Asked of both callers.
    Merge { survivor: CallerId, absorbed: CallerId },
    /// They were two persons after all. Asked of both callers.
    Unmerge { survivor: CallerId, absorbed: CallerId },
    /// They ask to be forgotten.
    RequestErasure,
    /// The request is granted.
    ApproveErasure,
    /// The request is refused.
    RefuseErasure { legal_basis: LegalBasis },
    /// The request is carried out. `further` are the subjects (see [`Caller::subjects`]) of all aliases.
    Erase { further: BTreeSet<Subject> },
    /// These came to be theirs while the request was carried out, and are destroyed as well.
    EraseFurther { subjects: Vec<Subject> },
    /// The request of the caller into whom this one was merged is carried out: the same event stands here.
    EraseAlias { survivor: CallerId, subjects: Vec<Subject> },
}

impl Caller {
    /// All data subjects that an erasure of this caller alone destroys: the caller first.
    pub fn subjects(&self) -> Vec<Subject> {
        std::iter::once(Subject::Caller(self.id)).chain(self.linked.iter().copied()).collect()
    }

    /// Refuses who is unknown, erased or an alias.
    pub fn must_be_active(&self) -> Result<(), Rejection> {
        self.must_be_known()?;
        match self.merged_into {
            Some(of) => Err(Rejection::CallerIsAlias { of }),
            None => Ok(()),
        }
    }

    fn must_be_known(&self) -> Result<(), Rejection> {
        if self.erasure == ErasureStatus::Erased {
            return Err(Rejection::CallerErased);
        }
        match self.registered_at {
            Some(_) => Ok(()),
            None => Err(Rejection::NotFound { kind: CallerId::KIND }),
        }
    }

    fn no_erasure_pending(&self) -> Result<(), Rejection> {
        match self.erasure {
            ErasureStatus::Requested | ErasureStatus::Approved => Err(Rejection::ErasurePending),
            _ => Ok(()),
        }
    }

    /// What is known of a number of theirs; `None` where it is not theirs, or was erased.
    pub fn phone(&self, phone: &PhoneNumber) -> Option<&CallerPhone> {
        self.phones.iter().find(|of_theirs| of_theirs.phone.known() == Some(phone))
    }

    fn identify(&self, subject: Subject) -> Result<Vec<Event>, Rejection> {
        self.must_be_active()?;
        if !matches!(subject, Subject::Call(_) | Subject::Consultation(_)) {
            return Err(Rejection::SubjectNotIdentifiable);
        }
        if self.linked.contains(&subject) {
            return nothing();
        }
        one(CallerIdentified { caller: self.id, subject })
    }

    fn move_phone(&self, phone: PhoneNumber, from: CallerId, to: CallerId) -> Result<Vec<Event>, Rejection> {
        self.must_be_active()?;
        if self.id != from && self.id != to {
            return Err(Rejection::CallerNotConcerned);
        }
        if from == to {
            return nothing();
        }
        if self.id == to {
            return one(CallerPhoneMoved { phone: Some(Personal::Known(phone)), told_at: None, from, to });
        }
        let of_theirs = self.phone(&phone).ok_or(Rejection::PhoneNotOfCaller)?;
        one(CallerPhoneMoved { phone: None, told_at: Some(of_theirs.version), from, to })
    }

    fn merge(&self, survivor: CallerId, absorbed: CallerId) -> Result<Vec<Event>, Rejection> {
        if survivor == absorbed {
            return Err(Rejection::CallerMergedWithItself);
        }
        if self.id != survivor && self.id != absorbed {
            return Err(Rejection::CallerNotConcerned);
        }
        self.must_be_known()?;
        let holds = self.aliases.contains(&absorbed) || self.merged_into == Some(survivor);
        if holds {
            return nothing();
        }
        self.must_be_active()?;
        self.no_erasure_pending()?;
        one(CallersMerged { survivor, absorbed })
    }

    fn unmerge(&self, survivor: CallerId, absorbed: CallerId) -> Result<Vec<Event>, Rejection> {
        if self.id != survivor && self.id != absorbed {
            return Err(Rejection::CallerNotConcerned);
        }
        let merged = (self.id == survivor && self.aliases.contains(&absorbed))
            || (self.id == absorbed && self.merged_into == Some(survivor));
        if merged && self.erasure == ErasureStatus::Erased {
            return Err(Rejection::CallersUnmergedAfterErasure);
        }
        self.must_be_known()?;
        if !merged {
            return Err(Rejection::CallersNotMerged);
        }
        self.no_erasure_pending()?;
        one(CallersUnmerged { survivor, absorbed })
    }

    fn decide_erasure(&self, command: &CallerCommand) -> Result<Vec<Event>, Rejection> {
        self.must_be_active()?;
        match (command, self.erasure) {
            (CallerCommand::RequestErasure, ErasureStatus::None | ErasureStatus::Refused(_)) => {
                one(ErasureRequested {})
            }
            (CallerCommand::ApproveErasure, ErasureStatus::Requested) => one(ErasureApproved {}),
            (CallerCommand::ApproveErasure, ErasureStatus::None | ErasureStatus::Refused(_)) => {
                Err(Rejection::ErasureNotRequested)
            }
            (&CallerCommand::RefuseErasure { legal_basis }, ErasureStatus::Requested) => {
                one(ErasureRefused { legal_basis })
            }
            (&CallerCommand::RefuseErasure { legal_basis }, ErasureStatus::Refused(before))
                if before == legal_basis =>
            {
                nothing()
            }
            (CallerCommand::RefuseErasure { .. }, ErasureStatus::Approved) => {
                Err(Rejection::ErasureAlreadyApproved)
            }
            (CallerCommand::RefuseErasure { .. }, _) => Err(Rejection::ErasureNotRequested),
            _ => nothing(),
        }
    }

    fn erase(&self, further: BTreeSet<Subject>) -> Result<Vec<Event>, Rejection> {
        self.must_be_active()?;
        if self.erasure != ErasureStatus::Approved {
            return Err(Rejection::ErasureNotApproved);
        }
        one(CallerErased { subjects: with(self.subjects(), further) })
    }
}

/// The subjects, and those of the further ones that are not among them.
fn with(mut subjects: Vec<Subject>, further: impl IntoIterator<Item = Subject>) -> Vec<Subject> {
    for subject in further {
        if !subjects.contains(&subject) {
            subjects.push(subject);
        }
    }
    subjects
}

impl Aggregate for Caller {
    type Id = CallerId;
    type Command = CallerCommand;

    fn new(id: CallerId) -> Self {
        Self {
            id,
            version: Version::ZERO,
            registered_at: None,
            kind: CallerKind::Unknown,
            name: None,
            phones: Vec::new(),
            external_reference: None,
            linked: BTreeSet::new(),
            aliases: BTreeSet::new(),
            merged_into: None,
            erasure: ErasureStatus::None,
        }
    }

    fn stream(id: CallerId, _log: &LogId) -> StreamId {
        StreamId::new(StreamKind::Caller, id.uuid())
    }

    fn decide(&self, command: CallerCommand, _at: Timestamp) -> Result<Vec<Event>, Rejection> {
        match command {
            CallerCommand::Register { phone, name, kind, external_reference } => {
                if self.erasure == ErasureStatus::Erased {
                    return Err(Rejection::CallerErased);
                }
                if self.registered_at.is_some() {
                    return Err(Rejection::CallerAlreadyRegistered);
                }
                let (phone, name) = (phone.map(Personal::Known), name.map(Personal::Known));
                let external_reference = external_reference.map(Personal::Known);
                one(CallerRegistered { phone, name, kind, external_reference })
            }
            CallerCommand::Identify { subject } => self.identify(subject),
            CallerCommand::AddPhone { phone } => {
                self.must_be_active()?;
                if self.phone(&phone).is_some() {
                    return nothing();
                }
                one(CallerPhoneAdded { phone: Personal::Known(phone) })
            }
            CallerCommand::MovePhone { phone, from, to } => self.move_phone(phone, from, to),
            CallerCommand::Name { name } => {
                self.must_be_active()?;
                if self.name.as_ref().and_then(Personal::known) == Some(&name) {
                    return nothing();
                }
                one(CallerNamed { name: Personal::Known(name) })
            }
            CallerCommand::Merge { survivor, absorbed } => self.merge(survivor, absorbed),
            CallerCommand::Unmerge { survivor, absorbed } => self.unmerge(survivor, absorbed),
            CallerCommand::RequestErasure
            | CallerCommand::ApproveErasure
            | CallerCommand::RefuseErasure { .. } => self.decide_erasure(&command),
            CallerCommand::Erase { further } => self.erase(further),
            CallerCommand::EraseFurther { subjects } => match self.erasure {
                ErasureStatus::Erased => one(CallerErased { subjects }),
                _ => Err(Rejection::ErasureNotApproved),
            },
            CallerCommand::EraseAlias { survivor, subjects } => {
                self.must_be_known()?;
                if self.merged_into != Some(survivor) {
                    return Err(Rejection::CallersNotMerged);
                }
                one(CallerErased { subjects: with(subjects, self.subjects()) })
            }
        }
    }

    fn evolve(&mut self, fact: &Fact) {
        self.version = fact.version;
        match &fact.event {
            Event::CallerRegistered(registered) => {
                self.registered_at = Some(fact.occurred_at);
                self.kind = registered.kind;
                self.name.clone_from(&registered.name);
                self.external_reference.clone_from(&registered.external_reference);
                self.phones.clear();
                self.add_phone(fact, registered.phone.as_ref());
            }
            Event::CallerIdentified(identified) => {
                self.linked.insert(identified.subject);
            }
            Event::CallerPhoneAdded(added) => self.add_phone(fact, Some(&added.phone)),
            Event::CallerPhoneMoved(moved) => {
                self.phones.retain(|of_theirs| Some(of_theirs.version) != moved.told_at);
                self.add_phone(fact, moved.phone.as_ref());
            }
            Event::CallerNamed(named) => self.name = Some(named.name.clone()),
            Event::CallersMerged(merged) => self.merged(merged.survivor, merged.absorbed),
            Event::CallersUnmerged(unmerged) if unmerged.absorbed == self.id => self.merged_into = None,
            Event::CallersUnmerged(unmerged) => {
                self.aliases.remove(&unmerged.absorbed);
            }
            Event::ErasureRequested(_) => self.erasure = ErasureStatus::Requested,
            Event::ErasureApproved(_) => self.erasure = ErasureStatus::Approved,
            Event::ErasureRefused(refused) => self.erasure = ErasureStatus::Refused(refused.legal_basis),
            Event::CallerErased(_) => self.forget(),
            _ => {}
        }
    }

    fn subject(&self) -> Option<Subject> {
        Some(Subject::Caller(self.id))
    }
}

impl Caller {
    fn add_phone(&mut self, fact: &Fact, phone: Option<&Personal<PhoneNumber>>) {
        let since = fact.occurred_at;
        self.phones.extend(phone.map(|phone| CallerPhone {
            phone: phone.clone(),
            since,
            version: fact.version,
        }));
    }

    fn merged(&mut self, survivor: CallerId, absorbed: CallerId) {
        if absorbed == self.id {
            self.merged_into = Some(survivor);
        } else {
            self.aliases.insert(absorbed);
        }
    }

    fn forget(&mut self) {
        self.erasure = ErasureStatus::Erased;
        self.name = self.name.take().map(|_| Personal::Erased);
        self.external_reference = self.external_reference.take().map(|_| Personal::Erased);
        for of_theirs in &mut self.phones {
            of_theirs.phone = Personal::Erased;
        }
    }
}

#[cfg(test)]
mod tests;
