//! The server killed at random moments under load: nothing acknowledged is lost, nothing is there twice.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures::stream::{self, StreamExt};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sangdam_tests::{Database, Program, Server, both_engines};
use serde_json::{Value, json};
use uuid::Uuid;

/// How many clients write at once.
const CLIENTS: usize = 16;

/// How often the server is killed.
const KILLS: usize = 50;

/// A command as a client remembers it.
pub(crate) struct Command {
    id: Uuid,
    /// The mutation's name.
    name: &'static str,
    input: Value,
    /// Where its event stands, if the server has said so.
    position: Option<u64>,
}

async fn acknowledged_is_durable(database: Database) {
    let mut random = StdRng::seed_from_u64(50);
    let mut server = Server::start(&database).await;
    found(&server).await;
    let mut commands: Vec<Command> = Vec::new();
    for kill in 1..=KILLS {
        let load = Duration::from_millis(random.random_range(20..500));
        let mut sent = under_load(server, load).await;
        let verified = Program::succeed(&database, &["verify"]);
        assert!(!verified.contains("DAMAGED"), "after kill {kill}: {verified}");
        server = Server::start(&database).await;
        retry(&server, &mut sent).await;
        commands.append(&mut sent);
    }
    server.stop().await;
    each_stands_once(&Program::succeed(&database, &["export", "events"]), &commands);
}

both_engines!(acknowledged_is_durable);

/// Lets clients write for so long, then kills the server. Returns all commands sent.
async fn under_load(server: Server, load: Duration) -> Vec<Command> {
    let sent =
        stream::iter(0..CLIENTS).map(|_| client(&server)).buffer_unordered(CLIENTS).collect::<Vec<_>>();
    let kill = async {
        tokio::time::sleep(load).await;
        server.kill_now();
    };
    let (sent, ()) = tokio::join!(sent, kill);
    let sent: Vec<_> = sent.into_iter().flatten().collect();
    server.wait_for_death().await;
    sent
}

/// One client: takes call after call until the server is gone.
async fn client(server: &Server) -> Vec<Command> {
    let mut sent = Vec::new();
    while take_a_call(server, &mut sent).await.is_some() {}
    sent
}

/// A call from its ring to its end, as a console would tell of it. `None` once the server is gone.
pub(crate) async fn take_a_call(server: &Server, sent: &mut Vec<Command>) -> Option<()> {
    let from = format!("010-0000-{:04}", sent.len());
    let call = send(server, sent, "offerCall", "call { id }", json!({"from": from})).await?;
    let call = &call["call"]["id"];
    send(server, sent, "answerCall", "call { id }", json!({"call": call})).await?;
    let opened = send(server, sent, "openConsultation", "consultation { id }", json!({"call": call})).await?;
    let consultation = &opened["consultation"]["id"];
    let note = json!({"consultation": consultation, "kind": "INQUIRY", "text": "화암동굴 모노레일은 몇 시까지 타나요?"});
    send(server, sent, "recordNote", "consultation { id }", note).await?;
    let resolve = json!({"consultation": consultation, "outcome": "ANSWERED"});
    send(server, sent, "resolveConsultation", "consultation { id }", resolve).await?;
    Some(())
}

/// Sends a command once and remembers it. `None` once the server is gone.
async fn send(
    server: &Server,
    sent: &mut Vec<Command>,
    name: &'static str,
    answer: &str,
    mut input: Value,
) -> Option<Value> {
    static COUNTER: AtomicU64 = AtomicU64::new(1);
    let number = COUNTER.fetch_add(1, Ordering::Relaxed);
    let id = Uuid::from_u128((0x0190_u128 << 112) | (7 << 76) | (0b10 << 62) | u128::from(number));
    input["commandId"] = json!(id);
    sent.push(Command { id, name, input: input.clone(), position: None });
    let answer = server.try_ask(&mutation(name, answer), json!({"input": input})).await.ok()?;
    let payload = payload(&answer, name);
    sent.last_mut().expect("just pushed").position = payload["position"].as_u64();
    Some(payload)
}

fn mutation(name: &str, answer: &str) -> String {
    let input = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    format!(
        "mutation($input: {input}!) {{ {name}(input: $input) {{ {answer} position userErrors {{ code message }} }} }}"
    )
}

#[track_caller]
fn payload(answer: &Value, name: &str) -> Value {
    let payload = answer["data"][name].clone();
    assert!(payload["position"].is_u64() && payload["userErrors"] == json!([]), "{name}: {answer:#}");
    payload
}

/// Sends every command again. Each acknowledged one must be answered with the position that it was acknowledged with.
async fn retry(server: &Server, commands: &mut [Command]) {
    stream::iter(commands)
        .for_each_concurrent(CLIENTS, |command| async move {
            let query = mutation(command.name, "__typename");
            let answer = server.ask_raw(&query, json!({"input": command.input})).await;
            let position = payload(&answer, command.name)["position"].as_u64();
            if command.position.is_some() {
                assert_eq!(
                    command.position, position,
                    "{} {} came to stand elsewhere",
                    command.name, command.id
                );
            }
            command.position = position;
        })
        .await;
}

/// Every command has exactly one event, where it was said to be, and every event a command that was sent.
fn each_stands_once(export: &str, commands: &[Command]) {
    let events: Vec<Value> = export
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON")["data"].take())
        .collect();
    let mut by_command: HashMap<&str, Vec<u64>> = HashMap::new();
    for event in &events {
        let command = event["command"].as_str().expect("a command");
        by_command.entry(command).or_default().push(event["position"].as_u64().expect("a position"));
    }
    assert!(commands.len() > 500, "only {} commands were sent: that was no load", commands.len());
    for command in commands {
        let stands = by_command.remove(command.id.to_string().as_str()).unwrap_or_default();
        assert_eq!(stands, Vec::from_iter(command.position), "{} {}", command.name, command.id);
    }
    // What is left is the beginning: the log's opening and the centre's registration.
    assert!(
        by_command.values().all(|positions| positions.iter().all(|position| *position <= 2)),
        "{by_command:?}"
    );
}

pub(crate) async fn found(server: &Server) {
    let query = "mutation($input: RegisterCentreInput!) { registerCentre(input: $input) { position userErrors { code message } } }";
    let input = json!({
        "name": "정선군 민원콜센터", "openedOn": "2019-08-01", "timeZone": "Asia/Seoul", "recordsCompleteFrom": "2022-01-01"
    });
    let answer = server.ask_raw(query, json!({"input": input})).await;
    payload(&answer, "registerCentre");
}
