//! Answers in the order in which they were asked for, as the specification wants them (GraphQL, October 2021, §7.2.2):
//! async-graphql writes a field down when it is resolved, which differs from one run to the next.

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet,
};
use async_graphql::{Name, Response, Value};

/// The order that a request asks for: a tree of keys, made once however many rows a list has.
pub(super) struct Order(Vec<Place>);

/// A key, and what is asked for below it.
struct Place {
    key: Name,
    below: Vec<Place>,
}

impl Order {
    /// Of the operation that is carried out.
    pub(super) fn of(document: &ExecutableDocument, operation: Option<&str>) -> Self {
        let asked = Asked { document };
        let root = asked.operation(operation).map(|operation| &operation.selection_set.node);
        Self(asked.places(&Vec::from_iter(root)))
    }

    /// The answer, put into it.
    pub(super) fn arranged(&self, mut response: Response) -> Response {
        arrange(&mut response.data, &self.0);
        response
    }
}

fn arrange(value: &mut Value, places: &[Place]) {
    match value {
        Value::List(items) => items.iter_mut().for_each(|item| arrange(item, places)),
        Value::Object(object) if is_arranged(object, places) => {
            for (value, place) in object.values_mut().zip(places) {
                arrange_below(value, place);
            }
        }
        Value::Object(object) => {
            let mut given = std::mem::take(object);
            for place in places {
                // A field of another type's fragment, or one that was skipped, is not there.
                let Some(mut value) = given.swap_remove(&place.key) else { continue };
                arrange_below(&mut value, place);
                object.insert(place.key.clone(), value);
            }
            object.extend(given);
        }
        _ => {}
    }
}

fn arrange_below(value: &mut Value, place: &Place) {
    if !place.below.is_empty() {
        arrange(value, &place.below);
    }
}

/// Whether all that was asked for is there, in order, and nothing else.
fn is_arranged(object: &IndexMap<Name, Value>, places: &[Place]) -> bool {
    object.len() == places.len() && object.keys().zip(places).all(|(key, place)| *key == place.key)
}

/// What a document asks for.
struct Asked<'a> {
    document: &'a ExecutableDocument,
}

impl<'a> Asked<'a> {
    fn operation(&self, named: Option<&str>) -> Option<&'a OperationDefinition> {
        match (&self.document.operations, named) {
            (DocumentOperations::Single(operation), _) => Some(&operation.node),
            (DocumentOperations::Multiple(operations), Some(name)) => {
                operations.get(name).map(|operation| &operation.node)
            }
            (DocumentOperations::Multiple(operations), None) => {
                operations.values().next().map(|operation| &operation.node)
            }
        }
    }

    fn places(&self, sets: &[&'a SelectionSet]) -> Vec<Place> {
        let place = |(key, fields): (&Name, Vec<&'a Field>)| {
            let sets: Vec<&SelectionSet> = fields.iter().map(|field| &field.selection_set.node).collect();
            Place { key: key.clone(), below: self.places(&sets) }
        };
        self.fields(sets).into_iter().map(place).collect()
    }

    /// What is asked for under each key, in the order in which the keys first come.
    fn fields(&self, sets: &[&'a SelectionSet]) -> IndexMap<&'a Name, Vec<&'a Field>> {
        let mut fields = IndexMap::new();
        let mut visited = Vec::new();
        sets.iter().for_each(|set| self.collect(set, &mut fields, &mut visited));
        fields
    }

    fn collect(
        &self,
        set: &'a SelectionSet,
        fields: &mut IndexMap<&'a Name, Vec<&'a Field>>,
        visited: &mut Vec<&'a Name>,
    ) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    fields.entry(&field.node.response_key().node).or_default().push(&field.node);
                }
                Selection::InlineFragment(fragment) => {
                    self.collect(&fragment.node.selection_set.node, fields, visited);
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    if visited.contains(&name) {
                        continue;
                    }
                    visited.push(name);
                    if let Some(fragment) = self.document.fragments.get(name) {
                        self.collect(&fragment.node.selection_set.node, fields, visited);
                    }
                }
            }
        }
    }
}
