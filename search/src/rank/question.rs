//! What is asked for.

use std::collections::BTreeMap;

use sangdam_domain::log::Position;

use crate::analysis::Text;

/// The longest question that is looked at, in characters.
const CHARS_MAX: usize = 1_000;

/// A question as it is ranked by.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Question {
    /// The terms, each with how often it occurs, in an order of their own: sums come out the same in every index.
    pub(crate) terms: BTreeMap<String, u32>,
    /// The category that is asked for alone.
    pub(crate) category: Option<u64>,
    /// The last position that counts; `None` for as things stand.
    pub(crate) until: Option<Position>,
}

impl Question {
    /// For these words.
    pub(crate) fn of(text: &str, category: Option<u64>, until: Option<Position>) -> Self {
        let text: String = text.chars().take(CHARS_MAX).collect();
        let mut terms = BTreeMap::new();
        Text::new(&text).terms(|term, _| *terms.entry(term.to_owned()).or_default() += 1);
        Self { terms, category, until }
    }
}
