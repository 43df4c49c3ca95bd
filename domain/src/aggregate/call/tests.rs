use super::*;
use crate::aggregate::testing::*;

fn phone() -> PhoneNumber {
    PhoneNumber::parse("033-123-4567").unwrap()
}

fn offered(caller: Option<CallerId>, evidence: Evidence) -> CallOffered {
    CallOffered {
        direction: Direction::Inbound,
        from: None,
        caller,
        dialled: None,
        queue: None,
        external_reference: None,
        evidence,
    }
}

fn offer() -> Event {
    offered(None, Evidence::Observed).into()
}

fn answered(agent: Option<AgentId>) -> Event {
    CallAnswered { agent, wait_seconds: 1, evidence: Evidence::Observed }.into()
}

fn abandoned() -> Event {
    CallAbandoned { wait_seconds: 1, evidence: Evidence::Observed }.into()
}

fn left(reason: QueueExit) -> Event {
    CallLeftQueue { reason, evidence: Evidence::Observed }.into()
}

fn ended() -> Event {
    CallEnded { by: EndedBy::Caller, talk_seconds: None, cause: None, evidence: Evidence::Observed }.into()
}

fn dropped() -> Event {
    CallDropped { evidence: Evidence::Observed }.into()
}

fn to_offer(direction: Direction, caller: Option<CallerId>, closed_by: Option<u32>) -> CallCommand {
    CallCommand::Offer {
        direction,
        from: None,
        caller,
        dialled: None,
        queue: None,
        external_reference: None,
        evidence: Evidence::Observed,
        closed_by,
    }
}

fn to_answer(agent: Option<AgentId>) -> CallCommand {
    CallCommand::Answer { agent, wait_seconds: None, evidence: Evidence::Observed, closed_by: None }
}

fn to_abandon() -> CallCommand {
    CallCommand::Abandon { wait_seconds: None, evidence: Evidence::Observed, closed_by: None }
}

fn to_leave(reason: QueueExit) -> CallCommand {
    CallCommand::LeaveQueue { reason, evidence: Evidence::Observed, closed_by: None }
}

fn to_drop() -> CallCommand {
    CallCommand::Drop { evidence: Evidence::Observed, closed_by: None }
}

fn to_end() -> CallCommand {
    let (by, evidence) = (EndedBy::Caller, Evidence::Observed);
    CallCommand::End { by, talk_seconds: None, cause: None, evidence, closed_by: None }
}

#[track_caller]
fn call(events: impl IntoIterator<Item = Event>) -> Given<Call> {
    given(CALL, events)
}

#[test]
fn an_offer_within_the_hours_is_one_event_and_outside_them_two() {
    call([]).when(to_offer(Direction::Inbound, None, None)).then(offer());
    call([])
        .when(to_offer(Direction::Inbound, None, Some(3)))
        .then_all([offer(), CallCameOutOfHours { calendar_version: 3 }.into()]);
    let outbound = CallOffered { direction: Direction::Outbound, ..offered(None, Evidence::Observed) };
    call([]).when(to_offer(Direction::Outbound, None, Some(3))).then(outbound);
}

#[test]
fn an_offer_told_twice_is_one_and_a_contradiction_is_refused() {
    call([offer()]).when(to_offer(Direction::Inbound, None, None)).then_nothing();
    call([offer()]).when(to_offer(Direction::Outbound, None, None)).rejected(Rejection::CallAlreadyOffered);
    let of_caller = Event::from(offered(Some(CALLER), Evidence::Observed));
    call([of_caller])
        .when(to_offer(Direction::Inbound, Some(OTHER_CALLER), None))
        .rejected(Rejection::CallAlreadyOffered);
    let inferred = Event::from(offered(None, Evidence::Inferred));
    call([inferred]).when(to_offer(Direction::Outbound, None, None)).then_nothing();
    let from = Some(Personal::Known(phone()));
    let with_number = Event::from(CallOffered { from, ..offered(None, Evidence::Observed) });
    let other = PhoneNumber::parse("010-0000-1234").unwrap();
    let again = |number| CallCommand::Offer {
        direction: Direction::Inbound,
        from: Some(number),
        caller: None,
        dialled: None,
        queue: None,
        external_reference: None,
        evidence: Evidence::Observed,
        closed_by: None,
    };
    call([with_number.clone()]).when(again(phone())).then_nothing();
    call([with_number]).when(again(other)).rejected(Rejection::CallAlreadyOffered);
}

#[test]
fn an_answer_counts_the_wait_from_the_offer() {
    let answer =
        |wait_seconds| CallAnswered { agent: Some(AGENT), wait_seconds, evidence: Evidence::Observed };
    call([offer()]).when(to_answer(Some(AGENT))).then(answer(59));
    let told = CallCommand::Answer {
        agent: Some(AGENT),
        wait_seconds: Some(4),
        evidence: Evidence::Observed,
        closed_by: None,
    };
    call([offer()]).when(told).then(answer(4));
}

