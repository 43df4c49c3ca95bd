//! Followed, stopped, killed and started again: nothing is missing and nothing comes twice.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sangdam_tests::{Database, Program, Server, both_engines};
use serde_json::Value;

use super::{Running, SOON, until};
use crate::crash::{found, take_a_call};

both_engines!(
    a_file_that_is_followed_to_is_whole_whatever_happens,
    it_ends_well_when_it_is_told_to,
    what_comes_behind_a_position_is_the_rest,
);

const CALLS: usize = 40;
const CLIENTS: usize = 4;
const KILLS: usize = 8;

async fn a_file_that_is_followed_to_is_whole_whatever_happens(database: Database) {
    let server = Server::start(&database).await;
    found(&server).await;
    let events = database.folder().join("events.jsonl");
    let consultations = database.folder().join("consultations.jsonl");
    let followers: [Vec<&str>; 2] = [
        vec!["export", "events", "--follow", "--output", events.to_str().unwrap()],
        vec!["export", "consultations", "--follow", "--output", consultations.to_str().unwrap()],
    ];
    let mut random = StdRng::seed_from_u64(3);
    let kills = async {
        for round in 0..KILLS {
            let running = followers.each_ref().map(|arguments| Running::start(&database, arguments));
            tokio::time::sleep(Duration::from_millis(random.random_range(50..900))).await;
            running.into_iter().for_each(Running::kill);
            if round % 2 == 0 {
                tear(&events, &mut random);
                tear(&consultations, &mut random);
            }
        }
    };
    tokio::join!(calls(&server), kills);
    let head = server.ask("{ ledger { checkpoint { position } } }", serde_json::json!({})).await;
    let head = head["ledger"]["checkpoint"]["position"].as_u64().unwrap();
    server.stop().await;

    let mut running = followers.each_ref().map(|arguments| Running::start(&database, arguments));
    until(|| last_sequence(&events) == head).await;
    let all = Program::succeed(&database, &["export", "consultations"]);
    let latest = all.lines().map(sequence).max().unwrap();
    until(|| last_sequence(&consultations) == latest).await;
    for one in &mut running {
        one.signal("-TERM").await;
        assert!(one.ended().success());
    }
    let exported = Program::succeed(&database, &["export", "events"]);
    assert_eq!(exported.lines().count() as u64, head);
    assert_eq!(std::fs::read_to_string(&events).unwrap(), exported);
    assert_eq!(by_id(&std::fs::read_to_string(&consultations).unwrap()), by_id(&all));
    assert!(all.lines().count() >= CALLS);
}

async fn calls(server: &Server) {
    let client = || async {
        let mut sent = Vec::new();
        for _ in 0..CALLS / CLIENTS {
            take_a_call(server, &mut sent).await.expect("the server is there");
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
    };
    (0..CLIENTS).map(|_| client()).collect::<FuturesUnordered<_>>().collect::<()>().await;
}

/// Cuts some of the end off, as a power cut might.
fn tear(path: &Path, random: &mut StdRng) {
    let Ok(file) = File::options().write(true).open(path) else { return };
    let length = file.metadata().unwrap().len();
    file.set_len(length.saturating_sub(random.random_range(1..900))).unwrap();
}

fn sequence(line: &str) -> u64 {
    serde_json::from_str::<Value>(line).unwrap()["sequence"].as_str().unwrap().parse().unwrap()
}

fn last_sequence(path: &Path) -> u64 {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    whole.lines().last().map_or(0, sequence)
}

/// The latest row of each consultation. No line comes twice, and they are in order.
fn by_id(lines: &str) -> BTreeMap<String, Value> {
    let sequences: Vec<u64> = lines.lines().map(sequence).collect();
    assert!(sequences.is_sorted_by(|one, next| one < next), "{sequences:?}");
    let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let lines: Vec<Value> = lines.collect();
    let ids: HashSet<&Value> = lines.iter().map(|line| &line["id"]).collect();
    assert_eq!(ids.len(), lines.len());
    let id = |line: &Value| line["data"]["id"].as_str().unwrap().to_owned();
    lines.iter().map(|line| (id(line), line["data"].clone())).collect()
}

async fn it_ends_well_when_it_is_told_to(database: Database) {
    let server = Server::start(&database).await;
    found(&server).await;
    for (what, signal) in [("events", "-TERM"), ("events", "-INT"), ("consultations", "-TERM")] {
        let mut running = Running::start(&database, &["export", what, "--follow"]);
        let mut out = BufReader::new(running.0.stdout.take().unwrap());
        let mut sent = Vec::new();
        take_a_call(&server, &mut sent).await.unwrap();
        let mut text = String::new();
        out.read_line(&mut text).unwrap();
        running.signal(signal).await;
        let ended = tokio::task::spawn_blocking(move || {
            out.read_to_string(&mut text).unwrap();
            (running.ended(), text)
        });
        let (status, text) = tokio::time::timeout(SOON, ended).await.unwrap().unwrap();
        assert!(status.success(), "{what} {signal}: {status}");
        assert!(text.ends_with('\n'));
        text.lines().for_each(|line| assert!(sequence(line) > 0));
    }
    server.stop().await;
}

async fn what_comes_behind_a_position_is_the_rest(database: Database) {
    let server = Server::start(&database).await;
    found(&server).await;
    calls(&server).await;
    server.stop().await;
    let all = Program::succeed(&database, &["export", "events"]);
    let lines: Vec<&str> = all.lines().collect();
    for since in [0, 1, 57, lines.len() - 1, lines.len()] {
        // As `sequence` says it, with its zeros.
        let rest = Program::succeed(&database, &["export", "events", "--since", &format!("{since:016}")]);
        assert_eq!(rest.lines().collect::<Vec<_>>(), lines[since..], "{since}");
    }
    let types = ["export", "events", "--types", "CallEnded,ConsultationOpened", "--since", "20"];
    let some = Program::succeed(&database, &types);
    let is_wanted = |line: &&&str| {
        [r#""type":"ConsultationOpened","time""#, r#""type":"CallEnded","time""#]
            .iter()
            .any(|of_type| line.contains(of_type))
    };
    let expected: Vec<&str> = lines[20..].iter().filter(is_wanted).copied().collect();
    assert_eq!(some.lines().collect::<Vec<_>>(), expected);
    assert!(expected.len() >= CALLS - 5);

    let all = Program::succeed(&database, &["export", "consultations"]);
    let lines: Vec<&str> = all.lines().collect();
    let middle = lines[lines.len() / 2];
    let rest =
        Program::succeed(&database, &["export", "consultations", "--since", &sequence(middle).to_string()]);
    assert_eq!(rest.lines().collect::<Vec<_>>(), lines[lines.len() / 2 + 1..]);
}
