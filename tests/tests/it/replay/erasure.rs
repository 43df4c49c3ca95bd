//! What was erased shows in no step, whenever it is gone through.

use sangdam::replay::{Replay, Source, Span};
use sangdam_domain::log::{Position, StreamId, StreamKind};
use sangdam_tests::{Database, Program, both_engines};
use serde_json::{Value, json};

use super::desk::{Desk, NAME, PHONE};
use super::long;

/// Of the number eight digits, since four stand in a UUID now and then.
const SECRETS: [&str; 4] = ["00007777", NAME, "비밀 이야기", "다른 비밀"];

/// A caller's matter, told in secret; the UUIDs of the caller and the consultation.
async fn secret(desk: &Desk) -> (String, String) {
    let caller = desk.makes("registerCaller", json!({ "phone": PHONE, "name": NAME }), "caller").await;
    let (call, _) = desk.answers(PHONE).await;
    let consultation = desk.opens(&call, "waste").await;
    desk.notes(&consultation, "비밀 이야기").await;
    let correction = json!({ "consultation": consultation, "note": { "note": 3, "text": "다른 비밀" } });
    desk.does("correctConsultation", correction, "").await;
    (caller, consultation)
}

async fn what_was_erased_shows_in_no_step(database: Database) {
    let desk = Desk::open(&database).await;
    let (caller, consultation) = secret(&desk).await;
    let before = Program::succeed(&database, &["replay", "--format", "json"]);
    assert!(SECRETS.iter().all(|secret| before.contains(secret)), "{before}");
    for step in ["requestErasure", "approveErasure", "eraseCaller"] {
        desk.does(step, json!({ "caller": caller }), "").await;
    }
    let steps = "nodes { event { type } before after changes { path before after } }";
    let of_caller = desk.ledger(&format!("replay(caller: \"{caller}\", first: 100) {{ {steps} }}")).await;
    let of_stream = format!("replay(stream: \"consultation/{consultation}\") {{ {steps} }}");
    let of_stream = desk.ledger(&of_stream).await["replay"].take();
    desk.server.stop().await;

    let texts = [
        Program::succeed(&database, &["replay", "--format", "json"]),
        Program::succeed(&database, &["replay", "--format", "json", "--backwards"]),
        Program::succeed(&database, &["replay", "--caller", &caller, "--language", "en"]),
        of_caller.to_string(),
        of_stream.to_string(),
    ];
    for text in &texts {
        let told: Vec<&str> = SECRETS.into_iter().filter(|secret| text.contains(secret)).collect();
        assert!(told.is_empty() && !text.contains(PHONE), "{told:?}: {text}");
    }
    assert!(texts[2].contains("(erased)"), "{}", texts[2]);
    let noted =
        of_stream["nodes"].as_array().unwrap().iter().find(|step| step["event"]["type"] == "NoteRecorded");
    let note = &noted.unwrap()["after"]["notes"][0];
    assert_eq!(note["text"], json!({ "erased": true }));
    assert_eq!(note["kind"], "inquiry");
}

/// What a walk keeps is not shown any more once it is erased, even half-way.
async fn an_erasure_half_way_is_seen_from_then_on(database: Database) {
    let desk = Desk::open(&database).await;
    let (caller, consultation) = secret(&desk).await;
    let ledger = long::ledger(&database).await;
    let stream = StreamId::new(StreamKind::Consultation, consultation.parse().unwrap());
    let head = ledger.store().head(ledger.log()).await.unwrap().position;
    let source = Source::stream(&ledger, stream, head).await.unwrap();
    let span = Span { first: Position::ZERO.next(), last: head };
    let mut way = Replay::new(ledger.clone(), source, span, Vec::new());
    let begun = way.after(Position::ZERO, 3).await.unwrap().steps;
    let noted = begun.last().unwrap();
    assert_eq!(noted.after["notes"][0]["text"], "비밀 이야기");
    assert!(!way.is_erased(noted).await.unwrap());

    for step in ["requestErasure", "approveErasure", "eraseCaller"] {
        desk.does(step, json!({ "caller": caller }), "").await;
    }
    assert!(way.is_erased(noted).await.unwrap());
    let corrected = &way.after(noted.position(), 1).await.unwrap().steps[0];
    assert_eq!(corrected.before["notes"][0]["text"], json!({ "erased": true }));
    assert_eq!(corrected.after["notes"][0]["text"], json!({ "erased": true }));
    let again = &way.before(corrected.position(), 1).await.unwrap().steps[0];
    assert_eq!(
        again.changes[0].after.as_ref().map(|note| note["text"].clone()),
        Some(json!({ "erased": true }))
    );
    assert_eq!(again.before["notes"], Value::Array(Vec::new()));
    ledger.store().close().await;
    desk.server.stop().await;
}

both_engines!(what_was_erased_shows_in_no_step, an_erasure_half_way_is_seen_from_then_on);
