//! Personal data, known or erased.

use async_graphql::SimpleObject;
use sangdam_domain::personal::Personal;

/// A personal text. It was recorded; `value` is null once it has been erased.
#[derive(SimpleObject, Clone)]
pub struct PersonalText {
    /// The text; null where it was erased.
    pub value: Option<String>,
    /// Whether it was erased.
    pub erased: bool,
}

impl PersonalText {
    /// From a value of the domain, shown by `text`.
    pub fn of<T>(personal: &Personal<T>, text: fn(&T) -> &str) -> Self {
        let value = personal.known().map(|value| text(value).to_owned());
        Self { erased: value.is_none(), value }
    }
}
