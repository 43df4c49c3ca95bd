//! What is pushed.

use serde_json::{Value, json};

use crate::support::{Server, Socket};

/// The next events' positions, until `last` has come.
async fn positions(socket: &mut Socket, id: &str, last: u64) -> Vec<u64> {
    let mut seen = Vec::new();
    while seen.last() != Some(&last) {
        let message = socket.next().await;
        assert_eq!((&message["type"], &message["id"]), (&json!("next"), &json!(id)), "{message}");
        seen.push(message["payload"]["data"]["events"]["position"].as_u64().unwrap());
    }
    seen
}

const EVENTS: &str = "subscription($after: Position) { events(after: $after) { position type } }";

#[tokio::test]
async fn a_subscription_goes_on_where_it_broke_without_loss_or_repeat() {
    let server = Server::start().await;
    server.register_centre().await;
    let (_, first) = server.open_consultation("010-0000-0001").await;
    let mut socket = server.socket().await;
    socket.subscribe("1", EVENTS, json!({ "after": 0 })).await;
    assert_eq!(positions(&mut socket, "1", first).await, (1..=first).collect::<Vec<_>>());
    let (_, second) = server.open_consultation("010-0000-0002").await;
    assert_eq!(positions(&mut socket, "1", second).await, (first + 1..=second).collect::<Vec<_>>());
    drop(socket);

    let (_, third) = server.open_consultation("010-0000-0003").await;
    let mut socket = server.socket().await;
    socket.subscribe("x", EVENTS, json!({ "after": second })).await;
    assert_eq!(positions(&mut socket, "x", third).await, (second + 1..=third).collect::<Vec<_>>());
}

#[tokio::test]
async fn nothing_is_missed_while_others_write() {
    let server = Server::start().await;
    server.register_centre().await;
    let mut socket = server.socket().await;
    socket.subscribe("1", EVENTS, json!({ "after": 0 })).await;
    let written = futures::future::join_all((0..8).map(|n| {
        let phone = format!("010-0000-1{n:03}");
        let server = &server;
        async move { server.open_consultation(&phone).await.1 }
    }));
    let last = written.await.into_iter().max().unwrap();
    assert_eq!(positions(&mut socket, "1", last).await, (1..=last).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_changed_consultation_is_told_with_its_state() {
    let server = Server::start().await;
    server.register_centre().await;
    let (id, _) = server.open_consultation("010-0000-0001").await;
    let (other, _) = server.open_consultation("010-0000-0002").await;
    let mut socket = server.socket().await;
    let query = "subscription($id: ID!) { consultationChanged(id: $id) { position event { type }
        consultation { id notes { text } } } }";
    socket.subscribe("1", query, json!({ "id": id })).await;
    // An answered query tells that the subscription before it has begun.
    socket.subscribe("2", "{ me { kind } }", Value::Null).await;
    while socket.next().await["type"] != "complete" {}
    let note = "mutation($id: ID!, $text: String!) { recordNote(input: { consultation: $id, kind: ANSWER, text: $text }) {
        userErrors { message } } }";
    server.data(note, json!({ "id": other, "text": "다른 건" })).await;
    server.data(note, json!({ "id": id, "text": "안내함" })).await;
    let message = socket.next().await;
    let change = &message["payload"]["data"]["consultationChanged"];
    assert_eq!(change["consultation"], json!({ "id": id, "notes": [{ "text": "안내함" }] }), "{message}");
    assert_eq!(change["event"]["type"], "NoteRecorded");
}

#[tokio::test]
async fn a_milestone_is_told_when_it_is_reached() {
    let server = Server::start().await;
    server.register_centre().await;
    server.open_consultation("010-0000-0001").await;
    let query = "subscription { milestoneReached(thresholds: [2]) { threshold status consultation { id } } }";
    let mut socket = server.socket().await;
    socket.subscribe("1", query, Value::Null).await;
    socket.subscribe("2", "{ me { kind } }", Value::Null).await;
    while socket.next().await["type"] != "complete" {}
    let (id, _) = server.open_consultation("010-0000-0002").await;
    let message = socket.next().await;
    let reached = &message["payload"]["data"]["milestoneReached"];
    assert_eq!((&reached["threshold"], &reached["consultation"]["id"]), (&json!(2), &json!(id)), "{message}");
}

#[tokio::test]
async fn the_wallboard_shows_a_waiting_call() {
    let server = Server::start().await;
    server.register_centre().await;
    let mut socket = server.socket().await;
    let query =
        "subscription { wallboard { callsWaiting waitingSince today agents { state } calls { status } } }";
    socket.subscribe("1", query, Value::Null).await;
    let first = socket.next().await;
    assert_eq!(first["payload"]["data"]["wallboard"]["callsWaiting"], 0, "{first}");
    server.data("mutation { offerCall(input: { from: \"033-123-4567\" }) { position } }", Value::Null).await;
    loop {
        let message = socket.next().await;
        let board = &message["payload"]["data"]["wallboard"];
        if board["callsWaiting"] == json!(1) {
            assert_eq!(board["calls"], json!([{ "status": "WAITING" }]));
            break;
        }
    }
}

#[tokio::test]
async fn the_protocol_is_kept() {
    let server = Server::start().await;
    let mut socket = server.upgrade(&[]).await.unwrap();
    socket.subscribe("1", "{ me { kind } }", Value::Null).await;
    assert!(socket.next().await["closed"].is_number(), "a subscription before the handshake");
    let mut socket = server.socket().await;
    socket.send(json!({ "type": "connection_init" })).await;
    assert_eq!(socket.next().await["closed"], 4429);
    let mut socket = server.socket().await;
    socket.send(json!({ "type": "ping" })).await;
    assert_eq!(socket.next().await["type"], "pong");
    socket.send(json!({ "nonsense": true })).await;
    assert!(socket.next().await["closed"].is_number());
}

#[tokio::test]
async fn a_stopping_server_closes_subscriptions_and_finishes() {
    let server = Server::start().await;
    server.register_centre().await;
    let mut socket = server.socket().await;
    socket.subscribe("1", EVENTS, json!({ "after": 0 })).await;
    positions(&mut socket, "1", 2).await;
    let stopping = tokio::spawn(server.stop());
    assert_eq!(socket.next().await["closed"], 1001);
    drop(socket);
    tokio::time::timeout(std::time::Duration::from_secs(8), stopping)
        .await
        .expect("stopped in time")
        .unwrap();
}
