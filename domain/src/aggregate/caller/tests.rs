use super::*;
use crate::aggregate::testing::*;

fn phone(last: u16) -> PhoneNumber {
    PhoneNumber::parse(&format!("010-0000-{last:04}")).unwrap()
}

fn name(text: &str) -> PersonName {
    PersonName::parse(text).unwrap()
}

fn registered() -> Event {
    CallerRegistered {
        phone: Some(Personal::Known(phone(1))),
        name: None,
        kind: CallerKind::Resident,
        external_reference: None,
    }
    .into()
}

fn register() -> CallerCommand {
    CallerCommand::Register {
        phone: Some(phone(1)),
        name: None,
        kind: CallerKind::Resident,
        external_reference: None,
    }
}

/// As it stands in the stream of whom the number was, told by the stream's first event.
fn moved_away(to: CallerId) -> CallerPhoneMoved {
    CallerPhoneMoved { phone: None, told_at: Some(Version::ZERO.next()), from: CALLER, to }
}

/// As it stands in the stream of whom the number is now.
fn moved_here(from: CallerId) -> CallerPhoneMoved {
    CallerPhoneMoved { phone: Some(Personal::Known(phone(1))), told_at: None, from, to: CALLER }
}

fn to_move(from: CallerId, to: CallerId) -> CallerCommand {
    CallerCommand::MovePhone { phone: phone(1), from, to }
}

fn merged(survivor: CallerId, absorbed: CallerId) -> CallersMerged {
    CallersMerged { survivor, absorbed }
}

fn merge(survivor: CallerId, absorbed: CallerId) -> CallerCommand {
    CallerCommand::Merge { survivor, absorbed }
}

fn unmerge(survivor: CallerId, absorbed: CallerId) -> CallerCommand {
    CallerCommand::Unmerge { survivor, absorbed }
}

fn linked(subject: Subject) -> Event {
    CallerIdentified { caller: CALLER, subject }.into()
}

fn requested() -> Event {
    ErasureRequested {}.into()
}

fn approved() -> Event {
    ErasureApproved {}.into()
}

fn refused(legal_basis: LegalBasis) -> Event {
    ErasureRefused { legal_basis }.into()
}

fn erased() -> Event {
    CallerErased { subjects: vec![Subject::Caller(CALLER)] }.into()
}

fn erase() -> CallerCommand {
    CallerCommand::Erase { further: BTreeSet::new() }
}

fn alias_of_other() -> Given<Caller> {
    caller([registered(), merged(OTHER_CALLER, CALLER).into()])
}

fn caller(events: impl IntoIterator<Item = Event>) -> Given<Caller> {
    given(CALLER, events)
}

#[test]
fn is_registered_once() {
    caller([]).when(register()).then(registered());
    caller([registered()]).when(register()).rejected(Rejection::CallerAlreadyRegistered);
}

#[test]
fn calls_and_consultations_turn_out_to_be_theirs() {
    let call = Subject::Call(CALL);
    let identify = |subject| CallerCommand::Identify { subject };
    caller([registered()]).when(identify(call)).then(linked(call));
    caller([registered(), linked(call)]).when(identify(call)).then_nothing();
    caller([registered()]).when(identify(Subject::Agent(AGENT))).rejected(Rejection::SubjectNotIdentifiable);
    caller([]).when(identify(call)).rejected(Rejection::NotFound { kind: "caller" });
    alias_of_other().when(identify(call)).rejected(Rejection::CallerIsAlias { of: OTHER_CALLER });
}

#[test]
fn gain_numbers_and_names() {
    let added = CallerPhoneAdded { phone: Personal::Known(phone(2)) };
    caller([registered()]).when(CallerCommand::AddPhone { phone: phone(2) }).then(added);
    caller([registered()]).when(CallerCommand::AddPhone { phone: phone(1) }).then_nothing();
    let named = CallerNamed { name: Personal::Known(name("이정선")) };
    let to_name = || CallerCommand::Name { name: name("이정선") };
    caller([registered()]).when(to_name()).then(named.clone());
    caller([registered(), named.into()]).when(to_name()).then_nothing();
    alias_of_other().when(to_name()).rejected(Rejection::CallerIsAlias { of: OTHER_CALLER });
}

