//! What a request may cost. After each attack the server still answers.

use std::time::{Duration, Instant};

use async_graphql::Request;
use futures::{SinkExt, StreamExt};
use sangdam::graphql::Principal;
use sangdam::graphql::execute::Engine;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Server, code_of};

/// Refused fast, with this code, and the server lives on.
async fn refused(server: &Server, query: String, code: &str) {
    let started = Instant::now();
    let shown: String = query.chars().take(60).collect();
    assert_eq!(server.code(&query, Value::Null).await, code, "{shown}");
    assert!(started.elapsed() < Duration::from_secs(3), "{shown} took {:?}", started.elapsed());
    assert_eq!(server.data("{ me { kind } }", Value::Null).await["me"]["kind"], "OPEN");
}

#[tokio::test]
async fn ten_thousand_open_brackets_crash_nothing() {
    let server = Server::start().await;
    for bracket in ["{", "[", "(", "{a", "{a(b:["] {
        refused(&server, bracket.repeat(10_000 / bracket.len()), "LIMIT_EXCEEDED").await;
    }
    let nested = format!("{{ a(b: {}1{}) }}", "[".repeat(2_500), "]".repeat(2_500));
    refused(&server, nested, "LIMIT_EXCEEDED").await;
    // Behind a string that does not end, the parser could take the rest for a query.
    refused(&server, format!("{{ a(b: \"\"\" \" {}", "{".repeat(10_000)), "INVALID_QUERY").await;
    refused(
        &server,
        format!("query($a: {}Int{}) {{ a }}", "[".repeat(5_000), "]".repeat(5_000)),
        "LIMIT_EXCEEDED",
    )
    .await;
}

#[tokio::test]
async fn a_query_of_seventeen_kibibytes_is_refused() {
    let server = Server::start().await;
    refused(&server, format!("{{ me {{ kind }} }} #{}", "x".repeat(17 * 1024)), "LIMIT_EXCEEDED").await;
    let just = format!("{{ me {{ kind }} }} #{}", "x".repeat(16 * 1024 - 17));
    assert_eq!(just.len(), 16 * 1024);
    server.data(&just, Value::Null).await;
}

#[tokio::test]
async fn bombs_of_fragments_are_refused_fast() {
    let server = Server::start().await;
    let mut bomb = "{ ...F0 }".to_owned();
    for n in 0..60 {
        let next = n + 1;
        bomb.push_str(&format!(
            " fragment F{n} on Query {{ me {{ kind }} ...F{next} ...F{next} ...F{next} }}"
        ));
    }
    bomb.push_str(" fragment F60 on Query { me { kind } }");
    refused(&server, bomb, "LIMIT_EXCEEDED").await;
    refused(
        &server,
        "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }".into(),
        "INVALID_QUERY",
    )
    .await;
    let chain: String = (0..400).map(|n| format!("fragment F{n} on Query{{...F{}}} ", n + 1)).collect();
    refused(&server, format!("{{...F0}} {chain} fragment F400 on Query{{me{{kind}}}}"), "LIMIT_EXCEEDED")
        .await;
    refused(&server, "{ ...Missing }".into(), "INVALID_QUERY").await;
}

#[tokio::test]
async fn depth_aliases_directives_complexity_and_pages_are_bounded() {
    let server = Server::start().await;
    let deep = format!(
        "{{ ledger {{ consultations {{ nodes {} id {} }} }} }}",
        "{ links { other ".repeat(7),
        "} }".repeat(7)
    );
    refused(&server, deep, "LIMIT_EXCEEDED").await;
    let aliases: String = (0..100).map(|n| format!("a{n}: me {{ kind }} ")).collect();
    refused(&server, format!("{{ {aliases} }}"), "LIMIT_EXCEEDED").await;
    refused(&server, format!("{{ me {} {{ kind }} }}", "@include(if: true) ".repeat(100)), "LIMIT_EXCEEDED")
        .await;
    let rows =
        "consultations(first: 100) { nodes { caller { consultations(first: 100) { nodes { id } } } } }";
    refused(&server, format!("{{ ledger {{ {rows} }} }}"), "LIMIT_EXCEEDED").await;
    refused(&server, "{ ledger { consultations(first: 101) { nodes { id } } } }".into(), "BAD_INPUT").await;
    refused(&server, "{ ledger { consultations(first: -1) { nodes { id } } } }".into(), "BAD_INPUT").await;
    refused(&server, "{ ledger { consultations(first: 1, last: 1) { nodes { id } } } }".into(), "BAD_INPUT")
        .await;
    refused(&server, "{ ledger { consultations(after: \"x\") { nodes { id } } } }".into(), "BAD_INPUT").await;
    let introspection = "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }";
    refused(&server, introspection.into(), "LIMIT_EXCEEDED").await;
}

