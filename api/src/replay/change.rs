//! What an event changed: the difference between the state before it and the state after it.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde::Serialize;
use serde_json::{Map, Value};

/// One difference between two states.
///
/// A value that is another one now has both; what came into a list (or under a new key) has no `before`, and what left it no
/// `after`. List indexes are those of the state that has the value.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Change {
    /// Where, as a JSON pointer (RFC 6901): `/notes/0/text`.
    pub path: String,
    /// What stood there before; `None` where nothing did, which is not `null`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// What stands there after; `None` where nothing does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
}

/// Everything in which two states differ, in the order of their keys.
pub fn changes(before: &Value, after: &Value) -> Vec<Change> {
    let mut walk = Walk { path: String::new(), found: Vec::new() };
    walk.values(before, after);
    walk.found
}

struct Walk {
    path: String,
    found: Vec<Change>,
}

impl Walk {
    fn values(&mut self, before: &Value, after: &Value) {
        match (before, after) {
            _ if before == after => {}
            (Value::Object(before), Value::Object(after)) => self.objects(before, after),
            (Value::Array(before), Value::Array(after)) => self.arrays(before, after),
            _ => self.found(Some(before), Some(after)),
        }
    }

    fn objects(&mut self, before: &Map<String, Value>, after: &Map<String, Value>) {
        let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for key in keys {
            let segment = key.replace('~', "~0").replace('/', "~1");
            self.at(segment, |walk| walk.either(before.get(key), after.get(key)));
        }
    }

    /// Lists mostly grow at their end, and now and then lose or gain something inside: what is the same at both ends is left
    /// aside, and what lies between is compared one by one.
    fn arrays(&mut self, before: &[Value], after: &[Value]) {
        let same =
            |pairs: &mut dyn Iterator<Item = (&Value, &Value)>| pairs.take_while(|(a, b)| a == b).count();
        let head = same(&mut before.iter().zip(after));
        let tail = same(&mut before[head..].iter().rev().zip(after[head..].iter().rev()));
        let (before, after) = (&before[..before.len() - tail], &after[..after.len() - tail]);
        for index in head..before.len().max(after.len()) {
            self.at(index, |walk| walk.either(before.get(index), after.get(index)));
        }
    }

    fn either(&mut self, before: Option<&Value>, after: Option<&Value>) {
        match (before, after) {
            (Some(before), Some(after)) => self.values(before, after),
            _ => self.found(before, after),
        }
    }

    fn at(&mut self, segment: impl std::fmt::Display, walk: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        let _ = write!(self.path, "/{segment}");
        walk(self);
        self.path.truncate(length);
    }

    fn found(&mut self, before: Option<&Value>, after: Option<&Value>) {
        self.found.push(Change { path: self.path.clone(), before: before.cloned(), after: after.cloned() });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn differ(before: Value, after: Value, expected: Value) {
        assert_eq!(serde_json::to_value(changes(&before, &after)).unwrap(), expected);
    }

    #[test]
    fn what_is_the_same_is_no_change() {
        let state = json!({ "status": "open", "notes": [{ "text": "가" }], "caller": null });
        differ(state.clone(), state, json!([]));
    }

    #[test]
    fn values_that_are_others_now_are_told_with_both() {
        differ(
            json!({ "status": "open", "resolved": null, "transfers": [{ "status": "requested" }, 2] }),
            json!({ "status": "resolved", "resolved": { "by": "agent" }, "transfers": [{ "status": "accepted" }, 2] }),
            json!([
                { "path": "/resolved", "before": null, "after": { "by": "agent" } },
                { "path": "/status", "before": "open", "after": "resolved" },
                { "path": "/transfers/0/status", "before": "requested", "after": "accepted" },
            ]),
        );
    }

    #[test]
    fn lists_gain_and_lose_anywhere() {
        differ(json!([]), json!(["가"]), json!([{ "path": "/0", "after": "가" }]));
        differ(json!([1, 2]), json!([1, 2, 3]), json!([{ "path": "/2", "after": 3 }]));
        differ(json!([1, 3]), json!([1, 2, 3]), json!([{ "path": "/1", "after": 2 }]));
        differ(json!([1, 2, 3]), json!([2, 3]), json!([{ "path": "/0", "before": 1 }]));
        differ(
            json!([1, 2]),
            json!([]),
            json!([{ "path": "/0", "before": 1 }, { "path": "/1", "before": 2 }]),
        );
        differ(json!([1, 1]), json!([1]), json!([{ "path": "/1", "before": 1 }]));
        differ(
            json!([1, 2, 9]),
            json!([1, 3, 4, 9]),
            json!([{ "path": "/1", "before": 2, "after": 3 }, { "path": "/2", "after": 4 }]),
        );
    }

    #[test]
    fn keys_come_and_go_and_are_escaped_in_paths() {
        differ(
            json!({ "a/b": 1, "gone": true }),
            json!({ "a/b": 2, "~": null }),
            json!([
                { "path": "/a~1b", "before": 1, "after": 2 },
                { "path": "/gone", "before": true },
                { "path": "/~0", "after": null },
            ]),
        );
        differ(
            json!("none"),
            json!({ "refused": "public_task" }),
            json!([
                { "path": "", "before": "none", "after": { "refused": "public_task" } },
            ]),
        );
    }
}