#[test]
fn a_number_moves_from_who_has_it() {
    let away = moved_away(OTHER_CALLER);
    caller([registered()]).when(to_move(CALLER, OTHER_CALLER)).then(away.clone());
    caller([registered()]).when(to_move(OTHER_CALLER, CALLER)).then(moved_here(OTHER_CALLER));
    caller([registered()]).when(to_move(CALLER, CALLER)).then_nothing();
    caller([registered(), away.clone().into()])
        .when(to_move(CALLER, OTHER_CALLER))
        .rejected(Rejection::PhoneNotOfCaller);
    caller([registered()]).when(to_move(OTHER_CALLER, THIRD_CALLER)).rejected(Rejection::CallerNotConcerned);
    assert_eq!(caller([registered(), away.clone().into()]).state.phones, []);
    let back = caller([registered(), away.into(), moved_here(OTHER_CALLER).into()]);
    assert_eq!(back.state.phones.len(), 1);
    let told_at = Some(back.state.version);
    let again = CallerPhoneMoved { phone: None, told_at, from: CALLER, to: THIRD_CALLER };
    back.when(to_move(CALLER, THIRD_CALLER)).then(again);
}

#[test]
fn are_merged_with_others_who_are_no_aliases() {
    caller([registered()]).when(merge(CALLER, OTHER_CALLER)).then(merged(CALLER, OTHER_CALLER));
    caller([registered()]).when(merge(OTHER_CALLER, CALLER)).then(merged(OTHER_CALLER, CALLER));
    caller([registered()]).when(merge(CALLER, CALLER)).rejected(Rejection::CallerMergedWithItself);
    caller([registered()]).when(merge(OTHER_CALLER, THIRD_CALLER)).rejected(Rejection::CallerNotConcerned);
    caller([]).when(merge(CALLER, OTHER_CALLER)).rejected(Rejection::NotFound { kind: "caller" });
    let is_alias = || Rejection::CallerIsAlias { of: OTHER_CALLER };
    alias_of_other().when(merge(THIRD_CALLER, CALLER)).rejected(is_alias());
    alias_of_other().when(merge(CALLER, THIRD_CALLER)).rejected(is_alias());
    alias_of_other().when(merge(OTHER_CALLER, CALLER)).then_nothing();
    let survivor = caller([registered(), merged(CALLER, OTHER_CALLER).into()]);
    survivor.when(merge(CALLER, OTHER_CALLER)).then_nothing();
    survivor.when(merge(CALLER, THIRD_CALLER)).then(merged(CALLER, THIRD_CALLER));
    caller([registered(), requested()]).when(merge(CALLER, OTHER_CALLER)).rejected(Rejection::ErasurePending);
}

#[test]
fn are_unmerged_from_whom_they_were_merged_with() {
    let unmerged = |survivor, absorbed| CallersUnmerged { survivor, absorbed };
    let survivor = || vec![registered(), merged(CALLER, OTHER_CALLER).into()];
    caller(survivor()).when(unmerge(CALLER, OTHER_CALLER)).then(unmerged(CALLER, OTHER_CALLER));
    alias_of_other().when(unmerge(OTHER_CALLER, CALLER)).then(unmerged(OTHER_CALLER, CALLER));
    caller(survivor()).when(unmerge(CALLER, THIRD_CALLER)).rejected(Rejection::CallersNotMerged);
    caller([registered()]).when(unmerge(CALLER, OTHER_CALLER)).rejected(Rejection::CallersNotMerged);
    caller([registered()]).when(unmerge(OTHER_CALLER, THIRD_CALLER)).rejected(Rejection::CallerNotConcerned);
    let with = |mut events: Vec<Event>, more: &[Event]| {
        events.extend_from_slice(more);
        caller(events)
    };
    with(survivor(), &[requested()]).when(unmerge(CALLER, OTHER_CALLER)).rejected(Rejection::ErasurePending);
    with(survivor(), &[requested(), approved(), erased()])
        .when(unmerge(CALLER, OTHER_CALLER))
        .rejected(Rejection::CallersUnmergedAfterErasure);
    let parted = with(survivor(), &[unmerged(CALLER, OTHER_CALLER).into()]).state;
    assert_eq!((parted.aliases.len(), parted.merged_into), (0, None));
}

