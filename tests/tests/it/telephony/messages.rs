//! What messages make of a call, in the orders in which telephone systems send them.

use sangdam_domain::aggregate::CallStanding;
use sangdam_domain::personal::Personal;
use sangdam_domain::value::{Direction, EndedBy, Evidence, PhoneNumber, QueueExit};
use sangdam_tests::{Database, both_engines};

use super::world::World;

const NEW: &str =
    "event=newCall&from=0332223333&to=0335601234&direction=in&callId=1&user[]=김상담&queue=Civil Affairs";
const ANSWER: &str =
    "event=answer&from=0332223333&to=0335601234&direction=in&callId=1&user=김상담&answeringNumber=101";
const HANGUP: &str = "event=hangup&from=0332223333&to=0335601234&direction=in&callId=1&cause=normalClearing";

fn number(phone: &Option<Personal<PhoneNumber>>) -> Option<&str> {
    phone.as_ref().and_then(Personal::known).map(PhoneNumber::as_str)
}

async fn a_call_is_offered_answered_and_over(database: Database) {
    let world = World::new(database).await;
    world.hears(NEW).await;
    world.seconds_pass(7);
    world.hears(ANSWER).await;
    world.seconds_pass(60);
    world.hears(HANGUP).await;
    let call = world.call().await;
    let offered = call.offered.unwrap().what;
    assert_eq!((offered.direction, offered.evidence), (Direction::Inbound, Evidence::Observed));
    assert_eq!(number(&offered.from), Some("+82332223333"));
    assert_eq!(offered.dialled.unwrap().as_str(), "0335601234");
    assert_eq!(offered.queue.unwrap().as_str(), "civil-affairs");
    let answered = call.answered.unwrap().what;
    assert_eq!((answered.wait_seconds, answered.evidence), (7, Evidence::Observed));
    let ended = call.ended.unwrap().what;
    assert_eq!((ended.talk_seconds, ended.by), (Some(60), EndedBy::Unrecorded));
    assert_eq!(ended.cause.unwrap().as_str(), "normal_clearing");
    let [caller] = <[_; 1]>::try_from(world.callers().await).unwrap();
    assert_eq!(call.caller, Some(caller.id));
    let [agent] = <[_; 1]>::try_from(world.agents().await).unwrap();
    assert_eq!(answered.agent, Some(agent.id));
    assert_eq!(agent.registered.unwrap().what.extension.unwrap().as_str(), "101");
}

async fn what_is_told_again_adds_nothing(database: Database) {
    let world = World::new(database).await;
    for message in [NEW, ANSWER, HANGUP] {
        world.hears(message).await;
    }
    let head = world.head().await;
    for message in [HANGUP, NEW, ANSWER, ANSWER, HANGUP, NEW] {
        world.seconds_pass(10);
        world.hears(message).await;
    }
    assert_eq!(world.head().await, head);
}

async fn an_answer_without_an_offer_infers_it(database: Database) {
    let world = World::new(database).await;
    world.hears(ANSWER).await;
    world.hears(NEW).await;
    let call = world.call().await;
    let offered = call.offered.unwrap().what;
    assert_eq!((offered.evidence, number(&offered.from)), (Evidence::Inferred, Some("+82332223333")));
    assert!(call.answered.is_some() && call.caller.is_some() && call.ended.is_none());
}

async fn an_offer_that_comes_last_tells_who_called(database: Database) {
    let world = World::new(database).await;
    world.hears("event=answer&callId=1&direction=in&user=김상담").await;
    assert_eq!(world.call().await.caller, None);
    world.hears(NEW).await;
    let [caller] = <[_; 1]>::try_from(world.callers().await).unwrap();
    assert_eq!(world.call().await.caller, Some(caller.id));
}

async fn an_answer_after_the_hang_up_is_no_missed_call(database: Database) {
    let world = World::new(database).await;
    world.hears(NEW).await;
    world.seconds_pass(5);
    world.hears(HANGUP).await;
    assert_eq!(world.call().await.standing(), CallStanding::Abandoned);
    world.seconds_pass(1);
    world.hears(ANSWER).await;
    let call = world.call().await;
    assert_eq!((call.standing(), call.answered.unwrap().what.wait_seconds), (CallStanding::Answered, 5));
    assert!(call.ended.is_some());
    assert!(world.callbacks().await.iter().all(|callback| callback.cancelled.is_some()));
}