#[test]
fn what_implies_an_offer_infers_it() {
    let inferred = || Event::from(offered(None, Evidence::Inferred));
    let answer = CallAnswered { agent: None, wait_seconds: 0, evidence: Evidence::Observed };
    call([]).when(to_answer(None)).then_all([inferred(), answer.clone().into()]);
    let closed = CallCommand::Answer {
        agent: None,
        wait_seconds: None,
        evidence: Evidence::Observed,
        closed_by: Some(2),
    };
    call([]).when(closed).then_all([
        inferred(),
        CallCameOutOfHours { calendar_version: 2 }.into(),
        answer.into(),
    ]);
    let hang_up = CallAbandoned { wait_seconds: 0, evidence: Evidence::Observed };
    call([]).when(to_abandon()).then_all([inferred(), hang_up.into()]);
    call([]).when(to_leave(QueueExit::Full)).then_all([inferred(), left(QueueExit::Full)]);
    call([]).when(to_drop()).then_all([inferred(), dropped()]);
    call([]).when(to_end()).then_all([inferred(), ended()]);
}

#[test]
fn an_answer_told_twice_is_one_and_a_contradiction_is_refused() {
    call([offer(), answered(Some(AGENT))]).when(to_answer(Some(AGENT))).then_nothing();
    call([offer(), answered(Some(AGENT))]).when(to_answer(None)).then_nothing();
    call([offer(), answered(Some(AGENT))])
        .when(to_answer(Some(OTHER_AGENT)))
        .rejected(Rejection::CallAlreadyAnswered);
    call([offer(), abandoned()]).when(to_answer(None)).rejected(Rejection::CallAbandoned);
    call([offer(), ended()]).when(to_answer(None)).rejected(Rejection::CallAlreadyEnded);
}

#[test]
fn a_call_is_abandoned_before_an_answer_only() {
    let hang_up = CallAbandoned { wait_seconds: 59, evidence: Evidence::Observed };
    call([offer()]).when(to_abandon()).then(hang_up);
    call([offer(), abandoned()]).when(to_abandon()).then_nothing();
    call([offer(), ended()]).when(to_abandon()).then_nothing();
    call([offer(), answered(None)]).when(to_abandon()).rejected(Rejection::CallAlreadyAnswered);
}

#[test]
fn a_call_leaves_its_queue_once_and_may_still_be_answered() {
    let timeout = || left(QueueExit::Timeout);
    call([offer()]).when(to_leave(QueueExit::Timeout)).then(timeout());
    call([offer(), timeout()]).when(to_leave(QueueExit::Timeout)).then_nothing();
    call([offer(), timeout()]).when(to_leave(QueueExit::Full)).rejected(Rejection::CallAlreadyLeftQueue);
    call([offer(), answered(None)]).when(to_leave(QueueExit::Full)).rejected(Rejection::CallAlreadyAnswered);
    call([offer(), abandoned()]).when(to_leave(QueueExit::Full)).rejected(Rejection::CallAbandoned);
    call([offer(), ended()]).when(to_leave(QueueExit::Full)).rejected(Rejection::CallAlreadyEnded);
    let answer = CallAnswered { agent: None, wait_seconds: 59, evidence: Evidence::Observed };
    call([offer(), timeout()]).when(to_answer(None)).then(answer);
}

#[test]
fn a_line_drops_once_and_it_may_be_told_after_the_end() {
    call([offer(), answered(None)]).when(to_drop()).then(dropped());
    call([offer(), answered(None), ended()]).when(to_drop()).then(dropped());
    call([offer(), dropped()]).when(to_drop()).then_nothing();
    call([offer(), abandoned()]).when(to_drop()).rejected(Rejection::CallAbandoned);
}

#[test]
fn a_call_ends_once_and_counts_the_talk_from_the_answer() {
    let end = |talk_seconds| CallEnded {
        by: EndedBy::Caller,
        talk_seconds,
        cause: None,
        evidence: Evidence::Observed,
    };
    call([offer(), answered(None)]).when(to_end()).then(end(Some(58)));
    call([offer(), left(QueueExit::Full)]).when(to_end()).then(end(None));
    call([offer(), ended()]).when(to_end()).then_nothing();
    call([offer(), abandoned()]).when(to_end()).then_nothing();
}

#[test]
fn an_answer_may_be_learnt_of_after_the_hang_up() {
    let late =
        || CallCommand::AnswerAfterAll { agent: Some(AGENT), evidence: Evidence::Observed, closed_by: None };
    let answer = |wait_seconds| -> Event {
        CallAnswered { agent: Some(AGENT), wait_seconds, evidence: Evidence::Observed }.into()
    };
    let (by, evidence) = (EndedBy::Unrecorded, Evidence::Inferred);
    let over = Event::from(CallEnded { by, talk_seconds: None, cause: None, evidence });
    call([offer(), abandoned()]).when(late()).then_all([answer(1), over.clone()]);
    call([offer(), left(QueueExit::Timeout), ended()]).when(late()).then_all([answer(2)]);
    call([offer()]).when(late()).then_all([answer(59)]);
    call([offer(), abandoned(), answered(Some(AGENT)), over.clone()]).when(late()).then_nothing();
    call([offer(), answered(Some(OTHER_AGENT)), ended()])
        .when(late())
        .rejected(Rejection::CallAlreadyAnswered);
    let after = call([offer(), abandoned(), answered(Some(AGENT)), over]).state;
    assert_eq!((after.standing(), after.abandoned), (CallStanding::Answered, None));
}

