//! A ledger of a few consultations, and the index over it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sangdam::ledger::{CommandMeta, Ledger};
use sangdam_domain::actor::{Actor, ActorKind};
use sangdam_domain::aggregate::{
    Call, CallCommand, Caller, CallerCommand, Consultation, ConsultationCommand, OpenFrom,
};
use sangdam_domain::id::{CallId, CallerId, ConsultationId};
use sangdam_domain::log::{LogId, Position};
use sangdam_domain::value::{
    CallerKind, Code, ContactReason, Direction, Evidence, NoteKind, NoteText, Outcome, ResolvedBy, VoidReason,
};
use sangdam_eventstore::{FixedClock, Kek, SeededEntropy, Store, StoreConfig};
use sangdam_search::{Ask, Matter, Search, catch_up};
use sangdam_tests::Database;

pub(super) struct World {
    pub(super) ledger: Ledger,
    pub(super) database: Database,
}

const PATIENCE: Duration = Duration::from_secs(20);

impl World {
    pub(super) async fn new(database: Database) -> Self {
        let store = Store::open(StoreConfig {
            location: database.location(),
            kek: Kek::from_bytes([7; 32]),
            clock: Arc::new(FixedClock::new("2024-01-02T00:00:00Z".parse().unwrap())),
            entropy: Arc::new(SeededEntropy::new(b"search")),
            ledger: None,
        })
        .await
        .unwrap();
        let ledger = Ledger::new(store, LogId::main("jeongseon").unwrap());
        ledger.open_log().await.unwrap();
        Self { ledger, database }
    }

    pub(super) fn folder(&self, name: &str) -> PathBuf {
        self.database.folder().join(name)
    }

    pub(super) fn spawn(&self, name: &str) -> Search {
        Search::spawn(self.ledger.store().clone(), self.ledger.log().clone(), self.folder(name))
    }

    /// Brings the index in a folder to the end of the log, and opens it.
    pub(super) async fn built(&self, name: &str) -> Search {
        catch_up(self.ledger.store(), self.ledger.log(), &self.folder(name), |_| {}).await.unwrap();
        self.caught_up(self.spawn(name)).await
    }

    pub(super) async fn caught_up(&self, search: Search) -> Search {
        search.wait_for(self.head().await, PATIENCE).await.unwrap();
        search
    }

    pub(super) async fn head(&self) -> Position {
        self.ledger.store().head(self.ledger.log()).await.unwrap().position
    }

    pub(super) async fn caller(&self) -> CallerId {
        let id = CallerId::from_uuid(self.ledger.new_uuid());
        let register = CallerCommand::Register {
            phone: None,
            name: None,
            kind: CallerKind::Resident,
            external_reference: None,
        };
        self.ledger.execute::<Caller>(&meta("register"), id, register).await.unwrap();
        id
    }

    /// A consultation with an inquiry, and with an answer that settled it where one is given.
    pub(super) async fn consultation(
        &self,
        caller: Option<CallerId>,
        inquiry: &str,
        answer: Option<&str>,
    ) -> ConsultationId {
        let call = CallId::from_uuid(self.ledger.new_uuid());
        let offer = CallCommand::Offer {
            direction: Direction::Inbound,
            from: None,
            caller,
            dialled: None,
            queue: None,
            external_reference: None,
            evidence: Evidence::Observed,
            closed_by: None,
        };
        self.ledger.execute::<Call>(&meta("offer"), call, offer).await.unwrap();
        let answered = CallCommand::Answer {
            agent: None,
            wait_seconds: Some(3),
            evidence: Evidence::Observed,
            closed_by: None,
        };
        self.ledger.execute::<Call>(&meta("answer"), call, answered).await.unwrap();
        let standing = self.ledger.call_standing(call).await.unwrap();
        let from = OpenFrom::Call { call, standing };
        let id = ConsultationId::from_uuid(self.ledger.new_uuid());
        let open =
            ConsultationCommand::Open { from, caller, agent: None, contact_reason: ContactReason::Other };
        self.does(id, open).await;
        self.does(id, note(NoteKind::Inquiry, inquiry)).await;
        if let Some(answer) = answer {
            self.does(id, note(NoteKind::Answer, answer)).await;
            self.does(id, ConsultationCommand::Resolve { by: ResolvedBy::Agent, outcome: Outcome::Answered })
                .await;
        }
        id
    }

    pub(super) async fn categorise(&self, id: ConsultationId, code: &str) {
        let code = Code::parse(code).unwrap();
        self.does(id, ConsultationCommand::Categorise { code, taxonomy_version: 1, known: true }).await;
    }

    pub(super) async fn void(&self, id: ConsultationId) {
        self.does(id, ConsultationCommand::Void { reason: VoidReason::Duplicate, explanation: None }).await;
    }

    pub(super) async fn does(&self, id: ConsultationId, command: ConsultationCommand) {
        self.ledger.execute::<Consultation>(&meta("consultation"), id, command).await.unwrap();
    }

    pub(super) async fn erase(&self, id: CallerId) {
        let meta = meta("erase");
        for command in [CallerCommand::RequestErasure, CallerCommand::ApproveErasure] {
            self.ledger.execute::<Caller>(&meta, id, command).await.unwrap();
        }
        self.ledger.erase_caller(&meta, id).await.unwrap();
    }
}

pub(super) fn note(kind: NoteKind, text: &str) -> ConsultationCommand {
    ConsultationCommand::RecordNote { kind, text: NoteText::parse(text).unwrap() }
}

fn meta(canonical: &str) -> CommandMeta {
    CommandMeta::new(Actor::of(ActorKind::Open), canonical)
}

pub(super) fn words(text: &str) -> Ask {
    Ask { text: text.to_owned(), first: 10, ..Ask::default() }
}

/// The best consultation of each matter.
pub(super) async fn found(search: &Search, text: &str) -> Vec<ConsultationId> {
    first_of_each(&search.similar(&words(text)).await.unwrap())
}

pub(super) fn first_of_each(matters: &[Matter]) -> Vec<ConsultationId> {
    matters.iter().map(|matter| matter.evidence[0]).collect()
}

/// All that the files of a folder hold.
pub(super) fn bytes_of(folder: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            bytes.extend(bytes_of(&path));
        } else {
            bytes.extend(std::fs::read(path).unwrap());
        }
    }
    bytes
}
