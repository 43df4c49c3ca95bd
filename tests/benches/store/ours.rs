//! The store's side: each caller seals, appends, waits for the answer, and begins again.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::StreamExt as _;
use sangdam_domain::actor::{Actor, ActorKind, Subject};
use sangdam_domain::id::{CallerId, CommandId, EventId};
use sangdam_domain::log::{LogId, Position, StreamId, StreamKind};
use sangdam_eventstore::{
    Append, Expected, Kek, Location, NewEvent, Store, StoreConfig, SystemClock, SystemEntropy, new_uuid_v7,
};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{Measured, Work};

/// How many callers' keys are in use; they are made before anything is measured.
const SUBJECTS: usize = 500;
/// How many events a batch has.
const BATCH_EVENTS: usize = 1000;
/// How long the log is that is read.
const READ_EVENTS: usize = 200_000;

#[derive(Clone)]
pub(crate) struct Ours {
    store: Store,
    /// The log that is written.
    written: LogId,
    /// The log that is read.
    read: LogId,
}

fn uuid() -> Uuid {
    new_uuid_v7(&SystemClock, &SystemEntropy)
}

fn consultation() -> StreamId {
    StreamId::new(StreamKind::Consultation, uuid())
}

impl Ours {
    pub(crate) async fn open(location: Location) -> Self {
        let config = StoreConfig {
            location,
            kek: Kek::from_bytes([1; 32]),
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            ledger: None,
        };
        let store = Store::open(config).await.unwrap();
        let (written, read) = (LogId::main("written").unwrap(), LogId::main("read").unwrap());
        let ours = Self { store, written, read };
        for log in [&ours.written, &ours.read] {
            let first = ours.append(log, StreamId::singleton(StreamKind::Log, log), 0, 1).await;
            ours.store.create_log(log, first).await.unwrap();
        }
        ours.append(&ours.written, consultation(), 0, SUBJECTS).await;
        ours
    }

    pub(crate) async fn close(self) {
        self.store.close().await;
    }

    /// As the program makes one: notes of a consultation, their texts sealed.
    async fn append(&self, log: &LogId, stream: StreamId, caller: usize, events: usize) -> Append {
        let text = "여권 재발급에 필요한 서류와 수수료, 처리 기간을 물어보심. 사진 규격도 안내함.";
        let subject = |n: usize| {
            Subject::Caller(CallerId::from_uuid(Uuid::from_u128(((caller + n) % SUBJECTS + 1) as u128)))
        };
        let personal = || Map::from_iter([("text".to_owned(), Value::from(text))]);
        let parts = (0..events).map(|n| (EventId::from_uuid(uuid()), subject(n), personal()));
        let parts: Vec<_> = parts.collect();
        let ids: Vec<EventId> = parts.iter().map(|(id, ..)| *id).collect();
        let sealed = self.store.vault().seal_many(log, parts).await.unwrap();
        let event = |(event_id, sealed)| {
            let Value::Object(body) = serde_json::json!({
                "kind": "inquiry", "text": {"sealed": 0}, "agent": uuid(), "category": "civil-documents/passport"
            }) else {
                panic!("an object")
            };
            NewEvent {
                event_id,
                event_type: "NoteRecorded",
                schema_version: 1,
                occurred_at: self.store.clock().now(),
                body,
                sealed: Some(sealed),
            }
        };
        Append {
            command_id: CommandId::from_uuid(uuid()),
            fingerprint: self.store.vault().fingerprint(Some(subject(0)), text.as_bytes()).await.unwrap(),
            stream,
            expected: Expected::NoStream,
            actor: Actor { id: uuid().to_string(), kind: ActorKind::Agent },
            causation: None,
            correlation: None,
            events: ids.into_iter().zip(sealed).map(event).collect(),
            claims: Vec::new(),
            guards: Vec::new(),
            recorded_at: None,
        }
    }

