//! Why a command was refused.

use crate::id::{CallerId, ConsultationId};
use crate::time::Timestamp;

macro_rules! rejections {
    ($(
        $(#[$doc:meta])*
        $name:ident $({ $($(#[$field_doc:meta])* $field:ident: $type:ty),+ $(,)? })? =
            $code:literal, $on:expr, $message:literal;
    )+) => {
        /// A command that the state of things forbids. Typed: each variant has a stable code and a message for people.
        #[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
        pub enum Rejection {
            $(
                $(#[$doc])*
                #[error($message)]
                $name $({ $($(#[$field_doc])* $field: $type),+ })?,
            )+
        }

        impl Rejection {
            /// The codes of all rejections. They never change.
            pub const CODES: &'static [&'static str] = &[$($code),+];

            #[cfg(test)]
            const VARIANTS: &'static [&'static str] = &[$(stringify!($name)),+];

            /// The stable code, for programs.
            pub const fn code(&self) -> &'static str {
                match self { $(Self::$name { .. } => $code,)+ }
            }

            /// The input that the rejection is about, in lower camel case, where it is about one.
            pub const fn field(&self) -> Option<&'static str> {
                match self { $(Self::$name { .. } => $on,)+ }
            }
        }
    };
}

rejections! {
    /// Nothing has this id.
    NotFound {
        /// What was looked for.
        kind: &'static str,
    } = "NOT_FOUND", Some("id"), "there is no {kind} with this id";

    // agents
    /// The agent's id is taken.
    AgentAlreadyRegistered = "AGENT_ALREADY_REGISTERED", Some("agent"), "this agent is registered already";
    /// An agent on a call was sent home.
    AgentOnCall = "AGENT_ON_CALL", None, "the agent is on a call; end the call or change the agent's state first";
    /// A working agent cannot be retired.
    AgentOnShift = "AGENT_ON_SHIFT", None, "the agent is on shift; end the shift first";
    /// Only an agent on shift has a state.
    AgentNotOnShift = "AGENT_NOT_ON_SHIFT", None, "the agent is not on shift; start a shift first";
    /// The agent works here no longer.
    AgentRetired = "AGENT_RETIRED", Some("agent"), "this agent has retired";

    // calls
    /// The caller hung up before anybody answered.
    CallAbandoned = "CALL_ABANDONED", Some("call"), "the caller hung up before anybody answered this call";
    /// An answered call was not abandoned.
    CallAlreadyAnswered = "CALL_ALREADY_ANSWERED", Some("call"), "this call was answered already";
    /// The call is part of the consultation already.
    CallAlreadyAttached = "CALL_ALREADY_ATTACHED", Some("call"), "this call belongs to the consultation already";
    /// The call ended before.
    CallAlreadyEnded = "CALL_ALREADY_ENDED", Some("call"), "this call is over; nobody answered it";
    /// The call is part of another consultation (told by a claim).
    CallInOtherConsultation {
        /// Which one.
        consultation: ConsultationId,
    } = "CALL_IN_OTHER_CONSULTATION", Some("call"), "this call belongs to consultation {consultation}";
    /// A call that belongs to a consultation needed one.
    CallHasConsultation {
        /// Which one.
        consultation: ConsultationId,
    } = "CALL_HAS_CONSULTATION", Some("call"), "this call belongs to consultation {consultation}; void that one if it was none";
    /// The call left its queue before, for another reason.
    CallAlreadyLeftQueue = "CALL_ALREADY_LEFT_QUEUE", Some("reason"), "this call left its queue already, for another reason";
    /// The call was offered before, as something else.
    CallAlreadyOffered = "CALL_ALREADY_OFFERED", Some("call"), "this call was offered already, with another direction, number or caller";
    /// The call is another caller's.
    CallOfAnotherCaller {
        /// Whose it is.
        caller: CallerId,
    } = "CALL_OF_ANOTHER_CALLER", Some("caller"), "this call belongs to caller {caller}";
    /// Nobody answered the call.
    CallNotAnswered = "CALL_NOT_ANSWERED", Some("call"), "nobody has answered this call";
    /// Only a missed call is called back.
    CallNotMissed = "CALL_NOT_MISSED", Some("call"), "this call was not missed; promise the callback for its consultation";

    // callbacks
    /// The callback was cancelled.
    CallbackAlreadyCancelled = "CALLBACK_ALREADY_CANCELLED", Some("callback"), "this callback was cancelled";
    /// The callback was made.
    CallbackAlreadyCompleted = "CALLBACK_ALREADY_COMPLETED", Some("callback"), "this callback was made already";
    /// The callback's id is taken.
    CallbackAlreadyPromised = "CALLBACK_ALREADY_PROMISED", Some("callback"), "this callback was promised already";
    /// A promise must lie ahead.
    CallbackDueInThePast = "CALLBACK_DUE_IN_THE_PAST", Some("due"), "a callback must be due later than it is promised";
    /// A callback for a consultation opens no other.
    CallbackForConsultation = "CALLBACK_FOR_CONSULTATION", Some("callback"),
        "this callback was promised for a consultation, which goes on; it opens no other";
    /// Only a callback that was made opens a consultation.
    CallbackNotCompleted = "CALLBACK_NOT_COMPLETED", Some("callback"), "this callback has not been made";
    /// The callback was kept by another call.
    CallbackKeptByOtherCall = "CALLBACK_KEPT_BY_OTHER_CALL", Some("call"), "this callback was made with another call";

    // callers
    /// The caller's id is taken.
    CallerAlreadyRegistered = "CALLER_ALREADY_REGISTERED", Some("caller"), "this caller is registered already";
    /// The caller was forgotten.
    CallerErased = "CALLER_ERASED", Some("caller"), "this caller's data was erased; nothing can be recorded for them any more";
    /// The caller goes on under another id.
    CallerIsAlias {
        /// Under which.
        of: CallerId,
    } = "CALLER_IS_ALIAS", Some("caller"), "this caller was merged into {of}; use that one";
    /// A caller cannot be merged with itself.
    CallerMergedWithItself = "CALLER_MERGED_WITH_ITSELF", Some("absorbed"), "a caller cannot be merged with itself";
    /// The callers are not merged.
    CallersNotMerged = "CALLERS_NOT_MERGED", Some("absorbed"), "these two callers are not merged";
    /// An erasure destroyed both callers' keys.
    CallersUnmergedAfterErasure = "CALLERS_UNMERGED_AFTER_ERASURE", Some("absorbed"),
        "these callers were erased together; they cannot be told apart any more";
    /// The command is about other callers.
    CallerNotConcerned = "CALLER_NOT_CONCERNED", Some("caller"), "this caller is neither of the two";
    /// Only a call or a consultation can turn out to be somebody's.
    SubjectNotIdentifiable = "SUBJECT_NOT_IDENTIFIABLE", Some("subject"), "only a call or a consultation can be identified as a caller's";
    /// The phone number has another caller (told by a claim).
    PhoneOfAnotherCaller {
        /// Whose it is.
        caller: CallerId,
    } = "PHONE_OF_ANOTHER_CALLER", Some("phone"), "this number belongs to caller {caller}; move it if that is wrong";
    /// The caller has no such number.
    PhoneNotOfCaller = "PHONE_NOT_OF_CALLER", Some("phone"), "the caller it would be moved from does not have this number";

    // erasure
    /// An approved request is no longer refused.
    ErasureAlreadyApproved = "ERASURE_ALREADY_APPROVED", None, "the erasure was approved already";
    /// Nothing is erased without approval.
    ErasureNotApproved = "ERASURE_NOT_APPROVED", None, "the erasure has not been approved";
    /// Nobody asked for an erasure.
    ErasureNotRequested = "ERASURE_NOT_REQUESTED", None, "no erasure has been requested (or it was refused)";
    /// An erasure is under way.
    ErasurePending = "ERASURE_PENDING", None, "an erasure of this caller is under way; decide on it first";

    // consultations
    /// The consultation was opened before.
    ConsultationAlreadyOpened = "CONSULTATION_ALREADY_OPENED", Some("consultation"), "this consultation was opened already";
    /// The consultation is settled.
    ConsultationAlreadyResolved = "CONSULTATION_ALREADY_RESOLVED", Some("consultation"), "this consultation was resolved already; reopen it first";
    /// A consultation cannot be linked to itself.
    ConsultationLinkedToItself = "CONSULTATION_LINKED_TO_ITSELF", Some("other"), "a consultation cannot be linked to itself";
    /// Only a settled consultation is reopened.
    ConsultationNotResolved = "CONSULTATION_NOT_RESOLVED", Some("consultation"), "this consultation is still open";
    /// The consultation is another caller's.
    ConsultationOfAnotherCaller {
        /// Whose it is.
        caller: CallerId,
    } = "CONSULTATION_OF_ANOTHER_CALLER", Some("caller"), "this consultation belongs to caller {caller}";
    /// The consultation was voided.
    ConsultationVoided = "CONSULTATION_VOIDED", Some("consultation"), "this consultation was voided";
    /// An officer has the call.
    ConsultationWithOfficer = "CONSULTATION_WITH_OFFICER", Some("transfer"), "an officer has taken this call; it must be returned first";
    /// No officer had the call.
    OfficerNotInvolved = "OFFICER_NOT_INVOLVED", Some("by"), "no officer has accepted a transfer of this consultation";
    /// The taxonomy has no such category.
    CategoryUnknown = "CATEGORY_UNKNOWN", Some("code"), "the taxonomy has no such category";
    /// No note was recorded at this version.
    NoteUnknown = "NOTE_UNKNOWN", Some("note"), "no note of this consultation was recorded at this version";
    /// A transfer is still unanswered.
    TransferPending = "TRANSFER_PENDING", Some("transfer"), "a transfer has been requested and not yet answered";
    /// The transfer's id is taken.
    TransferAlreadyRequested = "TRANSFER_ALREADY_REQUESTED", Some("transfer"), "this transfer was requested already";
    /// The transfer was answered otherwise.
    TransferAlreadySettled = "TRANSFER_ALREADY_SETTLED", Some("transfer"), "this transfer was answered already";
    /// Only an accepted transfer is returned.
    TransferNotAccepted = "TRANSFER_NOT_ACCEPTED", Some("transfer"), "nobody accepted this transfer, so it cannot be returned";
    /// Nobody asked for this transfer.
    TransferNotRequested = "TRANSFER_NOT_REQUESTED", Some("transfer"), "nobody has requested this transfer";

    // directory
    /// The entry's id is taken.
    DirectoryEntryAlreadyAdded = "DIRECTORY_ENTRY_ALREADY_ADDED", Some("entry"), "this entry is in the directory already";
    /// The entry is no longer given.
    DirectoryEntryRetired = "DIRECTORY_ENTRY_RETIRED", Some("entry"), "this entry was retired from the directory";
    /// The entry has no such version.
    DirectoryEntryVersionUnknown {
        /// Its latest version.
        latest: u32,
    } = "DIRECTORY_ENTRY_VERSION_UNKNOWN", Some("entryVersion"), "this entry has versions 1 to {latest}";
    /// An edition needs entries, each once, most often given first.
    EditionEntriesInvalid {
        /// What is wrong.
        problem: &'static str,
    } = "EDITION_ENTRIES_INVALID", Some("entries"), "the entries of the edition {problem}";
    /// The period ends before it begins.
    EditionPeriodReversed = "EDITION_PERIOD_REVERSED", Some("to"), "the last day of the period is before the first";

    // knowledge
    /// An article is written from consultations that count, each once.
    ArticleSourcesInvalid {
        /// What is wrong.
        problem: &'static str,
    } = "ARTICLE_SOURCES_INVALID", Some("writtenFrom"), "the consultations that the article is written from {problem}";
    /// The article is shown no longer.
    KnowledgeArticleRetired = "KNOWLEDGE_ARTICLE_RETIRED", Some("article"), "this article was retired; publish a new one";

    // the centre and its rules
    /// The centre was registered otherwise.
    CentreAlreadyRegistered = "CENTRE_ALREADY_REGISTERED", None, "this centre was registered already, with other particulars";
    /// The centre must be registered first.
    CentreNotRegistered = "CENTRE_NOT_REGISTERED", None, "this centre has not been registered";
    /// No record can be older than the centre.
    RecordsBeforeOpening = "RECORDS_BEFORE_OPENING", Some("recordsCompleteFrom"), "the records cannot be complete from before the first day";
    /// The year has another balance.
    LegacyBalanceAlreadyDeclared = "LEGACY_BALANCE_ALREADY_DECLARED", Some("year"), "another number was declared for this year already";
    /// The year is before the centre's first, or in the ledger's own records.
    LegacyYearOutside {
        /// The first year that may be declared.
        first: i16,
        /// The last year that may be declared.
        last: i16,
    } = "LEGACY_YEAR_OUTSIDE", Some("year"), "a balance can be declared for the years {first} to {last} only (to the last year that the ledger does not hold whole)";
    /// Versions and editions go up by one.
    VersionOutOfOrder {
        /// What has versions.
        kind: &'static str,
        /// The next one.
        expected: u32,
        /// What was given.
        given: u32,
    } = "VERSION_OUT_OF_ORDER", Some("version"), "the next version of the {kind} is {expected}, not {given}";
    /// The time zone database has no such zone.
    TimeZoneUnknown {
        /// What was given.
        given: String,
    } = "TIME_ZONE_UNKNOWN", Some("timeZone"), "`{given}` is not a time zone: expected an IANA name like Asia/Seoul";
    /// A calendar is in force until the next begins.
    CalendarNotLater = "CALENDAR_NOT_LATER", Some("validFrom"), "a calendar must begin later than the one before it";
    /// The hours contradict themselves.
    CalendarInvalid {
        /// What is wrong.
        problem: &'static str,
    } = "CALENDAR_INVALID", Some("weeklyHours"), "the calendar {problem}";
    /// A taxonomy needs categories, each once.
    TaxonomyInvalid {
        /// What is wrong.
        problem: &'static str,
    } = "TAXONOMY_INVALID", Some("categories"), "the taxonomy {problem}";

    // imports
    /// The import ended before, with other numbers.
    ImportAlreadyCompleted = "IMPORT_ALREADY_COMPLETED", Some("import"), "this import was completed already, with other numbers";
    /// The import began before, with another file.
    ImportAlreadyStarted = "IMPORT_ALREADY_STARTED", Some("import"), "this import was started already, with another file";
    /// The import has not begun.
    ImportNotStarted = "IMPORT_NOT_STARTED", Some("import"), "this import has not been started";
    /// Rows went missing.
    ImportNumbersDisagree {
        /// Rows read.
        read: u64,
        /// Rows accounted for.
        accounted: u64,
    } = "IMPORT_NUMBERS_DISAGREE", Some("read"), "{read} rows were read, but {accounted} are accounted for";

    // scheduled reports
    /// The run was delivered before.
    ReportRunAlreadyCompleted = "REPORT_RUN_ALREADY_COMPLETED", Some("run"), "this run of the report was completed already";
    /// The run began before.
    ReportRunAlreadyStarted = "REPORT_RUN_ALREADY_STARTED", Some("run"), "this run of the report was started already";
    /// Only the latest attempt that has not failed is heard.
    ReportRunAttemptOver {
        /// The attempt that speaks.
        attempt: u32,
        /// The latest.
        latest: u32,
    } = "REPORT_RUN_ATTEMPT_OVER", Some("attempt"), "attempt {attempt} at this run is over; the latest is attempt {latest}";
    /// The run is due later.
    ReportRunNotDue {
        /// When.
        due: Timestamp,
    } = "REPORT_RUN_NOT_DUE", Some("due"), "this run of the report is not due before {due}";
    /// The run has not begun.
    ReportRunNotStarted = "REPORT_RUN_NOT_STARTED", Some("run"), "this run of the report has not been started";
    /// Somebody is making it.
    ReportRunUnderWay {
        /// Until when it is theirs.
        lease_until: Timestamp,
    } = "REPORT_RUN_UNDER_WAY", Some("run"), "this run of the report is under way, until {lease_until} at the latest";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use uuid::Uuid;

    const TESTS: &[&str] = &[
        include_str!("aggregate/agent/tests.rs"),
        include_str!("aggregate/call/tests.rs"),
        include_str!("aggregate/callback/tests.rs"),
        include_str!("aggregate/caller/tests.rs"),
        include_str!("aggregate/centre/tests.rs"),
        include_str!("aggregate/consultation/tests.rs"),
        include_str!("aggregate/directory_editions/tests.rs"),
        include_str!("aggregate/directory_entry/tests.rs"),
        include_str!("aggregate/import/tests.rs"),
        include_str!("aggregate/knowledge_article/tests.rs"),
        include_str!("aggregate/report_run/tests.rs"),
        include_str!("aggregate/report_schedule/tests.rs"),
    ];

    /// What no aggregate decides: a claim tells it.
    const TOLD_BY_CLAIMS: &[&str] = &["CallInOtherConsultation", "PhoneOfAnotherCaller"];

    #[test]
    fn every_rejection_has_a_test() {
        let tested = |variant: &str| {
            let name = format!("Rejection::{variant}");
            let named = |text: &str| {
                text.match_indices(&name).any(|(at, _)| {
                    !text[at + name.len()..].starts_with(|next: char| next.is_ascii_alphanumeric())
                })
            };
            TESTS.iter().any(|text| named(text))
        };
        let untested: Vec<_> =
            Rejection::VARIANTS.iter().filter(|v| !TOLD_BY_CLAIMS.contains(v) && !tested(v)).collect();
        assert!(untested.is_empty(), "{untested:?}");
    }

    #[test]
    fn a_code_is_its_name_in_capitals_and_there_once() {
        let codes: BTreeSet<_> = Rejection::CODES.iter().collect();
        assert_eq!(codes.len(), Rejection::CODES.len());
        for (variant, code) in Rejection::VARIANTS.iter().zip(Rejection::CODES) {
            let mut spelt = String::new();
            for letter in variant.chars() {
                if letter.is_uppercase() && !spelt.is_empty() {
                    spelt.push('_');
                }
                spelt.push(letter.to_ascii_uppercase());
            }
            assert_eq!(spelt, **code);
        }
    }

    #[test]
    fn says_what_field_and_why() {
        let caller = CallerId::from_uuid(Uuid::from_u128(7));
        let taken = Rejection::PhoneOfAnotherCaller { caller };
        assert_eq!((taken.code(), taken.field()), ("PHONE_OF_ANOTHER_CALLER", Some("phone")));
        assert!(taken.to_string().contains(&caller.to_string()), "{taken}");
        let consultation = ConsultationId::from_uuid(Uuid::from_u128(8));
        let taken = Rejection::CallInOtherConsultation { consultation };
        assert_eq!((taken.code(), taken.field()), ("CALL_IN_OTHER_CONSULTATION", Some("call")));
        assert!(taken.to_string().contains(&consultation.to_string()), "{taken}");
    }
}
