//! Measures an UmaDB server with the work that Sangdam's store is measured with, in the same line protocol: reads lines
//! `WORK SECONDS` and answers each with one line of JSON, `{"work", "per_second", "p50_ms", "p99_ms"}`.
//!
//! `peer-umadb URL`. The works: `append_1`, `append_16`, `append_64`, `append_256` (that many writers, one event an append),
//! `append_batch_1000` (one writer, 1,000 events an append), `append_batch_1000_2` (two of these on their way) and `read_all`
//! (everything, in order).
//!
//! Every append names a stream of its own by a tag, and carries the condition that this stream has no event yet, as
//! Sangdam's appends expect a version.

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::StreamExt;
use futures::future::try_join_all;
use tokio::io::{AsyncBufReadExt, BufReader};
use umadb_client::{AsyncUmaDbClient, UmaDbClient};
use umadb_dcb::{DcbAppendCondition, DcbEvent, DcbEventStoreAsync, DcbQuery, DcbQueryItem};
use uuid::Uuid;

type Failure = Box<dyn Error + Send + Sync>;

/// The bytes of an event's payload, and of the metadata beside it: what a note's leaf holds.
const PAYLOAD_BYTES: usize = 370;
const METADATA_BYTES: usize = 93;
/// As many writers share a connection.
const WRITERS_A_CONNECTION: usize = 64;
/// How many events are there before everything is read.
const READ_EVENTS: u64 = 200_000;

struct Run {
    events: u64,
    seconds: f64,
    /// How long each append took.
    waits: Vec<Duration>,
}

fn event(stream: &str) -> DcbEvent {
    DcbEvent::new()
        .event_type("NoteRecorded")
        .tags([stream])
        .data(vec![b'x'; PAYLOAD_BYTES])
        .uuid(Uuid::now_v7())
        .metadata_entry("about", "m".repeat(METADATA_BYTES - "about".len()))
}

/// Appends events to a stream that must not be there yet.
async fn append(client: &AsyncUmaDbClient, events: usize) -> Result<(), Failure> {
    let stream = Uuid::now_v7().to_string();
    let nothing_yet = DcbQuery::new().item(DcbQueryItem::new().tags([stream.as_str()]));
    let condition = DcbAppendCondition::new(nothing_yet);
    let events = (0..events).map(|_| event(&stream)).collect();
    client.append(events, Some(condition), None).await?;
    Ok(())
}

async fn append_until(
    client: Arc<AsyncUmaDbClient>,
    events: usize,
    end: Instant,
) -> Result<Vec<Duration>, Failure> {
    let mut waits = Vec::new();
    while Instant::now() < end {
        let begun = Instant::now();
        append(&client, events).await?;
        waits.push(begun.elapsed());
    }
    Ok(waits)
}

async fn appends(
    clients: &[Arc<AsyncUmaDbClient>],
    writers: usize,
    events: usize,
    length: Duration,
) -> Result<Run, Failure> {
    let begun = Instant::now();
    let tasks = (0..writers).map(|writer| {
        let client = Arc::clone(&clients[writer / WRITERS_A_CONNECTION]);
        tokio::spawn(append_until(client, events, begun + length))
    });
    let mut waits = Vec::new();
    for of_writer in try_join_all(tasks).await? {
        waits.extend(of_writer?);
    }
    Ok(Run { events: (waits.len() * events) as u64, seconds: begun.elapsed().as_secs_f64(), waits })
}

/// Reads everything, again and again, for as long as the run is to take: once at least.
async fn read_all(client: &AsyncUmaDbClient, length: Duration) -> Result<Run, Failure> {
    while client.head().await?.unwrap_or(0) < READ_EVENTS {
        append(client, 1_000).await?;
    }
    let begun = Instant::now();
    let mut events = 0;
    while events == 0 || begun.elapsed() < length {
        let mut everything = client.read(None, None, false, None).await?;
        while let Some(event) = everything.next().await {
            event?;
            events += 1;
        }
    }
    Ok(Run { events, seconds: begun.elapsed().as_secs_f64(), waits: Vec::new() })
}

async fn run(clients: &[Arc<AsyncUmaDbClient>], work: &str, length: Duration) -> Result<Run, Failure> {
    match work {
        "append_batch_1000" => appends(clients, 1, 1_000, length).await,
        "append_batch_1000_2" => appends(clients, 2, 1_000, length).await,
        "read_all" => read_all(&clients[0], length).await,
        _ => {
            let writers = work.strip_prefix("append_").and_then(|writers| writers.parse().ok());
            let writers: usize = writers.ok_or_else(|| format!("no such work: {work}"))?;
            if writers == 0 || writers > clients.len() * WRITERS_A_CONNECTION {
                return Err(format!("{writers} writers are too many").into());
            }
            appends(clients, writers, 1, length).await
        }
    }
}

fn milliseconds(sorted: &[Duration], per_cent: usize) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    Some(sorted[last * per_cent / 100].as_secs_f64() * 1000.0)
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let url = std::env::args().nth(1).ok_or("usage: peer-umadb URL")?;
    let mut clients = Vec::new();
    for _ in 0..256 / WRITERS_A_CONNECTION {
        clients.push(Arc::new(UmaDbClient::new(url.clone()).connect_async().await?));
    }
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        let (work, seconds) = line.trim().split_once(' ').ok_or("expected: WORK SECONDS")?;
        let mut run = run(&clients, work, Duration::from_secs_f64(seconds.parse()?)).await?;
        run.waits.sort_unstable();
        println!(
            "{}",
            serde_json::json!({
                "work": work,
                "per_second": run.events as f64 / run.seconds,
                "p50_ms": milliseconds(&run.waits, 50),
                "p99_ms": milliseconds(&run.waits, 99),
            })
        );
    }
    Ok(())
}