#[test]
fn an_erasure_is_requested_then_approved_or_refused() {
    use CallerCommand::{ApproveErasure, RefuseErasure, RequestErasure};
    let basis = LegalBasis::LegalObligation;
    let refuse = || RefuseErasure { legal_basis: basis };
    caller([registered()]).when(RequestErasure).then(requested());
    caller([registered(), requested()]).when(RequestErasure).then_nothing();
    caller([registered(), requested()]).when(ApproveErasure).then(approved());
    caller([registered(), requested(), approved()]).when(ApproveErasure).then_nothing();
    caller([registered()]).when(ApproveErasure).rejected(Rejection::ErasureNotRequested);
    caller([registered(), requested()]).when(refuse()).then(refused(basis));
    let after_refusal = || caller([registered(), requested(), refused(basis)]);
    after_refusal().when(refuse()).then_nothing();
    after_refusal().when(ApproveErasure).rejected(Rejection::ErasureNotRequested);
    after_refusal().when(RequestErasure).then(requested());
    caller([registered()]).when(refuse()).rejected(Rejection::ErasureNotRequested);
    caller([registered(), requested(), approved()])
        .when(refuse())
        .rejected(Rejection::ErasureAlreadyApproved);
    alias_of_other().when(RequestErasure).rejected(Rejection::CallerIsAlias { of: OTHER_CALLER });
}

#[test]
fn an_erasure_destroys_every_subject_of_theirs() {
    let consultation = Subject::Consultation(CONSULTATION);
    let alias = Subject::Caller(OTHER_CALLER);
    let further = || BTreeSet::from([alias, consultation]);
    caller([registered(), linked(consultation), requested(), approved()])
        .when(CallerCommand::Erase { further: further() })
        .then(CallerErased { subjects: vec![Subject::Caller(CALLER), consultation, alias] });
    caller([registered()]).when(erase()).rejected(Rejection::ErasureNotApproved);
    caller([registered(), requested()]).when(erase()).rejected(Rejection::ErasureNotApproved);
}

#[test]
fn what_came_in_during_an_erasure_is_destroyed_as_well() {
    let subjects = vec![Subject::Call(CALL)];
    let further = || CallerCommand::EraseFurther { subjects: vec![Subject::Call(CALL)] };
    caller([registered(), requested(), approved(), erased()])
        .when(further())
        .then(CallerErased { subjects: subjects.clone() });
    caller([registered(), requested(), approved()]).when(further()).rejected(Rejection::ErasureNotApproved);
}

#[test]
fn the_erasure_of_a_survivor_stands_in_its_aliases_too() {
    let subjects = vec![Subject::Caller(OTHER_CALLER), Subject::Caller(CALLER)];
    let alias = |survivor| CallerCommand::EraseAlias { survivor, subjects: subjects.clone() };
    alias_of_other().when(alias(OTHER_CALLER)).then(CallerErased { subjects: subjects.clone() });
    alias_of_other().when(alias(THIRD_CALLER)).rejected(Rejection::CallersNotMerged);
    let call = Subject::Call(CALL);
    let and_its_call = vec![subjects[0], subjects[1], call];
    caller([registered(), linked(call), merged(OTHER_CALLER, CALLER).into()])
        .when(alias(OTHER_CALLER))
        .then(CallerErased { subjects: and_its_call });
}

#[test]
fn nothing_is_recorded_after_an_erasure() {
    let named = CallerNamed { name: Personal::Known(name("이정선")) };
    let forgotten = caller([registered(), named.into(), requested(), approved(), erased()]);
    let commands = [
        register(),
        CallerCommand::Identify { subject: Subject::Call(CALL) },
        CallerCommand::AddPhone { phone: phone(3) },
        to_move(OTHER_CALLER, CALLER),
        CallerCommand::Name { name: name("이정선") },
        merge(CALLER, OTHER_CALLER),
        unmerge(CALLER, OTHER_CALLER),
        CallerCommand::RequestErasure,
        CallerCommand::ApproveErasure,
        CallerCommand::RefuseErasure { legal_basis: LegalBasis::PublicTask },
        erase(),
        CallerCommand::EraseAlias { survivor: OTHER_CALLER, subjects: vec![] },
    ];
    for command in commands {
        forgotten.when(command).rejected(Rejection::CallerErased);
    }
    assert_eq!(forgotten.state.name, Some(Personal::Erased));
    assert_eq!(forgotten.state.phones[0].phone, Personal::Erased);
    assert_eq!(forgotten.state.subject(), Some(Subject::Caller(CALLER)));
}
