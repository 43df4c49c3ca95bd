//! One question that asks a ledger for every field there is, written from the schema: a field that is added is asked for from
//! then on.

use std::collections::HashMap;
use std::fmt::Write;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, FieldDefinition, Type, TypeDefinition, TypeKind, TypeSystemDefinition,
};
use sangdam::graphql::sdl;
use sangdam_domain::log::{StreamId, StreamKind};

/// What stands in aggregates' streams: shown in full where the ledger's own fields lead to it, and from there on only what
/// it says itself.
const ENTITIES: [&str; 8] =
    ["Agent", "Call", "Callback", "Caller", "Consultation", "DirectoryEntry", "Import", "KnowledgeArticle"];

/// Personal data, which an erasure takes from every moment, what is ranked and grouped by it (`search/as_of.rs` asks that of
/// histories without erasures), and what differs by being asked as of a moment.
const LEFT_OUT: &[(&str, &str)] = &[
    ("Ledger", "similarConsultations"),
    ("Note", "text"),
    ("Note", "erased"),
    ("CallerPhone", "phone"),
    ("CallerPhone", "erased"),
    ("ReplayStep", "before"),
    ("ReplayStep", "after"),
    ("ReplayStep", "changes"),
    ("Ledger", "asOf"),
    ("ConsultationEdge", "cursor"),
    ("ContactEdge", "cursor"),
    ("CallEdge", "cursor"),
    ("RankEvidenceEdge", "cursor"),
];
const LEFT_OUT_TYPES: [&str; 2] = ["PersonalText", "PageInfo"];

/// Arguments without which a field cannot be asked, or says little.
const ARGUMENTS: &[(&str, &[&str])] = &[
    ("Ledger.knowledgeArticles", &["", "withRetired: true"]),
    ("Ledger.consultations", &["first: 100", "last: 3", "first: 5, filter: { status: RESOLVED }"]),
    (
        "Ledger.counts",
        &[
            "by: DAY, from: \"2023-09-01\", to: \"2024-12-31\"",
            "by: MONTH, from: \"2023-09-01\", to: \"2024-12-31\"",
            "by: YEAR, from: \"2023-01-01\", to: \"2024-12-31\"",
            "by: HOUR, from: \"2023-09-01\", to: \"2024-12-31\"",
            "by: AGENT, from: \"2023-09-01\", to: \"2024-12-31\"",
            "by: CATEGORY, from: \"2023-09-20\", to: \"2023-10-10\"",
        ],
    ),
    ("Ledger.cumulative", &["", "from: \"2023-09-25\""]),
    ("Ledger.milestones", &["thresholds: [1, 3, 10, 25, 40]"]),
    (
        "Ledger.serviceLevel",
        &["from: \"2023-09-01\", to: \"2024-12-31\"", "from: \"2023-09-25\", to: \"2023-09-29\""],
    ),
    ("Ledger.directoryEntries", &["", "withRetired: true"]),
    (
        "Ledger.directoryRanking",
        &["top: 20", "top: 3, from: \"2023-09-22\", to: \"2023-09-30\"", "by: ASKED_FOR"],
    ),
    ("DirectoryRank.evidence", &["first: 3", "last: 50"]),
    ("Ledger.agents", &["withRetired: true"]),
    ("Ledger.openCallbacks", &["first: 50"]),
    (
        "Ledger.unaccountedCalls",
        &["first: 50", "last: 3", "first: 20, from: \"2023-09-20\", to: \"2023-10-05\""],
    ),
    ("Ledger.events", &["first: 5", "first: 50, types: [\"ConsultationVoided\", \"CallersMerged\"]"]),
    (
        "Ledger.replay",
        &["first: 5", "last: 20", "first: 50, types: [\"ConsultationVoided\", \"CallersMerged\"]"],
    ),
    ("Caller.consultations", &["first: 4"]),
    ("Caller.history", &["first: 100"]),
];

/// Of how many calls it is asked what was known when they were answered.
const CALLS: usize = 5;

/// Writes the question.
pub(super) struct Questions {
    types: HashMap<String, TypeDefinition>,
}

