//! What was known when a call was answered.

use sangdam_tests::{Database, both_engines};
use serde_json::{Value, json};

use super::desk::{Desk, PHONE};

const KNOWN: &str = "{ position recordedAt call { status } caller { uuid name { value } }
    history { __typename ... on Call { uuid } ... on Consultation { uuid status notes { text } } ... on Callback { uuid } }
    openCallbacks { uuid status }
    directory { entryVersion entry { uuid listing { duties } } }
    similar { openedPosition resolvedPosition consultation { uuid status } } }";

fn listing(duties: &str) -> Value {
    json!({ "organisation": "정선군청", "department": "환경과", "duties": duties, "phone": "033-560-2331" })
}

async fn what_came_later_was_not_known(database: Database) {
    let desk = Desk::open(&database).await;
    let caller = desk.makes("registerCaller", json!({ "phone": PHONE }), "caller").await;
    let entry = desk.makes("addDirectoryEntry", json!({ "listing": listing("쓰레기") }), "entry").await;
    let gone = desk.makes("addDirectoryEntry", json!({ "listing": listing("옛 번호") }), "entry").await;
    desk.does("retireDirectoryEntry", json!({ "entry": gone }), "").await;

    let (first, _) = desk.answers(PHONE).await;
    let theirs = desk.opens(&first, "waste").await;
    desk.notes(&theirs, "먼저 한 말").await;
    let due = json!({ "consultation": theirs, "due": "2099-01-01T00:00:00Z" });
    let promised = desk.makes("promiseCallback", due, "callback").await;
    let (other_call, _) = desk.answers("010-0000-0001").await;
    let similar = desk.opens(&other_call, "waste").await;
    let opened = opened_at(&desk, &similar).await;
    desk.resolves(&similar).await;
    desk.does("reopenConsultation", json!({ "consultation": similar, "reason": "MISTAKE" }), "").await;
    let resolved = desk.resolves(&similar).await;
    let (tax_call, _) = desk.answers("010-0000-0002").await;
    let of_tax = desk.opens(&tax_call, "tax").await;
    desk.resolves(&of_tax).await;

    let (call, answered) = desk.answers(PHONE).await;

    let led_to = desk.opens(&call, "waste").await;
    desk.notes(&theirs, "나중에 한 말").await;
    desk.resolves(&theirs).await;
    desk.resolves(&led_to).await;
    desk.does("nameCaller", json!({ "caller": caller, "name": "나중정" }), "").await;
    desk.does("changeDirectoryEntry", json!({ "entry": entry, "listing": listing("재활용") }), "").await;
    desk.does("addDirectoryEntry", json!({ "listing": listing("새 번호") }), "").await;
    desk.does("cancelCallback", json!({ "callback": promised, "reason": "NOT_WANTED" }), "").await;

    let known = desk.ledger(&format!("whatWasKnown(call: \"{call}\") {KNOWN}")).await["whatWasKnown"].take();
    assert_eq!(known["position"], answered - 1);
    assert!(known["recordedAt"].is_string());
    assert_eq!(known["call"], json!({ "status": "WAITING" }));
    assert_eq!(known["caller"], json!({ "uuid": caller, "name": null }));
    let expected = json!([
        { "__typename": "Callback", "uuid": promised },
        { "__typename": "Consultation", "uuid": theirs, "status": "OPEN", "notes": [{ "text": "먼저 한 말" }] },
        { "__typename": "Call", "uuid": first },
    ]);
    assert_eq!(known["history"], expected);
    assert_eq!(known["openCallbacks"], json!([{ "uuid": promised, "status": "PROMISED" }]));
    let in_force =
        json!([{ "entryVersion": 1, "entry": { "uuid": entry, "listing": { "duties": "쓰레기" } } }]);
    assert_eq!(known["directory"], in_force);
    let case = json!([{ "openedPosition": opened, "resolvedPosition": resolved,
        "consultation": { "uuid": similar, "status": "RESOLVED" } }]);
    assert_eq!(known["similar"], case);

    // As of the answer the call has led to nothing yet.
    let then = format!(
        "{{ ledger(asOf: {{ position: {answered} }}) {{ whatWasKnown(call: \"{call}\") {KNOWN} }} }}"
    );
    let then = desk.server.ask(&then, Value::Null).await["ledger"]["whatWasKnown"].take();
    assert_eq!((&then["history"], &then["similar"]), (&expected, &json!([])));
    let earlier = format!(
        "{{ ledger(asOf: {{ position: {} }}) {{ whatWasKnown(call: \"{call}\") {{ position }} }} }}",
        answered - 1
    );
    let earlier = desk.server.ask(&earlier, Value::Null).await;
    assert_eq!(earlier["ledger"]["whatWasKnown"], Value::Null);
    desk.server.stop().await;
}

async fn opened_at(desk: &Desk, consultation: &str) -> Value {
    let events =
        format!("events(stream: \"consultation/{consultation}\", first: 1) {{ nodes {{ position }} }}");
    desk.ledger(&events).await["events"]["nodes"][0]["position"].take()
}

async fn of_a_call_that_nobody_answered_nothing_is_told(database: Database) {
    let desk = Desk::open(&database).await;
    let missed = desk.makes("offerCall", json!({ "from": PHONE }), "call").await;
    desk.does("abandonCall", json!({ "call": missed }), "").await;
    let (unknown, _) = desk.answers("010-0000-0009").await;
    let nobodys =
        desk.ledger(&format!("whatWasKnown(call: \"{unknown}\") {KNOWN}")).await["whatWasKnown"].take();
    assert_eq!((&nobodys["caller"], &nobodys["history"]), (&Value::Null, &json!([])));
    assert_eq!((&nobodys["openCallbacks"], &nobodys["similar"]), (&json!([]), &json!([])));
    for call in [missed.as_str(), "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"] {
        let answer = desk.ledger(&format!("whatWasKnown(call: \"{call}\") {{ position }}")).await;
        assert_eq!(answer["whatWasKnown"], Value::Null);
    }
    let wrong = "{ ledger { whatWasKnown(call: \"nothing\") { position } } }";
    let answer = desk.server.ask_raw(wrong, Value::Null).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_INPUT", "{answer}");
    desk.server.stop().await;
}

both_engines!(what_came_later_was_not_known, of_a_call_that_nobody_answered_nothing_is_told);
