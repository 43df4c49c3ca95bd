//! Replays in GraphQL, page by page.

use sangdam_tests::{Database, both_engines};
use serde_json::{Value, json};

use super::desk::{Desk, PHONE};

const PAGE: &str =
    "{ nodes { event { position type } actor { kind } before after changes { kind path before after } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }";

async fn steps_come_in_pages_both_ways(database: Database) {
    let desk = Desk::open(&database).await;
    let caller = desk.makes("registerCaller", json!({ "phone": PHONE }), "caller").await;
    let (call, _) = desk.answers(PHONE).await;
    let consultation = desk.opens(&call, "waste").await;
    desk.notes(&consultation, "폐기물").await;
    let all = desk.ledger(&format!("replay(first: 100) {PAGE}")).await["replay"]["nodes"].take();
    let all = all.as_array().unwrap();
    let positions: Vec<u64> = all.iter().map(|step| step["event"]["position"].as_u64().unwrap()).collect();
    assert_eq!(positions, (1..=all.len() as u64).collect::<Vec<_>>());

    assert_eq!(walk(&desk, ("first", "after", "endCursor", "hasNextPage")).await, *all);
    let mut back = walk(&desk, ("last", "before", "startCursor", "hasPreviousPage")).await;
    back.sort_by_key(|step| step["event"]["position"].as_u64());
    assert_eq!(back, *all);

    let noted = all.last().unwrap();
    assert_eq!(noted["actor"], json!({ "kind": "OPEN" }));
    let note = &noted["changes"][0];
    assert_eq!(
        (&note["kind"], &note["path"], &note["before"]),
        (&json!("ADDED"), &json!("/notes/0"), &json!(null))
    );
    assert_eq!(note["after"]["text"], "폐기물");
    assert_eq!(
        noted["changes"][1],
        json!({ "kind": "CHANGED", "path": "/version", "before": 2, "after": 3 })
    );

    let types = |data: &Value| {
        let nodes = data["replay"]["nodes"].as_array().unwrap().iter();
        nodes.map(|step| step["event"]["type"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let of_stream = desk.ledger(&format!("replay(stream: \"call/{call}\") {PAGE}")).await;
    assert_eq!(types(&of_stream), ["CallOffered", "CallAnswered"]);
    let of_caller =
        desk.ledger(&format!("replay(caller: \"{caller}\", types: [\"NoteRecorded\"]) {PAGE}")).await;
    assert_eq!(types(&of_caller), ["NoteRecorded"]);
    let part = desk.ledger(&format!("replay(from: 2, to: 4) {PAGE}")).await;
    assert_eq!(part["replay"]["nodes"], json!(all[1..4]));
    let then = format!("{{ ledger(asOf: {{ position: 6 }}) {{ replay(last: 2) {PAGE} }} }}");
    let then = desk.server.ask(&then, Value::Null).await;
    assert_eq!(then["ledger"]["replay"]["nodes"], json!(all[4..6]));
    desk.server.stop().await;
}

/// Everything, three steps at a time.
async fn walk(desk: &Desk, (size, beyond, cursor, more): (&str, &str, &str, &str)) -> Vec<Value> {
    let (mut all, mut place) = (Vec::new(), String::new());
    loop {
        let mut page = desk.ledger(&format!("replay({size}: 3{place}) {PAGE}")).await["replay"].take();
        all.append(page["nodes"].as_array_mut().unwrap());
        if page["pageInfo"][more] == json!(false) {
            return all;
        }
        place = format!(", {beyond}: {}", page["pageInfo"][cursor]);
    }
}

async fn what_cannot_be_replayed_is_an_error(database: Database) {
    let desk = Desk::open(&database).await;
    let nobody = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b";
    for (arguments, code, told) in [
        (format!("stream: \"call/{nobody}\""), "NOT_FOUND", "has no stream"),
        (format!("caller: \"{nobody}\""), "NOT_FOUND", "has no caller"),
        (format!("stream: \"call/{nobody}\", caller: \"{nobody}\""), "BAD_INPUT", "not both"),
        ("stream: \"nothing\"".to_owned(), "BAD_INPUT", "is not a stream"),
        ("from: 3, to: 2".to_owned(), "BAD_INPUT", "`from` is after `to`"),
        ("to: 99".to_owned(), "BAD_INPUT", "has positions 1 to 4"),
        ("first: 3, last: 3".to_owned(), "BAD_INPUT", "not both"),
        ("first: 1000".to_owned(), "BAD_INPUT", "from 1 to 100"),
        ("after: \"!\"".to_owned(), "BAD_INPUT", "cursor"),
        ("types: [\"Nothing\"]".to_owned(), "BAD_INPUT", "no event is called"),
    ] {
        let query =
            format!("{{ ledger(minPosition: 4) {{ replay({arguments}) {{ nodes {{ before }} }} }} }}");
        let answer = desk.server.ask_raw(&query, Value::Null).await;
        let error = &answer["errors"][0];
        assert_eq!(error["extensions"]["code"], code, "{arguments}: {answer}");
        assert!(error["message"].as_str().unwrap().contains(told), "{arguments}: {answer}");
    }
    let beyond =
        desk.server.ask("{ ledger { replay(last: 1) { pageInfo { endCursor } } } }", Value::Null).await;
    let cursor = &beyond["ledger"]["replay"]["pageInfo"]["endCursor"];
    let query = format!(
        "{{ ledger(asOf: {{ position: 2 }}) {{ replay(after: {cursor}) {{ nodes {{ before }} }} }} }}"
    );
    let answer = desk.server.ask_raw(&query, Value::Null).await;
    assert!(answer["errors"][0]["message"].as_str().unwrap().contains("came after `asOf`"), "{answer}");
    desk.server.stop().await;
}

both_engines!(steps_come_in_pages_both_ways, what_cannot_be_replayed_is_an_error);
