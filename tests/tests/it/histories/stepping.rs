//! Going through a history step by step leads where loading leads, whichever way one goes.

use std::collections::HashMap;

use sangdam::ledger::{Kept, Ledger};
use sangdam::replay::{Change, Replay, Source, Span, Step};
use sangdam_domain::aggregate::{
    Agent, Call, Callback, Caller, Centre, Consultation, DirectoryEditions, DirectoryEntry, Import,
    KnowledgeArticle, ReportRun, ReportSchedule, TelephoneRecord,
};
use sangdam_domain::log::{Position, StreamId, StreamKind};
use sangdam_domain::personal;
use serde_json::{Value, json};

use super::world::World;

/// Steps that are asked for at once, in turn: no step may depend on where a page ends.
const SIZES: [usize; 4] = [1, 7, 64, 500];

impl World {
    /// Every event is a step from what was before it to what is after it, and the last step of each aggregate leaves what is
    /// loaded; backwards, from anywhere, by stream, by type and by caller the steps are the same.
    pub(super) async fn check_steps(&self) {
        let head = self.head().await.0;
        let span = Span { first: Position::ZERO.next(), last: head };
        let steps = forwards(&mut self.way(Source::log(), span, &[])).await;
        let positions: Vec<u64> = steps.iter().map(|step| step.position().get()).collect();
        assert_eq!(positions, (1..=head.get()).collect::<Vec<_>>());
        self.check_chains(&steps).await;

        let mut back = backwards(&mut self.way(Source::log(), span, &[])).await;
        back.reverse();
        same(&steps, &back, "backwards");
        for index in (0..steps.len()).step_by(23) {
            let mut way = self.way(Source::log(), span, &[]);
            let at = steps[index].position();
            let (before, after) =
                (way.before(at, 2).await.unwrap(), way.after(at.previous(), 2).await.unwrap());
            let expected: Vec<&Step> = steps[..index].iter().rev().take(2).collect();
            same_of(&expected, &before.steps, "from anywhere backwards");
            assert_eq!(before.more, index > 2);
            same_of(
                &steps[index..].iter().take(2).collect::<Vec<_>>(),
                &after.steps,
                "from anywhere forwards",
            );
        }
        self.check_selections(&steps, span).await;
    }

