//! Personal data: known, or erased. Every reader must face both.
//!
//! An event's personal fields leave its body before the body enters a leaf: [`split`] moves them into a JSON object of
//! their own, which the vault seals, and leaves `{"sealed":0}` in their place; [`join`] puts them back.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

const KNOWN: &str = "known";
const SEALED: &str = "sealed";
const ERASED: &str = "erased";

/// A value that can be forgotten.
#[derive(Clone, PartialEq, Eq)]
pub enum Personal<T> {
    /// The value itself.
    Known(T),
    /// The subject's key was destroyed, or the event was read without opening what is sealed.
    Erased,
}

impl<T> Personal<T> {
    /// The value, if it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Erased => None,
        }
    }

    /// The value, if it is known.
    pub fn into_known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Erased => None,
        }
    }
}

/// Never shows the value, so that no log line can.
impl<T> fmt::Debug for Personal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Known(_) => "Known(…)",
            Self::Erased => "Erased",
        })
    }
}

impl<T: Serialize> Serialize for Personal<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        match self {
            Self::Known(value) => map.serialize_entry(KNOWN, value)?,
            Self::Erased => map.serialize_entry(SEALED, &0)?,
        }
        map.end()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Personal<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PersonalVisitor<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for PersonalVisitor<T> {
            type Value = Personal<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("{\"known\": value} or {\"sealed\": 0}")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Personal<T>, A::Error> {
                let key: String = map.next_key()?.ok_or_else(|| de::Error::missing_field(KNOWN))?;
                match key.as_str() {
                    KNOWN => Ok(Personal::Known(map.next_value()?)),
                    SEALED => map.next_value::<u64>().map(|_| Personal::Erased),
                    other => Err(de::Error::unknown_field(other, &[KNOWN, SEALED])),
                }
            }
        }

        deserializer.deserialize_map(PersonalVisitor(PhantomData))
    }
}

/// Takes the personal fields out of an event's body. They are top-level fields only; what is returned holds their
/// values by field name, and is empty where the event has none.
pub fn split(body: &mut Map<String, Value>) -> Map<String, Value> {
    let mut personal = Map::new();
    for (name, field) in body.iter_mut() {
        let Value::Object(object) = field else { continue };
        if object.len() == 1
            && let Some(value) = object.remove(KNOWN)
        {
            personal.insert(name.clone(), value);
            object.insert(SEALED.to_owned(), Value::from(0));
        }
    }
    personal
}

/// Puts the personal fields back into an event's body, as [`split`] took them out.
pub fn join(body: &mut Map<String, Value>, personal: Map<String, Value>) {
    for (name, value) in personal {
        body.insert(name, Value::Object(Map::from_iter([(KNOWN.to_owned(), value)])));
    }
}

/// Writes personal data as people read it, however deep it stands: a known value as the value itself, what is erased as
/// `{"erased":true}`. What comes out is for showing and cannot be read back.
pub fn reveal(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(reveal),
        Value::Object(fields) if fields.len() == 1 && fields.contains_key(KNOWN) => {
            *value = fields.remove(KNOWN).unwrap_or_default();
        }
        Value::Object(fields) if fields.len() == 1 && fields.contains_key(SEALED) => {
            *fields = Map::from_iter([(ERASED.to_owned(), Value::Bool(true))]);
        }
        Value::Object(fields) => fields.values_mut().for_each(reveal),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize, Deserialize, PartialEq, Debug)]
    struct Example {
        kind: String,
        text: Personal<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        more: Option<Personal<String>>,
    }

    fn body_of(example: &Example) -> Map<String, Value> {
        match serde_json::to_value(example).unwrap() {
            Value::Object(map) => map,
            other => panic!("{other}"),
        }
    }

    #[test]
    fn leaves_nothing_personal_in_the_body_and_comes_back() {
        let example = Example {
            kind: "a".into(),
            text: Personal::Known("secret".into()),
            more: Some(Personal::Known("x".into())),
        };
        let mut body = body_of(&example);
        let personal = split(&mut body);
        assert_eq!(
            serde_json::to_string(&body).unwrap(),
            r#"{"kind":"a","more":{"sealed":0},"text":{"sealed":0}}"#
        );

        let erased: Example = serde_json::from_value(Value::Object(body.clone())).unwrap();
        assert_eq!((erased.text, erased.more), (Personal::Erased, Some(Personal::Erased)));

        join(&mut body, personal);
        assert_eq!(serde_json::from_value::<Example>(Value::Object(body)).unwrap(), example);
    }

    #[test]
    fn is_shown_plainly_or_as_erased() {
        let mut state = serde_json::json!({
            "name": { "known": "김정선" }, "notes": [{ "text": { "sealed": 0 } }, { "text": { "known": "여권" } }],
            "balance": { "kind": "known", "consultations": 3 }
        });
        reveal(&mut state);
        let shown = serde_json::json!({
            "name": "김정선", "notes": [{ "text": { "erased": true } }, { "text": "여권" }],
            "balance": { "kind": "known", "consultations": 3 }
        });
        assert_eq!(state, shown);
    }
}
