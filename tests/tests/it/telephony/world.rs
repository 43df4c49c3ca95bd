//! A centre on a clock that stands still, and a telephone system that tells it of calls.

use std::sync::Arc;

use sangdam::intake::cti::carry_out;
use sangdam::ledger::{CommandMeta, Ledger};
use sangdam_domain::actor::{Actor, ActorKind};
use sangdam_domain::aggregate::{Agent, Call, Callback, Caller, Centre, CentreCommand};
use sangdam_domain::event::OpenHours;
use sangdam_domain::id::{AgentId, CallId, CallbackId, CallerId};
use sangdam_domain::log::{LogId, Position, StreamKind};
use sangdam_domain::time::Timestamp;
use sangdam_domain::value::{DisplayText, Weekday};
use sangdam_eventstore::{Clock, FixedClock, Kek, SeededEntropy, Store, StoreConfig};
use sangdam_projections::ReadModels;
use sangdam_records::cti::parse;
use sangdam_tests::Database;

/// One process on a ledger.
#[derive(Clone)]
pub(super) struct Node {
    pub(super) ledger: Ledger,
    pub(super) models: ReadModels,
}

pub(super) struct World {
    pub(super) node: Node,
    pub(super) clock: Arc<FixedClock>,
    database: Database,
}

impl World {
    /// It is ten in the morning of a Tuesday in Seoul, and the centre is open.
    pub(super) async fn new(database: Database) -> Self {
        let clock = Arc::new(FixedClock::new("2024-01-02T10:00:00+09:00".parse().unwrap()));
        let node = open(&database, &clock, b"one").await;
        node.ledger.open_log().await.unwrap();
        let world = Self { node, clock, database };
        world.centre().await;
        world
    }

    async fn centre(&self) {
        let text = |text| DisplayText::parse(text).unwrap();
        let weekdays =
            [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];
        let time = |hour, minute| jiff::civil::time(hour, minute, 0, 0);
        let hours = |weekday| OpenHours { weekday, opens: time(8, 30), closes: time(18, 30) };
        let commands = [
            CentreCommand::Register {
                name: text("정선군 민원콜센터"),
                opened_on: "2019-08-01".parse().unwrap(),
                time_zone: text("Asia/Seoul"),
                records_complete_from: "2022-01-01".parse().unwrap(),
            },
            CentreCommand::PublishOperatingCalendar {
                calendar_version: 1,
                valid_from: "2019-08-01".parse().unwrap(),
                time_zone: text("Asia/Seoul"),
                weekly_hours: weekdays.map(hours).to_vec(),
                holidays: Vec::new(),
            },
        ];
        for command in commands {
            let meta = CommandMeta::new(Actor::of(ActorKind::Staff), "centre");
            self.node.ledger.execute::<Centre>(&meta, (), command).await.unwrap();
        }
    }

    /// Another process on the same ledger.
    pub(super) async fn another(&self, seed: &[u8]) -> Node {
        open(&self.database, &self.clock, seed).await
    }

    pub(super) fn seconds_pass(&self, seconds: i64) {
        self.clock.set(self.clock.now().plus_seconds(seconds));
    }

    pub(super) fn moment(&self, text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// A message arrives, written as a form.
    pub(super) async fn hears(&self, form: &str) {
        self.node.hears(form).await;
    }

    pub(super) async fn head(&self) -> Position {
        self.node.ledger.store().head(self.node.ledger.log()).await.unwrap().position
    }

    /// All calls, the first first.
    pub(super) async fn calls(&self) -> Vec<Call> {
        let ids = self.node.streams("CallOffered", StreamKind::Call).await;
        self.node.load::<Call>(ids.into_iter().map(CallId::from_uuid).collect()).await
    }

    /// The only call there is.
    pub(super) async fn call(&self) -> Call {
        let mut calls = self.calls().await;
        assert_eq!(calls.len(), 1, "{calls:?}");
        calls.remove(0)
    }

    pub(super) async fn callbacks(&self) -> Vec<Callback> {
        let ids = self.node.streams("CallbackPromised", StreamKind::Callback).await;
        self.node.load::<Callback>(ids.into_iter().map(CallbackId::from_uuid).collect()).await
    }

    pub(super) async fn callers(&self) -> Vec<Caller> {
        let ids = self.node.streams("CallerRegistered", StreamKind::Caller).await;
        self.node.load::<Caller>(ids.into_iter().map(CallerId::from_uuid).collect()).await
    }

    pub(super) async fn agents(&self) -> Vec<Agent> {
        let ids = self.node.streams("AgentRegistered", StreamKind::Agent).await;
        self.node.load::<Agent>(ids.into_iter().map(AgentId::from_uuid).collect()).await
    }
}

impl Node {
    /// A message arrives here, written as a form.
    pub(super) async fn hears(&self, form: &str) {
        let push = parse(Some("application/x-www-form-urlencoded"), form.as_bytes()).unwrap();
        carry_out(&self.ledger, &self.models, &push).await.unwrap();
    }

    async fn streams(&self, event_type: &str, kind: StreamKind) -> Vec<uuid::Uuid> {
        let mut found = Vec::new();
        let mut after = Position::ZERO;
        loop {
            let store = self.ledger.store();
            let events = store.read_types(self.ledger.log(), after, &[event_type], 1_000).await.unwrap();
            let Some(last) = events.last() else { return found };
            after = last.position;
            found.extend(
                events.iter().filter(|event| event.stream.kind == kind).map(|event| event.stream.uuid),
            );
        }
    }

    async fn load<A: sangdam::ledger::Kept>(&self, ids: Vec<A::Id>) -> Vec<A> {
        self.ledger.load_many::<A>(&ids).await.unwrap().into_iter().map(|state| state.unwrap()).collect()
    }
}

async fn open(database: &Database, clock: &Arc<FixedClock>, seed: &[u8]) -> Node {
    let store = Store::open(StoreConfig {
        location: database.location(),
        kek: Kek::from_bytes([7; 32]),
        clock: Arc::<FixedClock>::clone(clock),
        entropy: Arc::new(SeededEntropy::new(seed)),
        ledger: None,
    })
    .await
    .unwrap();
    let models = ReadModels::open(database.location()).await.unwrap();
    Node { ledger: Ledger::new(store, LogId::main("jeongseon").unwrap()), models }
}