#[tokio::test]
async fn what_does_not_fit_the_schema_is_told_with_a_code() {
    let server = Server::start().await;
    for query in [
        "{ nothing }",
        "{ me { kind }",
        "{ ledger(minPosition: -1) { position } }",
        "{ ledger(minPosition: 9007199254740992) { position } }",
        "{ ledger { counts(by: DAY, from: \"2024-02-30\", to: \"2024-03-01\") { key } } }",
        "subscription { events { position } }",
        "query A { me { kind } } query B { me { kind } }",
        "query($x: Position!) { ledger(minPosition: $x) { position } }",
    ] {
        refused(&server, query.into(), "INVALID_QUERY").await;
    }
    for (query, code) in [
        ("{ ledger(centre: \"nowhere\") { position } }", "NOT_FOUND"),
        ("{ ledger(centre: \"정선\") { position } }", "BAD_INPUT"),
        ("{ ledger { consultation(id: \"x\") { id } } }", "BAD_INPUT"),
        ("{ ledger { counts(by: DAY, from: \"2024-02-02\", to: \"2024-02-01\") { key } } }", "BAD_INPUT"),
        ("{ ledger { counts(by: DAY, from: \"1900-01-01\", to: \"2024-02-01\") { key } } }", "BAD_INPUT"),
        ("{ ledger { events(types: [\"Nothing\"]) { nodes { id } } } }", "BAD_INPUT"),
        ("{ ledger { events(stream: \"x\") { nodes { id } } } }", "BAD_INPUT"),
        ("{ ledger { caller { id } } }", "BAD_INPUT"),
        ("{ node(id: \"x\") { id } }", "BAD_INPUT"),
    ] {
        refused(&server, query.into(), code).await;
    }
}

#[tokio::test]
async fn a_bad_number_is_not_repeated_in_the_error() {
    let server = Server::start().await;
    let query = "query($phone: PhoneNumber!) { ledger { caller(phone: $phone) { id } } }";
    let answer = server.answer(query, json!({ "phone": "033-99-secret" })).await;
    assert_eq!(code_of(&answer), "INVALID_QUERY", "{answer}");
    assert!(!answer.to_string().contains("secret"), "{answer}");
}

#[tokio::test]
async fn introspection_as_tools_do_it_passes() {
    let server = Server::start().await;
    let data = server.data(INTROSPECTION, Value::Null).await;
    assert!(data["__schema"]["types"].as_array().unwrap().len() > 50);
}

#[tokio::test]
async fn the_websocket_has_the_same_limits() {
    let server = Server::start().await;
    server.register_centre().await;
    let mut socket = server.socket().await;
    let bomb = "{".repeat(10_000);
    socket.subscribe("1", &bomb, Value::Null).await;
    let answer = socket.next().await;
    assert!(answer.to_string().contains("LIMIT_EXCEEDED"), "{answer}");
    loop {
        // The answer is followed by the operation's end.
        if socket.next().await["type"] == "complete" {
            break;
        }
    }
    for n in 0..60 {
        socket.subscribe(&format!("s{n}"), "subscription { events { position } }", Value::Null).await;
    }
    let answer = socket.next().await;
    assert!(answer.to_string().contains("at most 50"), "{answer}");

    let mut socket = server.socket().await;
    let large = json!({ "type": "ping", "payload": { "x": "x".repeat(300 * 1024) } });
    // The server may close while the message is still being sent.
    let _ = socket.0.send(Message::text(large.to_string())).await;
    let end = tokio::time::timeout(Duration::from_secs(5), socket.0.next()).await.unwrap();
    assert!(!matches!(end, Some(Ok(Message::Text(_)))), "{end:?}");
}

#[tokio::test]
async fn who_does_not_begin_is_closed() {
    let server = Server::start().await;
    let mut socket = server.upgrade(&[]).await.unwrap();
    assert_eq!(socket.next().await["closed"], 4408);
}

#[tokio::test]
async fn what_takes_too_long_is_given_up() {
    let server = Server::start().await;
    let engine = Engine::new(server.app.clone()).unwrap().with_time_max(Duration::from_millis(50));
    let slow = Request::new("{ ledger(minPosition: 1000) { position } }");
    let answer = serde_json::to_value(engine.execute(slow, Principal::open()).await).unwrap();
    assert_eq!(code_of(&answer), "TIMEOUT", "{answer}");
}

const INTROSPECTION: &str = "query IntrospectionQuery { __schema { queryType { name } mutationType { name }
  subscriptionType { name } types { ...FullType } directives { name description locations args { ...InputValue } } } }
  fragment FullType on __Type { kind name description fields(includeDeprecated: true) { name description
  args { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason } inputFields { ...InputValue }
  interfaces { ...TypeRef } enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
  possibleTypes { ...TypeRef } } fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue }
  fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name
  ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } } }";
