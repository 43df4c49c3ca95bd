//! What the store does a second, beside the raw limit of the engine: a measuring program for a driver that interleaves it
//! with others.
//!
//! It opens SQLite and, where `SANGDAM_TEST_POSTGRES_URL` is set, PostgreSQL; then it reads lines `ENGINE SIDE WORK
//! SECONDS` from its input (`sqlite ours append_64 2`) and answers each with a line of JSON. ENGINE is `sqlite` or
//! `postgres`, SIDE is `ours` or `raw`, WORK is one of `append_1`, `append_16`, `append_64`, `append_256` (so many
//! callers, each with one event at a time), `append_batch_1000` (one caller, an append of 1,000 events at a time, of which
//! the next is made while the last one is written), `append_batch_1000_2` (the same with two appends on their
//! way) and `read_all` (a log of 200,000 events in order). At the end of its input it verifies what was written.
//!
//! The raw limit writes the same rows (leaves, sealed parts, commands, tiles, head) in a bare loop on one connection, with
//! the same settings and durability and rows made beforehand: without hashing, sealing or checking. For `append_1` that
//! is one append to a transaction, for several callers 256, for the batch 1,000 events. It reads the same columns by pages,
//! and keeps nothing.
//!
//! `echo sqlite ours append_1 2 | cargo bench -p sangdam-tests --bench store`
#![expect(clippy::unwrap_used, clippy::panic, reason = "a benchmark that cannot run ends, saying why")]

mod engine;
mod ours;
mod raw;
mod raw_postgres;
mod raw_sqlite;

use std::io::Write as _;
use std::time::Duration;

use engine::Engine;
use serde_json::json;

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What is asked for.
#[derive(Clone, Copy)]
enum Work {
    Append { callers: usize },
    Batch { on_their_way: usize },
    ReadAll,
}

impl Work {
    fn parse(name: &str) -> Option<Self> {
        match name {
            "append_batch_1000" => Some(Self::Batch { on_their_way: 1 }),
            "append_batch_1000_2" => Some(Self::Batch { on_their_way: 2 }),
            "read_all" => Some(Self::ReadAll),
            _ => Some(Self::Append { callers: name.strip_prefix("append_")?.parse().ok()? }),
        }
    }
}

/// What came of it.
struct Measured {
    per_second: f64,
    /// How long each append or page took, of our side.
    waits: Vec<Duration>,
}

impl Measured {
    fn told(mut self, engine: &str, side: &str, work: &str) -> serde_json::Value {
        let mut told = json!({ "engine": engine, "side": side, "work": work, "per_second": self.per_second });
        self.waits.sort_unstable();
        for (name, per_cent) in [("p50_ms", 50), ("p99_ms", 99)] {
            if !self.waits.is_empty() {
                let wait = self.waits[(self.waits.len() - 1) * per_cent / 100];
                told[name] = json!(wait.as_secs_f64() * 1000.0);
            }
        }
        told
    }
}

#[tokio::main]
async fn main() {
    let mut engines = vec![("sqlite", Engine::sqlite().await)];
    match std::env::var("SANGDAM_TEST_POSTGRES_URL") {
        Ok(cluster) => engines.push(("postgres", Engine::postgres(&cluster).await)),
        Err(_) => {
            eprintln!("without PostgreSQL: SANGDAM_TEST_POSTGRES_URL is not set (use scripts/with-postgres)")
        }
    }
    loop {
        let mut line = String::new();
        if std::io::stdin().read_line(&mut line).unwrap() == 0 {
            break;
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        let [name, side, work_name, seconds] = words[..] else {
            panic!("`{}` is not: ENGINE SIDE WORK SECONDS", line.trim())
        };
        let Some((_, engine)) = engines.iter_mut().find(|(known, _)| *known == name) else {
            panic!("there is no engine `{name}` here")
        };
        let Some(work) = Work::parse(work_name) else { panic!("there is no work `{work_name}`") };
        let length = Duration::from_secs_f64(seconds.parse().unwrap());
        let measured = match side {
            // As the program's own work, on the runtime's threads: to wake this one would be measured as well.
            "ours" => {
                let ours = engine.ours.clone();
                tokio::spawn(async move { ours.run(work, length).await }).await.unwrap()
            }
            "raw" => engine.raw.run(work, length).await,
            _ => panic!("`{side}` is neither `ours` nor `raw`"),
        };
        println!("{}", measured.told(name, side, work_name));
        std::io::stdout().flush().unwrap();
    }
    for (_, engine) in engines {
        engine.ours.verify().await;
    }
}
