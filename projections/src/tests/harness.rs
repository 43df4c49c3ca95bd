//! A ledger of its own for each test, and short ways of making things happen in it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::civil::{Date, Time, date, time};
use sangdam_domain::actor::{Actor, ActorKind};
use sangdam_domain::event::*;
use sangdam_domain::id::*;
use sangdam_domain::log::{LogId, Position, StreamId, StreamKind};
use sangdam_domain::time::Timestamp;
use sangdam_domain::value::*;
use sangdam_eventstore::{
    Append, Clock, Entropy, Expected, FixedClock, Kek, Location, NewEvent, SeededEntropy, Store, StoreConfig,
    new_uuid_v7,
};
use sqlx::{Connection, Executor, PgConnection};
use uuid::Uuid;

use crate::at::At;
use crate::models::ReadModels;
use crate::question::Question;
use crate::runner::catch_up;

const POSTGRES_URL: &str = "SANGDAM_TEST_POSTGRES_URL";

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Engine {
    Sqlite,
    Postgres,
}

/// A ledger in which a centre is registered: Asia/Seoul, weekdays 08:30 to 18:30, opened on 2019-08-01, complete
/// records from 2022-01-01.
pub(super) struct History {
    pub store: Store,
    pub models: ReadModels,
    pub log: LogId,
    pub location: Location,
    _folder: tempfile::TempDir,
    moment: AtomicU64,
}

impl History {
    /// `None` where there is no such engine here.
    pub(super) async fn begin(engine: Engine) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let location = match engine {
            Engine::Sqlite => Location::Sqlite { dir: folder.path().to_owned() },
            Engine::Postgres => postgres_database().await?,
        };
        let clock: Arc<dyn Clock> = Arc::new(FixedClock::new(at("2024-06-01T00:00:00Z")));
        let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(b"projections"));
        let kek = Kek::from_bytes([7; 32]);
        let config = StoreConfig { location: location.clone(), kek, clock, entropy, ledger: None };
        let store = Store::open(config).await.unwrap();
        let models = ReadModels::open(location.clone()).await.unwrap();
        let log = LogId::main("jeongseon").unwrap();
        let history = Self { store, models, log, location, _folder: folder, moment: AtomicU64::new(0) };
        history.open_log(&history.log).await;
        Some(history)
    }

    /// The steps by which SQLite reads what a statement asks for.
    pub(super) async fn plan(&self, question: Question, sql: &str) -> Vec<String> {
        let sql = format!("EXPLAIN QUERY PLAN {sql}");
        self.models.select(question, &sql, |row| row.text(3).map(str::to_owned)).await.unwrap()
    }

    /// The log as it stands after what has happened so far, whatever happens later.
    pub(super) async fn so_far(&self) -> At {
        let applied = self.caught_up().await;
        self.models.as_of(&self.store, &self.log, applied).await.unwrap()
    }

    /// The log as it stands.
    pub(super) fn now(&self) -> At {
        At::now(&self.log)
    }

    pub(super) async fn open_log(&self, log: &LogId) {
        let opened = LogOpened { log: log.clone() };
        let append = self.append_of(
            StreamId::singleton(StreamKind::Log, log),
            at("2022-01-01T00:00:00Z"),
            opened.into(),
        );
        self.store.create_log(log, append).await.unwrap();
        let centre = StreamId::singleton(StreamKind::Centre, log);
        self.happens_in(log, centre, "2022-01-01T00:00:00Z", registered()).await;
        self.happens_in(log, centre, "2022-01-01T00:00:00Z", calendar()).await;
    }

    pub(super) async fn happens(&self, stream: StreamId, moment: &str, event: impl Into<Event>) -> Position {
        self.happens_in(&self.log, stream, moment, event).await
    }

    pub(super) async fn happens_in(
        &self,
        log: &LogId,
        stream: StreamId,
        moment: &str,
        event: impl Into<Event>,
    ) -> Position {
        let append = self.append_of(stream, at(moment), event.into());
        self.store.append(log, append).await.unwrap().last
    }

    /// One event in two streams, at once.
    pub(super) async fn happens_in_both(
        &self,
        streams: [StreamId; 2],
        moment: &str,
        event: impl Into<Event>,
    ) {
        let event = event.into();
        let mut appends = streams.map(|stream| self.append_of(stream, at(moment), event.clone()));
        appends[1].command_id = appends[0].command_id;
        self.store.append_all(&self.log, appends.to_vec()).await.unwrap();
    }

    /// Each of these, in this order; all in one transaction.
    pub(super) async fn happen_at_once(&self, events: Vec<(StreamId, Timestamp, Event)>) {
        let appends = events.into_iter().map(|(stream, moment, event)| self.append_of(stream, moment, event));
        for one in self.store.append_bulk(&self.log, appends.collect()).await {
            one.unwrap();
        }
    }

    /// An event that no release knows.
    pub(super) async fn unheard_of(&self) -> Position {
        let stream = call(1);
        let mut append = self.append_of(
            stream,
            at("2024-01-02T10:00:00+09:00"),
            CallDropped { evidence: Evidence::Observed }.into(),
        );
        append.events[0].event_type = "CallTeleported";
        self.store.append(&self.log, append).await.unwrap().last
    }

    pub(super) async fn caught_up(&self) -> Position {
        catch_up(&self.store, &self.models, &self.log, |_| {}).await.unwrap()
    }

    fn append_of(&self, stream: StreamId, occurred_at: Timestamp, event: Event) -> Append {
        let uuid = || new_uuid_v7(&**self.store.clock(), &**self.store.entropy());
        let mut body = event.body();
        sangdam_domain::personal::split(&mut body);
        let event = NewEvent {
            event_id: EventId::from_uuid(uuid()),
            event_type: event.event_type(),
            schema_version: event.schema_version(),
            occurred_at,
            body,
            sealed: None,
        };
        Append {
            command_id: CommandId::from_uuid(uuid()),
            fingerprint: [0; 16],
            stream,
            expected: Expected::Any,
            actor: Actor::of(ActorKind::System),
            causation: None,
            correlation: None,
            events: vec![event],
            claims: Vec::new(),
            guards: Vec::new(),
            recorded_at: None,
        }
    }

    /// An answered inbound call on a weekday morning in 2024, and the consultation it opened: the `n`th of each.
    pub(super) async fn consultation(
        &self,
        n: u128,
        moment: &str,
        of: Option<CallerId>,
        by: Option<AgentId>,
    ) {
        self.happens(call(n), moment, offered(of)).await;
        self.happens(call(n), moment, answered(by, 5)).await;
        self.happens(consultation(n), moment, opened(n, of, by)).await;
        self.moment.fetch_add(1, Ordering::Relaxed);
    }
}

