//! Writing and reading back.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::support::{Server, position};

#[tokio::test]
async fn a_consultation_is_opened_noted_and_read_back_at_once() {
    let server = Server::start().await;
    server.register_centre().await;
    let (id, _) = server.open_consultation("033-123-4567").await;
    let note = server
        .data(
            "mutation($id: ID!) { recordNote(input: { consultation: $id, kind: INQUIRY, text: \"여권 재발급 문의\" }) {
                consultation { version notes { text erased } } position userErrors { code message field } } }",
            json!({ "id": id }),
        )
        .await;
    let noted = &note["recordNote"];
    assert_eq!(noted["consultation"]["notes"], json!([{ "text": "여권 재발급 문의", "erased": false }]));
    let read = server
        .data(
            "query($id: ID!, $min: Position!) { ledger(minPosition: $min) { position recordedAt
                consultation(id: $id) { id status version openedAt notes(kind: INQUIRY) { text } call { status from { value } }
                    timeline { nodes { type position body } } }
                consultations { totalCount nodes { id } } } node(id: $id) { id __typename } }",
            json!({ "id": id, "min": position(noted) }),
        )
        .await;
    let ledger = &read["ledger"];
    assert!(ledger["position"].as_u64() >= noted["position"].as_u64());
    let consultation = &ledger["consultation"];
    assert_eq!((&consultation["id"], &consultation["status"]), (&json!(id), &json!("OPEN")));
    assert_eq!(consultation["version"], noted["consultation"]["version"]);
    assert_eq!(consultation["call"]["from"]["value"], "+82331234567");
    let timeline = consultation["timeline"]["nodes"].as_array().unwrap();
    let types: Vec<_> = timeline.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!((types.first(), types.last()), (Some(&"ConsultationOpened"), Some(&"NoteRecorded")));
    assert_eq!(
        timeline.last().unwrap()["body"]["text"],
        json!({ "sealed": 0 }),
        "nothing personal in an event"
    );
    assert_eq!(ledger["consultations"], json!({ "totalCount": 1, "nodes": [{ "id": id }] }));
    assert_eq!(read["node"], json!({ "id": id, "__typename": "Consultation" }));
}

#[tokio::test]
async fn a_position_that_never_comes_is_told() {
    let server = Server::start().await;
    server.register_centre().await;
    assert_eq!(
        server.code("{ ledger(minPosition: 1000) { position } }", Value::Null).await,
        "NOT_YET_APPLIED"
    );
}

