//! What was known when.

use serde_json::{Value, json};

use crate::support::{Server, code_of, position};

const LIST: &str = "query($as_of: AsOfInput, $first: Int, $after: String) { ledger(asOf: $as_of) { position
    consultations(first: $first, after: $after) { totalCount nodes { id status } pageInfo { hasNextPage endCursor } } } }";

async fn void(server: &Server, id: &str) -> u64 {
    let data = server
        .data(
            "mutation($id: ID!) { voidConsultation(input: { consultation: $id, reason: MISTAKE }) {
                position userErrors { message } } }",
            json!({ "id": id }),
        )
        .await;
    position(&data["voidConsultation"])
}

#[tokio::test]
async fn a_moment_shows_what_was_known_then() {
    let server = Server::start().await;
    server.register_centre().await;
    let (first, opened) = server.open_consultation("033-123-4567").await;
    let (second, _) = server.open_consultation("010-1111-2222").await;
    let voided = void(&server, &first).await;
    let question = "query($as_of: AsOfInput, $id: ID!) { ledger(asOf: $as_of) {
        position asOf { position pinned recordedAt } recordedAt
        consultation(id: $id) { status voided { reason } timeline { nodes { type } } }
        cumulative { consultations } consultations { totalCount nodes { id status } }
        checkpoint { position root } } }";
    let ask = async |as_of: Value| {
        server.data(question, json!({ "as_of": as_of, "id": first })).await["ledger"].take()
    };

    let then = ask(json!({ "position": opened })).await;
    assert_eq!((&then["position"], &then["asOf"]["pinned"]), (&json!(opened), &json!(true)));
    assert_eq!(then["consultation"]["status"], "OPEN");
    assert_eq!(then["consultations"]["nodes"], json!([{ "id": first, "status": "OPEN" }]));
    assert_eq!(then["cumulative"]["consultations"], 1);
    let before = ask(json!({ "position": opened - 1 })).await;
    assert_eq!((&before["consultation"], &before["cumulative"]["consultations"]), (&Value::Null, &json!(0)));
    let last = ask(json!({ "position": voided })).await;
    assert_eq!(last["consultation"]["status"], "VOIDED");
    assert_eq!(last["consultations"]["nodes"][0], json!({ "id": second, "status": "OPEN" }));
    assert_eq!(last["cumulative"]["consultations"], 1);

    // A moment is the last position that was recorded by then, and the head of then is told again.
    let by_time = ask(json!({ "time": then["recordedAt"] })).await;
    assert_eq!(by_time["asOf"]["position"], then["position"]);
    assert_eq!(by_time["consultations"], then["consultations"]);
    let now = ask(Value::Null).await;
    assert_eq!((&now["asOf"]["pinned"], &now["checkpoint"]), (&json!(false), &last["checkpoint"]));
    assert_ne!(then["checkpoint"]["root"], last["checkpoint"]["root"]);
}

#[tokio::test]
async fn moments_that_cannot_be_asked_for_are_told() {
    let server = Server::start().await;
    let empty = server.answer(LIST, json!({ "as_of": { "position": 1 } })).await;
    assert!(empty["errors"][0]["message"].as_str().unwrap().contains("holds nothing yet"), "{empty}");
    let head = server.register_centre().await;
    for (as_of, says) in [
        (json!({ "position": 0 }), "begin at 1"),
        (json!({ "position": head + 1 }), "ends at position"),
        (json!({ "time": "2999-01-01T00:00:00Z" }), "still to come"),
        (json!({ "time": "2001-01-01T00:00:00Z" }), "begins after"),
    ] {
        let answer = server.answer(LIST, json!({ "as_of": as_of })).await;
        assert_eq!(code_of(&answer), "BAD_INPUT", "{as_of}: {answer}");
        let message = answer["errors"][0]["message"].as_str().unwrap();
        assert!(message.starts_with("asOf: ") && message.contains(says), "{as_of}: {message}");
    }
    for as_of in
        [json!({}), json!({ "position": 1, "time": "2024-01-01T00:00:00Z" }), json!({ "position": -1 })]
    {
        assert_eq!(server.code(LIST, json!({ "as_of": as_of })).await, "INVALID_QUERY", "{as_of}");
    }
}

#[tokio::test]
async fn a_cursor_belongs_to_its_moment() {
    let server = Server::start().await;
    server.register_centre().await;
    let mut ids = Vec::new();
    let mut then = 0;
    for n in 0..5 {
        let (id, position) = server.open_consultation(&format!("010-0000-000{n}")).await;
        ids.insert(0, id);
        then = position;
    }
    let as_of = json!({ "position": then });
    let page = async |as_of: &Value, after: &Value| {
        server.answer(LIST, json!({ "as_of": as_of, "first": 2, "after": after })).await
    };
    let mut seen = Vec::new();
    let mut after = Value::Null;
    for (n, id) in ids.iter().take(3).enumerate() {
        let answer = page(&as_of, &after).await;
        let list = &answer["data"]["ledger"]["consultations"];
        seen.extend(list["nodes"].as_array().unwrap().iter().map(|node| node["id"].clone()));
        after = list["pageInfo"]["endCursor"].clone();
        // What comes and goes meanwhile is not of that moment.
        server.open_consultation(&format!("010-0000-010{n}")).await;
        void(&server, id).await;
        assert_eq!(list["totalCount"], 5);
        assert!(list["nodes"].as_array().unwrap().iter().all(|node| node["status"] == "OPEN"), "{list}");
    }
    assert_eq!(json!(seen), json!(ids));

    for other in [Value::Null, json!({ "position": then - 1 })] {
        let answer = page(&other, &after).await;
        assert_eq!(code_of(&answer), "BAD_INPUT", "{answer}");
        assert!(answer["errors"][0]["message"].as_str().unwrap().contains("begin the list anew"), "{answer}");
    }
    let now = page(&Value::Null, &Value::Null).await;
    let cursor = &now["data"]["ledger"]["consultations"]["pageInfo"]["endCursor"];
    assert_eq!(code_of(&page(&as_of, cursor).await), "BAD_INPUT");
    let events = "query($as_of: AsOfInput, $after: String) { ledger(asOf: $as_of) {
        events(first: 100, after: $after) { nodes { position } pageInfo { endCursor hasNextPage } } } }";
    let all = server.data(events, json!({})).await;
    let beyond = &all["ledger"]["events"]["pageInfo"]["endCursor"];
    assert_eq!(server.code(events, json!({ "as_of": as_of, "after": beyond })).await, "BAD_INPUT");
    let of_then = server.data(events, json!({ "as_of": as_of })).await;
    let of_then = &of_then["ledger"]["events"];
    assert_eq!(of_then["nodes"].as_array().unwrap().last().unwrap()["position"], then);
    assert_eq!(of_then["pageInfo"]["hasNextPage"], false);
}
