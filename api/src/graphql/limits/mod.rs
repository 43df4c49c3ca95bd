//! What a request may cost. Checked in this order, each before anything more expensive looks at the text: its length,
//! its bracket nesting (the parser's recursion would overflow the stack), then, on the parsed document, depth,
//! fields, complexity, aliases and directives with every fragment counted as often as it is spread.

mod brackets;
mod cost;
mod weights;

use async_graphql::Request;
use async_graphql::parser::types::ExecutableDocument;

pub use cost::Cost;
pub use weights::Weights;

use super::error::{ApiError, Code};

/// The longest query, in bytes.
pub const QUERY_BYTES_MAX: usize = 16 * 1024;
/// The deepest nesting of brackets of all kinds.
pub const BRACKETS_MAX: usize = 32;
/// The deepest nesting of fields.
pub const DEPTH_MAX: u64 = 16;
/// The deepest nesting of fields, fragments and inline fragments.
pub const NESTING_MAX: u64 = 48;
/// The most fields, fragments counted as often as they are spread.
pub const FIELDS_MAX: u64 = 1_000;
/// The most aliases, counted likewise.
pub const ALIASES_MAX: u64 = 30;
/// The most directives, counted likewise.
pub const DIRECTIVES_MAX: u64 = 30;
/// The highest complexity: fields times the rows of the pages and lists around them.
pub const COMPLEXITY_MAX: u64 = 20_000;
/// How many of introspection's own lists (fields, interfaces, …) may stand inside each other.
pub const INTROSPECTION_LISTS_MAX: u64 = 2;
/// The most rows of a page.
pub const PAGE_MAX: usize = 100;
/// The rows of a page where none are asked for.
pub const PAGE_DEFAULT: usize = 20;

/// Refuses what costs too much. What passes has been parsed, and carries its document.
pub fn check(request: &mut Request, weights: &Weights) -> Result<Cost, ApiError> {
    let variables = request.variables.clone();
    let document = parse(request)?;
    let cost = cost::of_document(document, &variables, weights)?;
    for (what, found, most) in [
        ("is nested too deep: fields", cost.depth, DEPTH_MAX),
        ("is nested too deep: fields and fragments", cost.nesting, NESTING_MAX),
        ("selects too much: fields, fragments counted as often as they are spread", cost.fields, FIELDS_MAX),
        ("has too many aliases", cost.aliases, ALIASES_MAX),
        ("has too many directives", cost.directives, DIRECTIVES_MAX),
        ("is too complex: fields times rows", cost.complexity, COMPLEXITY_MAX),
        ("introspects too deep: lists within lists", cost.introspection_lists, INTROSPECTION_LISTS_MAX),
    ] {
        if found > most {
            let message = format!("the query {what}: {found}; at most {most} are allowed");
            return Err(ApiError::new(Code::LimitExceeded, message));
        }
    }
    Ok(cost)
}

/// The document of a request; parsed now where it has none, of a text that the parser may see.
///
/// # Errors
/// Where the parser must not see the text, or cannot read it.
pub fn parse(request: &mut Request) -> Result<&ExecutableDocument, ApiError> {
    check_text(&request.query)?;
    request.parsed_query().map_err(|error| {
        let place = error.locations.first().map(|at| format!(" (line {}, column {})", at.line, at.column));
        ApiError::new(Code::InvalidQuery, format!("{}{}", error.message, place.unwrap_or_default()))
    })
}

