use super::*;
use crate::aggregate::testing::*;
use crate::event::{
    CallerIdentified, ConsultationOpened, ConsultationReassigned, NoteRecorded, TransferAccepted,
    TransferDeclined, TransferReturned, TransferUnanswered,
};
use crate::value::CallbackFor;

use ConsultationCommand as Command;

fn note(text: &str) -> NoteText {
    NoteText::parse(text).unwrap()
}

fn opened(caller: Option<CallerId>, agent: Option<AgentId>) -> Event {
    ConsultationOpened {
        caller,
        agent,
        channel: Channel::Phone,
        contact_reason: ContactReason::UnknownContact,
        opened_by: OpenedBy::Call { call: CALL },
    }
    .into()
}

fn noted() -> Event {
    NoteRecorded { kind: NoteKind::Inquiry, text: Personal::Known(note("여권 재발급")) }.into()
}

fn requested(transfer: TransferId) -> Event {
    let department = DisplayText::parse("민원과").unwrap();
    TransferRequested { transfer, kind: TransferKind::Warm, department, officer: None, brief: None }.into()
}

fn accepted() -> Event {
    TransferAccepted { transfer: TRANSFER }.into()
}

fn resolved() -> Event {
    ConsultationResolved { by: ResolvedBy::Agent, outcome: Outcome::Answered }.into()
}

fn reopened() -> Event {
    ConsultationReopened { reason: ReopenReason::Mistake }.into()
}

fn voided() -> Event {
    ConsultationVoided { reason: VoidReason::Test, explanation: None }.into()
}

fn open_from(from: OpenFrom) -> Command {
    Command::Open { from, caller: None, agent: None, contact_reason: ContactReason::UnknownContact }
}

fn from_call(standing: CallStanding) -> Command {
    open_from(OpenFrom::Call { call: CALL, standing })
}

fn from_callback(standing: CallbackStanding) -> Command {
    open_from(OpenFrom::Callback { callback: CALLBACK, standing })
}

fn attach(call: CallId, standing: CallStanding) -> Command {
    Command::AttachCall { call, standing, reason: AttachReason::CalledAgain }
}

fn write() -> Command {
    Command::RecordNote { kind: NoteKind::Inquiry, text: note("여권 재발급") }
}

fn request(transfer: TransferId) -> Command {
    let department = DisplayText::parse("민원과").unwrap();
    Command::RequestTransfer { transfer, kind: TransferKind::Warm, department, officer: None, brief: None }
}

fn accept() -> Command {
    Command::AcceptTransfer { transfer: TRANSFER }
}

fn resolve(by: ResolvedBy) -> Command {
    Command::Resolve { by, outcome: Outcome::Answered }
}

fn reopen() -> Command {
    Command::Reopen { reason: ReopenReason::Mistake }
}

fn void() -> Command {
    Command::Void { reason: VoidReason::Test, explanation: None }
}

fn consultation(events: impl IntoIterator<Item = Event>) -> Given<Consultation> {
    given(CONSULTATION, events)
}

/// Opened for an unknown caller, then what is given.
fn open<const N: usize>(more: [Event; N]) -> Given<Consultation> {
    consultation(std::iter::once(opened(None, None)).chain(more))
}

#[test]
fn is_opened_by_an_answered_call_only() {
    consultation([]).when(from_call(CallStanding::Answered)).then(opened(None, None));
    consultation([]).when(from_call(CallStanding::Waiting)).rejected(Rejection::CallNotAnswered);
    consultation([]).when(from_call(CallStanding::Unanswered)).rejected(Rejection::CallNotAnswered);
    consultation([]).when(from_call(CallStanding::Abandoned)).rejected(Rejection::CallAbandoned);
    consultation([]).when(from_call(CallStanding::Unknown)).rejected(Rejection::NotFound { kind: "call" });
    open([]).when(from_call(CallStanding::Answered)).rejected(Rejection::ConsultationAlreadyOpened);
    open([voided()]).when(from_call(CallStanding::Answered)).rejected(Rejection::ConsultationAlreadyOpened);
}

#[test]
fn is_opened_by_a_callback_that_was_kept_for_a_missed_call() {
    let kept = |promised_for| CallbackStanding::Completed { call: OTHER_CALL, promised_for };
    consultation([]).when(from_callback(kept(CallbackFor::MissedCall { call: CALL }))).then(
        ConsultationOpened {
            caller: None,
            agent: None,
            channel: Channel::Callback,
            contact_reason: ContactReason::UnknownContact,
            opened_by: OpenedBy::Callback { callback: CALLBACK, call: OTHER_CALL },
        },
    );
    let refused = |standing, rejection| consultation([]).when(from_callback(standing)).rejected(rejection);
    refused(CallbackStanding::NotCompleted, Rejection::CallbackNotCompleted);
    refused(CallbackStanding::Unknown, Rejection::NotFound { kind: "callback" });
    let other = CallbackFor::Consultation { consultation: OTHER_CONSULTATION };
    refused(kept(other), Rejection::CallbackForConsultation);
}

