//! Posts requests at a fixed rate, whether or not earlier ones were answered, and prints as JSON how long they took from the
//! moment at which each was to be sent: a server that stalls is not spared the requests that would have come meanwhile.
//!
//! `paced URL FILE RATE SECONDS`: FILE has a GraphQL request a line, in which `@UUID@` becomes a UUID v7 of its own. Meanwhile the
//! read models' position is asked for every few milliseconds: how long after its answer a mutation is in them is their lag.
#![expect(clippy::expect_used, reason = "an example that cannot run ends, saying why")]

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use reqwest::Client;
use sangdam_eventstore::{SystemClock, SystemEntropy, new_uuid_v7};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, sleep_until};

/// How many requests may be under way; each keeps a connection.
const CONNECTIONS: usize = 64;
const POLL_EVERY: Duration = Duration::from_millis(5);
const POSITION: &str = r#"{"query":"{ ledger { position } }"}"#;

struct Run {
    client: Client,
    url: String,
    bodies: Vec<String>,
    rate: f64,
    begun: Instant,
    /// How many requests there are to be, and the next one.
    count: usize,
    next: AtomicUsize,
    ended: AtomicBool,
    waits: Mutex<Vec<Duration>>,
    /// When which position was answered and is not in the read models yet.
    answered: Mutex<VecDeque<(Instant, u64)>>,
}

impl Run {
    async fn post(&self, body: String) -> Value {
        let request = self.client.post(&self.url).header("content-type", "application/json").body(body);
        let answer = request.send().await.expect("the server answers");
        let answer: Value =
            serde_json::from_str(&answer.text().await.expect("all of it")).expect("an answer is JSON");
        assert!(answer["errors"].is_null(), "{answer}");
        answer
    }

    async fn one_connection(&self) {
        loop {
            let number = self.next.fetch_add(1, Ordering::SeqCst);
            if number >= self.count {
                return;
            }
            let due = self.begun + Duration::from_secs_f64(number as f64 / self.rate);
            sleep_until(due).await;
            // A number from far away, so that the same consultation does not come twice in a row.
            let body = &self.bodies[(number * 7919) % self.bodies.len()];
            let answer = self
                .post(body.replace("@UUID@", &new_uuid_v7(&SystemClock, &SystemEntropy).to_string()))
                .await;
            let now = Instant::now();
            self.waits.lock().expect("no panic inside").push(now - due);
            let position = answer["data"]["recordNote"]["position"].as_u64().expect("a position");
            self.answered.lock().expect("no panic inside").push_back((now, position));
        }
    }

    async fn watch_read_models(&self) -> Vec<Duration> {
        let mut lags = Vec::new();
        loop {
            let all_sent = self.ended.load(Ordering::SeqCst);
            let answer = self.post(POSITION.to_owned()).await;
            let (now, known) =
                (Instant::now(), answer["data"]["ledger"]["position"].as_u64().expect("a position"));
            let left = self.arrived(known, now, &mut lags);
            if all_sent && left == 0 {
                return lags;
            }
            sleep(POLL_EVERY).await;
        }
    }

    /// The read models know of a position; gives how many answered ones they do not know yet.
    fn arrived(&self, known: u64, now: Instant, lags: &mut Vec<Duration>) -> usize {
        let mut answered = self.answered.lock().expect("no panic inside");
        answered.retain(|&(at, position)| {
            if position <= known {
                lags.push(now - at);
            }
            position > known
        });
        answered.len()
    }
}

fn milliseconds(sorted: &[Duration], per_mille: usize) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    Some(sorted[last * per_mille / 1000].as_secs_f64() * 1000.0)
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, file, rate, seconds] = arguments.as_slice() else {
        eprintln!("usage: paced URL FILE RATE SECONDS");
        std::process::exit(2);
    };
    let (rate, seconds): (f64, f64) = (rate.parse().expect("a rate"), seconds.parse().expect("seconds"));
    let text = std::fs::read_to_string(file).expect("the file of requests");
    let run = Run {
        client: sangdam::tls::client().pool_max_idle_per_host(CONNECTIONS + 1).build().expect("a client"),
        url: url.clone(),
        bodies: text.lines().map(str::to_owned).collect(),
        rate,
        begun: Instant::now(),
        count: (rate * seconds) as usize,
        next: AtomicUsize::new(0),
        ended: AtomicBool::new(false),
        waits: Mutex::default(),
        answered: Mutex::default(),
    };
    let sent = async {
        futures::future::join_all((0..CONNECTIONS).map(|_| run.one_connection())).await;
        run.ended.store(true, Ordering::SeqCst);
    };
    let ((), mut lags) = futures::join!(sent, run.watch_read_models());
    let mut waits = run.waits.into_inner().expect("no panic inside");
    waits.sort_unstable();
    lags.sort_unstable();
    println!(
        "{}",
        json!({
            "sent": waits.len(),
            "p50_ms": milliseconds(&waits, 500),
            "p99_ms": milliseconds(&waits, 990),
            "p999_ms": milliseconds(&waits, 999),
            "lag_p50_ms": milliseconds(&lags, 500),
            "lag_p99_ms": milliseconds(&lags, 990),
        })
    );
}
