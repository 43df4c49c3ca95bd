//! How many durable appends a second the store takes, beside the raw limit of the engine measured in the same run.
//!
//! The raw limit writes the same rows (leaves, sealed parts, commands, tiles, head) in a bare loop, 256 appends to a
//! durable transaction, through the same driver and settings, with rows made beforehand: without hashing, sealing or
//! checking. Runs of all kinds alternate, so that a machine that slows down slows all of them; medians are shown.
//!
//! `cargo bench -p sangdam-tests --bench append`, with PostgreSQL under `scripts/with-postgres`. `BENCH_SECONDS` (2) is
//! the length of a run, `BENCH_ROUNDS` (5) how often each is repeated.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a benchmark that cannot run ends, saying why")]

mod raw;
mod store;

use std::time::Duration;

use sangdam_eventstore::{Db, Location, Room};
use sqlx::{Connection, Executor, PgConnection};
use tempfile::TempDir;

const CALLERS: [usize; 4] = [1, 16, 64, 256];

/// An engine under measurement: one database for the store and one for the raw loop.
struct Bench {
    name: &'static str,
    store: store::Measured,
    raw: raw::Raw,
    _folder: TempDir,
}

impl Bench {
    async fn new(name: &'static str, locations: [Location; 2], folder: TempDir) -> Self {
        let [of_store, of_raw] = locations;
        // The raw loop writes into the store's own tables.
        store::Measured::open(of_raw.clone()).await.close().await;
        let (sqlite, postgres) =
            (sqlx::migrate!("../migrations/sqlite/ledger"), sqlx::migrate!("../migrations/postgres/ledger"));
        let db = Db::open(&of_raw, Room::LEDGER, &sqlite, &postgres).await.unwrap();
        Self { name, store: store::Measured::open(of_store).await, raw: raw::Raw::new(db), _folder: folder }
    }
}

async fn sqlite() -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| Location::Sqlite { dir: folder.path().join(name) };
    Bench::new("SQLite", [at("store"), at("raw")], folder).await
}

async fn postgres() -> Option<Bench> {
    let Ok(cluster) = std::env::var("SANGDAM_TEST_POSTGRES_URL") else {
        eprintln!("without PostgreSQL: SANGDAM_TEST_POSTGRES_URL is not set (use scripts/with-postgres)");
        return None;
    };
    let (server, _) = cluster.rsplit_once('/').unwrap();
    let mut admin = PgConnection::connect(&cluster).await.unwrap();
    let mut locations = Vec::new();
    for name in ["bench_store", "bench_raw"] {
        admin.execute(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)").as_str()).await.unwrap();
        admin.execute(format!("CREATE DATABASE {name}").as_str()).await.unwrap();
        locations.push(Location::Postgres { url: format!("{server}/{name}") });
    }
    let locations = locations.try_into().unwrap_or_else(|_| panic!("two locations"));
    Some(Bench::new("PostgreSQL", locations, tempfile::tempdir().unwrap()).await)
}

fn setting(name: &str, default: f64) -> f64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

#[derive(Default, Clone)]
struct Runs {
    per_second: Vec<f64>,
    millis_p50: Vec<f64>,
    millis_p99: Vec<f64>,
}

#[tokio::main]
async fn main() {
    let run = Duration::from_secs_f64(setting("BENCH_SECONDS", 2.0));
    let rounds = setting("BENCH_ROUNDS", 5.0) as usize;
    let mut engines = vec![sqlite().await];
    engines.extend(postgres().await);
    let mut raw: Vec<Vec<f64>> = vec![Vec::new(); engines.len()];
    let mut runs = vec![vec![Runs::default(); CALLERS.len()]; engines.len()];
    for round in 0..=rounds {
        for (n, engine) in engines.iter_mut().enumerate() {
            let limit = engine.raw.run(run).await;
            // The first round only warms up.
            if round > 0 {
                raw[n].push(limit);
            }
            for (callers, runs) in CALLERS.into_iter().zip(&mut runs[n]) {
                let measured = engine.store.run(callers, run).await;
                if round > 0 {
                    runs.per_second.push(measured.per_second);
                    runs.millis_p50.push(measured.millis_p50);
                    runs.millis_p99.push(measured.millis_p99);
                }
            }
        }
    }
    println!("\n## Durable appends per second\n");
    println!(
        "One event of {} bytes and {} sealed bytes an append; medians of {rounds} runs of {run:?} each.\n",
        raw::LEAF_BYTES,
        raw::SEALED_BYTES
    );
    println!("| engine | callers | appends/s | least–most | p50 ms | p99 ms | of the raw limit |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    for ((engine, mut limits), of_engine) in engines.iter().zip(raw).zip(runs) {
        let limit = median(&mut limits);
        println!(
            "| {} | raw, 256 a transaction | {limit:.0} | {:.0}–{:.0} | | | 100 % |",
            engine.name,
            limits[0],
            limits[limits.len() - 1]
        );
        for (callers, mut of_callers) in CALLERS.into_iter().zip(of_engine) {
            let middle = median(&mut of_callers.per_second);
            println!(
                "| {} | {callers} | {middle:.0} | {:.0}–{:.0} | {:.2} | {:.2} | {:.0} % |",
                engine.name,
                of_callers.per_second[0],
                of_callers.per_second[of_callers.per_second.len() - 1],
                median(&mut of_callers.millis_p50),
                median(&mut of_callers.millis_p99),
                100.0 * middle / limit
            );
        }
    }
    for engine in engines {
        engine.store.verify().await;
    }
}
