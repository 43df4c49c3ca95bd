//! A registered centre on a clock that stands still, and schedules at work on it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sangdam::ledger::{CommandMeta, Ledger};
use sangdam::reports::Sources;
use sangdam::schedule::Reports;
use sangdam::schedule::worker::{Worker, zone};
use sangdam_domain::actor::{Actor, ActorKind};
use sangdam_domain::aggregate::{Centre, CentreCommand};
use sangdam_domain::event::{
    Event, LegacyBalance, ReportRunCompleted, ReportRunFailed, ReportRunStarted, ReportScheduleDefined,
};
use sangdam_domain::log::{LogId, Position};
use sangdam_domain::time::Timestamp;
use sangdam_domain::value::DisplayText;
use sangdam_eventstore::{FixedClock, Kek, SeededEntropy, Store, StoreConfig};
use sangdam_projections::{ReadModels, fact};
use sangdam_tests::Database;

pub(super) struct World {
    pub(super) sources: Sources,
    pub(super) clock: Arc<FixedClock>,
    pub(super) database: Database,
}

/// What every variable of the environment holds that a schedule asks for.
pub(super) const SECRET: &str = "0123456789abcdef";

/// A moment on the clocks of Seoul: `03 08:00:00` is on the third of January 2024.
pub(super) fn seoul(moment: &str) -> Timestamp {
    let (day, time) = moment.split_once(' ').unwrap();
    format!("2024-01-{day}T{time}+09:00").parse().unwrap()
}

impl World {
    /// It is noon on the second of January 2024 in Seoul.
    pub(super) async fn new(database: Database) -> Self {
        let clock = Arc::new(FixedClock::new(seoul("02 12:00:00")));
        let sources = open(&database, &clock, b"one").await;
        let world = Self { sources, clock, database };
        world.ledger().open_log().await.unwrap();
        let registered = CentreCommand::Register {
            name: text("정선군 민원콜센터"),
            opened_on: "2019-08-01".parse().unwrap(),
            time_zone: text("Asia/Seoul"),
            records_complete_from: "2022-01-01".parse().unwrap(),
        };
        world.tell(registered).await;
        world
    }

    pub(super) fn ledger(&self) -> Ledger {
        Ledger::new(self.sources.store.clone(), self.sources.log.clone())
    }

    /// The same ledger, opened once more, as by another process.
    pub(super) async fn elsewhere(&self) -> Sources {
        open(&self.database, &self.clock, b"other").await
    }

    /// Something that the yearly report shows.
    pub(super) async fn declare(&self, year: i16, consultations: u64) {
        let balance = LegacyBalance::Known { consultations };
        self.tell(CentreCommand::DeclareLegacyBalance { year, balance, source: text("연보") }).await;
    }

    async fn tell(&self, command: CentreCommand) {
        let meta = CommandMeta::new(Actor::of(ActorKind::Staff), "centre");
        self.ledger().execute::<Centre>(&meta, (), command).await.unwrap();
    }

    /// The folder that reports go to.
    pub(super) fn out(&self) -> PathBuf {
        let out = self.database.folder().join("out");
        std::fs::create_dir_all(&out).unwrap();
        out
    }

    /// A schedule `daily` of the yearly report as JSON into [`World::out`], put to work.
    pub(super) async fn worker(&self, cron: &str, more: &str) -> Worker {
        self.worker_on(self.sources.clone(), cron, more).await
    }

    pub(super) async fn worker_on(&self, sources: Sources, cron: &str, more: &str) -> Worker {
        self.out();
        let more = format!("{more}\ndeliver = [{{ folder = 'out' }}]");
        self.worker_to(sources, cron, &more).await
    }

    /// The same, to other places.
    pub(super) async fn worker_to(&self, sources: Sources, cron: &str, more: &str) -> Worker {
        let file = self.database.folder().join("reports.toml");
        let schedule = format!("name = 'daily'\ncron = '{cron}'\nreport = 'yearly'\nformat = 'json'\n{more}");
        std::fs::write(&file, format!("lease = '60s'\n[[schedule]]\n{schedule}\n")).unwrap();
        let secret = |_: &str| Some(SECRET.to_owned());
        let Reports { lease_seconds, mut schedules } = Reports::read(&file, &secret).unwrap();
        let zone = zone(&sources).await.unwrap().expect("the centre is registered");
        let begun = Worker::begin(sources, schedules.remove(0), lease_seconds, zone).await;
        begun.map_err(|(_, error)| error).unwrap()
    }

    /// All events of reports, in order.
    pub(super) async fn events(&self) -> Vec<Event> {
        let events = self.sources.store.read(&self.sources.log, Position::ZERO, 100_000).await.unwrap();
        let reports = events.iter().filter(|event| event.event_type.starts_with("Report"));
        reports.map(|event| fact(event).unwrap().event).collect()
    }

    pub(super) async fn started(&self) -> Vec<ReportRunStarted> {
        self.events()
            .await
            .into_iter()
            .filter_map(|e| if let Event::ReportRunStarted(e) = e { Some(e) } else { None })
            .collect()
    }

    pub(super) async fn completed(&self) -> Vec<ReportRunCompleted> {
        self.events()
            .await
            .into_iter()
            .filter_map(|e| if let Event::ReportRunCompleted(e) = e { Some(e) } else { None })
            .collect()
    }

    pub(super) async fn failed(&self) -> Vec<ReportRunFailed> {
        self.events()
            .await
            .into_iter()
            .filter_map(|e| if let Event::ReportRunFailed(e) = e { Some(e) } else { None })
            .collect()
    }

    pub(super) async fn defined(&self) -> Vec<ReportScheduleDefined> {
        self.events()
            .await
            .into_iter()
            .filter_map(|e| if let Event::ReportScheduleDefined(e) = e { Some(e) } else { None })
            .collect()
    }

    /// When the runs were due that were completed, in the order of their completion.
    pub(super) async fn made(&self) -> Vec<Timestamp> {
        self.completed().await.into_iter().map(|completed| completed.due).collect()
    }
}

async fn open(database: &Database, clock: &Arc<FixedClock>, seed: &[u8]) -> Sources {
    let config = StoreConfig {
        location: database.location(),
        kek: Kek::from_bytes([7; 32]),
        clock: Arc::<FixedClock>::clone(clock),
        entropy: Arc::new(SeededEntropy::new(seed)),
        ledger: None,
    };
    let store = Store::open(config).await.unwrap();
    let models = ReadModels::open(database.location()).await.unwrap();
    Sources { store, models, log: LogId::main("jeongseon").unwrap() }
}

fn text(text: &str) -> DisplayText {
    DisplayText::parse(text).unwrap()
}

/// The files in a folder, hidden ones too.
pub(super) fn files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