#[test]
fn an_answered_call_without_a_consultation_can_be_stated_to_have_needed_none() {
    let state = |reason| CallCommand::StateNoConsultation { reason, consultation: None };
    let needed_none = |reason| CallNeededNoConsultation { reason };
    let (silent, wrong) = (NoConsultationReason::Silent, NoConsultationReason::WrongNumber);
    call([offer(), answered(None)]).when(state(silent)).then(needed_none(silent));
    call([offer(), answered(None), ended()]).when(state(silent)).then(needed_none(silent));
    call([offer(), answered(None), needed_none(silent).into()]).when(state(silent)).then_nothing();
    call([offer(), answered(None), needed_none(silent).into()]).when(state(wrong)).then(needed_none(wrong));
    call([offer()]).when(state(silent)).rejected(Rejection::CallNotAnswered);
    call([offer(), abandoned()]).when(state(silent)).rejected(Rejection::CallAbandoned);
    call([]).when(state(silent)).rejected(Rejection::NotFound { kind: "call" });
    let of_one = CallCommand::StateNoConsultation { reason: silent, consultation: Some(CONSULTATION) };
    call([offer(), answered(None)])
        .when(of_one)
        .rejected(Rejection::CallHasConsultation { consultation: CONSULTATION });
}

#[test]
fn a_call_is_one_callers() {
    let identified = CallerIdentified { caller: CALLER, subject: Subject::Call(CALL) };
    let identify = || CallCommand::Identify { caller: CALLER };
    call([offer()]).when(identify()).then(identified.clone());
    call([offer(), identified.into()]).when(identify()).then_nothing();
    call([offered(Some(OTHER_CALLER), Evidence::Observed).into()])
        .when(identify())
        .rejected(Rejection::CallOfAnotherCaller { caller: OTHER_CALLER });
    call([]).when(identify()).rejected(Rejection::NotFound { kind: "call" });
}

#[test]
fn is_sealed_for_its_caller_or_for_itself_and_never_sealed_again() {
    assert_eq!(call([offer()]).state.subject(), Some(Subject::Call(CALL)));
    let of_caller = offered(Some(CALLER), Evidence::Observed);
    assert_eq!(call([of_caller.into()]).state.subject(), Some(Subject::Caller(CALLER)));
    let identified = CallerIdentified { caller: CALLER, subject: Subject::Call(CALL) };
    let known_later = call([offer(), identified.into()]).state;
    assert_eq!((known_later.caller, known_later.subject()), (Some(CALLER), Some(Subject::Call(CALL))));
}

#[test]
fn stands_as_its_facts_say() {
    let standing = |events: &[Event]| call(events.to_vec()).state.standing();
    assert_eq!(standing(&[]), CallStanding::Unknown);
    assert_eq!(standing(&[offer()]), CallStanding::Waiting);
    assert_eq!(standing(&[offer(), answered(None), ended()]), CallStanding::Answered);
    assert_eq!(standing(&[offer(), abandoned()]), CallStanding::Abandoned);
    assert_eq!(standing(&[offer(), ended()]), CallStanding::Unanswered);
    assert_eq!(standing(&[offer(), left(QueueExit::Full)]), CallStanding::Unanswered);
}

#[test]
fn rings_that_nobody_answered_are_told_in_any_order() {
    let ring = CallRangUnanswered {
        agent: Some(AGENT),
        ring_milliseconds: 15_000,
        end: RingEnd::NoAnswer,
        evidence: Evidence::Observed,
    };
    let command = || CallCommand::RingUnanswered {
        agent: Some(AGENT),
        ring_milliseconds: 15_000,
        end: RingEnd::NoAnswer,
        evidence: Evidence::Observed,
        closed_by: None,
    };
    let inferred = |state: Call| state.decide(command(), later()).unwrap().len();
    assert_eq!(inferred(given::<Call>(CALL, []).state), 2, "an offer is inferred first");
    let hung_up = CallAbandoned { wait_seconds: 20, evidence: Evidence::Observed };
    let events = [offered_event(), hung_up.into(), ring.clone().into()];
    let call = given::<Call>(CALL, events);
    assert_eq!(call.state.rings_unanswered, 1);
    call.when(command()).then(ring);
}

fn offered_event() -> Event {
    CallOffered {
        direction: Direction::Inbound,
        from: None,
        caller: None,
        dialled: None,
        queue: None,
        external_reference: None,
        evidence: Evidence::Observed,
    }
    .into()
}
