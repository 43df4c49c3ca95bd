//! A database of its own for each test, and short ways of making appends.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sangdam_domain::actor::{Actor, ActorKind};
use sangdam_domain::id::{CommandId, EventId};
use sangdam_domain::log::{LogId, StreamId, StreamKind};
use sangdam_domain::time::Timestamp;
use sangdam_eventstore::*;
use serde_json::{Map, Value};
use sqlx::migrate::Migrator;
use sqlx::{Connection, Executor, PgConnection, SqliteConnection};
use tempfile::TempDir;
use uuid::Uuid;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// An empty database, dropped with the test.
pub(crate) struct Fresh {
    folder: TempDir,
    database: Option<(String, String)>,
    pub(crate) clock: Arc<FixedClock>,
}

/// Makes one async test function into a test on each engine.
macro_rules! on_both_engines {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                let fresh = crate::harness::Fresh::on(crate::harness::Engine::Sqlite).await;
                super::$name(fresh.expect("SQLite is always here")).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                let Some(fresh) = crate::harness::Fresh::on(crate::harness::Engine::Postgres).await else { return };
                let database = fresh.database();
                super::$name(fresh).await;
                crate::harness::drop_database(database).await;
            }
        }
    )+};
}
pub(crate) use on_both_engines;

const POSTGRES_URL: &str = "SANGDAM_TEST_POSTGRES_URL";

impl Fresh {
    pub(crate) async fn on(engine: Engine) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(FixedClock::new("2024-03-04T05:06:07.000008Z".parse().unwrap()));
        if engine == Engine::Sqlite {
            return Some(Self { folder, database: None, clock });
        }
        let Ok(cluster) = std::env::var(POSTGRES_URL) else {
            assert!(std::env::var_os("CI").is_none(), "{POSTGRES_URL} is not set");
            eprintln!(
                "skipped on PostgreSQL: {POSTGRES_URL} is not set (use scripts/with-postgres, or make test)"
            );
            return None;
        };
        static COUNTER: AtomicU64 = AtomicU64::new(0);
        let name = format!("conformance_{}_{}", std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed));
        let mut admin = PgConnection::connect(&cluster).await.unwrap();
        admin.execute(format!("CREATE DATABASE {name}").as_str()).await.unwrap();
        let (server, _) = cluster.rsplit_once('/').unwrap();
        Some(Self { folder, database: Some((format!("{server}/{name}"), name)), clock })
    }

    pub(crate) fn database(&self) -> Option<String> {
        self.database.as_ref().map(|(_, name)| name.clone())
    }

    pub(crate) fn location(&self) -> Location {
        match &self.database {
            None => Location::Sqlite { dir: self.folder.path().join("data") },
            Some((url, _)) => Location::Postgres { url: url.clone() },
        }
    }

    pub(crate) fn config(&self) -> StoreConfig {
        StoreConfig {
            location: self.location(),
            kek: Kek::from_bytes([7; 32]),
            clock: Arc::clone(&self.clock) as Arc<dyn Clock>,
            entropy: Arc::new(SystemEntropy),
            ledger: None,
        }
    }

    /// The database with no tables, for tests that make their own.
    pub(crate) async fn bare(&self) -> Db {
        let none = Migrator { migrations: Vec::new().into(), ..Migrator::DEFAULT };
        Db::open(&self.location(), Room::READ, &none, &none).await.unwrap()
    }

    /// A store on it, the log made.
    pub(crate) async fn store(&self) -> Store {
        let store = Store::open(self.config()).await.unwrap();
        store.create_log(&log(), opening(&log())).await.unwrap();
        store
    }

    /// Runs SQL past the store, as somebody who owns the machine could: with the triggers out of the way.
    pub(crate) async fn tamper(&self, sql: &str) {
        match &self.database {
            None => {
                let file = self.folder.path().join("data/ledger.db");
                let mut connection =
                    SqliteConnection::connect(&format!("sqlite://{}", file.display())).await.unwrap();
                for (table, change) in [
                    ("events", "update"),
                    ("events", "delete"),
                    ("sealed", "update"),
                    ("tiles", "update"),
                    ("tiles", "delete"),
                ] {
                    let drop = format!("DROP TRIGGER IF EXISTS {table}_no_{change}");
                    connection.execute(drop.as_str()).await.unwrap();
                }
                connection.execute("DROP TRIGGER IF EXISTS heads_only_grow").await.unwrap();
                connection.execute(sql).await.unwrap();
                connection.close().await.unwrap();
            }
            Some((url, _)) => {
                let mut connection = PgConnection::connect(url).await.unwrap();
                connection.execute("SET search_path TO ledger").await.unwrap();
                connection.execute("SET session_replication_role = replica").await.unwrap();
                connection.execute(sql).await.unwrap();
                connection.close().await.unwrap();
            }
        }
    }

    /// Runs SQL past the store, the triggers in place, and says how it was refused.
    pub(crate) async fn refused(&self, sql: &str) -> String {
        let result = match &self.database {
            None => {
                let file = self.folder.path().join("data/ledger.db");
                let mut connection =
                    SqliteConnection::connect(&format!("sqlite://{}", file.display())).await.unwrap();
                connection.execute(sql).await.map(|_| ())
            }
            Some((url, _)) => {
                let mut connection = PgConnection::connect(url).await.unwrap();
                connection.execute("SET search_path TO ledger").await.unwrap();
                connection.execute(sql).await.map(|_| ())
            }
        };
        result.expect_err(sql).to_string()
    }

    pub(crate) fn is_postgres(&self) -> bool {
        self.database.is_some()
    }
}

