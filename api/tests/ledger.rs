//! The ledger's promises, on a store of its own in a temporary directory: retries, races, claims, erasure, bulk.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test says what went wrong by stopping")]

use std::sync::Arc;

use sangdam::ledger::{
    BulkItem, CommandMeta, ExecuteError, Executed, Ledger, Live, Opening, complete_erasures,
};
use sangdam_domain::actor::{Actor, ActorKind, Subject};
use sangdam_domain::aggregate::{
    Call, CallCommand, CallStanding, Callback, CallbackCommand, CallbackStatus, Caller, CallerCommand,
    Centre, CentreCommand, Consultation, ConsultationCommand, ErasureStatus, OpenFrom, PromiseFor,
};
use sangdam_domain::id::{CallId, CallbackId, CallerId, CommandId, ConsultationId};
use sangdam_domain::log::{LogId, Position, StreamId, StreamKind, Version};
use sangdam_domain::personal::Personal;
use sangdam_domain::rejection::Rejection;
use sangdam_domain::time::Timestamp;
use sangdam_domain::value::{
    CallerKind, ContactReason, Direction, DisplayText, EndedBy, Evidence, NoteKind, NoteText, Outcome,
    PersonName, PhoneNumber, ResolvedBy, VoidReason,
};
use sangdam_eventstore::{FixedClock, Kek, Location, SeededEntropy, Store, StoreConfig};
use tempfile::TempDir;

struct World {
    ledger: Ledger,
    clock: Arc<FixedClock>,
    dir: TempDir,
}

const NOW: &str = "2024-01-02T00:00:00Z";

impl World {
    async fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let clock = Arc::new(FixedClock::new(NOW.parse().unwrap()));
        let ledger = open(&dir, &clock).await;
        ledger.open_log().await.unwrap();
        Self { ledger, clock, dir }
    }

    /// Closes the store and opens it again, as after a crash.
    async fn restarted(self) -> Self {
        self.ledger.store().close().await;
        let Self { clock, dir, .. } = self;
        Self { ledger: open(&dir, &clock).await, clock, dir }
    }

    fn command(&self, n: u128) -> CommandId {
        CommandId::from_uuid(uuid::Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + n))
    }

    fn new_caller(&self) -> CallerId {
        CallerId::from_uuid(self.ledger.new_uuid())
    }

    async fn head(&self) -> Position {
        self.ledger.store().head(self.ledger.log()).await.unwrap().position
    }

    async fn caller(&self, phone: &str) -> CallerId {
        let id = self.new_caller();
        self.ledger.execute::<Caller>(&meta("caller"), id, register(Some(phone), None)).await.unwrap();
        id
    }

    async fn answered_call(&self, caller: Option<CallerId>) -> CallId {
        let id = CallId::from_uuid(self.ledger.new_uuid());
        self.ledger.execute::<Call>(&meta("offer"), id, offer(caller)).await.unwrap();
        self.ledger.execute::<Call>(&meta("answer"), id, answer()).await.unwrap();
        id
    }

    async fn missed_call(&self) -> CallId {
        let id = CallId::from_uuid(self.ledger.new_uuid());
        self.ledger.execute::<Call>(&meta("offer"), id, offer(None)).await.unwrap();
        let abandon =
            CallCommand::Abandon { wait_seconds: Some(9), evidence: Evidence::Observed, closed_by: None };
        self.ledger.execute::<Call>(&meta("abandon"), id, abandon).await.unwrap();
        id
    }

    async fn open(
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

    async fn consultation(&self, caller: Option<CallerId>) -> ConsultationId {
        let call = self.answered_call(caller).await;
        self.open(call, caller).await.unwrap().state.id
    }

    async fn note(&self, id: ConsultationId, words: &str) -> Executed<Consultation> {
        self.ledger.execute(&meta(words), id, note(words)).await.unwrap()
    }

    async fn read(&self, id: ConsultationId) -> Consultation {
        self.ledger.load(id).await.unwrap().unwrap()
    }

    async fn read_caller(&self, id: CallerId) -> Caller {
        self.ledger.load(id).await.unwrap().unwrap()
    }

    async fn erase(&self, id: CallerId) -> Executed<Caller> {
        let meta = meta("erase");
        for command in [CallerCommand::RequestErasure, CallerCommand::ApproveErasure] {
            self.ledger.execute::<Caller>(&meta, id, command).await.unwrap();
        }
        self.ledger.erase_caller(&meta, id).await.unwrap()
    }

    async fn must_verify(&self) {
        let verification = self.ledger.store().verify(self.ledger.log(), |_| {}).await.unwrap();
        assert!(verification.is_sound(), "{verification:?}");
    }
}

