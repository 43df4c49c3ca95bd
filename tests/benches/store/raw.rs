//! The raw limit: the same rows into the same tables, one connection, nothing else.

use std::time::{Duration, Instant};

use sangdam_eventstore::{Entropy, Location, SystemClock, SystemEntropy, new_uuid_v7};
use tokio::sync::{mpsc, oneshot};

use crate::raw_postgres::Postgres;
use crate::raw_sqlite::Sqlite;
use crate::{Measured, Work};

/// As large as those that the store's side of the benchmark writes.
const LEAF_BYTES: usize = 756;
const SEALED_BYTES: usize = 148;
pub(crate) const HASH: [u8; 32] = [7; 32];
pub(crate) const FINGERPRINT: [u8; 16] = [7; 16];
/// What 800,000 events leave in a head row.
pub(crate) const FRONTIER: [u8; 320] = [7; 320];
pub(crate) const TILE: [u8; 8192] = [7; 8192];
pub(crate) const MOMENT: i64 = 1_700_000_000_000_000;
/// The row id of the first log's position 0.
pub(crate) const FIRST_LOG: i64 = 1 << 40;
/// How many events a tile has.
const TILE_EVENTS: i64 = 256;
/// How many transactions are made ready together.
const READY: usize = 16;

enum Connection {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

/// The raw loop on a thread of its own, which does nothing else and is never waited for by itself.
pub(crate) struct RawThread(mpsc::UnboundedSender<(Work, Duration, oneshot::Sender<Measured>)>);

impl RawThread {
    /// Writes at one location, and reads at the other.
    pub(crate) fn start(written: Location, read: Location) -> Self {
        let (ask, mut asked) = mpsc::unbounded_channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let mut raw = Raw::open(&written, &read).await;
                while let Some((work, length, answer)) = asked.recv().await {
                    let answer: oneshot::Sender<Measured> = answer;
                    // Whoever asked waits for it.
                    let _ = answer.send(raw.run(work, length).await);
                }
            });
        });
        Self(ask)
    }

    pub(crate) async fn run(&self, work: Work, length: Duration) -> Measured {
        let (answer, answered) = oneshot::channel();
        self.0.send((work, length, answer)).unwrap_or_else(|_| panic!("the raw loop ended"));
        answered.await.unwrap()
    }
}

struct Raw {
    connection: Connection,
    position: i64,
}

/// What one transaction writes.
pub(crate) struct Rows {
    pub(crate) events: Vec<Row>,
    /// The first event of each.
    pub(crate) commands: Vec<Command>,
    /// The tiles that it fills.
    pub(crate) tiles: Vec<i64>,
}

pub(crate) struct Row {
    pub(crate) id: i64,
    pub(crate) stream: [u8; 17],
    pub(crate) version: i64,
    pub(crate) event_id: [u8; 16],
    pub(crate) leaf: Vec<u8>,
    pub(crate) sealed: Vec<u8>,
}

pub(crate) struct Command {
    pub(crate) command_id: [u8; 16],
    pub(crate) first_id: i64,
    pub(crate) event_count: i64,
}

fn uuid() -> [u8; 16] {
    *new_uuid_v7(&SystemClock, &SystemEntropy).as_bytes()
}

fn random(count: usize) -> Vec<u8> {
    let mut bytes = vec![0; count];
    SystemEntropy.fill(&mut bytes);
    bytes
}

impl Raw {
    async fn open(written: &Location, read: &Location) -> Self {
        let connection = match (written, read) {
            (Location::Sqlite { dir: written }, Location::Sqlite { dir: read }) => {
                Connection::Sqlite(Sqlite::open(written, read))
            }
            (Location::Postgres { url: written }, Location::Postgres { url: read }) => {
                Connection::Postgres(Postgres::open(written, read).await)
            }
            _ => panic!("one engine at a time"),
        };
        Self { connection, position: 1 }
    }

    /// Rows for one transaction, with keys in order of time as the store's are.
    fn rows(&mut self, appends: usize, events_each: i64) -> Rows {
        let mut rows = Rows { events: Vec::new(), commands: Vec::new(), tiles: Vec::new() };
        for _ in 0..appends {
            let mut stream = [2; 17];
            stream[1..].copy_from_slice(&uuid());
            rows.commands.push(Command {
                command_id: uuid(),
                first_id: FIRST_LOG + self.position + 1,
                event_count: events_each,
            });
            for version in 1..=events_each {
                self.position += 1;
                if self.position % TILE_EVENTS == 0 {
                    rows.tiles.push(self.position / TILE_EVENTS);
                }
                rows.events.push(Row {
                    id: FIRST_LOG + self.position,
                    stream,
                    version,
                    event_id: uuid(),
                    leaf: hex::encode(random(LEAF_BYTES / 2)).into_bytes(),
                    sealed: random(SEALED_BYTES),
                });
            }
        }
        rows
    }

    async fn run(&mut self, work: Work, length: Duration) -> Measured {
        match work {
            Work::Append { callers: 1 } => self.write(1, 1, length).await,
            Work::Append { .. } => self.write(256, 1, length).await,
            Work::Batch { .. } => self.write(1, 1000, length).await,
            Work::ReadAll => self.read(length).await,
        }
    }

    /// About so long; making the rows is not counted.
    async fn write(&mut self, appends: usize, events_each: i64, length: Duration) -> Measured {
        let (mut spent, mut events) = (Duration::ZERO, 0);
        while spent < length {
            let ready: Vec<Rows> = (0..READY).map(|_| self.rows(appends, events_each)).collect();
            let begin = Instant::now();
            for rows in &ready {
                match &mut self.connection {
                    Connection::Sqlite(sqlite) => sqlite.write(rows).unwrap(),
                    Connection::Postgres(postgres) => postgres.write(rows).await.unwrap(),
                }
                events += rows.events.len();
            }
            spent += begin.elapsed();
        }
        Measured { per_second: events as f64 / spent.as_secs_f64(), waits: Vec::new() }
    }

    async fn read(&mut self, length: Duration) -> Measured {
        let begin = Instant::now();
        let mut events = 0;
        while begin.elapsed() < length {
            events += match &mut self.connection {
                Connection::Sqlite(sqlite) => sqlite.read().unwrap(),
                Connection::Postgres(postgres) => postgres.read().await.unwrap(),
            };
        }
        assert!(events > 0, "read_all fills the log on our side: it must go first");
        Measured { per_second: events as f64 / begin.elapsed().as_secs_f64(), waits: Vec::new() }
    }
}
