//! Leaves are for ever: their bytes may not change between releases, engines or runs.

use std::sync::Arc;

use sangdam_domain::actor::{Actor, Subject};
use sangdam_domain::id::{AgentId, CallerId, CommandId, EventId, LedgerId};
use sangdam_domain::log::{StreamId, StreamKind};
use sangdam_eventstore::*;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::harness::*;

on_both_engines!(the_same_events_give_the_same_bytes);

const LEAF: &str = concat!(
    r#"{"actor":{"id":"00000000-0000-0000-0000-000000000005","kind":"agent"},"#,
    r#""body":{"kind":"inquiry","list":[1,-2,"c"],"text":{"sealed":0},"what":"\"가\\나\"\n\u0001/"},"#,
    r#""causation":"00000000-0000-0000-0000-000000000006","command":"00000000-0000-0000-0000-000000000003","#,
    r#""correlation":"00000000-0000-0000-0000-000000000007","event":"00000000-0000-0000-0000-000000000002","#,
    r#""ledger":"00000000-0000-0000-0000-000000000001","log":"jeongseon/main","#,
    r#""occurred_at":"2024-01-02T03:04:05.000000Z","position":2,"recorded_at":"2024-03-04T05:06:07.000008Z","schema":1,"#,
    r#""sealed":[{"algorithm":"A256GCM","key":1,"sha256":"SHA256","#,
    r#""subject":"caller/00000000-0000-0000-0000-000000000004"}],"#,
    r#""stream":"consultation/00000000-0000-0000-0000-000000000008","type":"NoteRecorded","v":1,"version":1}"#,
);

async fn the_same_events_give_the_same_bytes(fresh: Fresh) {
    let id = Uuid::from_u128;
    let config = StoreConfig {
        ledger: Some(LedgerId::from_uuid(id(1))),
        entropy: Arc::new(SeededEntropy::new(b"golden")),
        ..fresh.config()
    };
    let store = Store::open(config).await.unwrap();
    store.create_log(&log(), opening(&log())).await.unwrap();
    let event_id = EventId::from_uuid(id(2));
    let subject = Subject::Caller(CallerId::from_uuid(id(4)));
    let personal = Map::from_iter([("text".to_owned(), Value::from("비밀"))]);
    // Another sealed before it changes nothing.
    store.vault().seal(&log(), EventId::from_uuid(id(99)), subject, &personal).await.unwrap();
    let sealed = store.vault().seal(&log(), event_id, subject, &personal).await.unwrap();
    // Computed by another program from the seed, with AES-256-GCM of another library.
    let expected =
        "772bd75de17ab18381eff0edc06cf93b165e7a0f2f5eadffc9caf941e18cf745a6baf938850a6991575123c025";
    assert_eq!(hex::encode(&sealed.bytes), expected);
    let Value::Object(body) = json!({
        "what": "\"가\\나\"\n\u{1}/", "kind": "inquiry", "text": {"sealed": 0}, "list": [1, -2, "c"]
    }) else {
        panic!("an object")
    };
    let new = NewEvent {
        event_id,
        event_type: "NoteRecorded",
        schema_version: 1,
        occurred_at: "2024-01-02T03:04:05Z".parse().unwrap(),
        body,
        sealed: Some(sealed.clone()),
    };
    let append = Append {
        command_id: CommandId::from_uuid(id(3)),
        fingerprint: [0; 16],
        stream: StreamId::new(StreamKind::Consultation, id(8)),
        expected: Expected::NoStream,
        actor: Actor::agent(AgentId::from_uuid(id(5))),
        causation: Some(EventId::from_uuid(id(6))),
        correlation: Some(CommandId::from_uuid(id(7))),
        events: vec![new],
        claims: Vec::new(),
        guards: Vec::new(),
        recorded_at: None,
    };
    store.append(&log(), append).await.unwrap();
    let stored = store.read_at(&log(), &[at(2)]).await.unwrap();
    let sha256 = "aee136751d4e8f35abe9883d90800cc27e8c628c5ea8b446c83b58afc3c3880a";
    assert_eq!(std::str::from_utf8(&stored[0].leaf).unwrap(), LEAF.replace("SHA256", sha256));
    assert_sound(&store).await;
    store.close().await;
}