#[test]
fn goes_over_further_answered_calls() {
    let attached = || CallAttached { call: OTHER_CALL, reason: AttachReason::CalledAgain };
    open([]).when(attach(OTHER_CALL, CallStanding::Answered)).then(attached());
    open([resolved()]).when(attach(OTHER_CALL, CallStanding::Answered)).then(attached());
    open([]).when(attach(CALL, CallStanding::Answered)).rejected(Rejection::CallAlreadyAttached);
    open([attached().into()])
        .when(attach(OTHER_CALL, CallStanding::Answered))
        .rejected(Rejection::CallAlreadyAttached);
    open([]).when(attach(OTHER_CALL, CallStanding::Waiting)).rejected(Rejection::CallNotAnswered);
    let calls: Vec<_> = open([attached().into()]).state.calls.iter().map(|call| call.call).collect();
    assert_eq!(calls, [CALL, OTHER_CALL]);
}

#[test]
fn is_put_in_a_category_of_the_taxonomy() {
    let code = || Code::parse("passport").unwrap();
    let categorise = |known| Command::Categorise { code: code(), taxonomy_version: 1, known };
    let categorised = || ConsultationCategorised { code: code(), taxonomy_version: 1 };
    open([]).when(categorise(true)).then(categorised());
    open([categorised().into()]).when(categorise(true)).then_nothing();
    open([]).when(categorise(false)).rejected(Rejection::CategoryUnknown);
}

#[test]
fn is_written_up_also_after_it_is_settled() {
    let guidance = GuidanceGiven { kind: GuidanceKind::CivilDocuments };
    open([]).when(write()).then(noted());
    open([resolved()]).when(write()).then(noted());
    open([resolved()]).when(Command::GiveGuidance { kind: GuidanceKind::CivilDocuments }).then(guidance);
    open([voided()]).when(write()).rejected(Rejection::ConsultationVoided);
    consultation([]).when(write()).rejected(Rejection::NotFound { kind: "consultation" });
}

#[test]
fn gives_numbers_that_the_directory_has() {
    let give = |entry_version, standing| Command::GiveNumber { entry: ENTRY, entry_version, standing };
    let given = |entry_version| NumberGiven { entry: ENTRY, entry_version };
    let listed = EntryStanding::Listed { latest: 3 };
    open([]).when(give(None, listed)).then(given(3));
    open([]).when(give(Some(2), listed)).then(given(2));
    let unknown = || Rejection::DirectoryEntryVersionUnknown { latest: 3 };
    open([]).when(give(Some(4), listed)).rejected(unknown());
    open([]).when(give(Some(0), listed)).rejected(unknown());
    open([]).when(give(None, EntryStanding::Retired)).rejected(Rejection::DirectoryEntryRetired);
    open([])
        .when(give(None, EntryStanding::Unknown))
        .rejected(Rejection::NotFound { kind: "directory-entry" });
}

#[test]
fn knows_which_numbers_were_asked_for() {
    let ask = |entry_version, standing| Command::AskForNumber { entry: ENTRY, entry_version, standing };
    let listed = EntryStanding::Listed { latest: 3 };
    open([]).when(ask(None, listed)).then(NumberAskedFor { entry: ENTRY, entry_version: 3 });
    open([resolved()]).when(ask(Some(2), listed)).then(NumberAskedFor { entry: ENTRY, entry_version: 2 });
    let unknown = Rejection::DirectoryEntryVersionUnknown { latest: 3 };
    open([]).when(ask(Some(4), listed)).rejected(unknown);
    open([voided()]).when(ask(None, listed)).rejected(Rejection::ConsultationVoided);
}

