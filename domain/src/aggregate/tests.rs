//! What was once recorded never takes an aggregate down, in whatever order it comes.

use proptest::prelude::*;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::*;
use crate::actor::ActorKind;
use crate::id::{
    AgentId, CallId, CallbackId, CallerId, ConsultationId, DirectoryEntryId, EventId, ImportId,
    KnowledgeArticleId, ReportRunId, ReportScheduleId,
};
use crate::log::Position;
use crate::value::{CallerKind, Evidence, NoteText, PhoneNumber};

/// Every sample of every event, sealed and opened.
fn every_event() -> Vec<Event> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/samples");
    let mut events = Vec::new();
    for &name in Event::TYPES {
        let schema = Event::schema_of(name).unwrap();
        let text = std::fs::read_to_string(format!("{folder}/{name}.v{schema}.json")).unwrap();
        let samples: Vec<Map<String, Value>> = serde_json::from_str(&text).unwrap();
        for sample in samples {
            let (Value::Object(sealed), Value::Object(personal)) = (&sample["body"], &sample["personal"])
            else {
                panic!()
            };
            let mut opened = sealed.clone();
            crate::personal::join(&mut opened, personal.clone());
            for body in [sealed, &opened] {
                events.push(Event::from_body(name, schema, &serde_json::to_string(body).unwrap()).unwrap());
            }
        }
    }
    events
}

/// The id of the thing `n` in the samples.
fn id(n: u128) -> Uuid {
    Uuid::from_u128(0x0190_a1b2_0000_7000_8000_0000_0000_0000 | n)
}

fn facts(events: &[Event], picks: &[(prop::sample::Index, u32)]) -> Vec<Fact> {
    let fact = |(n, (pick, seconds)): (u64, &(prop::sample::Index, u32))| {
        let at = Timestamp::MIN.plus_seconds(i64::from(*seconds));
        Fact {
            event_id: EventId::from_uuid(Uuid::from_u128(u128::from(n))),
            position: Position::new(n).unwrap(),
            version: Version::new(n).unwrap(),
            occurred_at: at,
            recorded_at: at,
            actor: Actor::of(ActorKind::System),
            event: pick.get(events).clone(),
        }
    };
    (1..).zip(picks).map(fact).collect()
}

/// Folds, decides each command, and folds what was decided.
#[track_caller]
fn survives<A: Aggregate>(id: A::Id, facts: &[Fact], commands: Vec<A::Command>) {
    let state: A = fold(id, facts);
    assert!(serde_json::to_value(&state).is_ok_and(|shown| shown["version"] == state_version(facts)));
    let at = Timestamp::MIN;
    for command in commands {
        let mut state = state.clone();
        let Ok(events) = state.decide(command, at) else { continue };
        for event in events {
            let version = Version::new(facts.len() as u64 + 1).unwrap();
            let position = Position::new(1).unwrap();
            let event_id = EventId::from_uuid(Uuid::nil());
            let actor = Actor::of(ActorKind::System);
            state.evolve(&Fact {
                event_id,
                position,
                version,
                occurred_at: at,
                recorded_at: at,
                actor,
                event,
            });
            assert_eq!(state.subject().is_some(), A::new(id).subject().is_some());
        }
    }
}

fn state_version(facts: &[Fact]) -> u64 {
    facts.last().map_or(0, |last| last.version.get())
}

fn call_commands() -> Vec<CallCommand> {
    let evidence = Evidence::Observed;
    vec![
        CallCommand::Answer { agent: None, wait_seconds: None, evidence, closed_by: Some(1) },
        CallCommand::Abandon { wait_seconds: None, evidence, closed_by: None },
        CallCommand::Drop { evidence, closed_by: None },
    ]
}

fn caller_commands() -> Vec<CallerCommand> {
    let phone = PhoneNumber::parse("010-0000-1234").unwrap();
    let (us, them) = (CallerId::from_uuid(id(31)), CallerId::from_uuid(id(32)));
    vec![
        CallerCommand::Register {
            phone: None,
            name: None,
            kind: CallerKind::Visitor,
            external_reference: None,
        },
        CallerCommand::MovePhone { phone, from: us, to: them },
        CallerCommand::Merge { survivor: us, absorbed: them },
        CallerCommand::Unmerge { survivor: us, absorbed: them },
        CallerCommand::Erase { further: Default::default() },
    ]
}

fn consultation_commands() -> Vec<ConsultationCommand> {
    let text = || NoteText::parse("문의").unwrap();
    vec![
        ConsultationCommand::RecordNote { kind: crate::value::NoteKind::Answer, text: text() },
        ConsultationCommand::CorrectNote { note: Version::new(1).unwrap(), text: text(), why: None },
        ConsultationCommand::Reopen { reason: crate::value::ReopenReason::Mistake },
        ConsultationCommand::Void { reason: crate::value::VoidReason::Mistake, explanation: None },
    ]
}

fn report_run_commands() -> Vec<ReportRunCommand> {
    let reason = crate::value::RunFailure::ReportNotTaken;
    let failing = |attempt| ReportRunCommand::Fail { attempt, reason, retry_at: None };
    vec![ReportRunCommand::Retry { lease_seconds: u32::MAX }, failing(0), failing(1), failing(2)]
}

proptest! {
    #[test]
    fn any_facts_in_any_order_are_survived(
        picks in prop::collection::vec((any::<prop::sample::Index>(), any::<u32>()), 0..60)
    ) {
        let facts = facts(&every_event(), &picks);
        survives::<Agent>(AgentId::from_uuid(id(1)), &facts, vec![AgentCommand::StartShift, AgentCommand::EndShift]);
        survives::<Call>(CallId::from_uuid(id(11)), &facts, call_commands());
        let cancel = CallbackCommand::Cancel { reason: crate::value::CancelReason::Mistake };
        survives::<Callback>(CallbackId::from_uuid(id(21)), &facts, vec![cancel]);
        survives::<Caller>(CallerId::from_uuid(id(31)), &facts, caller_commands());
        survives::<Consultation>(ConsultationId::from_uuid(id(41)), &facts, consultation_commands());
        survives::<DirectoryEntry>(DirectoryEntryId::from_uuid(id(51)), &facts, vec![DirectoryEntryCommand::Retire]);
        survives::<DirectoryEditions>((), &facts, vec![]);
        survives::<Import>(ImportId::from_uuid(id(61)), &facts, vec![]);
        let retire = vec![KnowledgeArticleCommand::Retire];
        survives::<KnowledgeArticle>(KnowledgeArticleId::from_uuid(id(91)), &facts, retire);
        survives::<ReportRun>(ReportRunId::from_uuid(id(81)), &facts, report_run_commands());
        let skip = ReportScheduleCommand::SkipRuns { due_until: Timestamp::MIN };
        survives::<ReportSchedule>(ReportScheduleId::from_uuid(id(82)), &facts, vec![skip]);
        survives::<Centre>((), &facts, vec![]);
        let centre: Centre = fold((), &facts);
        for fact in &facts {
            let calendar = centre.calendar();
            prop_assert_eq!(calendar.is_open(fact.occurred_at), calendar.closed_by(fact.occurred_at).is_none());
        }
    }
}