async fn a_cause_says_how_an_unanswered_call_ended(database: Database) {
    let world = World::new(database).await;
    for (n, (cause, standing, exit)) in [
        ("normalClearing", CallStanding::Abandoned, None),
        ("cancel", CallStanding::Abandoned, None),
        ("noAnswer", CallStanding::Unanswered, Some(QueueExit::Timeout)),
        ("busy", CallStanding::Unanswered, Some(QueueExit::Full)),
        ("congestion", CallStanding::Unanswered, Some(QueueExit::Full)),
        ("forwarded", CallStanding::Unanswered, Some(QueueExit::Redirected)),
        ("notFound", CallStanding::Unanswered, None),
    ]
    .into_iter()
    .enumerate()
    {
        let of = format!("callId=c{n}&direction=in&from=anonymous");
        world.hears(&format!("event=newCall&{of}")).await;
        world.hears(&format!("event=hangup&{of}&cause={cause}")).await;
        let call = world.calls().await.pop().unwrap();
        assert_eq!(call.standing(), standing, "{cause}");
        assert_eq!(call.left_queue.map(|left| left.what.reason), exit, "{cause}");
        assert_eq!(call.caller, None);
    }
    assert!(world.callers().await.is_empty() && world.callbacks().await.is_empty());
}

async fn a_line_that_fails_is_dropped(database: Database) {
    let world = World::new(database).await;
    world.hears(NEW).await;
    world.hears(ANSWER).await;
    world.hears("event=hangup&callId=1&direction=in&cause=congestion").await;
    let call = world.call().await;
    assert!(call.dropped.is_some());
    assert_eq!(call.ended.unwrap().what.by, EndedBy::System);
}

async fn an_id_that_comes_again_is_another_call(database: Database) {
    let world = World::new(database).await;
    let from = |phone: &str| format!("event=newCall&callId=1&direction=in&from={phone}");
    world.hears(&from("0332223333")).await;
    world.hears(HANGUP).await;
    // A minute later: somebody else, so the system counts from 1 again.
    world.seconds_pass(60);
    world.hears(&from("0332224444")).await;
    assert_eq!(world.calls().await.len(), 2);
    // Its hang-up is lost, and the system counts anew.
    world.seconds_pass(60);
    world.hears(&from("0332225555")).await;
    let calls = world.calls().await;
    assert_eq!(calls.len(), 3);
    assert_eq!(calls[1].ended.as_ref().map(|ended| ended.what.evidence), Some(Evidence::Inferred));
    assert_eq!(
        calls[1].ended.as_ref().map(|ended| ended.at),
        calls[1].offered.as_ref().map(|offer| offer.at)
    );
    world.hears(HANGUP).await;
    // The same number with the same id, days later, of which only the answer arrives.
    world.seconds_pass(3 * 86_400);
    world.hears("event=answer&callId=1&direction=in&from=0332225555").await;
    let calls = world.calls().await;
    assert_eq!(calls.len(), 4);
    assert!(calls[3].answered.is_some() && calls[3].ended.is_none());
    assert_eq!(world.callers().await.len(), 3);
}

async fn outbound_calls_name_whom_they_call(database: Database) {
    let world = World::new(database).await;
    world.hears(NEW).await;
    world.hears(HANGUP).await;
    let of = "callId=out-1&direction=out&from=0335601234&to=0332223333&user=김상담";
    world.hears(&format!("event=newCall&{of}")).await;
    world.hears(&format!("event=hangup&{of}&cause=busy")).await;
    let call = world.calls().await.pop().unwrap();
    let offered = call.offered.as_ref().unwrap();
    assert_eq!(
        (offered.what.direction, number(&offered.what.from)),
        (Direction::Outbound, Some("+82332223333"))
    );
    assert_eq!((call.caller, &offered.what.dialled), (Some(world.callers().await[0].id), &None));
    assert_eq!(call.standing(), CallStanding::Unanswered);
    world.hears("event=newCall&callId=out-2&direction=out&to=0332229999").await;
    assert_eq!(world.callers().await.len(), 1, "whom the centre calls has not called");
}

async fn an_answering_machine_answers_nobody(database: Database) {
    let world = World::new(database).await;
    world.hears(NEW).await;
    world.hears("event=answer&callId=1&direction=in&user=voicemail").await;
    world.hears(HANGUP).await;
    let call = world.call().await;
    assert_eq!(call.standing(), CallStanding::Unanswered);
    assert!(call.ended.is_some());
    assert_eq!(world.callbacks().await.len(), 1);
}

both_engines!(
    a_call_is_offered_answered_and_over,
    what_is_told_again_adds_nothing,
    an_answer_without_an_offer_infers_it,
    an_offer_that_comes_last_tells_who_called,
    an_answer_after_the_hang_up_is_no_missed_call,
    a_cause_says_how_an_unanswered_call_ended,
    a_line_that_fails_is_dropped,
    an_id_that_comes_again_is_another_call,
    outbound_calls_name_whom_they_call,
    an_answering_machine_answers_nobody,
);