#[test]
fn asks_one_officer_at_a_time() {
    let declined = Event::from(TransferDeclined { transfer: TRANSFER, reason: DeclineReason::Occupied });
    open([]).when(request(TRANSFER)).then(requested(TRANSFER));
    let pending = || open([requested(TRANSFER)]);
    pending().when(request(TRANSFER)).rejected(Rejection::TransferAlreadyRequested);
    pending().when(request(OTHER_TRANSFER)).rejected(Rejection::TransferPending);
    pending().when(resolve(ResolvedBy::Agent)).rejected(Rejection::TransferPending);
    open([requested(TRANSFER), declined]).when(request(OTHER_TRANSFER)).then(requested(OTHER_TRANSFER));
    open([requested(TRANSFER), accepted()])
        .when(request(OTHER_TRANSFER))
        .rejected(Rejection::ConsultationWithOfficer);
    let returned = Event::from(TransferReturned { transfer: TRANSFER });
    open([requested(TRANSFER), accepted(), returned])
        .when(request(OTHER_TRANSFER))
        .then(requested(OTHER_TRANSFER));
    open([requested(TRANSFER), accepted(), resolved(), reopened()])
        .when(request(OTHER_TRANSFER))
        .then(requested(OTHER_TRANSFER));
    open([resolved()]).when(request(TRANSFER)).rejected(Rejection::ConsultationAlreadyResolved);
}

#[test]
fn an_officer_answers_a_transfer_that_was_requested_and_once() {
    let decline = || Command::DeclineTransfer { transfer: TRANSFER, reason: DeclineReason::Occupied };
    let miss = |cause| Command::LeaveTransferUnanswered { transfer: TRANSFER, cause };
    let missed = |cause| TransferUnanswered { transfer: TRANSFER, cause };
    let pending = || open([requested(TRANSFER)]);
    pending().when(accept()).then(accepted());
    pending().when(decline()).then(TransferDeclined { transfer: TRANSFER, reason: DeclineReason::Occupied });
    pending().when(miss(UnansweredCause::Busy)).then(missed(UnansweredCause::Busy));
    open([requested(TRANSFER), accepted()]).when(accept()).then_nothing();
    open([requested(TRANSFER), accepted()]).when(decline()).rejected(Rejection::TransferAlreadySettled);
    let busy = || open([requested(TRANSFER), missed(UnansweredCause::Busy).into()]);
    busy().when(miss(UnansweredCause::Busy)).then_nothing();
    busy().when(miss(UnansweredCause::Away)).rejected(Rejection::TransferAlreadySettled);
    open([]).when(accept()).rejected(Rejection::TransferNotRequested);
    open([requested(OTHER_TRANSFER)]).when(accept()).rejected(Rejection::TransferNotRequested);
}

#[test]
fn an_officer_returns_what_was_accepted() {
    let give_back = || Command::ReturnTransfer { transfer: TRANSFER };
    let returned = || TransferReturned { transfer: TRANSFER };
    open([requested(TRANSFER), accepted()]).when(give_back()).then(returned());
    open([requested(TRANSFER), accepted(), returned().into()]).when(give_back()).then_nothing();
    open([requested(TRANSFER)]).when(give_back()).rejected(Rejection::TransferNotAccepted);
    open([]).when(give_back()).rejected(Rejection::TransferNotRequested);
    let state = open([requested(TRANSFER), accepted(), returned().into()]).state;
    assert_eq!((state.transfers[0].status, state.with_officer), (TransferStatus::Returned, None));
}

#[test]
fn is_reassigned_to_who_works_here() {
    let to = |standing| Command::Reassign { to: AGENT, standing };
    open([]).when(to(AgentStanding::Active)).then(ConsultationReassigned { from: None, to: AGENT });
    open([]).when(to(AgentStanding::Retired)).rejected(Rejection::AgentRetired);
    open([]).when(to(AgentStanding::Unknown)).rejected(Rejection::NotFound { kind: "agent" });
    consultation([opened(None, Some(AGENT))]).when(to(AgentStanding::Active)).then_nothing();
    open([resolved()]).when(to(AgentStanding::Active)).rejected(Rejection::ConsultationAlreadyResolved);
}

#[test]
fn is_resolved_once_and_reopened_only_then() {
    open([]).when(resolve(ResolvedBy::Agent)).then(resolved());
    open([resolved()]).when(resolve(ResolvedBy::Agent)).rejected(Rejection::ConsultationAlreadyResolved);
    open([]).when(resolve(ResolvedBy::Officer)).rejected(Rejection::OfficerNotInvolved);
    open([requested(TRANSFER), accepted()])
        .when(resolve(ResolvedBy::Officer))
        .then(ConsultationResolved { by: ResolvedBy::Officer, outcome: Outcome::Answered });
    open([resolved()]).when(reopen()).then(reopened());
    open([resolved(), reopened()]).when(resolve(ResolvedBy::Agent)).then(resolved());
    open([]).when(reopen()).rejected(Rejection::ConsultationNotResolved);
    open([voided()]).when(reopen()).rejected(Rejection::ConsultationVoided);
}

