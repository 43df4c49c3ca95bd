//! Codes: closed lists as they stand in leaves, and short open codes.

use serde::{Deserialize, Serialize};

use super::Invalid;
use crate::id::{CallId, CallbackId, ConsultationId};

/// A short open code: a queue, a category, a cause. 1 to 40 of a-z, 0-9, `_`, `-` and `.`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Code(String);

impl Code {
    /// Refuses anything outside the alphabet; nothing is folded or trimmed.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let good = (1..=40).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-' | b'.'));
        if good {
            Ok(Self(text.to_owned()))
        } else {
            Err(Invalid {
                what: "code",
                problem: "expected 1 to 40 of a-z, 0-9, `_`, `-` and `.`".to_owned(),
            })
        }
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A SHA-256 digest in lower-case hex.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sha256Hex(String);

impl Sha256Hex {
    /// From a digest's 32 bytes.
    pub fn of(digest: [u8; 32]) -> Self {
        Self(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// The 64 hex digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $text)] $variant),* }

        impl $name {
            /// All codes, in the order of their declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The code as it stands in leaves.
            pub const fn as_str(self) -> &'static str { match self { $(Self::$variant => $text),* } }

            /// The code with this text.
            pub fn from_code(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|code| code.as_str() == text)
            }
        }
    )*};
}