async fn postgres_database() -> Option<Location> {
    let Ok(cluster) = std::env::var(POSTGRES_URL) else {
        assert!(std::env::var_os("CI").is_none(), "{POSTGRES_URL} is not set");
        eprintln!(
            "skipped on PostgreSQL: {POSTGRES_URL} is not set (use scripts/with-postgres, or make test)"
        );
        return None;
    };
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let name = format!("projections_{}_{}", std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed));
    let mut connection = PgConnection::connect(&cluster).await.unwrap();
    connection.execute(format!("CREATE DATABASE {name}").as_str()).await.unwrap();
    let (server, _) = cluster.rsplit_once('/').unwrap();
    Some(Location::Postgres { url: format!("{server}/{name}") })
}

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(super) fn text(text: &str) -> DisplayText {
    DisplayText::parse(text).unwrap()
}

pub(super) fn code(text: &str) -> Code {
    Code::parse(text).unwrap()
}

fn uuid(kind: u128, n: u128) -> Uuid {
    Uuid::from_u128((kind << 64) | n)
}

macro_rules! streams {
    ($($name:ident, $id:ident -> $type:ident, $kind:ident;)*) => {$(
        pub(super) fn $id(n: u128) -> $type { $type::from_uuid(uuid(StreamKind::$kind.code().into(), n)) }
        pub(super) fn $name(n: u128) -> StreamId { StreamId::new(StreamKind::$kind, $id(n).uuid()) }
    )*};
}

