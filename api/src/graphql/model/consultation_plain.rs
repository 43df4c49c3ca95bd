//! A consultation in a list. The fields that most lists ask for are written down at once from its row; the library makes a future
//! for each field of each row, which takes longer than reading them.

use std::borrow::Cow;

use async_graphql::indexmap::IndexMap;
use async_graphql::indexmap::map::Entry;
use async_graphql::parser::types::{Field, Selection, SelectionSet};
use async_graphql::registry::Registry;
use async_graphql::resolver_utils::enum_value;
use async_graphql::{ContextSelectionSet, OutputType, Positioned, ScalarType, ServerResult, Value};
use sangdam_projections::consultations::ListedConsultation;

use super::Consultation;
use super::consultation::status_of;
use crate::graphql::code::{Channel, ContactReason};
use crate::graphql::node::{GlobalId, global};
use crate::graphql::scalar::{DateTime, version};

/// A consultation in a list.
pub struct InList(pub(super) Consultation);

impl OutputType for InList {
    fn type_name() -> Cow<'static, str> {
        Consultation::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Consultation::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        match self.0.row().and_then(|row| plain(&ctx.item.node, |field| told(row, field))) {
            Some(value) => Ok(value),
            None => self.0.resolve(ctx, field).await,
        }
    }
}

/// An object of these fields; `None` where any is more than a field that is told, asked for without conditions.
fn plain(set: &SelectionSet, told: impl Fn(&Field) -> Option<Value>) -> Option<Value> {
    let mut object = IndexMap::with_capacity(set.items.len());
    for selection in &set.items {
        let Selection::Field(field) = &selection.node else { return None };
        if !field.node.directives.is_empty() || !field.node.arguments.is_empty() {
            return None;
        }
        // Asked for twice, fields of objects are put together, which is the library's business.
        let Entry::Vacant(free) = object.entry(field.node.response_key().node.clone()) else { return None };
        free.insert(told(&field.node)?);
    }
    Some(Value::Object(object))
}

fn told(row: &ListedConsultation, field: &Field) -> Option<Value> {
    let below = &field.selection_set.node;
    Some(match field.name.node.as_str() {
        "id" => text(global(row.id).0),
        "uuid" => text(row.id.to_string()),
        "version" => Value::Number(version(row.version?).into()),
        "status" => enum_value(status_of(row.status)),
        "openedAt" => DateTime::from(row.opened_at).to_value(),
        "channel" => enum_value(Channel::from(row.channel)),
        "contactReason" => enum_value(ContactReason::from(row.contact_reason)),
        "caller" => reference(row.caller, below)?,
        "agent" => reference(row.agent, below)?,
        "category" => match row.category.as_ref() {
            None => Value::Null,
            Some((code, taxonomy_version)) => plain(below, |field| match field.name.node.as_str() {
                "code" => Some(text(code.as_str().to_owned())),
                "taxonomyVersion" => Some(Value::Number((*taxonomy_version).into())),
                _ => None,
            })?,
        },
        _ => return None,
    })
}

/// Something else, of which no more is asked for than its id.
fn reference<Id: GlobalId>(id: Option<Id>, below: &SelectionSet) -> Option<Value> {
    let told = |field: &Field| {
        let id = id?;
        (field.name.node.as_str() == "id").then(|| text(global(id).0))
    };
    match id {
        Some(_) => plain(below, told),
        None => Some(Value::Null),
    }
}

fn text(text: String) -> Value {
    Value::String(text)
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use async_graphql::parser::types::DocumentOperations;

    use super::*;

    #[track_caller]
    fn written(selection: &str) -> Option<String> {
        let document = parse_query(selection).unwrap();
        let DocumentOperations::Single(operation) = document.operations else { panic!("one operation") };
        let told = |field: &Field| (field.name.node == "a").then(|| text("1".to_owned()));
        plain(&operation.node.selection_set.node, told).map(|value| value.to_string())
    }

    #[test]
    fn plain_fields_are_written_in_the_order_asked_for() {
        assert_eq!(written("{ b: a a }").unwrap(), r#"{b: "1", a: "1"}"#);
    }

    #[test]
    fn the_library_sees_to_all_else() {
        for more in [
            "{ a other }",
            "{ a a }",
            "{ a @skip(if: true) }",
            "{ a(x: 1) }",
            "{ ... on A { a } }",
            "{ ...A } fragment A on A { a }",
        ] {
            assert_eq!(written(more), None, "{more}");
        }
    }
}
