use super::*;
use crate::aggregate::testing::*;

fn due() -> Timestamp {
    later().plus_seconds(3_600)
}

fn promised() -> Event {
    let promised_for = CallbackFor::MissedCall { call: CALL };
    CallbackPromised { due: due(), promised_for, caller: Some(CALLER), agent: None }.into()
}

fn completed() -> Event {
    CallbackCompleted { call: OTHER_CALL }.into()
}

fn cancelled() -> Event {
    CallbackCancelled { reason: CancelReason::NotWanted }.into()
}

fn to_promise(due: Timestamp, promised_for: PromiseFor) -> CallbackCommand {
    CallbackCommand::Promise { due, promised_for, caller: Some(CALLER), agent: None }
}

fn missed(standing: CallStanding) -> PromiseFor {
    PromiseFor::MissedCall { call: CALL, standing }
}

fn of(status: ConsultationStatus) -> PromiseFor {
    PromiseFor::Consultation { consultation: CONSULTATION, status }
}

fn to_complete(standing: CallStanding) -> CallbackCommand {
    CallbackCommand::Complete { call: OTHER_CALL, standing }
}

fn to_attempt() -> CallbackCommand {
    CallbackCommand::Attempt { result: AttemptResult::Busy, call: None }
}

fn to_cancel(reason: CancelReason) -> CallbackCommand {
    CallbackCommand::Cancel { reason }
}

fn callback(events: impl IntoIterator<Item = Event>) -> Given<Callback> {
    given(CALLBACK, events)
}

#[test]
fn is_promised_for_a_missed_call_or_an_open_consultation() {
    callback([]).when(to_promise(due(), missed(CallStanding::Abandoned))).then(promised());
    callback([]).when(to_promise(due(), missed(CallStanding::Unanswered))).then(promised());
    callback([]).when(to_promise(due(), of(ConsultationStatus::Open))).then(CallbackPromised {
        due: due(),
        promised_for: CallbackFor::Consultation { consultation: CONSULTATION },
        caller: Some(CALLER),
        agent: None,
    });
    let refused =
        |promised_for, rejection| callback([]).when(to_promise(due(), promised_for)).rejected(rejection);
    refused(missed(CallStanding::Answered), Rejection::CallNotMissed);
    refused(missed(CallStanding::Waiting), Rejection::CallNotMissed);
    refused(missed(CallStanding::Unknown), Rejection::NotFound { kind: "call" });
    refused(of(ConsultationStatus::None), Rejection::NotFound { kind: "consultation" });
    refused(of(ConsultationStatus::Resolved), Rejection::ConsultationAlreadyResolved);
    refused(of(ConsultationStatus::Voided), Rejection::ConsultationVoided);
}

#[test]
fn is_promised_once_and_for_later() {
    let promise = |due| to_promise(due, missed(CallStanding::Abandoned));
    callback([promised()]).when(promise(due())).rejected(Rejection::CallbackAlreadyPromised);
    callback([]).when(promise(later())).rejected(Rejection::CallbackDueInThePast);
}

#[test]
fn is_attempted_until_it_is_made_or_cancelled() {
    let attempt = CallbackAttempted { result: AttemptResult::Busy, call: None };
    callback([promised(), attempt.clone().into()]).when(to_attempt()).then(attempt);
    callback([]).when(to_attempt()).rejected(Rejection::NotFound { kind: "callback" });
    callback([promised(), completed()]).when(to_attempt()).rejected(Rejection::CallbackAlreadyCompleted);
    callback([promised(), cancelled()]).when(to_attempt()).rejected(Rejection::CallbackAlreadyCancelled);
}

#[test]
fn is_completed_by_one_answered_call() {
    callback([promised()]).when(to_complete(CallStanding::Answered)).then(completed());
    callback([promised(), completed()]).when(to_complete(CallStanding::Answered)).then_nothing();
    callback([promised(), completed()])
        .when(CallbackCommand::Complete { call: CALL, standing: CallStanding::Answered })
        .rejected(Rejection::CallbackKeptByOtherCall);
    callback([promised()]).when(to_complete(CallStanding::Waiting)).rejected(Rejection::CallNotAnswered);
    callback([promised()]).when(to_complete(CallStanding::Abandoned)).rejected(Rejection::CallAbandoned);
    callback([promised()])
        .when(to_complete(CallStanding::Unknown))
        .rejected(Rejection::NotFound { kind: "call" });
    callback([promised(), cancelled()])
        .when(to_complete(CallStanding::Answered))
        .rejected(Rejection::CallbackAlreadyCancelled);
}

#[test]
fn is_cancelled_for_one_reason() {
    callback([promised()]).when(to_cancel(CancelReason::NotWanted)).then(cancelled());
    callback([promised(), cancelled()]).when(to_cancel(CancelReason::NotWanted)).then_nothing();
    callback([promised(), cancelled()])
        .when(to_cancel(CancelReason::Mistake))
        .rejected(Rejection::CallbackAlreadyCancelled);
    callback([promised(), completed()])
        .when(to_cancel(CancelReason::NotWanted))
        .rejected(Rejection::CallbackAlreadyCompleted);
}

#[test]
fn stands_as_its_facts_say_and_holds_nothing_personal() {
    assert_eq!(callback([]).state.standing(), CallbackStanding::Unknown);
    assert_eq!(callback([promised()]).state.standing(), CallbackStanding::NotCompleted);
    let kept = callback([promised(), completed()]).state;
    let promised_for = CallbackFor::MissedCall { call: CALL };
    assert_eq!(kept.standing(), CallbackStanding::Completed { call: OTHER_CALL, promised_for });
    assert_eq!(kept.subject(), None);
}