streams! {
    call, call_id -> CallId, Call;
    consultation, consultation_id -> ConsultationId, Consultation;
    callback, callback_id -> CallbackId, Callback;
    caller, caller_id -> CallerId, Caller;
    agent, agent_id -> AgentId, Agent;
    entry, entry_id -> DirectoryEntryId, DirectoryEntry;
    import, import_id -> ImportId, Import;
}

fn registered() -> CentreRegistered {
    CentreRegistered {
        name: text("정선군 콜센터"),
        opened_on: date(2019, 8, 1),
        time_zone: text("Asia/Seoul"),
        records_complete_from: date(2022, 1, 1),
    }
}

fn calendar() -> OperatingCalendarPublished {
    let weekdays =
        [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];
    let hours = |weekday| OpenHours { weekday, opens: time(8, 30, 0, 0), closes: time(18, 30, 0, 0) };
    calendar_of(1, date(2019, 8, 1), weekdays.map(hours).to_vec())
}

fn calendar_of(
    calendar_version: u32,
    valid_from: Date,
    weekly_hours: Vec<OpenHours>,
) -> OperatingCalendarPublished {
    let holidays = vec![Holiday { date: date(2024, 1, 1), name: text("신정") }];
    OperatingCalendarPublished {
        calendar_version,
        valid_from,
        time_zone: text("Asia/Seoul"),
        weekly_hours,
        holidays,
    }
}

/// A second calendar that is open around the clock from 2024-02-01 on.
pub(super) fn open_around_the_clock() -> OperatingCalendarPublished {
    let hours = |&weekday| OpenHours { weekday, opens: Time::midnight(), closes: Time::midnight() };
    calendar_of(2, date(2024, 2, 1), Weekday::ALL.iter().map(hours).collect())
}

pub(super) fn offered(caller: Option<CallerId>) -> CallOffered {
    CallOffered {
        direction: Direction::Inbound,
        from: None,
        caller,
        dialled: Some(DialledNumber::parse("033-100-0000").unwrap()),
        queue: Some(code("main")),
        external_reference: None,
        evidence: Evidence::Observed,
    }
}

pub(super) fn answered(agent: Option<AgentId>, wait_seconds: u32) -> CallAnswered {
    CallAnswered { agent, wait_seconds, evidence: Evidence::Observed }
}

pub(super) fn ended(talk_seconds: u32) -> CallEnded {
    CallEnded {
        by: EndedBy::Caller,
        talk_seconds: Some(talk_seconds),
        cause: None,
        evidence: Evidence::Observed,
    }
}

pub(super) fn outbound(caller: Option<CallerId>) -> CallOffered {
    CallOffered { direction: Direction::Outbound, ..offered(caller) }
}

pub(super) fn abandoned() -> CallAbandoned {
    CallAbandoned { wait_seconds: 30, evidence: Evidence::Observed }
}

pub(super) fn resolved(by: ResolvedBy) -> ConsultationResolved {
    ConsultationResolved { by, outcome: Outcome::Answered }
}

pub(super) fn transfer_requested(n: u128) -> TransferRequested {
    TransferRequested {
        transfer: TransferId::from_uuid(Uuid::from_u128(n)),
        kind: TransferKind::Warm,
        department: text("복지과"),
        officer: None,
        brief: None,
    }
}

pub(super) fn opened(call: u128, caller: Option<CallerId>, agent: Option<AgentId>) -> ConsultationOpened {
    ConsultationOpened {
        caller,
        agent,
        channel: Channel::Phone,
        contact_reason: ContactReason::UnknownContact,
        opened_by: OpenedBy::Call { call: call_id(call) },
    }
}

pub(super) fn categorised(category: &str) -> ConsultationCategorised {
    ConsultationCategorised { code: code(category), taxonomy_version: 1 }
}

pub(super) fn voided() -> ConsultationVoided {
    ConsultationVoided { reason: VoidReason::Duplicate, explanation: None }
}

pub(super) fn caller_registered() -> CallerRegistered {
    CallerRegistered { phone: None, name: None, kind: CallerKind::Resident, external_reference: None }
}