#[test]
fn is_linked_to_others() {
    let link = |other, status| Command::Link { other, status, kind: LinkKind::FollowUp };
    let linked = || ConsultationLinked { other: OTHER_CONSULTATION, kind: LinkKind::FollowUp };
    let open_one = ConsultationStatus::Open;
    open([]).when(link(OTHER_CONSULTATION, open_one)).then(linked());
    open([linked().into()]).when(link(OTHER_CONSULTATION, open_one)).then_nothing();
    open([]).when(link(CONSULTATION, open_one)).rejected(Rejection::ConsultationLinkedToItself);
    open([])
        .when(link(OTHER_CONSULTATION, ConsultationStatus::None))
        .rejected(Rejection::NotFound { kind: "consultation" });
}

#[test]
fn agents_and_reasons_are_set_right() {
    let why = || Some(ReasonText::parse("잘못 선택").unwrap());
    let corrected = |what| ConsultationCorrected { what, why: why().map(Personal::Known), text: None };
    let to_agent = |standing| Command::CorrectAgent { agent: AGENT, standing, why: why() };
    let agent = || corrected(Correction::Agent { agent: AGENT });
    open([]).when(to_agent(AgentStanding::Retired)).then(agent());
    open([agent().into()]).when(to_agent(AgentStanding::Retired)).then_nothing();
    open([]).when(to_agent(AgentStanding::Unknown)).rejected(Rejection::NotFound { kind: "agent" });
    let to_reason = |contact_reason| Command::CorrectContactReason { contact_reason, why: why() };
    let contact_reason = ContactReason::FollowUp;
    open([]).when(to_reason(contact_reason)).then(corrected(Correction::ContactReason { contact_reason }));
    open([]).when(to_reason(ContactReason::UnknownContact)).then_nothing();
    open([voided()]).when(to_reason(contact_reason)).rejected(Rejection::ConsultationVoided);
}

#[test]
fn a_note_is_set_right_by_the_version_that_recorded_it() {
    let version = |n| Version::new(n).unwrap();
    let correct = |note_version, text: &str| Command::CorrectNote {
        note: version(note_version),
        text: note(text),
        why: None,
    };
    let corrected = || ConsultationCorrected {
        what: Correction::Note { note: version(2) },
        why: None,
        text: Some(Personal::Known(note("여권 신규"))),
    };
    open([noted()]).when(correct(2, "여권 신규")).then(corrected());
    open([noted()]).when(correct(2, "여권 재발급")).then_nothing();
    open([noted()]).when(correct(1, "여권 신규")).rejected(Rejection::NoteUnknown);
    let kept = open([noted(), corrected().into()]).state.notes.remove(0);
    assert_eq!((kept.version, kept.text_version), (version(2), version(3)));
    assert_eq!(kept.text, Personal::Known(note("여권 신규")));
}

#[test]
fn nothing_but_its_caller_is_recorded_after_it_is_voided() {
    open([]).when(void()).then(voided());
    open([resolved()]).when(void()).then(voided());
    for command in [
        attach(OTHER_CALL, CallStanding::Answered),
        write(),
        request(TRANSFER),
        accept(),
        resolve(ResolvedBy::Agent),
        reopen(),
        void(),
        Command::GiveGuidance { kind: GuidanceKind::CountyAffairs },
    ] {
        open([voided()]).when(command).rejected(Rejection::ConsultationVoided);
    }
    let identified = CallerIdentified { caller: CALLER, subject: Subject::Consultation(CONSULTATION) };
    open([voided()]).when(Command::Identify { caller: CALLER }).then(identified);
}

#[test]
fn is_one_callers() {
    let identify = || Command::Identify { caller: CALLER };
    let identified = CallerIdentified { caller: CALLER, subject: Subject::Consultation(CONSULTATION) };
    open([]).when(identify()).then(identified.clone());
    open([identified.into()]).when(identify()).then_nothing();
    consultation([opened(Some(OTHER_CALLER), None)])
        .when(identify())
        .rejected(Rejection::ConsultationOfAnotherCaller { caller: OTHER_CALLER });
    consultation([]).when(identify()).rejected(Rejection::NotFound { kind: "consultation" });
}

#[test]
fn is_sealed_for_its_caller_or_for_itself_and_never_sealed_again() {
    assert_eq!(open([]).state.subject(), Some(Subject::Consultation(CONSULTATION)));
    let of_caller = consultation([opened(Some(CALLER), None)]).state;
    assert_eq!(of_caller.subject(), Some(Subject::Caller(CALLER)));
    let identified = CallerIdentified { caller: CALLER, subject: Subject::Consultation(CONSULTATION) };
    let known_later = open([identified.into()]).state;
    assert_eq!(known_later.caller, Some(CALLER));
    assert_eq!(known_later.subject(), Some(Subject::Consultation(CONSULTATION)));
}
