//! What the ledger must know of an aggregate to find it again.

use sangdam_domain::aggregate::{
    Agent, Aggregate, Call, Callback, Caller, Centre, Consultation, DirectoryEditions, DirectoryEntry,
    Import, KnowledgeArticle, ReportRun, ReportSchedule, TelephoneRecord,
};
use sangdam_domain::id::{
    AgentId, CallId, CallbackId, CallerId, ConsultationId, DirectoryEntryId, ImportId, KnowledgeArticleId,
    ReportRunId, ReportScheduleId, TelephoneRecordId,
};
use sangdam_domain::log::{StreamKind, Version};
use sangdam_domain::value::CallbackFor;
use uuid::Uuid;

use super::theirs::Whose;

/// An aggregate that the ledger keeps.
pub trait Kept: Aggregate<Command: Clone + Sync> {
    /// The kind of its streams.
    const KIND: StreamKind;

    /// Its id, from its stream's UUID.
    fn id_of(uuid: Uuid) -> Self::Id;

    /// How many events its stream has; 0 where there is no such thing.
    fn version(&self) -> Version;

    /// Whose matter it is.
    fn whose(&self) -> Option<Whose>;
}

macro_rules! kept {
    ($($aggregate:ident: $id:ty = $from:expr, $whose:expr;)+) => {$(
        impl Kept for $aggregate {
            const KIND: StreamKind = StreamKind::$aggregate;

            fn id_of(uuid: Uuid) -> $id { ($from)(uuid) }

            fn version(&self) -> Version { self.version }

            fn whose(&self) -> Option<Whose> { ($whose)(self) }
        }
    )+};
}

kept! {
    Agent: AgentId = AgentId::from_uuid, nobodys;
    Call: CallId = CallId::from_uuid, |call: &Self| call.caller.map(Whose::Caller);
    Callback: CallbackId = CallbackId::from_uuid, of_callback;
    Caller: CallerId = CallerId::from_uuid, |caller: &Self| Some(Whose::Caller(caller.id));
    Centre: () = |_| (), nobodys;
    Consultation: ConsultationId = ConsultationId::from_uuid, |of: &Self| of.caller.map(Whose::Caller);
    DirectoryEditions: () = |_| (), nobodys;
    DirectoryEntry: DirectoryEntryId = DirectoryEntryId::from_uuid, nobodys;
    Import: ImportId = ImportId::from_uuid, nobodys;
    KnowledgeArticle: KnowledgeArticleId = KnowledgeArticleId::from_uuid, nobodys;
    ReportRun: ReportRunId = ReportRunId::from_uuid, nobodys;
    ReportSchedule: ReportScheduleId = ReportScheduleId::from_uuid, nobodys;
    TelephoneRecord: TelephoneRecordId = TelephoneRecordId::from_uuid, nobodys;
}

fn nobodys<A>(_: &A) -> Option<Whose> {
    None
}

fn of_callback(callback: &Callback) -> Option<Whose> {
    let promise = &callback.promised.as_ref()?.what;
    Some(match (promise.caller, promise.promised_for) {
        (Some(caller), _) => Whose::Caller(caller),
        (None, CallbackFor::Consultation { consultation }) => Whose::OfConsultation(consultation),
        (None, CallbackFor::MissedCall { call }) => Whose::OfCall(call),
    })
}
