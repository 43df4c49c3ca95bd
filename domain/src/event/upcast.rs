//! Reading events of earlier schema versions: their JSON is brought to today's shape before Rust sees it, so that the
//! types stay current while what was written stays as it is.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::UnreadableEvent;

/// Brings a body from one schema version to the next.
type Upcaster = fn(Map<String, Value>) -> Map<String, Value>;

/// By event name and the version it starts from. Every schema is at version 1 so far.
const UPCASTERS: &[(&str, u32, Upcaster)] = &[];

/// Reads a body that was written with schema version `given`, where `known` is today's.
pub(super) fn read<T: DeserializeOwned>(
    event_type: &'static str,
    given: u32,
    known: u32,
    body: &str,
) -> Result<T, UnreadableEvent> {
    read_with(UPCASTERS, event_type, given, known, body)
}

fn read_with<T: DeserializeOwned>(
    upcasters: &[(&str, u32, Upcaster)],
    event_type: &'static str,
    given: u32,
    known: u32,
    body: &str,
) -> Result<T, UnreadableEvent> {
    let misfit = |source| UnreadableEvent::Body { event_type: event_type.to_owned(), source };
    if given == known {
        return serde_json::from_str(body).map_err(misfit);
    }
    if given > known || given == 0 {
        return Err(UnreadableEvent::LaterSchema { event_type, given, known });
    }
    let mut map: Map<String, Value> = serde_json::from_str(body).map_err(misfit)?;
    for version in given..known {
        if let Some((.., upcast)) =
            upcasters.iter().find(|(name, from, _)| *name == event_type && *from == version)
        {
            map = upcast(map);
        }
    }
    serde_json::from_value(Value::Object(map)).map_err(misfit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Deserialize, Debug, PartialEq)]
    struct V3 {
        seconds: u64,
        unit: String,
    }

    const CHAIN: &[(&str, u32, Upcaster)] = &[
        ("Waited", 1, |mut body| {
            let minutes = body.remove("minutes").and_then(|m| m.as_u64()).unwrap_or_default();
            body.insert("seconds".into(), Value::from(minutes * 60));
            body
        }),
        ("Waited", 2, |mut body| {
            body.insert("unit".into(), Value::from("s"));
            body
        }),
    ];

    #[test]
    fn walks_every_version_in_order() {
        let read = |given, body| read_with::<V3>(CHAIN, "Waited", given, 3, body).unwrap();
        let expected = V3 { seconds: 120, unit: "s".into() };
        assert_eq!(read(1, r#"{"minutes":2}"#), expected);
        assert_eq!(read(2, r#"{"seconds":120}"#), expected);
        assert_eq!(read(3, r#"{"seconds":120,"unit":"s"}"#), expected);
    }

    #[test]
    fn refuses_what_a_later_release_wrote() {
        let error = read_with::<V3>(CHAIN, "Waited", 4, 3, "{}").unwrap_err();
        assert!(matches!(error, UnreadableEvent::LaterSchema { given: 4, known: 3, .. }), "{error}");
    }
}
