//! A day at the call centre that needs every mutation of the schema. One that is added fails here until the day has a
//! place for it.

mod callbacks;
mod callers;
mod centre;
mod consultations;

use std::collections::BTreeSet;

use sangdam_domain::event::Event;
use sangdam_eventstore::Clock;
use sangdam_tests::{Database, both_engines};
use serde_json::{Value, json};

use super::api::Api;

async fn a_day_needs_every_mutation(database: Database) {
    let mut day = Day::new(database).await;
    let desk = day.opens().await;
    let callers = day.callers_ring(&desk).await;
    day.a_matter_takes_all_its_turns(&desk).await;
    day.promises_to_call_back(&desk).await;
    day.callers_sort_out_who_they_are(&callers).await;
    day.closes(&desk).await;
    day.every_mutation_was_carried_out().await;
    day.every_event_happened().await;
}

both_engines!(a_day_needs_every_mutation);

/// The day, and what was done in it.
struct Day {
    api: Api,
    /// The mutations that were carried out, and added to the ledger.
    carried_out: BTreeSet<String>,
    position: u64,
}

/// Who sits there, and what lies there.
struct Desk {
    agent: Value,
    colleague: Value,
    /// A number of the directory.
    entry: Value,
}

impl Day {
    async fn new(database: Database) -> Self {
        Self { api: Api::new(database).await, carried_out: BTreeSet::new(), position: 0 }
    }

    fn seconds_pass(&self, seconds: i64) {
        self.api.clock.set(self.api.clock.now().plus_seconds(seconds));
    }

    /// One mutation, which must be carried out and add to the ledger.
    async fn does(&mut self, name: &str, input: Value, fields: &str) -> Value {
        let answer = self.api.done(name, input, fields).await;
        let position = answer["position"].as_u64().unwrap();
        assert!(position > self.position, "{name} added nothing: {answer}");
        self.position = position;
        self.carried_out.insert(name.to_owned());
        answer
    }

    /// One mutation, and the id of what it is about.
    async fn makes(&mut self, name: &str, input: Value, object: &str) -> Value {
        self.does(name, input, &format!("{object} {{ id }}")).await[object]["id"].take()
    }

    /// One mutation, and what its answer must say of `object`, whose fields are those of what is expected.
    async fn tells(&mut self, name: &str, input: Value, object: &str, expected: Value) {
        let fields = format!("{object} {}", selection(&expected));
        assert_eq!(self.does(name, input, &fields).await[object], expected, "{name}");
    }

    async fn every_mutation_was_carried_out(&self) {
        let schema = self.api.ask("{ __schema { mutationType { fields { name } } } }").await;
        let fields = schema["__schema"]["mutationType"]["fields"].as_array().unwrap();
        let all: BTreeSet<String> =
            fields.iter().map(|field| field["name"].as_str().unwrap().to_owned()).collect();
        assert!(all.len() >= 52, "{all:?}");
        let missing: Vec<_> = all.difference(&self.carried_out).collect();
        assert!(missing.is_empty(), "the day has no place for {missing:?}");
    }

    /// But for imports, telephone systems' records and scheduled reports, which no mutation makes and which have tests of
    /// their own.
    async fn every_event_happened(&self) {
        self.api.catch_up().await;
        let happened = self.api.event_types().await;
        let never: Vec<_> = Event::TYPES
            .iter()
            .filter(|name| !happened.contains(**name))
            .filter(|name| {
                !["Import", "Report", "TelephoneRecord", "CallRang"].iter().any(|of| name.starts_with(of))
            })
            .collect();
        assert!(never.is_empty(), "no mutation of the day made {never:?}");
    }
}

/// The fields that a value has: `{ "a": 1, "b": [{ "c": 2 }] }` is `{ a b { c } }`.
fn selection(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let fields: Vec<_> =
                fields.iter().map(|(name, value)| format!("{name} {}", selection(value))).collect();
            format!("{{ {} }}", fields.join(" "))
        }
        Value::Array(values) => values.first().map_or_else(String::new, selection),
        _ => String::new(),
    }
}

#[test]
fn what_is_expected_says_what_is_asked_for() {
    assert_eq!(selection(&json!({ "a": 1, "b": [{ "c": null }] })), "{ a  b { c  } }");
}
