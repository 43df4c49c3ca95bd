//! Appends through the store: each caller seals, appends, waits for the answer, and begins again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sangdam_domain::actor::{Actor, ActorKind, Subject};
use sangdam_domain::id::{CallerId, CommandId, EventId};
use sangdam_domain::log::{LogId, Position, StreamId, StreamKind};
use sangdam_eventstore::{
    Append, Expected, Kek, Location, NewEvent, Store, StoreConfig, SystemClock, SystemEntropy, new_uuid_v7,
};
use serde_json::{Map, Value};
use uuid::Uuid;

/// How many callers' keys are in use; they are made before anything is measured.
const SUBJECTS: u128 = 500;

pub(crate) struct Measured {
    store: Store,
    log: LogId,
}

pub(crate) struct Run {
    pub(crate) per_second: f64,
    pub(crate) millis_p50: f64,
    pub(crate) millis_p99: f64,
}

fn uuid() -> Uuid {
    new_uuid_v7(&SystemClock, &SystemEntropy)
}

impl Measured {
    pub(crate) async fn open(location: Location) -> Self {
        let config = StoreConfig {
            location,
            kek: Kek::from_bytes([1; 32]),
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            ledger: None,
        };
        let store = Store::open(config).await.unwrap();
        let log = LogId::main("bench").unwrap();
        let measured = Self { store, log };
        let first = measured.append(0, StreamId::singleton(StreamKind::Log, &measured.log)).await;
        measured.store.create_log(&measured.log, first).await.unwrap();
        for n in 0..SUBJECTS {
            measured.append(n, StreamId::new(StreamKind::Consultation, uuid())).await;
        }
        measured
    }

    pub(crate) async fn close(self) {
        self.store.close().await;
    }

    /// As the program makes one: a note of a consultation, its text sealed.
    async fn append(&self, n: u128, stream: StreamId) -> Append {
        let event_id = EventId::from_uuid(uuid());
        let subject = Subject::Caller(CallerId::from_uuid(Uuid::from_u128(n % SUBJECTS + 1)));
        let text = "여권 재발급에 필요한 서류와 수수료, 처리 기간을 물어보심. 사진 규격도 안내함.";
        let personal = Map::from_iter([("text".to_owned(), Value::from(text))]);
        let sealed = self.store.vault().seal(&self.log, event_id, subject, &personal).await.unwrap();
        let Value::Object(body) = serde_json::json!({
            "kind": "inquiry", "text": {"sealed": 0}, "agent": uuid(), "category": "civil-documents/passport"
        }) else {
            panic!("an object")
        };
        let event = NewEvent {
            event_id,
            event_type: "NoteRecorded",
            schema_version: 1,
            occurred_at: self.store.clock().now(),
            body,
            sealed: Some(sealed),
        };
        Append {
            command_id: CommandId::from_uuid(uuid()),
            fingerprint: self.store.vault().fingerprint(Some(subject), text.as_bytes()).await.unwrap(),
            stream,
            expected: Expected::NoStream,
            actor: Actor { id: uuid().to_string(), kind: ActorKind::Agent },
            causation: None,
            correlation: None,
            events: vec![event],
            claims: Vec::new(),
            guards: Vec::new(),
            recorded_at: None,
        }
    }

    pub(crate) async fn run(&self, callers: usize, length: Duration) -> Run {
        let begin = Instant::now();
        let callers = (0..callers).map(|caller| {
            let measured = Self { store: self.store.clone(), log: self.log.clone() };
            tokio::spawn(async move {
                let mut waits = Vec::new();
                while begin.elapsed() < length {
                    let start = Instant::now();
                    let stream = StreamId::new(StreamKind::Consultation, uuid());
                    let append = measured.append((caller + waits.len()) as u128, stream).await;
                    measured.store.append(&measured.log, append).await.unwrap();
                    waits.push(start.elapsed());
                }
                waits
            })
        });
        let mut waits: Vec<Duration> =
            futures::future::join_all(callers).await.into_iter().flat_map(Result::unwrap).collect();
        let seconds = begin.elapsed().as_secs_f64();
        waits.sort_unstable();
        let millis = |per_cent: usize| waits[(waits.len() - 1) * per_cent / 100].as_secs_f64() * 1000.0;
        Run { per_second: waits.len() as f64 / seconds, millis_p50: millis(50), millis_p99: millis(99) }
    }

    /// What was measured must have been real.
    pub(crate) async fn verify(self) {
        let found = self.store.verify(&self.log, |_: Position| {}).await.unwrap();
        assert!(found.is_sound(), "{:?}", found.problems);
        let at = found.head.position;
        let events = self.store.read_at(&self.log, &[at]).await.unwrap();
        let sealed = self.store.sealed(&self.log, &[at]).await.unwrap();
        eprintln!(
            "verified {at} events; the last leaf has {} bytes, its sealed part {}",
            events.iter().map(|event| event.leaf.len()).sum::<usize>(),
            sealed.values().map(|sealed| sealed.bytes.len()).sum::<usize>()
        );
        self.store.close().await;
    }
}
