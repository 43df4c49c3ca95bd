//! What a parsed document costs. A fragment's cost is computed once and added wherever it is spread, so that counting
//! takes time linear in the text even where expanding would take exponential time.

use std::collections::HashMap;

use async_graphql::parser::types::{ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet};
use async_graphql::{Name, Variables};
use async_graphql_value::Value;

use super::super::error::{ApiError, Code};
use super::{PAGE_DEFAULT, PAGE_MAX, Weights};

/// What a selection costs, fragments counted as often as they are spread. Sums stop at `u64::MAX`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Cost {
    /// The deepest nesting of fields.
    pub depth: u64,
    /// The deepest nesting of fields, fragments and inline fragments.
    pub nesting: u64,
    /// How many fields.
    pub fields: u64,
    /// Fields times the rows around them.
    pub complexity: u64,
    /// How many aliases.
    pub aliases: u64,
    /// How many directives.
    pub directives: u64,
    /// How deep introspection's lists stand inside each other.
    pub introspection_lists: u64,
}

/// What introspecting costs, whatever is asked: it reads nothing but memory, and is bounded by its own limit.
const INTROSPECTION_COMPLEXITY: u64 = 200;

impl Cost {
    fn beside(&mut self, other: Self) {
        self.depth = self.depth.max(other.depth);
        self.nesting = self.nesting.max(other.nesting);
        self.introspection_lists = self.introspection_lists.max(other.introspection_lists);
        self.fields = self.fields.saturating_add(other.fields);
        self.complexity = self.complexity.saturating_add(other.complexity);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.directives = self.directives.saturating_add(other.directives);
    }
}

/// The cost of all operations of a document together, and of fragments that are never spread.
pub(super) fn of_document(
    document: &ExecutableDocument,
    variables: &Variables,
    weights: &Weights,
) -> Result<Cost, ApiError> {
    let mut total = Cost::default();
    let mut counting = Counting { document, variables, weights, operation: None, fragments: HashMap::new() };
    for (_, operation) in document.operations.iter() {
        counting.operation = Some(&operation.node);
        counting.fragments.clear();
        let mut cost = counting.selections(&operation.node.selection_set.node)?;
        cost.directives = cost.directives.saturating_add(operation.node.directives.len() as u64);
        total.beside(cost);
    }
    counting.operation = None;
    for name in document.fragments.keys() {
        counting.fragment(name)?;
    }
    Ok(total)
}

enum Counted {
    /// Its own selections are being counted: to meet it again now is a cycle.
    Open,
    Done(Cost),
}

struct Counting<'a> {
    document: &'a ExecutableDocument,
    variables: &'a Variables,
    weights: &'a Weights,
    operation: Option<&'a OperationDefinition>,
    fragments: HashMap<&'a Name, Counted>,
}

impl<'a> Counting<'a> {
    fn selections(&mut self, set: &'a SelectionSet) -> Result<Cost, ApiError> {
        let mut sum = Cost::default();
        for selection in &set.items {
            let mut cost = match &selection.node {
                Selection::Field(field) => self.field(&field.node)?,
                Selection::FragmentSpread(spread) => self.fragment(&spread.node.fragment_name.node)?,
                Selection::InlineFragment(inline) => self.selections(&inline.node.selection_set.node)?,
            };
            cost.nesting = cost.nesting.saturating_add(1);
            cost.directives = cost.directives.saturating_add(selection.node.directives().len() as u64);
            sum.beside(cost);
        }
        Ok(sum)
    }

    fn field(&mut self, field: &'a Field) -> Result<Cost, ApiError> {
        let name = field.name.node.as_str();
        let mut cost = self.selections(&field.selection_set.node)?;
        cost.depth = cost.depth.saturating_add(1);
        cost.fields = cost.fields.saturating_add(1);
        cost.aliases = cost.aliases.saturating_add(u64::from(field.alias.is_some()));
        if matches!(name, "fields" | "inputFields" | "interfaces" | "possibleTypes") {
            cost.introspection_lists = cost.introspection_lists.saturating_add(1);
        }
        cost.complexity = if matches!(name, "__schema" | "__type") {
            INTROSPECTION_COMPLEXITY
        } else {
            cost.complexity.saturating_mul(self.rows(field)).saturating_add(1)
        };
        Ok(cost)
    }

    fn fragment(&mut self, name: &'a Name) -> Result<Cost, ApiError> {
        match self.fragments.get(name) {
            Some(Counted::Done(cost)) => return Ok(*cost),
            Some(Counted::Open) => {
                let message = format!("the fragment `{name}` contains itself");
                return Err(ApiError::new(Code::InvalidQuery, message));
            }
            None => {}
        }
        let Some(fragment) = self.document.fragments.get(name) else {
            return Err(ApiError::new(
                Code::InvalidQuery,
                format!("there is no fragment `{name}` in this query"),
            ));
        };
        self.fragments.insert(name, Counted::Open);
        let mut cost = self.selections(&fragment.node.selection_set.node)?;
        cost.directives = cost.directives.saturating_add(fragment.node.directives.len() as u64);
        self.fragments.insert(name, Counted::Done(cost));
        Ok(cost)
    }

    /// How many rows a field's selections are answered for.
    fn rows(&self, field: &Field) -> u64 {
        let name = field.name.node.as_str();
        if !self.weights.is_paged(name) {
            return self.weights.rows(name);
        }
        let argument = |wanted: &str| {
            let value = field.arguments.iter().find(|(name, _)| name.node.as_str() == wanted);
            value.and_then(|(_, value)| self.number(&value.node))
        };
        let rows = ["first", "last", "top"].into_iter().filter_map(argument).max();
        rows.unwrap_or(PAGE_DEFAULT as u64).clamp(1, PAGE_MAX as u64)
    }

    fn number(&self, value: &Value) -> Option<u64> {
        match value {
            Value::Number(number) => number.as_u64(),
            Value::Variable(name) => match self.variables.get(name) {
                Some(async_graphql::Value::Number(number)) => number.as_u64(),
                _ => self.default_of(name),
            },
            _ => None,
        }
    }

    fn default_of(&self, name: &Name) -> Option<u64> {
        let definitions = &self.operation?.variable_definitions;
        let definition = definitions.iter().find(|definition| definition.node.name.node == *name)?;
        match &definition.node.default_value.as_ref()?.node {
            async_graphql::Value::Number(number) => number.as_u64(),
            _ => None,
        }
    }
}
