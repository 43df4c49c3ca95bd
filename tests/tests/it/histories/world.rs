//! A small world in which anything may be tried: a ledger on a clock of its own, followed by its read models, and a
//! handful of callers, calls, consultations and so on, so that commands meet what others left.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use async_graphql::Request;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use sangdam::graphql::{ApiSchema, App, Loaders, schema};
use sangdam::ledger::{CommandMeta, ExecuteError, Ledger};
use sangdam_domain::actor::{Actor, ActorKind};
use sangdam_domain::log::{LogId, Position, StreamId};
use sangdam_domain::time::Timestamp;
use sangdam_eventstore::{Appended, FixedClock, Kek, SeededEntropy, Store, StoreConfig, StoredEvent};
use sangdam_projections::{At, ReadError, ReadModels, dump_all_tables, dump_rows, rebuild, runner};
use sangdam_tests::Database;
use serde_json::Value;
use uuid::Uuid;

use super::question::Questions;

/// What a command came to: what it appended, nothing because it held already, or why not.
pub(super) type Outcome = Result<Option<Appended>, ExecuteError>;

/// How long the read models may take to catch up.
const CATCH_UP_MAX: Duration = Duration::from_secs(20);

pub(super) struct World {
    pub(super) ledger: Ledger,
    pub(super) random: StdRng,
    /// What the last command was about.
    topic: u32,
    /// Whether the command at hand goes on with the last one's story: the same topic, the same ids.
    goes_on: bool,
    /// The last number of each kind of id.
    recent: BTreeMap<&'static str, u64>,
    clock: Arc<FixedClock>,
    pub(super) store: Store,
    pub(super) models: ReadModels,
    runner: runner::Runner,
    pub(super) schema: ApiSchema,
}

impl World {
    /// A world that is wholly determined by its seed; it begins on a Friday in September 2023.
    pub(super) async fn new(database: &Database, seed: u64) -> Self {
        let start: Timestamp = "2023-09-22T00:00:00Z".parse().expect("a moment");
        let clock = Arc::new(FixedClock::new(start));
        let config = StoreConfig {
            location: database.location(),
            kek: Kek::from_bytes([7; 32]),
            clock: Arc::<FixedClock>::clone(&clock),
            entropy: Arc::new(SeededEntropy::new(&seed.to_be_bytes())),
            ledger: None,
        };
        let store = Store::open(config).await.expect("the store opens");
        let ledger = Ledger::new(store.clone(), LogId::main("jeongseon").expect("a centre"));
        ledger.open_log().await.expect("the log opens");
        let models = ReadModels::open(database.location()).await.expect("the read models open");
        let app = App::new(store.clone(), models.clone(), ledger.log().clone());
        let runner = app.runner(ledger.log());
        Self {
            ledger,
            random: StdRng::seed_from_u64(seed),
            topic: 0,
            goes_on: false,
            recent: BTreeMap::new(),
            clock,
            store,
            models,
            runner,
            schema: schema(app),
        }
    }

    /// Some time goes by: mostly minutes, sometimes days.
    pub(super) fn let_time_pass(&mut self) {
        let seconds = match self.random.random_range(0..10) {
            0 => self.random.random_range(0..400_000),
            1..4 => 0,
            _ => self.random.random_range(1..600),
        };
        self.clock.set(self.ledger.now().plus_seconds(seconds));
    }

    /// What the next command is about, in hundredths: as likely as not what the last one was.
    pub(super) fn next_topic(&mut self) -> u32 {
        self.goes_on = self.random.random_bool(0.5);
        if !self.goes_on {
            self.topic = self.random.random_range(0..100);
        }
        self.topic
    }

    /// What comes with the next command. Now and then it tells of something that happened earlier.
    pub(super) fn meta(&mut self) -> CommandMeta {
        let meta = CommandMeta::new(Actor::of(ActorKind::Open), "a random command");
        if self.random.random_ratio(1, 6) {
            let seconds = self.random.random_range(0..200_000);
            return meta.at(self.ledger.now().plus_seconds(-seconds));
        }
        meta
    }

    /// One of the few ids of a kind; often the one it was last time.
    pub(super) fn id<T>(&mut self, kind: &'static str, (space, count): (u64, u64), of: fn(Uuid) -> T) -> T {
        let number = match self.recent.get(kind) {
            Some(number) if self.goes_on || self.random.random_bool(0.3) => *number,
            _ => self.random.random_range(0..count),
        };
        self.recent.insert(kind, number);
        of(Uuid::from_u64_pair((0x0190 << 48) | 0x7000 | space, (0b10 << 62) | number))
    }

    /// One of these, each as likely as the others.
    pub(super) fn one_of<T: Clone>(&mut self, choices: &[T]) -> T {
        choices.choose(&mut self.random).expect("something to choose from").clone()
    }

    /// Something, or as likely nothing.
    pub(super) fn maybe<T>(&mut self, some: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.random.random_bool(0.5).then(|| some(self))
    }

    pub(super) async fn head(&self) -> (Position, [u8; 32]) {
        let head = self.store.head(self.ledger.log()).await.expect("the head");
        (head.position, head.root)
    }

    /// What the read models say now.
    pub(super) async fn remember(&self) -> Remembered {
        let position = self.followed().await;
        let said = dump_rows(&self.models, &At::now(self.ledger.log())).await.expect("the rows");
        Remembered { position, said }
    }