codes! {
    /// How a fact of telephony is known.
    Evidence {
        /// Seen by the telephone system or an agent as it happened.
        Observed = "observed",
        /// Concluded from another fact: an answer without an offer implies the offer.
        Inferred = "inferred",
        /// Taken over from earlier records.
        Imported = "imported",
    }
    /// Which way a call went.
    Direction {
        /// Somebody called the centre.
        Inbound = "inbound",
        /// The centre called somebody.
        Outbound = "outbound",
    }
    /// Why a call left its queue without an answer or a hang-up.
    QueueExit {
        /// It waited longer than the queue allows.
        Timeout = "timeout",
        /// The queue was full.
        Full = "full",
        /// Nobody was signed in.
        NoAgents = "no_agents",
        /// The caller chose something else by key.
        KeyPressed = "key_pressed",
        /// It was sent somewhere else.
        Redirected = "redirected",
    }
    /// Why a call stopped ringing at an agent who did not answer.
    RingEnd {
        /// The agent did not pick up in time, was busy or could not be reached.
        NoAnswer = "no_answer",
        /// The caller hung up first, or another agent was quicker.
        Cancelled = "cancelled",
    }
    /// Who ended a call.
    EndedBy {
        /// The caller.
        Caller = "caller",
        /// The agent.
        Agent = "agent",
        /// The telephone system.
        System = "system",
        /// Not recorded.
        Unrecorded = "unrecorded",
    }
    /// Why an answered call was no consultation.
    NoConsultationReason {
        /// Somebody dialled the wrong number.
        WrongNumber = "wrong_number",
        /// Nobody spoke.
        Silent = "silent",
        /// A prank, or abuse.
        Nuisance = "nuisance",
        /// A colleague or an officer, not a caller.
        Internal = "internal",
        /// A test.
        Test = "test",
        /// The line dropped before anything was said.
        LineDropped = "line_dropped",
        /// Anything else.
        Other = "other",
    }
    /// Through what a consultation came.
    Channel {
        /// The caller's own call.
        Phone = "phone",
        /// The centre called back.
        Callback = "callback",
    }
    /// Why they called.
    ContactReason {
        /// They did not know whom to call.
        UnknownContact = "unknown_contact",
        /// The officer in charge was busy or away.
        OfficerUnavailable = "officer_unavailable",
        /// The line to the officer dropped.
        LineDropped = "line_dropped",
        /// To follow up on an earlier matter.
        FollowUp = "follow_up",
        /// Anything else.
        Other = "other",
        /// Not recorded.
        Unrecorded = "unrecorded",
    }
    /// Why a further call belongs to a consultation.
    AttachReason {
        /// The line dropped and the caller called again.
        CalledAgain = "called_again",
        /// The line dropped and the centre called back.
        CalledBack = "called_back",
        /// A promised callback was kept.
        CallbackKept = "callback_kept",
        /// Another call about the same matter.
        SameMatter = "same_matter",
    }
    /// What a note holds.
    NoteKind {
        /// What was asked.
        Inquiry = "inquiry",
        /// What was answered.
        Answer = "answer",
        /// For colleagues only.
        Internal = "internal",
    }
    /// What the caller was told about.
    GuidanceKind {
        /// County affairs.
        CountyAffairs = "county_affairs",
        /// How to handle civil documents.
        CivilDocuments = "civil_documents",
        /// What a related agency does.
        RelatedAgency = "related_agency",
    }
    /// How a call is handed over.
    TransferKind {
        /// The agent briefs the officer, then connects.
        Warm = "warm",
        /// The call is connected at once.
        Cold = "cold",
    }
    /// Why an officer could not be reached.
    UnansweredCause {
        /// On another call.
        Busy = "busy",
        /// Away from the desk.
        Away = "away",
        /// Nobody answered.
        NoAnswer = "no_answer",
    }
    /// Why an officer declined a transfer.
    DeclineReason {
        /// Another department's matter.
        NotInCharge = "not_in_charge",
        /// In a meeting or with a visitor.
        Occupied = "occupied",
        /// The caller should come in person or write.
        OtherWay = "other_way",
        /// Anything else.
        Other = "other",
    }
    /// Who resolved a consultation.
    ResolvedBy {
        /// The agent.
        Agent = "agent",
        /// The officer it was transferred to.
        Officer = "officer",
        /// Not recorded.
        Unrecorded = "unrecorded",
    }
    /// How a consultation ended.
    Outcome {
        /// The question was answered.
        Answered = "answered",
        /// A number was given.
        NumberGiven = "number_given",
        /// The officer took it over.
        Transferred = "transferred",
        /// It was received to be dealt with later.
        Received = "received",
        /// Nothing could be done.
        NotPossible = "not_possible",
        /// The caller gave up.
        Withdrawn = "withdrawn",
        /// Not recorded.
        Unrecorded = "unrecorded",
    }
    /// Why a resolved consultation was taken up again.
    ReopenReason {
        /// The caller asked again.
        CallerReturned = "caller_returned",
        /// The answer was wrong or incomplete.
        AnswerIncomplete = "answer_incomplete",
        /// It was closed by mistake.
        Mistake = "mistake",
    }
    /// How two consultations belong together.
    LinkKind {
        /// The same matter.
        SameMatter = "same_matter",
        /// One follows from the other.
        FollowUp = "follow_up",
        /// They are related.
        Related = "related",
    }
    /// Why a consultation does not count.
    VoidReason {
        /// It was recorded twice.
        Duplicate = "duplicate",
        /// A test.
        Test = "test",
        /// A wrong number or a prank.
        NotAConsultation = "not_a_consultation",
        /// Recorded by mistake.
        Mistake = "mistake",
    }
    /// How an attempt to call back ended.
    AttemptResult {
        /// Nobody answered.
        NoAnswer = "no_answer",
        /// The line was busy.
        Busy = "busy",
        /// Somebody else answered.
        WrongPerson = "wrong_person",
        /// The number does not exist.
        Unreachable = "unreachable",
    }
    /// Why a callback will not be made.
    CancelReason {
        /// The caller called again first.
        CallerCalledAgain = "caller_called_again",
        /// The caller does not want it any more.
        NotWanted = "not_wanted",
        /// The caller could not be reached.
        Unreachable = "unreachable",
        /// Promised by mistake.
        Mistake = "mistake",
    }
    /// Who a caller is to the county.
    CallerKind {
        /// Lives there.
        Resident = "resident",
        /// Visits.
        Visitor = "visitor",
        /// Not known.
        Unknown = "unknown",
    }
    /// On what ground an erasure was refused.
    LegalBasis {
        /// Records that a law requires to be kept.
        LegalObligation = "legal_obligation",
        /// Needed for a claim or a defence in law.
        LegalClaim = "legal_claim",
        /// Needed for a task in the public interest.
        PublicTask = "public_task",
        /// Who asked could not be shown to be the caller.
        IdentityNotShown = "identity_not_shown",
    }
    /// What an agent is doing.
    AgentState {
        /// Ready for a call.
        Available = "available",
        /// On a call.
        OnCall = "on_call",
        /// Writing up the last call.
        AfterCallWork = "after_call_work",
        /// On a break.
        Break = "break",
    }
    /// What a counting definition counts.
    CountingRule {
        /// Each `ConsultationOpened` that was not voided, once, at its own `occurred_at` in the centre's time zone.
        OpenedNotVoided = "opened_not_voided",
    }
    /// What kind of place a report is delivered to.
    DeliveryKind {
        /// A folder.
        Folder = "folder",
        /// An S3-compatible object store.
        S3 = "s3",
        /// A webhook.
        Webhook = "webhook",
    }
    /// Why an attempt at a scheduled report failed.
    RunFailure {
        /// The report could not be taken.
        ReportNotTaken = "report_not_taken",
        /// A folder could not be written to.
        FolderNotWritten = "folder_not_written",
        /// An object store did not take it.
        ObjectNotStored = "object_not_stored",
        /// A webhook could not be reached, or did not answer in time.
        WebhookUnreachable = "webhook_unreachable",
        /// A webhook answered that it does not take it.
        WebhookRefused = "webhook_refused",
    }
    /// A day of the week.
    Weekday {
        /// 월.
        Monday = "monday",
        /// 화.
        Tuesday = "tuesday",
        /// 수.
        Wednesday = "wednesday",
        /// 목.
        Thursday = "thursday",
        /// 금.
        Friday = "friday",
        /// 토.
        Saturday = "saturday",
        /// 일.
        Sunday = "sunday",
    }
}

/// What opened a consultation.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum OpenedBy {
    /// An answered call.
    Call {
        /// The call.
        call: CallId,
    },
    /// A completed callback to a missed call.
    Callback {
        /// The promise that was kept.
        callback: CallbackId,
        /// The call that kept it.
        call: CallId,
    },
}

/// What a callback is promised for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CallbackFor {
    /// A consultation that goes on.
    Consultation {
        /// The consultation.
        consultation: ConsultationId,
    },
    /// A call that nobody answered.
    MissedCall {
        /// The call.
        call: CallId,
    },
}
