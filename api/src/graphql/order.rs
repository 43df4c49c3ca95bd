//! Answers in the order in which they were asked for, as the specification wants them (GraphQL, October 2021, §7.2.2):
//! async-graphql writes a field down when it is resolved, which differs from one run to the next.

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet,
};
use async_graphql::{Name, Response, Value};

/// The order that a request asks for.
pub(super) struct Order {
    document: ExecutableDocument,
    operation: Option<String>,
}

impl Order {
    /// Of the operation that is carried out.
    pub(super) fn of(document: ExecutableDocument, operation: Option<String>) -> Self {
        Self { document, operation }
    }

    /// The answer, put into it.
    pub(super) fn arranged(&self, mut response: Response) -> Response {
        if let Some(operation) = self.operation() {
            self.arrange(&mut response.data, &[&operation.selection_set.node]);
        }
        response
    }

    fn operation(&self) -> Option<&OperationDefinition> {
        match (&self.document.operations, &self.operation) {
            (DocumentOperations::Single(operation), _) => Some(&operation.node),
            (DocumentOperations::Multiple(operations), Some(name)) => {
                operations.get(name.as_str()).map(|operation| &operation.node)
            }
            (DocumentOperations::Multiple(operations), None) => {
                operations.values().next().map(|operation| &operation.node)
            }
        }
    }

    fn arrange(&self, value: &mut Value, sets: &[&SelectionSet]) {
        match value {
            Value::List(items) => items.iter_mut().for_each(|item| self.arrange(item, sets)),
            Value::Object(object) => {
                let mut given = std::mem::take(object);
                for (key, fields) in self.fields(sets) {
                    // A field of another type's fragment, or one that was skipped, is not there.
                    let Some(mut value) = given.swap_remove(key) else { continue };
                    let sets: Vec<&SelectionSet> =
                        fields.iter().map(|field| &field.selection_set.node).collect();
                    if sets.iter().any(|set| !set.items.is_empty()) {
                        self.arrange(&mut value, &sets);
                    }
                    object.insert(key.clone(), value);
                }
                object.extend(given);
            }
            _ => {}
        }
    }

    /// What is asked for under each key, in the order in which the keys first come.
    fn fields<'a>(&'a self, sets: &[&'a SelectionSet]) -> IndexMap<&'a Name, Vec<&'a Field>> {
        let mut fields = IndexMap::new();
        let mut visited = Vec::new();
        sets.iter().for_each(|set| self.collect(set, &mut fields, &mut visited));
        fields
    }

    fn collect<'a>(
        &'a self,
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