#[tokio::test]
async fn pages_go_forwards_and_backwards_through_everything_once() {
    let server = Server::start().await;
    server.register_centre().await;
    let mut ids = Vec::new();
    let mut last = 0;
    for n in 0..7 {
        let (id, position) = server.open_consultation(&format!("010-0000-000{n}")).await;
        ids.insert(0, id);
        last = position;
    }
    server.data("query($p: Position!) { ledger(minPosition: $p) { position } }", json!({ "p": last })).await;
    let page = "query($first: Int, $after: String, $last: Int, $before: String) { ledger {
        consultations(first: $first, after: $after, last: $last, before: $before) {
            nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }";
    let walk = async |step: fn(&Value) -> Value, more: &str| {
        let (mut seen, mut variables) = (Vec::new(), step(&Value::Null));
        loop {
            let data = server.data(page, variables).await;
            let page = &data["ledger"]["consultations"];
            let nodes = page["nodes"].as_array().unwrap().iter();
            seen.push(nodes.map(|node| node["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>());
            if page["pageInfo"][more] == json!(false) {
                return seen;
            }
            variables = step(&page["pageInfo"]);
        }
    };
    let forwards = walk(|info| json!({ "first": 3, "after": info["endCursor"] }), "hasNextPage").await;
    assert_eq!(forwards.concat(), ids);
    let mut backwards =
        walk(|info| json!({ "last": 3, "before": info["startCursor"] }), "hasPreviousPage").await;
    backwards.reverse();
    assert_eq!(backwards.concat(), ids);
}

#[tokio::test]
async fn events_are_paged_to_the_end_without_anything_personal() {
    let server = Server::start().await;
    server.register_centre().await;
    server.open_consultation("033-123-4567").await;
    let (mut seen, mut after) = (Vec::new(), Value::Null);
    loop {
        let data = server
            .data(
                "query($after: String) { ledger { checkpoint { position root }
                    events(first: 2, after: $after) { nodes { position leaf sealed { subject } } pageInfo { hasNextPage endCursor } } } }",
                json!({ "after": after }),
            )
            .await;
        let page = &data["ledger"]["events"];
        assert!(!page.to_string().contains("1234567"), "{page}");
        seen.extend(
            page["nodes"].as_array().unwrap().iter().map(|event| event["position"].as_u64().unwrap()),
        );
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == json!(false) {
            let head = data["ledger"]["checkpoint"]["position"].as_u64().unwrap();
            assert_eq!(seen, (1..=head).collect::<Vec<_>>());
            break;
        }
    }
    let opened = server
        .data("{ ledger { events(types: [\"ConsultationOpened\"]) { nodes { type stream } } } }", Value::Null)
        .await;
    let nodes = opened["ledger"]["events"]["nodes"].as_array().unwrap();
    assert_eq!(nodes.len(), 1);
    let stream = server
        .data(
            "query($stream: ID!) { ledger { events(stream: $stream) { nodes { stream } } } }",
            json!({ "stream": nodes[0]["stream"] }),
        )
        .await;
    let streams: HashSet<_> =
        stream["ledger"]["events"]["nodes"].as_array().unwrap().iter().map(|e| e["stream"].clone()).collect();
    assert_eq!(streams, HashSet::from([nodes[0]["stream"].clone()]));
}

#[tokio::test]
async fn every_question_has_an_answer_on_an_empty_ledger_and_on_a_small_one() {
    let server = Server::start().await;
    let question = "{ me { kind id } ledger { position recordedAt centre { code name timeZone calendars { calendarVersion } }
        yearlyCounts { year consultations basis answerRate { percent } }
        counts(by: MONTH, from: \"2024-01-01\", to: \"2024-12-31\") { key consultations }
        cumulative { since consultations } milestones(thresholds: [1, 100000]) { threshold status basis { kind known } }
        serviceLevel(from: \"2024-01-01\", to: \"2024-12-31\") { answerRate { percent } waits { calls } }
        directoryEntries { id } directoryRanking { rank } directoryEditions { edition } agents { id } openCallbacks { id }
        imports { id } consultations { totalCount } events { nodes { id } } } }";
    let data = server.data(question, Value::Null).await;
    assert_eq!((&data["ledger"]["position"], &data["ledger"]["centre"]["name"]), (&json!(0), &Value::Null));
    server.register_centre().await;
    let (_, position) = server.open_consultation("033-123-4567").await;
    let data = server
        .data(&question.replace("ledger {", &format!("ledger(minPosition: {position}) {{")), Value::Null)
        .await;
    let ledger = &data["ledger"];
    assert_eq!(ledger["centre"]["name"], "정선군 상담센터");
    assert_eq!(ledger["cumulative"], json!({ "since": "2022-01-01", "consultations": 1 }));
    assert_eq!(ledger["milestones"][0]["status"], "REACHED", "{}", ledger["milestones"]);
}

#[tokio::test]
async fn a_caller_is_found_by_number_with_their_history() {
    let server = Server::start().await;
    server.register_centre().await;
    let registered = server
        .data(
            "mutation { registerCaller(input: { phone: \"033-123-4567\", name: \"김정선\" }) {
                caller { id } position userErrors { code message } } }",
            Value::Null,
        )
        .await;
    position(&registered["registerCaller"]);
    let (consultation, last) = server.open_consultation("+82 33-123-4567").await;
    let found = server
        .data(
            "query($min: Position!) { ledger(minPosition: $min) { caller(phone: \"033 123 4567\") { id name { value erased }
                phones { phone erased } history { nodes { __typename } } consultations { totalCount nodes { id } }
                calls { nodes { status } } } other: caller(phone: \"033-123-9999\") { id } } }",
            json!({ "min": last }),
        )
        .await;
    let caller = &found["ledger"]["caller"];
    assert_eq!(caller["id"], registered["registerCaller"]["caller"]["id"]);
    assert_eq!(caller["name"], json!({ "value": "김정선", "erased": false }));
    assert_eq!(caller["phones"][0]["phone"], "+82331234567");
    assert_eq!(caller["consultations"], json!({ "totalCount": 1, "nodes": [{ "id": consultation }] }));
    assert_eq!(caller["history"]["nodes"].as_array().unwrap().len(), 2);
    assert_eq!(found["ledger"]["other"], Value::Null);
}

