//! Parsing the fields of inputs. What does not fit is told with the field's name and what was expected.

use async_graphql::ID;
use sangdam_domain::log::Version;
use sangdam_domain::value::Invalid;

use super::request::{Failure, UserError};
use crate::graphql::node::{self, GlobalId};

/// A text that is parsed to a value of the domain.
pub(super) fn text<T>(
    field: &'static str,
    given: &str,
    parse: impl Fn(&str) -> Result<T, Invalid>,
) -> Result<T, Failure> {
    parse(given).map_err(|problem| invalid(field, problem.to_string()))
}

/// A text that may be left out.
pub(super) fn text_or_none<T>(
    field: &'static str,
    given: Option<&str>,
    parse: impl Fn(&str) -> Result<T, Invalid>,
) -> Result<Option<T>, Failure> {
    given.map(|given| text(field, given, parse)).transpose()
}

/// A global id of the kind that the field expects.
pub(super) fn id<T: GlobalId>(field: &'static str, given: &ID) -> Result<T, Failure> {
    node::parse(given).map_err(|problem| invalid(field, problem.message()))
}

/// A global id that may be left out.
pub(super) fn id_or_none<T: GlobalId>(field: &'static str, given: Option<&ID>) -> Result<Option<T>, Failure> {
    given.map(|given| id(field, given)).transpose()
}

/// A version in a stream: 1 or more.
pub(super) fn version(field: &'static str, given: u32) -> Result<Version, Failure> {
    Version::new(given.into()).ok_or_else(|| invalid(field, "expected a version: 1 or more"))
}

/// The version given, or the next one.
pub(super) fn version_or(given: Option<u32>, next: usize) -> u32 {
    given.unwrap_or_else(|| u32::try_from(next).unwrap_or(u32::MAX))
}

/// A field that does not fit, and what was expected.
pub(super) fn invalid(field: &'static str, message: impl Into<String>) -> Failure {
    Failure::Refused(UserError::new("INVALID", message, Some(field)))
}
