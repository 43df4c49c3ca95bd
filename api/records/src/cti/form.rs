//! A message's fields by name, of JSON or of a form.

use std::collections::HashMap;

use serde_json::Value;

use super::parse::Invalid;

/// The fields of a message; each is taken once.
pub(super) struct Fields(HashMap<String, Vec<Value>>);

/// Reads the fields.
pub(super) fn fields(content_type: Option<&str>, body: &[u8]) -> Result<Fields, Invalid> {
    let kind =
        content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let looks_like_json = || body.trim_ascii_start().first() == Some(&b'{');
    match kind.as_str() {
        "application/json" | "text/json" => json(body),
        "application/x-www-form-urlencoded" => Ok(form(body)),
        "" | "text/plain" if looks_like_json() => json(body),
        "" | "text/plain" => Ok(form(body)),
        _ => Err(Invalid(
            "the content type is neither application/json nor application/x-www-form-urlencoded".to_owned(),
        )),
    }
}

fn json(body: &[u8]) -> Result<Fields, Invalid> {
    let Ok(Value::Object(object)) = serde_json::from_slice(body) else {
        return Err(Invalid("the body is no JSON object".to_owned()));
    };
    let fields = object.into_iter().map(|(name, value)| match value {
        Value::Array(items) => (bare(&name).to_owned(), items),
        value => (bare(&name).to_owned(), vec![value]),
    });
    Ok(Fields(fields.collect()))
}

fn form(body: &[u8]) -> Fields {
    let mut fields: HashMap<String, Vec<Value>> = HashMap::new();
    for (name, value) in form_urlencoded::parse(body) {
        fields.entry(bare(&name).to_owned()).or_default().push(Value::String(value.into_owned()));
    }
    Fields(fields)
}

/// `user[]` and `user[0]` are items of `user`.
fn bare(name: &str) -> &str {
    match name.split_once('[') {
        Some((bare, index)) if index.ends_with(']') => bare,
        _ => name,
    }
}

impl Fields {
    /// The first of these names that says something. Of several values the last counts, as in a form that is filled in twice.
    pub(super) fn text(&mut self, names: &[&str]) -> Result<Option<String>, Invalid> {
        for name in names {
            let Some(value) = self.0.remove(*name).and_then(|mut values| values.pop()) else { continue };
            let text =
                text_of(value).ok_or_else(|| Invalid(format!("`{name}` is neither a text nor a number")))?;
            if !text.is_empty() {
                return Ok(Some(text));
            }
        }
        Ok(None)
    }

    /// All values of a name that say something, each once.
    pub(super) fn list(&mut self, name: &str) -> Result<Vec<String>, Invalid> {
        let mut texts = Vec::new();
        for value in self.0.remove(name).unwrap_or_default() {
            let text = text_of(value)
                .ok_or_else(|| Invalid(format!("`{name}` is neither a text nor a list of texts")))?;
            if !text.is_empty() && !texts.contains(&text) {
                texts.push(text);
            }
        }
        Ok(texts)
    }
}

fn text_of(value: Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}
