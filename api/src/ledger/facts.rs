//! What a decision must know of other aggregates. It travels in the command; what it says only ever goes one way (an
//! answered call stays answered), or is guarded by a claim.

use sangdam_domain::aggregate::{
    Agent, AgentStanding, Call, CallStanding, Callback, CallbackStanding, Caller, Centre, Consultation,
    ConsultationStatus, DirectoryEntry, EntryStanding, ErasureStatus,
};
use sangdam_domain::id::{AgentId, CallId, CallbackId, CallerId, ConsultationId, DirectoryEntryId};
use sangdam_domain::log::StreamKind;
use sangdam_domain::time::Timestamp;
use sangdam_domain::value::{Code, PhoneNumber};

use super::commit::PHONE;
use super::{ExecuteError, Ledger, LoadError};

/// How many merges are followed from an alias to who goes on.
const MERGES_MAX: usize = 100;

impl Ledger {
    /// How a call stands.
    pub async fn call_standing(&self, call: CallId) -> Result<CallStanding, LoadError> {
        Ok(self.hold::<Call>(call).await?.state.standing())
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

    /// Whose number it is: the caller who goes on, where the one who told it was merged. `None` where nobody has it.
    pub async fn caller_by_phone(&self, phone: &PhoneNumber) -> Result<Option<CallerId>, LoadError> {
        let hmac = self.store.vault().blind(PHONE, phone.as_str().as_bytes());
        let owner = self.store.claim(PHONE, hmac).await?;
        let Some(owner) = owner.filter(|owner| owner.kind == StreamKind::Caller) else { return Ok(None) };
        self.survivor(CallerId::from_uuid(owner.uuid)).await
    }

    /// Who goes on for a caller: the one itself, or the one into whom it was merged. `None` where there is no such
    /// caller, or the one who went on was erased.
    pub async fn survivor(&self, mut caller: CallerId) -> Result<Option<CallerId>, LoadError> {
        for _ in 0..MERGES_MAX {
            match self.load::<Caller>(caller).await? {
                None | Some(Caller { erasure: ErasureStatus::Erased, .. }) => return Ok(None),
                Some(Caller { merged_into: Some(survivor), .. }) => caller = survivor,
                Some(_) => return Ok(Some(caller)),
            }
        }
        Ok(None)
    }
}
