//! A ledger on a clock that stands still, and the commands that the tests give it.

use std::sync::Arc;

use sangdam::ledger::{CommandMeta, ExecuteError, Executed, Ledger};
use sangdam_domain::actor::{Actor, ActorKind};
use sangdam_domain::aggregate::{
    Call, CallCommand, Caller, CallerCommand, Consultation, ConsultationCommand, OpenFrom,
};
use sangdam_domain::id::{CallId, CallerId, CommandId, ConsultationId};
use sangdam_domain::log::{LogId, Position};
use sangdam_domain::personal::Personal;
use sangdam_domain::rejection::Rejection;
use sangdam_domain::value::{
    CallerKind, ContactReason, Direction, Evidence, NoteKind, NoteText, PersonName, PhoneNumber,
};
use sangdam_eventstore::{FixedClock, Kek, SeededEntropy, Store, StoreConfig};
use sangdam_projections::{ReadModels, runner};
use sangdam_tests::Database;

pub(super) struct World {
    pub(super) ledger: Ledger,
    pub(super) clock: Arc<FixedClock>,
    database: Database,
}

pub(super) const NOW: &str = "2024-01-02T00:00:00Z";

impl World {
    pub(super) async fn new(database: Database) -> Self {
        let clock = Arc::new(FixedClock::new(NOW.parse().unwrap()));
        let ledger = open(&database, &clock, b"ledger").await;
        ledger.open_log().await.unwrap();
        Self { ledger, clock, database }
    }

    /// Read models of its own, as far as the log.
    pub(super) async fn models(&self) -> ReadModels {
        let models = ReadModels::open(self.database.location()).await.unwrap();
        runner::catch_up(self.ledger.store(), &models, self.ledger.log(), |_| {}).await.unwrap();
        models
    }

    /// Closes the store and opens it again, as after a crash.
    pub(super) async fn restarted(self) -> Self {
        self.ledger.store().close().await;
        let Self { clock, database, .. } = self;
        Self { ledger: open(&database, &clock, b"ledger, started again").await, clock, database }
    }

    pub(super) fn command(&self, n: u128) -> CommandId {
        CommandId::from_uuid(uuid::Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + n))
    }

    pub(super) fn new_caller(&self) -> CallerId {
        CallerId::from_uuid(self.ledger.new_uuid())
    }

    pub(super) async fn head(&self) -> Position {
        self.ledger.store().head(self.ledger.log()).await.unwrap().position
    }

    pub(super) async fn caller(&self, phone: &str) -> CallerId {
        let id = self.new_caller();
        self.ledger.execute::<Caller>(&meta("caller"), id, register(Some(phone), None)).await.unwrap();
        id
    }

    pub(super) async fn answered_call(&self, caller: Option<CallerId>) -> CallId {
        let id = CallId::from_uuid(self.ledger.new_uuid());
        self.ledger.execute::<Call>(&meta("offer"), id, offer(caller)).await.unwrap();
        self.ledger.execute::<Call>(&meta("answer"), id, answer()).await.unwrap();
        id
    }

    pub(super) async fn missed_call(&self) -> CallId {
        let id = CallId::from_uuid(self.ledger.new_uuid());
        self.ledger.execute::<Call>(&meta("offer"), id, offer(None)).await.unwrap();
        let abandon =
            CallCommand::Abandon { wait_seconds: Some(9), evidence: Evidence::Observed, closed_by: None };
        self.ledger.execute::<Call>(&meta("abandon"), id, abandon).await.unwrap();
        id
    }

    pub(super) async fn open(
        &self,
        call: CallId,
        caller: Option<CallerId>,
    ) -> Result<Executed<Consultation>, ExecuteError> {
        let id = ConsultationId::from_uuid(self.ledger.new_uuid());
        let standing = self.ledger.call_standing(call).await.unwrap();
        let from = OpenFrom::Call { call, standing };
        let command =
            ConsultationCommand::Open { from, caller, agent: None, contact_reason: ContactReason::Other };
        self.ledger.execute(&meta("open"), id, command).await
    }

    pub(super) async fn consultation(&self, caller: Option<CallerId>) -> ConsultationId {
        let call = self.answered_call(caller).await;
        self.open(call, caller).await.unwrap().state.id
    }

    pub(super) async fn note(&self, id: ConsultationId, words: &str) -> Executed<Consultation> {
        self.ledger.execute(&meta(words), id, note(words)).await.unwrap()
    }

    pub(super) async fn read(&self, id: ConsultationId) -> Consultation {
        self.ledger.load(id).await.unwrap().unwrap()
    }

    pub(super) async fn read_caller(&self, id: CallerId) -> Caller {
        self.ledger.load(id).await.unwrap().unwrap()
    }

    pub(super) async fn erase(&self, id: CallerId) -> Executed<Caller> {
        let meta = meta("erase");
        for command in [CallerCommand::RequestErasure, CallerCommand::ApproveErasure] {
            self.ledger.execute::<Caller>(&meta, id, command).await.unwrap();
        }
        self.ledger.erase_caller(&meta, id).await.unwrap()
    }

    pub(super) async fn must_verify(&self) {
        let verification = self.ledger.store().verify(self.ledger.log(), |_| {}).await.unwrap();
        assert!(verification.is_sound(), "{verification:?}");
    }
}

async fn open(database: &Database, clock: &Arc<FixedClock>, seed: &[u8]) -> Ledger {
    let store = Store::open(StoreConfig {
        location: database.location(),
        kek: Kek::from_bytes([7; 32]),
        clock: Arc::<FixedClock>::clone(clock),
        entropy: Arc::new(SeededEntropy::new(seed)),
        ledger: None,
    })
    .await
    .unwrap();
    Ledger::new(store, LogId::main("jeongseon").unwrap())
}

pub(super) fn meta(canonical: &str) -> CommandMeta {
    CommandMeta::new(Actor::of(ActorKind::Open), canonical)
}

pub(super) fn phone(text: &str) -> PhoneNumber {
    PhoneNumber::parse(text).unwrap()
}

pub(super) fn register(number: Option<&str>, name: Option<&str>) -> CallerCommand {
    CallerCommand::Register {
        phone: number.map(phone),
        name: name.map(|name| PersonName::parse(name).unwrap()),
        kind: CallerKind::Resident,
        external_reference: None,
    }
}

pub(super) fn offer(caller: Option<CallerId>) -> CallCommand {
    CallCommand::Offer {
        direction: Direction::Inbound,
        from: Some(phone("033-560-0001")),
        caller,
        dialled: None,
        queue: None,
        external_reference: None,
        evidence: Evidence::Observed,
        closed_by: None,
    }
}

pub(super) fn answer() -> CallCommand {
    CallCommand::Answer { agent: None, wait_seconds: Some(3), evidence: Evidence::Observed, closed_by: None }
}

pub(super) fn note(words: &str) -> ConsultationCommand {
    ConsultationCommand::RecordNote { kind: NoteKind::Inquiry, text: NoteText::parse(words).unwrap() }
}

pub(super) fn text(personal: &Personal<NoteText>) -> Option<&str> {
    personal.known().map(NoteText::as_str)
}

#[track_caller]
pub(super) fn rejection<T: std::fmt::Debug>(result: Result<T, ExecuteError>) -> Rejection {
    match result {
        Err(ExecuteError::Rejected(rejection)) => rejection,
        other => panic!("expected a rejection, not {other:?}"),
    }
}