/// Refuses a query that the parser must not see.
pub fn check_text(query: &str) -> Result<(), ApiError> {
    if query.len() > QUERY_BYTES_MAX {
        let message = format!("the query has {} bytes; at most {QUERY_BYTES_MAX} are allowed", query.len());
        return Err(ApiError::new(Code::LimitExceeded, message));
    }
    brackets::check(query, BRACKETS_MAX)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use async_graphql::Variables;

    use super::*;

    const SDL: &str = "type Query { a: Query list: [Query!]! page(first: Int, last: Int): Page! }
        type Page { nodes: [Query!]! }";

    fn check_query(query: impl Into<String>) -> Result<Cost, ApiError> {
        check(&mut Request::new(query), &Weights::of_sdl(SDL).unwrap())
    }

    #[track_caller]
    fn refused_fast(query: String) -> String {
        let started = Instant::now();
        let error = check_query(query).unwrap_err();
        assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
        error.message().to_owned()
    }

    #[test]
    fn what_is_asked_for_in_pages_weighs_its_rows() {
        assert_eq!(check_query("{ a { a { __typename } } }").unwrap().complexity, 3);
        assert_eq!(check_query("{ page(first: 10) { nodes { a { __typename } } } }").unwrap().complexity, 31);
        let mut request = Request::new("query($n: Int = 3) { page(last: $n) { nodes { __typename } } }");
        assert_eq!(check(&mut request, &Weights::of_sdl(SDL).unwrap()).unwrap().complexity, 7);
        request.variables = Variables::from_json(serde_json::json!({ "n": 50 }));
        assert_eq!(check(&mut request, &Weights::of_sdl(SDL).unwrap()).unwrap().complexity, 101);
        assert!(
            refused_fast(
                "{ page(first:100) { nodes { page(first:100) { nodes { a { a { __typename } } } } } } }"
                    .into()
            )
            .contains("complex")
        );
    }

    #[test]
    fn what_is_asked_for_over_days_weighs_many_rows() {
        let sdl =
            "type Query { a: Query days(from: String, to: String): [Query!]! list(from: String): [Query!]! }";
        let complexity = |query: &str| {
            check(&mut Request::new(query), &Weights::of_sdl(sdl).unwrap()).map(|cost| cost.complexity)
        };
        assert_eq!(complexity("{ days { __typename } }").unwrap(), 201);
        assert_eq!(complexity("{ list { __typename } }").unwrap(), 6);
        assert!(complexity("{ a { days { days { __typename } } } }").is_err());
    }

    #[test]
    fn a_bomb_of_fragments_is_counted_without_being_expanded() {
        let mut query = "{ ...F0 }".to_owned();
        for n in 0..40 {
            query.push_str(&format!(
                " fragment F{n} on Query {{ ...F{} ...F{} a {{ __typename }} }}",
                n + 1,
                n + 1
            ));
        }
        query.push_str(" fragment F40 on Query { __typename }");
        assert!(refused_fast(query).contains("selects too much"));
    }

    #[test]
    fn a_cycle_of_fragments_is_refused() {
        let query = "{ ...A } fragment A on Query { a { ...B } } fragment B on Query { a { ...A } }";
        assert!(refused_fast(query.into()).contains("fragment"));
        assert!(
            refused_fast("{ a { __typename } } fragment A on Query { ...A }".into()).contains("fragment")
        );
    }

    #[test]
    fn a_long_chain_of_fragments_is_refused() {
        let chain: String = (0..400).map(|n| format!("fragment F{n} on Query{{...F{}}}", n + 1)).collect();
        assert!(refused_fast(format!("{{...F0}}{chain}fragment F400 on Query{{a}}")).contains("nested"));
    }

    #[test]
    fn depth_aliases_directives_and_introspection_are_bounded() {
        let deep = |n: usize| format!("{{ {} __typename {} }}", "a {".repeat(n), "}".repeat(n));
        assert!(check_query(deep(15)).is_ok());
        assert!(refused_fast(deep(16)).contains("deep"));
        let aliases: String = (0..31).map(|n| format!("x{n}: __typename ")).collect();
        assert!(refused_fast(format!("{{ {aliases} }}")).contains("aliases"));
        let directives = "@skip(if: false) ".repeat(31);
        assert!(refused_fast(format!("{{ __typename {directives} }}")).contains("directives"));
        let nested = "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }";
        assert!(refused_fast(nested.into()).contains("introspects"));
    }

    #[test]
    fn what_cannot_be_parsed_is_told_fast() {
        for text in ["", "{", "{a", "query", "}{", "{a(b:[{c:{d:[{", "subscription{", "{ a(x: \"\\q\") }"] {
            assert!(check_query(text).is_err(), "{text}");
        }
        let open = "{a(b:[{c:".repeat(6);
        refused_fast(format!("{open}!"));
        refused_fast("a ".repeat(8_000));
        refused_fast("{a(b:\u{feff},".repeat(8));
    }
}