pub(crate) async fn drop_database(name: Option<String>) {
    let (Some(name), Ok(cluster)) = (name, std::env::var(POSTGRES_URL)) else { return };
    let mut admin = PgConnection::connect(&cluster).await.unwrap();
    admin.execute(format!("DROP DATABASE {name} WITH (FORCE)").as_str()).await.unwrap();
}

pub(crate) fn log() -> LogId {
    LogId::main("jeongseon").unwrap()
}

pub(crate) fn uuid() -> Uuid {
    new_uuid_v7(&SystemClock, &SystemEntropy)
}

pub(crate) fn stream() -> StreamId {
    StreamId::new(StreamKind::Consultation, uuid())
}

pub(crate) fn event(text: &str) -> NewEvent {
    NewEvent {
        event_id: EventId::from_uuid(uuid()),
        event_type: "NoteRecorded",
        schema_version: 1,
        occurred_at: "2024-03-04T05:06:00Z".parse::<Timestamp>().unwrap(),
        body: Map::from_iter([("note".to_owned(), Value::from(text))]),
        sealed: None,
    }
}

/// An append of `count` events, with a command id of its own.
pub(crate) fn append(stream: StreamId, expected: Expected, count: usize) -> Append {
    Append {
        command_id: CommandId::from_uuid(uuid()),
        fingerprint: [1; 16],
        stream,
        expected,
        actor: Actor::of(ActorKind::System),
        causation: None,
        correlation: None,
        events: (0..count).map(|n| event(&format!("{stream} {n}"))).collect(),
        claims: Vec::new(),
        guards: Vec::new(),
        recorded_at: None,
    }
}

pub(crate) fn opening(log: &LogId) -> Append {
    append(StreamId::singleton(StreamKind::Log, log), Expected::NoStream, 1)
}

pub(crate) fn version(n: u64) -> Expected {
    Expected::Version(sangdam_domain::log::Version::new(n).unwrap())
}

pub(crate) fn at(n: u64) -> sangdam_domain::log::Position {
    sangdam_domain::log::Position::new(n).unwrap()
}

/// The root over the leaves as they are read back.
pub(crate) async fn recomputed_root(store: &Store) -> Hash {
    let mut frontier = merkle::Frontier::default();
    let mut after = at(0);
    loop {
        let page = store.read(&log(), after, 500).await.unwrap();
        let Some(last) = page.last() else { return frontier.root() };
        after = last.position;
        page.iter().for_each(|event| frontier.push(merkle::leaf_hash(&event.leaf)));
    }
}

pub(crate) async fn assert_sound(store: &Store) {
    let found = store.verify(&log(), |_| {}).await.unwrap();
    assert!(found.is_sound(), "{:?}", found.problems);
    assert_eq!(found.events, found.head.position.get());
    assert_eq!(recomputed_root(store).await, found.head.root);
}