    pub(crate) async fn run(&self, work: Work, length: Duration) -> Measured {
        match work {
            Work::Append { callers } => self.appends(callers, length).await,
            Work::Batch { on_their_way } => self.batches(on_their_way, length).await,
            Work::ReadAll => self.read_all(length).await,
        }
    }

    async fn appends(&self, callers: usize, length: Duration) -> Measured {
        let begin = Instant::now();
        let callers = (0..callers).map(|caller| {
            let ours = self.clone();
            tokio::spawn(async move {
                let mut waits = Vec::new();
                while begin.elapsed() < length {
                    let start = Instant::now();
                    let append = ours.append(&ours.written, consultation(), caller + waits.len(), 1).await;
                    ours.store.append(&ours.written, append).await.unwrap();
                    waits.push(start.elapsed());
                }
                waits
            })
        });
        let callers = futures::future::join_all(callers).await;
        let waits: Vec<Duration> = callers.into_iter().flat_map(Result::unwrap).collect();
        Measured { per_second: waits.len() as f64 / begin.elapsed().as_secs_f64(), waits }
    }

    async fn batch(&self, log: LogId) -> (LogId, Append) {
        let append = self.append(&log, consultation(), 0, BATCH_EVENTS).await;
        (log, append)
    }

    /// One caller, who has so many batches on their way, and makes the next one meanwhile.
    async fn batches(&self, on_their_way: usize, length: Duration) -> Measured {
        let begin = Instant::now();
        let make = || {
            let ours = self.clone();
            tokio::spawn(async move { ours.batch(ours.written.clone()).await })
        };
        let hand_in = |(log, append): (LogId, Append)| {
            let (ours, start) = (self.clone(), Instant::now());
            tokio::spawn(async move {
                ours.store.append(&log, append).await.unwrap();
                start.elapsed()
            })
        };
        let (mut waits, mut handed_in, mut made) = (Vec::new(), VecDeque::new(), make());
        while begin.elapsed() < length {
            let batch = made.await.unwrap();
            made = make();
            handed_in.push_back(hand_in(batch));
            if handed_in.len() >= on_their_way
                && let Some(first) = handed_in.pop_front()
            {
                waits.push(first.await.unwrap());
            }
        }
        for last in handed_in {
            waits.push(last.await.unwrap());
        }
        let events = waits.len() * BATCH_EVENTS;
        Measured { per_second: events as f64 / begin.elapsed().as_secs_f64(), waits }
    }

    /// Fills the log that is read, the first time.
    async fn fill(&self) {
        while self.store.head(&self.read).await.unwrap().position.get() < READ_EVENTS as u64 {
            let (log, append) = self.batch(self.read.clone()).await;
            self.store.append(&log, append).await.unwrap();
        }
    }

    async fn read_all(&self, length: Duration) -> Measured {
        self.fill().await;
        let begin = Instant::now();
        let (mut events, mut waits) = (0, Vec::new());
        while begin.elapsed() < length {
            let pages = self.store.read_ahead(&self.read, Position::ZERO, Position::MAX);
            let mut pages = std::pin::pin!(pages);
            let mut start = Instant::now();
            while let Some(page) = pages.next().await {
                events += page.unwrap().len();
                waits.push(start.elapsed());
                start = Instant::now();
            }
        }
        Measured { per_second: events as f64 / begin.elapsed().as_secs_f64(), waits }
    }

    /// What was measured must have been real.
    pub(crate) async fn verify(self) {
        for log in [&self.written, &self.read] {
            let found = self.store.verify(log, |_: Position| {}).await.unwrap();
            assert!(found.is_sound(), "{:?}", found.problems);
            let at = found.head.position;
            let events = self.store.read_at(log, &[at]).await.unwrap();
            let sealed = self.store.sealed(log, &[at]).await.unwrap();
            eprintln!(
                "verified {at} events; the last leaf has {} bytes, its sealed part {}",
                events.iter().map(|event| event.leaf.len()).sum::<usize>(),
                sealed.values().map(|sealed| sealed.bytes.len()).sum::<usize>()
            );
        }
        self.store.close().await;
    }
}