async fn open(dir: &TempDir, clock: &Arc<FixedClock>) -> Ledger {
    let store = Store::open(StoreConfig {
        location: Location::Sqlite { dir: dir.path().to_owned() },
        kek: Kek::from_bytes([7; 32]),
        clock: clock.clone(),
        entropy: Arc::new(SeededEntropy::new(dir.path().as_os_str().as_encoded_bytes())),
        ledger: None,
    })
    .await
    .unwrap();
    Ledger::new(store, LogId::main("jeongseon").unwrap())
}

fn meta(canonical: &str) -> CommandMeta {
    CommandMeta::new(Actor::of(ActorKind::Open), canonical)
}

fn phone(text: &str) -> PhoneNumber {
    PhoneNumber::parse(text).unwrap()
}

fn register(number: Option<&str>, name: Option<&str>) -> CallerCommand {
    CallerCommand::Register {
        phone: number.map(phone),
        name: name.map(|name| PersonName::parse(name).unwrap()),
        kind: CallerKind::Resident,
        external_reference: None,
    }
}

fn offer(caller: Option<CallerId>) -> CallCommand {
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

fn answer() -> CallCommand {
    CallCommand::Answer { agent: None, wait_seconds: Some(3), evidence: Evidence::Observed, closed_by: None }
}

fn note(words: &str) -> ConsultationCommand {
    ConsultationCommand::RecordNote { kind: NoteKind::Inquiry, text: NoteText::parse(words).unwrap() }
}

fn text(personal: &Personal<NoteText>) -> Option<&str> {
    personal.known().map(NoteText::as_str)
}

#[track_caller]
fn rejection<T: std::fmt::Debug>(result: Result<T, ExecuteError>) -> Rejection {
    match result {
        Err(ExecuteError::Rejected(rejection)) => rejection,
        other => panic!("expected a rejection, not {other:?}"),
    }
}

#[tokio::test]
async fn a_command_answers_with_the_state_that_a_reader_finds() {
    let world = World::new().await;
    let id = world.consultation(None).await;
    let done = world.note(id, "쓰레기 배출 요일").await;
    assert_eq!(done.state, world.read(id).await);
    assert_eq!(text(&done.state.notes[0].text), Some("쓰레기 배출 요일"));
    assert_eq!(done.position, world.head().await);
    assert!(!done.already);
    world.must_verify().await;
}

#[tokio::test]
async fn a_retry_gets_the_first_answer_again_and_writes_nothing() {
    let world = World::new().await;
    let id = world.consultation(None).await;
    let meta = meta("note").with_id(world.command(1));
    let first = world.ledger.execute::<Consultation>(&meta, id, note("하나")).await.unwrap();
    world.note(id, "둘").await;
    let head = world.head().await;

    let again = world.ledger.execute::<Consultation>(&meta, id, note("하나")).await.unwrap();
    assert!(again.already);
    assert_eq!((again.state, again.position), (first.state, first.position));
    assert_eq!(world.head().await, head);
}

#[tokio::test]
async fn a_retry_of_a_registration_gets_the_first_id() {
    let world = World::new().await;
    let meta = meta("register").with_id(world.command(1));
    let command = || register(Some("010-0000-1234"), Some("김정선"));
    let first = world.ledger.execute::<Caller>(&meta, world.new_caller(), command()).await.unwrap();
    let again = world.ledger.execute::<Caller>(&meta, world.new_caller(), command()).await.unwrap();
    assert_eq!(again.state.id, first.state.id);
    assert_eq!(again.state, first.state);
}

#[tokio::test]
async fn a_retry_is_told_even_where_the_state_would_refuse_it_now() {
    let world = World::new().await;
    let id = world.consultation(None).await;
    let meta = meta("resolve").with_id(world.command(1));
    let resolve = ConsultationCommand::Resolve { by: ResolvedBy::Agent, outcome: Outcome::Answered };
    world.ledger.execute::<Consultation>(&meta, id, resolve.clone()).await.unwrap();
    assert!(world.ledger.execute::<Consultation>(&meta, id, resolve.clone()).await.unwrap().already);
    let other = self::meta("resolve").with_id(world.command(2));
    let refused = world.ledger.execute::<Consultation>(&other, id, resolve).await;
    assert_eq!(rejection(refused), Rejection::ConsultationAlreadyResolved);
}

#[tokio::test]
async fn a_retry_is_told_after_the_version_it_expected_has_passed() {
    let world = World::new().await;
    let id = world.consultation(None).await;
    let version = world.read(id).await.version;
    let meta = meta("note").with_id(world.command(1)).expecting(version);
    world.ledger.execute::<Consultation>(&meta, id, note("하나")).await.unwrap();
    assert!(world.ledger.execute::<Consultation>(&meta, id, note("하나")).await.unwrap().already);
}

#[tokio::test]
async fn a_command_id_is_not_used_for_something_else() {
    let world = World::new().await;
    let id = world.consultation(None).await;
    let command = world.command(1);
    let head = {
        world.ledger.execute::<Consultation>(&meta("a").with_id(command), id, note("하나")).await.unwrap();
        world.head().await
    };
    let other = world.ledger.execute::<Consultation>(&meta("b").with_id(command), id, note("둘")).await;
    assert!(matches!(other, Err(ExecuteError::CommandReused(id)) if id == command), "{other:?}");
    let meta = meta("c").with_id(command);
    let caller = world.ledger.execute::<Caller>(&meta, world.new_caller(), register(None, None)).await;
    assert!(matches!(caller, Err(ExecuteError::CommandReused(_))), "{caller:?}");
    assert_eq!(world.head().await, head);
}

#[tokio::test]
async fn a_version_that_has_passed_is_a_conflict() {
    let world = World::new().await;
    let id = world.consultation(None).await;
    let version = world.read(id).await.version;
    world.note(id, "먼저").await;
    let late = world.ledger.execute::<Consultation>(&meta("late").expecting(version), id, note("나중")).await;
    match late {
        Err(ExecuteError::VersionConflict { expected, actual, .. }) => {
            assert_eq!((expected, actual), (version, version.next()));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(world.read(id).await.notes.len(), 1);
}

#[tokio::test]
async fn notes_written_at_once_are_all_kept() {
    let world = World::new().await;
    let id = world.consultation(None).await;
    let writers = (0..12).map(|n| {
        let ledger = world.ledger.clone();
        tokio::spawn(async move {
            let words = format!("메모 {n}");
            ledger.execute::<Consultation>(&meta(&words), id, note(&words)).await
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap().unwrap();
    }
    let kept = world.read(id).await;
    assert_eq!(kept.notes.len(), 12);
    assert_eq!(kept.version, Version::new(13).unwrap());
    world.must_verify().await;
}

#[tokio::test]
async fn the_same_command_at_once_has_one_effect() {
    let world = World::new().await;
    let command = world.command(9);
    let tries = (0..8).map(|_| {
        let ledger = world.ledger.clone();
        let id = CallerId::from_uuid(ledger.new_uuid());
        tokio::spawn(async move {
            let meta = meta("register").with_id(command);
            ledger.execute::<Caller>(&meta, id, register(Some("010-0000-0009"), None)).await
        })
    });
    let mut ids = Vec::new();
    for attempt in tries.collect::<Vec<_>>() {
        ids.push(attempt.await.unwrap().unwrap().state.id);
    }
    ids.dedup();
    assert_eq!(ids.len(), 1);
    assert_eq!(world.head().await, Position::new(2).unwrap());
}

#[tokio::test]
async fn what_is_refused_leaves_nothing_behind() {
    let world = World::new().await;
    let call = world.missed_call().await;
    let head = world.head().await;
    assert_eq!(rejection(world.open(call, None).await), Rejection::CallAbandoned);
    let unknown = ConsultationId::from_uuid(world.ledger.new_uuid());
    let command = meta("note").with_id(world.command(1));
    let refused = world.ledger.execute::<Consultation>(&command, unknown, note("아무것도")).await;
    assert_eq!(rejection(refused), Rejection::NotFound { kind: "consultation" });
    assert_eq!(world.head().await, head);
    assert!(world.ledger.load::<Consultation>(unknown).await.unwrap().is_none());
    assert!(world.ledger.store().command(world.command(1)).await.unwrap().is_none());
}

#[tokio::test]
async fn nothing_happens_in_the_future() {
    let world = World::new().await;
    let id = world.consultation(None).await;
    let now: Timestamp = NOW.parse().unwrap();
    let at = |seconds| meta("note").at(now.plus_seconds(seconds));
    world.ledger.execute::<Consultation>(&at(300), id, note("곧")).await.unwrap();
    let refused = world.ledger.execute::<Consultation>(&at(301), id, note("나중")).await;
    assert!(matches!(refused, Err(ExecuteError::OccurredInFuture { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_number_has_one_caller_until_it_is_moved() {
    let world = World::new().await;
    let first = world.caller("010-0000-0001").await;
    let second = world.new_caller();
    let taken =
        world.ledger.execute::<Caller>(&meta("x"), second, register(Some("+82 10 0000 0001"), None)).await;
    assert_eq!(rejection(taken), Rejection::PhoneOfAnotherCaller { caller: first });

    let second = world.caller("010-0000-0002").await;
    let number = phone("010-0000-0001");
    assert_eq!(world.ledger.caller_by_phone(&number).await.unwrap(), Some(first));
    let moved = world.ledger.move_phone(&meta("move"), number.clone(), first, second).await.unwrap();
    assert_eq!(moved.state.phones.len(), 2);
    assert_eq!(world.ledger.caller_by_phone(&number).await.unwrap(), Some(second));
    assert!(world.read_caller(first).await.phones.is_empty());
    let again = world.ledger.move_phone(&meta("move"), number, first, second).await;
    assert_eq!(rejection(again), Rejection::PhoneNotOfCaller);
}

#[tokio::test]
async fn a_call_opens_one_consultation_unless_it_was_voided() {
    let world = World::new().await;
    let call = world.answered_call(None).await;
    let first = world.open(call, None).await.unwrap().state.id;
    let refused = rejection(world.open(call, None).await);
    assert_eq!(refused, Rejection::CallInOtherConsultation { consultation: first });
    let void = ConsultationCommand::Void { reason: VoidReason::Mistake, explanation: None };
    world.ledger.execute::<Consultation>(&meta("void"), first, void).await.unwrap();
    assert_ne!(world.open(call, None).await.unwrap().state.id, first);
}

#[tokio::test]
async fn merged_callers_answer_to_either_number() {
    let world = World::new().await;
    let (survivor, absorbed) = (world.caller("010-0000-0001").await, world.caller("010-0000-0002").await);
    let merged = world.ledger.merge_callers(&meta("merge"), survivor, absorbed).await.unwrap();
    assert!(merged.state.aliases.contains(&absorbed));
    let number = phone("010-0000-0002");
    assert_eq!(world.ledger.caller_by_phone(&number).await.unwrap(), Some(survivor));
    world.ledger.unmerge_callers(&meta("unmerge"), survivor, absorbed).await.unwrap();
    assert_eq!(world.ledger.caller_by_phone(&number).await.unwrap(), Some(absorbed));
}

#[tokio::test]
async fn an_identified_consultation_is_linked_on_both_sides() {
    let world = World::new().await;
    let caller = world.caller("010-0000-0001").await;
    let id = world.consultation(None).await;
    let subject = Subject::Consultation(id);
    let meta = meta("identify").with_id(world.command(1));
    let done = world.ledger.identify_caller(&meta, caller, subject).await.unwrap();
    assert!(done.state.linked.contains(&subject));
    assert_eq!(world.read(id).await.caller, Some(caller));
    assert!(world.ledger.identify_caller(&meta, caller, subject).await.unwrap().already);

    let other = world.caller("010-0000-0002").await;
    let refused = world.ledger.identify_caller(&self::meta("other"), other, subject).await;
    assert_eq!(rejection(refused), Rejection::ConsultationOfAnotherCaller { caller });
    assert!(world.read_caller(other).await.linked.is_empty());
}

async fn promised(world: &World, promised_for: PromiseFor) -> CallbackId {
    let id = CallbackId::from_uuid(world.ledger.new_uuid());
    let due = NOW.parse::<Timestamp>().unwrap().plus_seconds(3600);
    let command = CallbackCommand::Promise { due, promised_for, caller: None, agent: None };
    world.ledger.execute::<Callback>(&meta("promise"), id, command).await.unwrap();
    id
}

const OPENING: Opening = Opening { caller: None, agent: None, contact_reason: ContactReason::FollowUp };

#[tokio::test]
async fn a_callback_to_a_missed_call_opens_a_consultation() {
    let world = World::new().await;
    let missed = world.missed_call().await;
    let promise = PromiseFor::MissedCall { call: missed, standing: CallStanding::Abandoned };
    let callback = promised(&world, promise).await;
    let call = world.answered_call(None).await;
    let meta = meta("complete").with_id(world.command(1));
    let done = world.ledger.complete_callback(&meta, callback, call, OPENING).await.unwrap();
    assert_eq!(done.callback.state.status, CallbackStatus::Completed);
    let opened = done.consultation.unwrap();
    assert_eq!(opened, world.read(opened.id).await);
    let again = world.ledger.complete_callback(&meta, callback, call, OPENING).await.unwrap();
    assert!(again.callback.already);
    assert_eq!(again.consultation, Some(opened.clone()));
    let refused = rejection(world.open(call, None).await);
    assert_eq!(refused, Rejection::CallInOtherConsultation { consultation: opened.id });
}

#[tokio::test]
async fn a_callback_for_a_consultation_attaches_its_call() {
    let world = World::new().await;
    let id = world.consultation(None).await;
    let status = world.read(id).await.status;
    let callback = promised(&world, PromiseFor::Consultation { consultation: id, status }).await;
    let call = world.answered_call(None).await;
    let done = world.ledger.complete_callback(&meta("complete"), callback, call, OPENING).await.unwrap();
    assert_eq!(done.consultation.unwrap().id, id);
    assert_eq!(world.read(id).await.calls.len(), 2);
}

#[tokio::test]
async fn a_callback_whose_call_belongs_elsewhere_is_not_half_kept() {
    let world = World::new().await;
    let (id, other) = (world.consultation(None).await, world.answered_call(None).await);
    let elsewhere = world.open(other, None).await.unwrap().state.id;
    let status = world.read(id).await.status;
    let callback = promised(&world, PromiseFor::Consultation { consultation: id, status }).await;
    let refused = world.ledger.complete_callback(&meta("complete"), callback, other, OPENING).await;
    assert_eq!(
        rejection(refused.map(|_| ())),
        Rejection::CallInOtherConsultation { consultation: elsewhere }
    );
    let callback = world.ledger.load::<Callback>(callback).await.unwrap().unwrap();
    assert_eq!(callback.status, CallbackStatus::Promised);
}

#[tokio::test]
async fn an_erasure_forgets_the_caller_the_aliases_and_all_that_is_theirs() {
    let world = World::new().await;
    let (caller, alias) = (world.caller("010-0000-0001").await, world.caller("010-0000-0002").await);
    let (theirs, of_alias) = (world.consultation(Some(caller)).await, world.consultation(Some(alias)).await);
    let identified = world.consultation(None).await;
    for id in [theirs, of_alias, identified] {
        world.note(id, "비밀 이야기").await;
    }
    let other = world.consultation(None).await;
    world.note(other, "남의 이야기").await;
    let subject = Subject::Consultation(identified);
    world.ledger.identify_caller(&meta("identify"), caller, subject).await.unwrap();
    world.ledger.merge_callers(&meta("merge"), caller, alias).await.unwrap();

    let done = world.erase(caller).await;
    assert_eq!(done.state.erasure, ErasureStatus::Erased);
    assert_eq!(done.state, world.read_caller(caller).await);
    assert_eq!(world.read_caller(alias).await.erasure, ErasureStatus::Erased);
    for id in [theirs, of_alias, identified] {
        assert_eq!(text(&world.read(id).await.notes[0].text), None);
    }
    assert_eq!(text(&world.read(other).await.notes[0].text), Some("남의 이야기"));
    assert_eq!(world.ledger.caller_by_phone(&phone("010-0000-0001")).await.unwrap(), None);
    world.caller("010-0000-0002").await;
    world.must_verify().await;

    let refused = world.ledger.execute::<Consultation>(&meta("note"), theirs, note("새 이야기")).await;
    assert_eq!(rejection(refused), Rejection::CallerErased);
}

#[tokio::test]
async fn nothing_is_erased_without_approval() {
    let world = World::new().await;
    let caller = world.caller("010-0000-0001").await;
    let refused = world.ledger.erase_caller(&meta("erase"), caller).await;
    assert_eq!(rejection(refused), Rejection::ErasureNotApproved);
    assert_eq!(world.ledger.caller_by_phone(&phone("010-0000-0001")).await.unwrap(), Some(caller));
}

#[tokio::test]
async fn a_retry_after_the_erasure_gets_the_first_result_unchecked() {
    let world = World::new().await;
    let meta = meta("register").with_id(world.command(1));
    let first =
        world.ledger.execute::<Caller>(&meta, world.new_caller(), register(Some("010-0000-0001"), None));
    let id = first.await.unwrap().state.id;
    world.erase(id).await;
    let other = CommandMeta { canonical: b"anything".to_vec(), ..meta };
    let again =
        world.ledger.execute::<Caller>(&other, world.new_caller(), register(None, None)).await.unwrap();
    assert!(again.already);
    assert_eq!((again.state.id, &again.state.phones[0].phone), (id, &Personal::Erased));
}

#[tokio::test]
async fn an_erasure_cut_off_by_a_crash_is_completed_at_the_start() {
    let world = World::new().await;
    let caller = world.caller("010-0000-0001").await;
    let run = |command| {
        let ledger = world.ledger.clone();
        async move { ledger.execute::<Caller>(&meta("x"), caller, command).await.unwrap() }
    };
    run(CallerCommand::RequestErasure).await;
    run(CallerCommand::ApproveErasure).await;
    // The event alone, as a crash right after its commit leaves it.
    run(CallerCommand::Erase { further: Default::default() }).await;
    assert!(!world.ledger.store().vault().is_destroyed(Subject::Caller(caller)).await.unwrap());

    let world = world.restarted().await;
    let found = complete_erasures(world.ledger.store()).await.unwrap();
    assert_eq!((found.erasures, found.subjects), (1, 1));
    assert!(world.ledger.store().vault().is_destroyed(Subject::Caller(caller)).await.unwrap());
    let stream = StreamId::new(StreamKind::Caller, caller.uuid());
    let events = world.ledger.store().read_stream(stream, Version::ZERO).await.unwrap();
    let positions: Vec<Position> = events.iter().map(|event| event.position).collect();
    assert!(world.ledger.store().sealed(world.ledger.log(), &positions).await.unwrap().is_empty());
    assert_eq!(world.ledger.complete_erasures().await.unwrap().subjects, 0);
    world.must_verify().await;
}

#[tokio::test]
async fn a_stream_of_another_centre_is_unknown_here() {
    let world = World::new().await;
    let id = world.consultation(None).await;
    let other = world.ledger.of_centre("taebaek").unwrap();
    other.open_log().await.unwrap();
    assert!(other.load::<Consultation>(id).await.unwrap().is_none());
    let refused = other.execute::<Consultation>(&meta("note"), id, note("남의 것")).await;
    assert_eq!(rejection(refused), Rejection::NotFound { kind: "consultation" });
}

#[tokio::test]
async fn loading_many_keeps_their_order() {
    let world = World::new().await;
    let (a, b) = (world.caller("010-0000-0001").await, world.caller("010-0000-0002").await);
    let none = world.new_caller();
    let loaded = world.ledger.load_many::<Caller>(&[b, none, a]).await.unwrap();
    let ids: Vec<_> = loaded.iter().map(|caller| caller.as_ref().map(|caller| caller.id)).collect();
    assert_eq!(ids, [Some(b), None, Some(a)]);
    let number = &loaded[0].as_ref().unwrap().phones[0].phone;
    assert_eq!(number.known().unwrap().as_str(), "+821000000002");
}

#[tokio::test]
async fn asking_for_what_holds_already_changes_nothing() {
    let world = World::new().await;
    let command = || CentreCommand::Register {
        name: DisplayText::parse("정선군 콜센터").unwrap(),
        opened_on: "2019-08-01".parse().unwrap(),
        time_zone: DisplayText::parse("Asia/Seoul").unwrap(),
        records_complete_from: "2022-01-01".parse().unwrap(),
    };
    let first = world.ledger.execute::<Centre>(&meta("centre"), (), command()).await.unwrap();
    let second = world.ledger.execute::<Centre>(&meta("centre"), (), command()).await.unwrap();
    assert_eq!((second.state, second.position), (first.state, first.position));
    assert!(second.appended.is_none() && !second.already);
}

fn row(world: &World, n: u128, at: Timestamp) -> BulkItem {
    row_saying(world, n, &format!("row {n}"), at)
}

fn row_saying(world: &World, n: u128, content: &str, at: Timestamp) -> BulkItem {
    let actor = Actor::of(ActorKind::Import);
    let meta = CommandMeta::new(actor.clone(), content).with_id(world.command(n));
    let mut item = BulkItem::new(meta);
    let uuid = uuid::Uuid::from_u128(0x0190_0000_0000_7000_9000_0000_0000_0000 + n);
    let mut call = Live::<Call>::new(CallId::from_uuid(uuid), &world.ledger);
    let mut matter = Live::<Consultation>::new(ConsultationId::from_uuid(uuid), &world.ledger);
    item.push(call.decide(offer(None), at, &actor).unwrap());
    item.push(call.decide(answer(), at.plus_seconds(3), &actor).unwrap());
    let from = OpenFrom::Call { call: call.state().id, standing: call.state().standing() };
    let contact_reason = ContactReason::Unrecorded;
    let open = ConsultationCommand::Open { from, caller: None, agent: None, contact_reason };
    item.push(matter.decide(open, at.plus_seconds(3), &actor).unwrap());
    let end = CallCommand::End {
        by: EndedBy::Unrecorded,
        talk_seconds: None,
        cause: None,
        evidence: Evidence::Imported,
        closed_by: None,
    };
    item.push(call.decide(end, at.plus_seconds(60), &actor).unwrap());
    item
}

#[tokio::test]
async fn a_bulk_appended_again_adds_nothing() {
    let world = World::new().await;
    let at: Timestamp = NOW.parse().unwrap();
    let rows = || (0..50).map(|n| row(&world, n, at)).collect::<Vec<_>>();
    let first = world.ledger.execute_bulk(rows()).await.unwrap();
    assert!(first.iter().all(|done| done.as_ref().is_ok_and(|done| !done.already)), "{first:?}");
    let head = world.head().await;
    assert_eq!(head, Position::new(1 + 50 * 4).unwrap());

    let again = world.ledger.execute_bulk(rows()).await.unwrap();
    assert!(again.iter().all(|done| done.as_ref().is_ok_and(|done| done.already)), "{again:?}");
    assert_eq!(world.head().await, head);
    world.must_verify().await;
}

#[tokio::test]
async fn a_row_that_says_something_else_is_told_and_hurts_no_other() {
    let world = World::new().await;
    world.clock.set("2024-01-03T00:00:00Z".parse().unwrap());
    let at: Timestamp = NOW.parse().unwrap();
    world.ledger.execute_bulk(vec![row(&world, 1, at)]).await.unwrap().remove(0).unwrap();
    let changed = row_saying(&world, 1, "row 1, corrected", at);
    let results =
        world.ledger.execute_bulk(vec![row(&world, 2, at), changed, row(&world, 3, at)]).await.unwrap();
    assert!(matches!(results.as_slice(), [Ok(_), Err(ExecuteError::CommandReused(_)), Ok(_)]), "{results:?}");
}
