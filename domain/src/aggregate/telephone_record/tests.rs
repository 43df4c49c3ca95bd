use super::*;
use crate::aggregate::testing::*;
use crate::personal::Personal;
use crate::value::{Code, Evidence, RecordText};
use uuid::Uuid;

const RECORD: TelephoneRecordId = TelephoneRecordId::from_uuid(Uuid::from_u128(20));

fn record(line: &str) -> TelephoneRecordKept {
    TelephoneRecordKept {
        format: Code::parse("queue-log").unwrap(),
        source: Code::parse("asterisk").unwrap(),
        name: None,
        call: None,
        caller: None,
        agent: None,
        record: Personal::Known(RecordText::parse(line).unwrap()),
        evidence: Evidence::Imported,
    }
}

#[test]
fn is_kept_once() {
    let keep = || TelephoneRecordCommand::Keep(record("1|a|b|c|INFO|d"));
    given::<TelephoneRecord>(RECORD, []).when(keep()).then(record("1|a|b|c|INFO|d"));
    given::<TelephoneRecord>(RECORD, [record("1|a|b|c|INFO|d").into()]).when(keep()).then_nothing();
}

#[test]
fn is_sealed_for_the_nearest_person_it_is_about() {
    let of = |record: TelephoneRecordKept| given::<TelephoneRecord>(RECORD, [record.into()]).state.subject();
    let about_call = TelephoneRecordKept { call: Some(CALL), agent: Some(AGENT), ..record("x") };
    assert_eq!(of(about_call.clone()), Some(Subject::Call(CALL)));
    assert_eq!(of(TelephoneRecordKept { caller: Some(CALLER), ..about_call }), Some(Subject::Caller(CALLER)));
    assert_eq!(of(TelephoneRecordKept { agent: Some(AGENT), ..record("x") }), Some(Subject::Agent(AGENT)));
    assert_eq!(of(record("x")), Some(Subject::Call(CallId::from_uuid(RECORD.uuid()))));
}