#[tokio::test]
async fn an_agent_reads_the_same_from_a_command_and_from_a_question() {
    let server = Server::start().await;
    server.register_centre().await;
    const SHOWN: &str = "id uuid version name { value erased } extension state stateSince shiftStartedAt registeredAt retiredAt";
    let registered = server
        .data(
            "mutation { registerAgent(input: { name: \"김상담\", extension: \"101\" }) {
                agent { id } position userErrors { message } } }",
            Value::Null,
        )
        .await;
    let id = registered["registerAgent"]["agent"]["id"].clone();
    let started = server
        .data(
            &format!(
                "mutation($id: ID!) {{ startShift(input: {{ agent: $id }}) {{
                    agent {{ {SHOWN} }} position userErrors {{ message }} }} }}"
            ),
            json!({ "id": id }),
        )
        .await;
    let payload = &started["startShift"];
    let read = server
        .data(
            &format!(
                "query($id: ID!, $min: Position!) {{ ledger(minPosition: $min) {{ agents {{ {SHOWN} }} }}
                    node(id: $id) {{ ... on Agent {{ {SHOWN} }} }} }}"
            ),
            json!({ "id": id, "min": position(payload) }),
        )
        .await;
    assert_eq!(payload["agent"]["name"], json!({ "value": "김상담", "erased": false }));
    assert_eq!((&payload["agent"]["state"], &payload["agent"]["version"]), (&json!("AVAILABLE"), &json!(2)));
    assert_eq!(read["ledger"]["agents"], json!([payload["agent"]]));
    assert_eq!(read["node"], payload["agent"]);
    let nobody = server.data(
        "{ node(id: \"QWdlbnQ6MDAwMDAwMDAtMDAwMC00MDAwLTgwMDAtMDAwMDAwMDAwMDAw\") { id } }",
        Value::Null,
    );
    assert_eq!(nobody.await["node"], Value::Null);
}

#[tokio::test]
async fn what_was_erased_reads_as_erased() {
    let server = Server::start().await;
    server.register_centre().await;
    let registered = server
        .data(
            "mutation { registerCaller(input: { phone: \"033-123-4567\", name: \"김정선\" }) { caller { id } } }",
            Value::Null,
        )
        .await;
    let caller = registered["registerCaller"]["caller"]["id"].clone();
    let (consultation, _) = server.open_consultation("033-123-4567").await;
    let note = "mutation($id: ID!) { recordNote(input: { consultation: $id, kind: INQUIRY, text: \"이름을 말씀하심\" }) {
        position userErrors { message } } }";
    position(&server.data(note, json!({ "id": consultation })).await["recordNote"]);
    let mut last = 0;
    for step in ["requestErasure", "approveErasure", "eraseCaller"] {
        let query = format!(
            "mutation($id: ID!) {{ {step}(input: {{ caller: $id }}) {{ position userErrors {{ code message }} }} }}"
        );
        last = position(&server.data(&query, json!({ "id": caller })).await[step]);
    }
    let read = server
        .data(
            "query($caller: ID!, $consultation: ID!, $min: Position!) { ledger(minPosition: $min) {
                caller(id: $caller) { erasure { state } name { value erased } phones { phone erased } }
                byPhone: caller(phone: \"033-123-4567\") { id }
                consultation(id: $consultation) { notes { text erased } call { from { value erased } } } } }",
            json!({ "caller": caller, "consultation": consultation, "min": last }),
        )
        .await;
    let ledger = &read["ledger"];
    let gone = json!({ "value": null, "erased": true });
    assert_eq!(ledger["caller"]["erasure"]["state"], "ERASED");
    assert_eq!(ledger["caller"]["name"], gone);
    assert_eq!(ledger["caller"]["phones"], json!([{ "phone": null, "erased": true }]));
    assert_eq!(ledger["consultation"]["notes"], json!([{ "text": null, "erased": true }]));
    assert_eq!(ledger["consultation"]["call"]["from"], gone);
    assert_eq!(ledger["byPhone"], Value::Null);
}

#[tokio::test]
async fn answers_come_in_the_order_in_which_they_were_asked_for() {
    let server = Server::start().await;
    server.register_centre().await;
    let (_, position) = server.open_consultation("033-123-4567").await;
    let query = "query Ask($min: Position!) { l: ledger(minPosition: $min) {
            serviceLevel(from: \"2024-01-01\", to: \"2024-01-02\") { all { offered } } ...More position
            ... on Ledger { consultations { nodes { status call { id } version } totalCount } } } }
        query Other { ledger { position } }
        fragment More on Ledger { consultations { nodes { ...Few agent { id } } } cumulative { since consultations } }
        fragment Few on Consultation { openedAt status }";
    for _ in 0..20 {
        let body = json!({ "query": query, "operationName": "Ask", "variables": { "min": position } });
        let text = server.post().json(&body).send().await.unwrap().text().await.unwrap();
        // As it stands in the text, not as a map has it.
        let key = |(end, _)| text[..end].rsplit('"').next();
        let keys: Vec<&str> = text.match_indices("\":").filter_map(key).collect();
        let asked = "data l serviceLevel all offered consultations nodes openedAt status agent call id version totalCount \
            cumulative since consultations position";
        assert_eq!(keys.join(" "), asked, "{text}");
    }
}
