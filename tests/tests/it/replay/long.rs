//! A stream that is too long to be in memory as a whole.

use std::sync::Arc;

use sangdam::ledger::{CommandMeta, Ledger};
use sangdam::replay::{Replay, Source, Span, Step};
use sangdam_domain::actor::{Actor, ActorKind};
use sangdam_domain::aggregate::{Agent, AgentCommand};
use sangdam_domain::id::AgentId;
use sangdam_domain::log::{LogId, Position};
use sangdam_domain::value::{AgentState, PersonName};
use sangdam_eventstore::{Kek, Store, StoreConfig, SystemClock, SystemEntropy};
use sangdam_tests::{Database, Engine, both_engines};
use serde_json::json;

/// More than are read in one part, and than are read at once.
const CHANGES: u64 = 1_150;

/// The ledger of a database, beside a program that serves it.
pub(super) async fn ledger(database: &Database) -> Ledger {
    let key_file = database.folder().join("config/sangdam/kek");
    let kek =
        if key_file.exists() { Kek::from_env_or_file(&key_file).unwrap() } else { Kek::from_bytes([7; 32]) };
    let store = Store::open(StoreConfig {
        location: database.location(),
        kek,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
        ledger: None,
    });
    Ledger::new(store.await.unwrap(), LogId::main("jeongseon").unwrap())
}

async fn a_long_stream_is_gone_through_from_anywhere(database: Database) {
    // Each command is a commit of its own: PostgreSQL's are dearer, and no different here.
    let changes = if database.engine() == Engine::Sqlite { CHANGES } else { 600 };
    let ledger = ledger(&database).await;
    ledger.open_log().await.unwrap();
    let agent = AgentId::from_uuid(ledger.new_uuid());
    let meta = CommandMeta::new(Actor::of(ActorKind::Open), "a change");
    let register = AgentCommand::Register { name: PersonName::parse("박상담").unwrap(), extension: None };
    ledger.execute::<Agent>(&meta, agent, register).await.unwrap();
    ledger.execute::<Agent>(&meta, agent, AgentCommand::StartShift).await.unwrap();
    for number in 0..changes {
        let state = if number % 2 == 0 { AgentState::Break } else { AgentState::Available };
        ledger.execute::<Agent>(&meta, agent, AgentCommand::ChangeState { state }).await.unwrap();
    }
    ledger.execute::<Agent>(&meta, agent, AgentCommand::EndShift).await.unwrap();
    let head = ledger.store().head(ledger.log()).await.unwrap().position;
    let way = |first: u64, types: &[&'static str]| {
        let span = Span { first: Position::new(first).unwrap(), last: head };
        Replay::new(ledger.clone(), Source::log(), span, types.to_vec())
    };
    let all = way(1, &[]).after(Position::ZERO, 2_000).await.unwrap().steps;
    assert_eq!(all.len() as u64, changes + 4);
    let last = all.last().unwrap();
    assert_eq!(last.before["version"], changes + 2);
    assert_eq!(
        (&last.after["state"], &last.after["registered"]["what"]["name"]),
        (&json!(null), &json!("박상담"))
    );

    // The first wanted event comes after a thousand that are not.
    let ended = way(1, &["ShiftEnded"]).after(Position::ZERO, 9).await.unwrap().steps;
    same(&ended, &all[all.len() - 1..]);
    let late = way(changes - 5, &[]).after(Position::ZERO, 4).await.unwrap().steps;
    let index = usize::try_from(changes - 6).unwrap();
    same(&late, &all[index..index + 4]);

    let mut back_way = way(1, &[]);
    let (mut back, mut at) = (Vec::new(), Position::MAX);
    loop {
        let mut page = back_way.before(at, 97).await.unwrap();
        at = page.steps.last().unwrap().position();
        back.append(&mut page.steps);
        if !page.more {
            break;
        }
    }
    back.reverse();
    same(&back, &all);
    ledger.store().close().await;
}

#[track_caller]
fn same(found: &[Step], expected: &[Step]) {
    let json = |steps: &[Step]| serde_json::to_value(steps).unwrap();
    assert_eq!(json(found), json(expected));
}

both_engines!(a_long_stream_is_gone_through_from_anywhere);