    /// What a ledger that holds only the events up to now answers to a question for everything: a copy, with read models
    /// of its own that were built from nothing.
    pub(super) async fn answered_by_a_copy(&self, of: &Database, questions: &Questions) -> Answered {
        let (position, _) = self.head().await;
        let copy = of.copy_of_ledger().await;
        let store = Store::open(StoreConfig { location: copy.location(), ..self.config() }).await;
        let store = store.expect("the copy opens");
        let log = self.ledger.log().clone();
        assert_eq!(store.head(&log).await.expect("its head").position, position);
        let models = ReadModels::open(copy.location()).await.expect("read models of its own");
        runner::catch_up(&store, &models, &log, |_| {}).await.expect("they catch up");
        let streams = self.streams().await;
        let selection = questions.everything(&streams.into_iter().collect::<Vec<_>>());
        let schema = schema(App::new(store.clone(), models.clone(), log));
        let answer = ask(&schema, &store, &models, &format!("{{ ledger {selection} }}")).await;
        models.close().await;
        store.close().await;
        Answered { position, selection, answer }
    }

    /// As of the moment, this ledger answers what the copy did.
    pub(super) async fn check_answer(&self, answered: &Answered) {
        let Answered { position, selection, answer } = answered;
        let question = format!("{{ ledger(asOf: {{ position: {position} }}) {selection} }}");
        let says = ask(&self.schema, &self.store, &self.models, &question).await;
        let (was, is) = (lines(answer), lines(&says));
        assert_same(&was, &is, &format!("answers as of {position}"));
    }

    /// All streams there are.
    pub(super) async fn streams(&self) -> BTreeSet<StreamId> {
        self.all_events().await.iter().map(|event| event.stream).collect()
    }

    async fn all_events(&self) -> Vec<StoredEvent> {
        let all = self.store.read(self.ledger.log(), Position::ZERO, usize::MAX >> 1).await;
        all.expect("all events")
    }

    fn config(&self) -> StoreConfig {
        StoreConfig {
            location: self.store.location().clone(),
            kek: Kek::from_bytes([7; 32]),
            clock: Arc::<FixedClock>::clone(&self.clock),
            entropy: Arc::new(SeededEntropy::new(b"elsewhere")),
            ledger: None,
        }
    }

    /// The head, once the read models have come so far.
    pub(super) async fn followed(&self) -> Position {
        let (head, _) = self.head().await;
        if let Err(error) = self.runner.wait_for(head, CATCH_UP_MAX).await {
            panic!("the read models do not catch up: {error}; {:#?}", self.runner.health());
        }
        head
    }

    /// Read models that followed along hold the rows that read models built anew would: beside the serving ones, and in
    /// a database of their own; as of each moment that is remembered they say what they said then. The ledger verifies.
    /// Returns how many events of each type it holds.
    pub(super) async fn check(
        self,
        elsewhere: &Database,
        remembered: &[Remembered],
    ) -> BTreeMap<String, usize> {
        let log = self.ledger.log().clone();
        let head = self.followed().await;
        for Remembered { position, said } in remembered {
            let at = self.models.as_of(&self.store, &log, *position).await.expect("a past");
            let says = dump_rows(&self.models, &at).await.expect("the rows");
            assert_same(said, &says, &format!("rows as of {position}"));
        }
        let beyond = self.models.as_of(&self.store, &log, head.next()).await;
        assert!(matches!(beyond, Err(ReadError::NotYet { .. })), "{beyond:?}");
        let followed = dump_all_tables(&self.models).await.expect("a dump");

        let other = ReadModels::open(elsewhere.location()).await.expect("other read models open");
        runner::catch_up(&self.store, &other, &log, |_| {}).await.expect("they catch up");
        let caught_up = dump_all_tables(&other).await.expect("a dump");
        assert_same(&followed, &caught_up, "read models of another database");

        self.runner.shutdown().await;
        rebuild::rebuild(&self.store, &self.models, |_, _| {}).await.expect("a rebuild");
        let rebuilt = dump_all_tables(&self.models).await.expect("a dump");
        assert_same(&followed, &rebuilt, "rebuilt read models");

        let verified = self.store.verify(&log, |_| {}).await.expect("it can be verified");
        assert!(verified.is_sound(), "{:#?}", verified.problems);
        assert_eq!(verified.events, head.get());

        let mut types = BTreeMap::new();
        for event in self.all_events().await {
            *types.entry(event.event_type).or_default() += 1;
        }
        self.models.close().await;
        other.close().await;
        self.store.close().await;
        types
    }
}

/// What the read models said after a position.
pub(super) struct Remembered {
    position: Position,
    said: String,
}

/// What a ledger answered that ended at a position.
#[derive(Debug)]
pub(super) struct Answered {
    pub(super) position: Position,
    selection: String,
    answer: Value,
}

pub(super) async fn ask(schema: &ApiSchema, store: &Store, models: &ReadModels, question: &str) -> Value {
    let loaders = Loaders::new(store.clone(), models.clone());
    let response = schema.execute(Request::new(question).data(loaders)).await;
    assert!(response.errors.is_empty(), "{:#?}", response.errors.iter().take(3).collect::<Vec<_>>());
    let answer = response.data.into_json().expect("an answer");
    assert!(answer["ledger"].is_object(), "{answer}");
    answer
}

/// An answer, a value a line, each with where it stands.
fn lines(answer: &Value) -> String {
    fn walk(path: &str, value: &Value, lines: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                fields.iter().for_each(|(name, value)| walk(&format!("{path}/{name}"), value, lines));
            }
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(n, value)| walk(&format!("{path}/{n}"), value, lines));
            }
            leaf => lines.push(format!("{path} {leaf}")),
        }
    }
    let mut all = Vec::new();
    walk("", answer, &mut all);
    all.join("\n")
}

#[track_caller]
fn assert_same(followed: &str, anew: &str, what: &str) {
    let differing: Vec<_> = followed.lines().zip(anew.lines()).filter(|(a, b)| a != b).take(5).collect();
    assert!(followed == anew, "{what} differ; first lines that do: {differing:#?}");
}
