//! What was written once is read for ever: samples of every event in every schema version, and the codes of every
//! closed list. A sample never changes once its schema version was released; a new version gets a sample of its own.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use sangdam_domain::event::Event;
use sangdam_domain::personal;
use sangdam_domain::value::*;
use serde::Deserialize;
use serde_json::{Map, Value};

/// One sample: the body as a leaf holds it, and what is sealed beside it.
#[derive(Deserialize)]
struct Sample {
    body: Map<String, Value>,
    personal: Map<String, Value>,
}

fn samples_folder() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "samples"].iter().collect()
}

fn file_name(event_type: &str, schema: u32) -> String {
    format!("{event_type}.v{schema}.json")
}

fn samples(event_type: &str, schema: u32) -> Vec<Sample> {
    let path = samples_folder().join(file_name(event_type, schema));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let samples: Vec<Sample> = serde_json::from_str(&text).unwrap();
    assert!(!samples.is_empty(), "{}", path.display());
    samples
}

fn every_schema() -> impl Iterator<Item = (&'static str, u32)> {
    Event::TYPES
        .iter()
        .flat_map(|&name| (1..=Event::schema_of(name).unwrap()).map(move |schema| (name, schema)))
}

#[track_caller]
fn read(event_type: &str, schema: u32, body: &Map<String, Value>) -> Event {
    let text = serde_json::to_string(body).unwrap();
    Event::from_body(event_type, schema, &text).unwrap_or_else(|error| panic!("{error}"))
}

fn opened(sample: &Sample) -> Map<String, Value> {
    let mut body = sample.body.clone();
    personal::join(&mut body, sample.personal.clone());
    body
}

#[test]
fn every_event_of_every_schema_version_has_samples_and_no_sample_is_of_none() {
    let expected: BTreeSet<String> = every_schema().map(|(name, schema)| file_name(name, schema)).collect();
    let found: BTreeSet<String> = std::fs::read_dir(samples_folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "codes.json")
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn every_sample_is_read_sealed_and_opened() {
    for (name, schema) in every_schema() {
        for sample in samples(name, schema) {
            let sealed = read(name, schema, &sample.body);
            let known = read(name, schema, &opened(&sample));
            assert_eq!((sealed.event_type(), known.event_type()), (name, name));
            assert_eq!(sealed == known, sample.personal.is_empty(), "{name}");
        }
    }
}

#[test]
fn every_sample_of_today_is_written_as_it_was() {
    for &name in Event::TYPES {
        let schema = Event::schema_of(name).unwrap();
        for sample in samples(name, schema) {
            assert_eq!(read(name, schema, &sample.body).body(), sample.body, "{name}, sealed");
            let event = read(name, schema, &opened(&sample));
            assert_eq!(event.schema_version(), schema);
            let mut body = event.body();
            let personal = personal::split(&mut body);
            assert_eq!((body, personal), (sample.body, sample.personal), "{name}, opened");
        }
    }
}

#[test]
fn no_sample_shows_anything_personal_in_its_body() {
    for (name, schema) in every_schema() {
        for sample in samples(name, schema) {
            for field in sample.personal.keys() {
                assert_eq!(sample.body[field], serde_json::json!({ "sealed": 0 }), "{name}");
            }
        }
    }
}

macro_rules! all_codes {
    ($($name:ident),+ $(,)?) => {
        BTreeMap::from([$((stringify!($name), $name::ALL.iter().map(|code| code.as_str()).collect::<Vec<_>>())),+])
    };
}

#[test]
fn codes_never_change() {
    let text = std::fs::read_to_string(samples_folder().join("codes.json")).unwrap();
    let written: BTreeMap<&str, Vec<&str>> = serde_json::from_str(&text).unwrap();
    let codes = all_codes![
        Evidence,
        Direction,
        QueueExit,
        RingEnd,
        EndedBy,
        Channel,
        ContactReason,
        AttachReason,
        NoteKind,
        GuidanceKind,
        TransferKind,
        UnansweredCause,
        DeclineReason,
        ResolvedBy,
        Outcome,
        ReopenReason,
        LinkKind,
        VoidReason,
        AttemptResult,
        CancelReason,
        CallerKind,
        LegalBasis,
        AgentState,
        CountingRule,
        DeliveryKind,
        RunFailure,
        Weekday,
    ];
    assert_eq!(codes, written);
    assert_eq!(Evidence::from_code("observed"), Some(Evidence::Observed));
    assert_eq!(Evidence::from_code("Observed"), None);
}
