//! How many rows a field stands for, read off the schema itself, so that a new list is never free.

use std::collections::{HashMap, HashSet};

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{BaseType, FieldDefinition, TypeKind, TypeSystemDefinition};

/// What a list that has no pages is taken to hold.
const LIST_ROWS: u64 = 5;
/// The same, of a list over days that are asked for: there may be a row a day.
const DAYS_ROWS: u64 = 200;

/// How many rows the fields of a schema stand for, by name.
#[derive(Clone, Debug, Default)]
pub struct Weights {
    paged: HashSet<String>,
    rows: HashMap<String, u64>,
}

impl Weights {
    /// Reads them off a schema's text.
    pub fn of_sdl(sdl: &str) -> Result<Self, async_graphql::parser::Error> {
        let document = parse_schema(sdl)?;
        let mut weights = Self::default();
        for definition in &document.definitions {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            let fields = match &definition.node.kind {
                TypeKind::Object(object) => &object.fields,
                TypeKind::Interface(interface) => &interface.fields,
                _ => continue,
            };
            fields.iter().for_each(|field| weights.add(&field.node));
        }
        Ok(weights)
    }

    fn add(&mut self, field: &FieldDefinition) {
        let name = field.name.node.as_str();
        let paged = field.arguments.iter().any(|a| matches!(a.node.name.node.as_str(), "first" | "top"));
        if paged {
            self.paged.insert(name.to_owned());
        } else if matches!(field.ty.node.base, BaseType::List(_)) && !matches!(name, "edges" | "nodes") {
            let over_days = ["from", "to"].iter().all(|bound| {
                field.arguments.iter().any(|argument| argument.node.name.node.as_str() == *bound)
            });
            self.rows.insert(name.to_owned(), if over_days { DAYS_ROWS } else { LIST_ROWS });
        }
    }

    pub(super) fn is_paged(&self, field: &str) -> bool {
        self.paged.contains(field)
    }

    pub(super) fn rows(&self, field: &str) -> u64 {
        self.rows.get(field).copied().unwrap_or(1)
    }
}