    fn way(&self, source: Source, span: Span, types: &[&'static str]) -> Replay {
        Replay::new(self.ledger.clone(), source, span, types.to_vec())
    }

    async fn check_chains(&self, steps: &[Step]) {
        let mut ends: HashMap<StreamId, &Step> = HashMap::new();
        for step in steps {
            let stream = step.event.stream;
            match ends.insert(stream, step) {
                Some(last) => assert_eq!(last.after, step.before, "{stream}"),
                None => assert_eq!(step.before["version"], 0, "{stream}"),
            }
            assert_eq!(step.after["version"], json!(step.event.version), "{stream}");
            assert_eq!(applied(&step.before, &step.changes), *step.after, "{stream}");
        }
        for (stream, step) in ends {
            let loaded = match stream.kind {
                StreamKind::Agent => shown::<Agent>(&self.ledger, stream).await,
                StreamKind::Call => shown::<Call>(&self.ledger, stream).await,
                StreamKind::Callback => shown::<Callback>(&self.ledger, stream).await,
                StreamKind::Caller => shown::<Caller>(&self.ledger, stream).await,
                StreamKind::Centre => shown::<Centre>(&self.ledger, stream).await,
                StreamKind::Consultation => shown::<Consultation>(&self.ledger, stream).await,
                StreamKind::DirectoryEditions => shown::<DirectoryEditions>(&self.ledger, stream).await,
                StreamKind::DirectoryEntry => shown::<DirectoryEntry>(&self.ledger, stream).await,
                StreamKind::Import => shown::<Import>(&self.ledger, stream).await,
                StreamKind::KnowledgeArticle => shown::<KnowledgeArticle>(&self.ledger, stream).await,
                StreamKind::ReportRun => shown::<ReportRun>(&self.ledger, stream).await,
                StreamKind::ReportSchedule => shown::<ReportSchedule>(&self.ledger, stream).await,
                StreamKind::TelephoneRecord => shown::<TelephoneRecord>(&self.ledger, stream).await,
                StreamKind::Log | StreamKind::Access => continue,
            };
            assert_eq!(*step.after, loaded, "{stream}");
        }
    }

    async fn check_selections(&self, steps: &[Step], span: Span) {
        let types = ["NoteRecorded", "AgentStateChanged", "CallerErased"];
        let of_types = steps.iter().filter(|step| types.contains(&step.event.event_type.as_str()));
        let found = forwards(&mut self.way(Source::log(), span, &types)).await;
        same_of(&of_types.collect::<Vec<_>>(), &found, "of some types");

        let part = Span { first: Position::new(40).unwrap(), last: Position::new(90).unwrap() };
        let within = |step: &&Step| (part.first..=part.last).contains(&step.position());
        let found = backwards(&mut self.way(Source::log(), part, &[])).await;
        same_of(&steps.iter().filter(within).rev().collect::<Vec<_>>(), &found, "of a part");

        let mut streams: Vec<StreamId> = steps.iter().map(|step| step.event.stream).collect();
        streams.sort_unstable();
        streams.dedup();
        for stream in streams.into_iter().step_by(5) {
            let source = Source::stream(&self.ledger, stream, span.last).await.unwrap();
            let found = forwards(&mut self.way(source, span, &[])).await;
            let expected = steps.iter().filter(|step| step.event.stream == stream);
            same_of(&expected.collect::<Vec<_>>(), &found, "of a stream");
        }
    }
}

async fn forwards(way: &mut Replay) -> Vec<Step> {
    let (mut all, mut at) = (Vec::new(), Position::ZERO);
    for size in SIZES.iter().cycle() {
        let mut page = way.after(at, *size).await.unwrap();
        at = page.steps.last().map_or(at, Step::position);
        all.append(&mut page.steps);
        if !page.more {
            break;
        }
    }
    all
}

async fn backwards(way: &mut Replay) -> Vec<Step> {
    let (mut all, mut at) = (Vec::new(), Position::MAX);
    for size in SIZES.iter().cycle() {
        let mut page = way.before(at, *size).await.unwrap();
        at = page.steps.last().map_or(at, Step::position);
        all.append(&mut page.steps);
        if !page.more {
            break;
        }
    }
    all
}

#[track_caller]
fn same(expected: &[Step], found: &[Step], what: &str) {
    same_of(&expected.iter().collect::<Vec<_>>(), found, what);
}

#[track_caller]
fn same_of(expected: &[&Step], found: &[Step], what: &str) {
    assert_eq!(expected.len(), found.len(), "{what}");
    for (expected, found) in expected.iter().zip(found) {
        assert_eq!(serde_json::to_value(expected).unwrap(), serde_json::to_value(found).unwrap(), "{what}");
    }
}

async fn shown<A: Kept>(ledger: &Ledger, stream: StreamId) -> Value {
    let state = ledger.load::<A>(A::id_of(stream.uuid)).await.unwrap().unwrap();
    let mut state = serde_json::to_value(&state).unwrap();
    personal::reveal(&mut state);
    state
}

/// A state after changes: what left a list leaves it from the end, what came into it comes from the front.
fn applied(before: &Value, changes: &[Change]) -> Value {
    let mut state = before.clone();
    for change in changes.iter().rev().filter(|change| change.after.is_none()) {
        let (parent, key) = place(&mut state, &change.path);
        match parent {
            Value::Array(items) => drop(items.remove(key.parse().unwrap())),
            Value::Object(fields) => drop(fields.remove(&key)),
            other => panic!("{other} has no {key}"),
        }
    }
    for change in changes {
        let Some(after) = &change.after else { continue };
        let (parent, key) = place(&mut state, &change.path);
        match (parent, &change.before) {
            (Value::Array(items), None) => items.insert(key.parse().unwrap(), after.clone()),
            (Value::Object(fields), None) => drop(fields.insert(key, after.clone())),
            (parent, Some(before)) => {
                let value =
                    if key.is_empty() { parent } else { parent.pointer_mut(&format!("/{key}")).unwrap() };
                assert_eq!(value, before, "{}", change.path);
                *value = after.clone();
            }
            (other, None) => panic!("{other} cannot have {key}"),
        }
    }
    state
}

fn place<'a>(state: &'a mut Value, path: &str) -> (&'a mut Value, String) {
    let (parent, key) = path.rsplit_once('/').unwrap_or(("", ""));
    (state.pointer_mut(parent).unwrap(), key.to_owned())
}
