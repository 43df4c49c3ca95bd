//! Which documents are nearest to a question.
//!
//! BM25 over two fields, summed: the body, and its first terms once more. The formula, with f how often a term occurs in a document, |d| the
//! document's terms, and n of N documents having the term (Robertson, Zaragoza 2009; the logarithm as Lucene has it):
//!
//! ```text
//! Σ weight · ln(1 + (N − n + ½) / (n + ½)) · f · (k₁ + 1) / (f + k₁ · (1 − b + b · |d| / average))
//! ```
//!
//! All statistics are exact, over the documents that count at the moment asked about: deleted ones are never among them,
//! however segments were merged, so that an index that followed ranks as one that was rebuilt.

mod question;
mod segment;
mod statistics;

pub(crate) use question::Question;
pub(crate) use segment::{changed_after, facts_of, ranked};

use sangdam_domain::id::ConsultationId;

use crate::document::Facts;

/// How a field is weighed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Weighing {
    k1: f32,
    b: f32,
    weight: f32,
}

/// The body. Chosen on the even half of a public collection, as the head's: `docs/search.md`.
const BODY: Weighing = Weighing { k1: 1.5, b: 0.9, weight: 1.0 };
/// The first terms.
const HEAD: Weighing = Weighing { k1: 1.2, b: 0.75, weight: 0.4 };

impl Weighing {
    /// What a term adds, of which `idf` is the logarithm above.
    fn adds(self, idf: f32, occurs: f32, norm: f32) -> f32 {
        self.weight * idf * occurs * (self.k1 + 1.0) / (occurs + norm)
    }

    /// What a document's length does to all of its terms.
    fn norm(self, terms: u64, average: f32) -> f32 {
        self.k1 * (1.0 - self.b + self.b * terms as f32 / average)
    }
}

/// A document that has something of the question.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hit {
    pub(crate) id: ConsultationId,
    pub(crate) score: f32,
    pub(crate) facts: Facts,
}
