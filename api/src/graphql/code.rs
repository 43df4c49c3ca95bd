//! The domain's closed lists, as GraphQL enums.

use async_graphql::Enum;

/// How a fact of telephony is known.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "sangdam_domain::value::Evidence")]
pub enum Evidence {
    /// Seen by the telephone system or an agent as it happened.
    Observed,
    /// Concluded from another fact: an answer without an offer implies the offer.
    Inferred,
    /// Taken over from earlier records.
    Imported,
}

/// Which way a call went.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "sangdam_domain::value::Direction")]
pub enum Direction {
    /// Somebody called the centre.
    Inbound,
    /// The centre called somebody.
    Outbound,
}

/// Why a call left its queue without an answer or a hang-up.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "sangdam_domain::value::QueueExit")]
pub enum QueueExit {
    /// It waited longer than the queue allows.
    Timeout,
    /// The queue was full.
    Full,
    /// Nobody was signed in.
    NoAgents,
    /// The caller chose something else by key.
    KeyPressed,
    /// It was sent somewhere else.
    Redirected,
}

/// Who ended a call.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "sangdam_domain::value::EndedBy")]
pub enum EndedBy {
    /// The caller.
    Caller,
    /// The agent.
    Agent,
    /// The telephone system.
    System,
    /// Not recorded.
    Unrecorded,
}

/// Why an answered call was no consultation.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "sangdam_domain::value::NoConsultationReason")]
pub enum NoConsultationReason {
    /// Somebody dialled the wrong number.
    WrongNumber,
    /// Nobody spoke.
    Silent,
    /// A prank, or abuse.
    Nuisance,
    /// A colleague or an officer, not a caller.
    Internal,
    /// A test.
    Test,
    /// The line dropped before anything was said.
    LineDropped,
    /// Anything else.
    Other,
}

/// Through what a consultation came.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "sangdam_domain::value::Channel")]
pub enum Channel {
    /// The caller's own call.
    Phone,
    /// The centre called back.
    Callback,
}

/// Why they called.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "sangdam_domain::value::ContactReason")]
pub enum ContactReason {
    /// They did not know whom to call.
    UnknownContact,
    /// The officer in charge was busy or away.
    OfficerUnavailable,
    /// The line to the officer dropped.
    LineDropped,
    /// To follow up on an earlier matter.
    FollowUp,
    /// Anything else.
    Other,
    /// Not recorded.
    Unrecorded,
}

/// Why a further call belongs to a consultation.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "sangdam_domain::value::AttachReason")]
pub enum AttachReason {
    /// The line dropped and the caller called again.
    CalledAgain,
    /// The line dropped and the centre called back.
    CalledBack,
    /// A promised callback was kept.
    CallbackKept,
    /// Another call about the same matter.
    SameMatter,
}

/// What a note holds.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "sangdam_domain::value::NoteKind")]
pub enum NoteKind {
    /// What was asked.
    Inquiry,
    /// What was answered.
    Answer,
    /// For colleagues only.
    Internal,
}

/// What the caller was told about.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "sangdam_domain::value::GuidanceKind")]
pub enum GuidanceKind {
    /// County affairs.
    CountyAffairs,
    /// How to handle civil documents.
    CivilDocuments,
    /// What a related agency does.
    RelatedAgency,
}

/// How a call is handed over.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "sangdam_domain::value::TransferKind")]
pub enum TransferKind {
    /// The agent briefs the officer, then connects.
    Warm,
    /// The call is connected at once.
    Cold,
}

/// Why an officer could not be reached.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "sangdam_domain::value::UnansweredCause")]
pub enum UnansweredCause {
    /// On another call.
    Busy,
    /// Away from the desk.
    Away,
    /// Nobody answered.
    NoAnswer,
}

/// Why an officer declined a transfer.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "sangdam_domain::value::DeclineReason")]
pub enum DeclineReason {
    /// Another department's matter.
    NotInCharge,
    /// In a meeting or with a visitor.
    Occupied,
    /// The caller should come in person or write.
    OtherWay,
    /// Anything else.
    Other,
}

/// Who resolved a consultation.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "sangdam_domain::value::ResolvedBy")]
pub enum ResolvedBy {
    /// The agent.
    Agent,
    /// The officer it was transferred to.
    Officer,
    /// Not recorded.
    Unrecorded,
}

/// How a consultation ended.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "sangdam_domain::value::Outcome")]
pub enum Outcome {
    /// The question was answered.
    Answered,
    /// A number was given.
    NumberGiven,
    /// The officer took it over.
    Transferred,
    /// It was received to be dealt with later.
    Received,
    /// Nothing could be done.
    NotPossible,
    /// The caller gave up.
    Withdrawn,
    /// Not recorded.
    Unrecorded,
}

/// Why a resolved consultation was taken up again.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "sangdam_domain::value::ReopenReason")]
pub enum ReopenReason {
    /// The caller asked again.
    CallerReturned,
    /// The answer was wrong or incomplete.
    AnswerIncomplete,
    /// It was closed by mistake.
    Mistake,
}

/// How two consultations belong together.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "sangdam_domain::value::LinkKind")]
pub enum LinkKind {
    /// The same matter.
    SameMatter,
    /// One follows from the other.
    FollowUp,
    /// They are related.
    Related,
}

/// Why a consultation does not count.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "sangdam_domain::value::VoidReason")]
pub enum VoidReason {
    /// It was recorded twice.
    Duplicate,
    /// A test.
    Test,
    /// A wrong number or a prank.
    NotAConsultation,
    /// Recorded by mistake.
    Mistake,
}

/// How an attempt to call back ended.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "sangdam_domain::value::AttemptResult")]
pub enum AttemptResult {
    /// Nobody answered.
    NoAnswer,
    /// The line was busy.
    Busy,
    /// Somebody else answered.
    WrongPerson,
    /// The number does not exist.
    Unreachable,
}

/// Why a callback will not be made.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "sangdam_domain::value::CancelReason")]
pub enum CancelReason {
    /// The caller called again first.
    CallerCalledAgain,
    /// The caller does not want it any more.
    NotWanted,
    /// The caller could not be reached.
    Unreachable,
    /// Promised by mistake.
    Mistake,
}

/// Who a caller is to the county.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "sangdam_domain::value::CallerKind")]
pub enum CallerKind {
    /// Lives there.
    Resident,
    /// Visits.
    Visitor,
    /// Not known.
    Unknown,
}

/// On what ground an erasure was refused.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "sangdam_domain::value::LegalBasis")]
pub enum LegalBasis {
    /// Records that a law requires to be kept.
    LegalObligation,
    /// Needed for a claim or a defence in law.
    LegalClaim,
    /// Needed for a task in the public interest.
    PublicTask,
    /// Who asked could not be shown to be the caller.
    IdentityNotShown,
}

/// What an agent is doing.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "sangdam_domain::value::AgentState")]
pub enum AgentState {
    /// Ready for a call.
    Available,
    /// On a call.
    OnCall,
    /// Writing up the last call.
    AfterCallWork,
    /// On a break.
    Break,
}

/// What a counting definition counts.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "sangdam_domain::value::CountingRule")]
pub enum CountingRule {
    /// Each `ConsultationOpened` that was not voided, once, at its own `occurred_at` in the centre's time zone.
    OpenedNotVoided,
}

/// A day of the week.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "sangdam_domain::value::Weekday")]
pub enum Weekday {
    /// 월.
    Monday,
    /// 화.
    Tuesday,
    /// 수.
    Wednesday,
    /// 목.
    Thursday,
    /// 금.
    Friday,
    /// 토.
    Saturday,
    /// 일.
    Sunday,
}