impl Questions {
    pub(super) fn new() -> Self {
        let document = parse_schema(sdl()).expect("the schema's own text");
        let types = document.definitions.into_iter().filter_map(|definition| match definition {
            TypeSystemDefinition::Type(of) => Some((of.node.name.node.to_string(), of.node)),
            _ => None,
        });
        Self { types: types.collect() }
    }

    /// A selection of every field of a ledger, in which these streams may be found by their ids.
    pub(super) fn everything(&self, streams: &[StreamId]) -> String {
        self.selection("Ledger", 0, streams)
    }

    fn selection(&self, name: &str, depth: usize, streams: &[StreamId]) -> String {
        let mut text = String::from("{ __typename");
        let depth = depth + usize::from(ENTITIES.contains(&name));
        match &self.types.get(name).unwrap_or_else(|| panic!("the schema has no {name}")).kind {
            TypeKind::Object(object) => {
                for field in &object.fields {
                    self.field(&mut text, name, &field.node, depth, streams);
                }
            }
            TypeKind::Union(union) => {
                for member in &union.members {
                    let member = member.node.as_str();
                    let inside = self.selection(member, depth, streams);
                    write!(text, " ... on {member} {inside}").expect("a text grows");
                }
            }
            _ => panic!("{name} has no fields"),
        }
        text.push_str(" }");
        text
    }

    fn field(
        &self,
        text: &mut String,
        of: &str,
        field: &FieldDefinition,
        depth: usize,
        streams: &[StreamId],
    ) {
        let (name, target) = (field.name.node.as_str(), base(&field.ty.node));
        let left_out = LEFT_OUT.contains(&(of, name)) || LEFT_OUT_TYPES.contains(&target);
        // An entity within an entity says what it says itself.
        let is_leaf = !self.types.get(target).is_some_and(has_fields);
        if left_out || (depth >= 2 && !is_leaf) {
            return;
        }
        let inside = if is_leaf { String::new() } else { self.selection(target, depth, streams) };
        for (number, arguments) in self.arguments(of, field, streams).iter().enumerate() {
            let arguments = if arguments.is_empty() { String::new() } else { format!("({arguments})") };
            // Members of a union may have fields of one name and several types: the type stands in the alias.
            write!(text, " {of}_{name}_{number}: {name}{arguments} {inside}").expect("a text grows");
        }
    }

    /// The arguments with which a field is asked, once each.
    fn arguments(&self, of: &str, field: &FieldDefinition, streams: &[StreamId]) -> Vec<String> {
        let (name, key) = (field.name.node.as_str(), format!("{of}.{}", field.name.node));
        if let Some((_, all)) = ARGUMENTS.iter().find(|(asked, _)| *asked == key) {
            return all.iter().map(|one| (*one).to_owned()).collect();
        }
        if key == "Ledger.whatWasKnown" {
            let calls = streams.iter().filter(|stream| stream.kind == StreamKind::Call).take(CALLS);
            return calls.map(|stream| format!("call: \"{}\"", stream.uuid)).collect();
        }
        let has_id = of == "Ledger" && field.arguments.iter().any(|argument| argument.node.name.node == "id");
        if has_id {
            let plain = |stream: &&StreamId| stream.kind.as_str().replace(['-', '_'], "");
            let of_kind = streams.iter().filter(|stream| plain(stream) == name.to_lowercase());
            return of_kind.map(|stream| format!("id: \"{}\"", stream.uuid)).collect();
        }
        let needed = field
            .arguments
            .iter()
            .find(|argument| !argument.node.ty.node.nullable && argument.node.default_value.is_none());
        assert!(needed.is_none(), "say in ARGUMENTS how `{key}` is to be asked");
        vec![String::new()]
    }
}

fn base(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name.as_str(),
        BaseType::List(inner) => base(inner),
    }
}

fn has_fields(definition: &TypeDefinition) -> bool {
    matches!(definition.kind, TypeKind::Object(_) | TypeKind::Union(_) | TypeKind::Interface(_))
}
