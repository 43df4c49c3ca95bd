//! What a decision must know of other aggregates. It travels in the command; what it says only ever goes one way (an
//! answered call stays answered), or is guarded by a claim.

use sangdam_domain::aggregate::{
    Agent, AgentStanding, Aggregate, Call, CallStanding, Callback, CallbackStanding, Caller, Centre,
    Consultation, ConsultationStatus, DirectoryEntry, EntryStanding, ErasureStatus, fold,
};
use sangdam_domain::event::Event;
use sangdam_domain::id::{AgentId, CallId, CallbackId, CallerId, ConsultationId, DirectoryEntryId};
use sangdam_domain::log::{Position, StreamKind, Version};
use sangdam_domain::personal::Personal;
use sangdam_domain::time::Timestamp;
use sangdam_domain::value::{Code, PhoneNumber};

use super::commit::{OPENED_BY, PHONE};
use super::{ExecuteError, Ledger, LoadError};

/// How many merges are followed from an alias to who goes on.
const MERGES_MAX: usize = 100;
/// How many moves of a number are followed back to whom it belonged to.
const MOVES_MAX: usize = 100;

impl Ledger {
    /// How a call stands.
    pub async fn call_standing(&self, call: CallId) -> Result<CallStanding, LoadError> {
        Ok(self.hold::<Call>(call).await?.state.standing())
    }

    /// The consultation that a call belongs to, if it belongs to one.
    pub async fn consultation_of(&self, call: CallId) -> Result<Option<ConsultationId>, LoadError> {
        let hmac = self.store.vault().blind(OPENED_BY, call.uuid().as_bytes());
        let owner = self.store.claim(OPENED_BY, hmac).await?;
        let owner = owner.filter(|owner| owner.kind == StreamKind::Consultation);
        Ok(owner.map(|owner| ConsultationId::from_uuid(owner.uuid)))
    }

    /// How an agent stands.
    pub async fn agent_standing(&self, agent: AgentId) -> Result<AgentStanding, LoadError> {
        Ok(self.hold::<Agent>(agent).await?.state.standing())
    }

    /// How a directory entry stands.
    pub async fn entry_standing(&self, entry: DirectoryEntryId) -> Result<EntryStanding, LoadError> {
        Ok(self.hold::<DirectoryEntry>(entry).await?.state.standing())
    }

    /// How a callback stands.
    pub async fn callback_standing(&self, callback: CallbackId) -> Result<CallbackStanding, LoadError> {
        Ok(self.hold::<Callback>(callback).await?.state.standing())
    }

    /// How a consultation stands.
    pub async fn consultation_status(
        &self,
        consultation: ConsultationId,
    ) -> Result<ConsultationStatus, LoadError> {
        Ok(self.hold::<Consultation>(consultation).await?.state.status)
    }

    /// The version of the operating calendar by which the centre is closed at a moment; `None` where it is open, or no
    /// calendar says.
    pub async fn closed_by(&self, at: Timestamp) -> Result<Option<u32>, LoadError> {
        Ok(self.hold::<Centre>(()).await?.state.calendar().closed_by(at))
    }

    /// Whether the taxonomy has a category: the version asked about (the latest where none is given), and the answer.
    pub async fn category(
        &self,
        code: &Code,
        taxonomy_version: Option<u32>,
    ) -> Result<(u32, bool), LoadError> {
        let centre = self.hold::<Centre>(()).await?.state;
        let version = taxonomy_version.unwrap_or_else(|| centre.taxonomy_version());
        Ok((version, centre.has_category(version, code)))
    }

    /// Refuses an agent who does not work here.
    pub async fn must_work_here(&self, agent: AgentId) -> Result<(), ExecuteError> {
        Ok(self.agent_standing(agent).await?.must_be_active()?)
    }

    /// Refuses a caller who is unknown, erased or an alias.
    pub async fn must_be_active(&self, caller: CallerId) -> Result<(), ExecuteError> {
        Ok(self.hold::<Caller>(caller).await?.state.must_be_active()?)
    }

    /// Whose number it was after the event at `last`: the caller who went on then, where the one who told it was merged.
    /// `None` where nobody had it, or whoever had it was erased since.
    pub async fn caller_by_phone(
        &self,
        phone: &PhoneNumber,
        last: Position,
    ) -> Result<Option<CallerId>, LoadError> {
        let hmac = self.store.vault().blind(PHONE, phone.as_str().as_bytes());
        let owner = self.store.claim(PHONE, hmac).await?;
        let mut owner = owner.filter(|owner| owner.kind == StreamKind::Caller);
        // A claim tells who has it now. Whom they had it from stands in their own stream.
        for _ in 0..MOVES_MAX {
            let Some(stream) = owner else { return Ok(None) };
            let facts = self.facts_of(stream, Position::MAX).await?;
            let caller = CallerId::from_uuid(stream.uuid);
            let then = facts.iter().filter(|fact| fact.position <= last);
            if fold::<Caller>(caller, then).phone(phone).is_some() {
                return self.survivor(caller, last).await;
            }
            owner = facts.iter().rev().find_map(|fact| match &fact.event {
                Event::CallerPhoneMoved(moved) if moved.to == caller => {
                    let same = moved.phone.as_ref().and_then(Personal::known) == Some(phone);
                    same.then(|| Caller::stream(moved.from, &self.log))
                }
                _ => None,
            });
        }
        Ok(None)
    }

    /// Who went on for a caller after the event at `last`: the one itself, or the one into whom it was merged. `None` where
    /// there was no such caller, or the one who went on was erased.
    pub async fn survivor(
        &self,
        mut caller: CallerId,
        last: Position,
    ) -> Result<Option<CallerId>, LoadError> {
        for _ in 0..MERGES_MAX {
            let state = self.hold_until::<Caller>(caller, last).await?.state;
            match state.merged_into {
                _ if state.version == Version::ZERO || state.erasure == ErasureStatus::Erased => {
                    return Ok(None);
                }
                Some(survivor) => caller = survivor,
                None => return Ok(Some(caller)),
            }
        }
        Ok(None)
    }
}
