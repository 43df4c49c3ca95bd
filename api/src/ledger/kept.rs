//! What the ledger must know of an aggregate to find it again.

use sangdam_domain::aggregate::{
    Agent, Aggregate, Call, Callback, Caller, Centre, Consultation, DirectoryEditions, DirectoryEntry, Import,
};
use sangdam_domain::id::{AgentId, CallId, CallbackId, CallerId, ConsultationId, DirectoryEntryId, ImportId};
use sangdam_domain::log::{StreamKind, Version};
use uuid::Uuid;

/// An aggregate that the ledger keeps.
pub trait Kept: Aggregate<Command: Clone + Sync> {
    /// The kind of its streams.
    const KIND: StreamKind;

    /// Its id, from its stream's UUID.
    fn id_of(uuid: Uuid) -> Self::Id;

    /// How many events its stream has; 0 where there is no such thing.
    fn version(&self) -> Version;
}

macro_rules! kept {
    ($($aggregate:ident: $id:ty = $from:expr),+ $(,)?) => {$(
        impl Kept for $aggregate {
            const KIND: StreamKind = StreamKind::$aggregate;

            fn id_of(uuid: Uuid) -> $id { ($from)(uuid) }

            fn version(&self) -> Version { self.version }
        }
    )+};
}

kept! {
    Agent: AgentId = AgentId::from_uuid,
    Call: CallId = CallId::from_uuid,
    Callback: CallbackId = CallbackId::from_uuid,
    Caller: CallerId = CallerId::from_uuid,
    Centre: () = |_| (),
    Consultation: ConsultationId = ConsultationId::from_uuid,
    DirectoryEditions: () = |_| (),
    DirectoryEntry: DirectoryEntryId = DirectoryEntryId::from_uuid,
    Import: ImportId = ImportId::from_uuid,
}
