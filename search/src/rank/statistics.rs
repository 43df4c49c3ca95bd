//! What all documents together say of a term.

use std::collections::HashMap;

use super::question::Question;
use super::{BODY, HEAD, Weighing};
use crate::document::Document;

/// A field of a document.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Place {
    Body,
    Head,
}

impl Place {
    pub(super) const ALL: [Self; 2] = [Self::Body, Self::Head];

    pub(super) fn weighing(self) -> Weighing {
        match self {
            Self::Body => BODY,
            Self::Head => HEAD,
        }
    }

    pub(super) fn of(self, document: &Document) -> &[String] {
        match self {
            Self::Body => document.body(),
            Self::Head => document.head(),
        }
    }
}

/// How many documents there are, how long, and how many have each term of a question.
#[derive(Clone, Debug)]
pub(super) struct Statistics {
    pub(super) documents: u64,
    /// All terms of all documents, by place.
    pub(super) terms: [u64; 2],
    /// By place and term, in the question's order.
    pub(super) with_term: [Vec<u64>; 2],
}

impl Statistics {
    pub(super) fn of(question: &Question) -> Self {
        let none = vec![0; question.terms.len()];
        Self { documents: 0, terms: [0, 0], with_term: [none.clone(), none] }
    }

    /// The average length of a document.
    pub(super) fn average(&self, place: Place) -> f32 {
        (self.terms[place as usize] as f32 / self.documents.max(1) as f32).max(1.0)
    }

    /// How much a term tells apart.
    pub(super) fn idf(&self, place: Place, term: usize) -> f32 {
        let (all, with) = (self.documents as f64, self.with_term[place as usize][term] as f64);
        (1.0 + (all - with + 0.5) / (with + 0.5)).ln() as f32
    }

    /// Whether a term tells documents apart. What more than half of them have adds next to nothing and costs the most; it is
    /// asked for only where the question has nothing else.
    pub(super) fn tells_apart(&self, place: Place, term: usize) -> bool {
        let is_rare = |with: u64| with > 0 && with * 2 <= self.documents;
        let of_all = &self.with_term[Place::Body as usize];
        is_rare(self.with_term[place as usize][term]) || !of_all.iter().any(|with| is_rare(*with))
    }

    /// Counts a document that is not in the index.
    pub(super) fn count(&mut self, document: &Counted<'_>) {
        if document.lengths[0] == 0 {
            return;
        }
        self.documents += 1;
        for place in Place::ALL {
            self.terms[place as usize] += document.lengths[place as usize];
            for (term, occurs) in document.occurs[place as usize].iter().enumerate() {
                self.with_term[place as usize][term] += u64::from(*occurs > 0);
            }
        }
    }
}

/// A document that is not in the index as it is asked about, with how often the question's terms occur in it.
pub(super) struct Counted<'a> {
    pub(super) document: &'a Document,
    pub(super) lengths: [u64; 2],
    pub(super) occurs: [Vec<u32>; 2],
}

impl<'a> Counted<'a> {
    pub(super) fn of(question: &Question, document: &'a Document) -> Self {
        let count = |place: Place| {
            let mut found: HashMap<&str, u32> = HashMap::new();
            for term in place.of(document) {
                *found.entry(term).or_default() += 1;
            }
            question.terms.keys().map(|term| found.get(term.as_str()).copied().unwrap_or(0)).collect()
        };
        let lengths = Place::ALL.map(|place| place.of(document).len() as u64);
        Self { document, lengths, occurs: Place::ALL.map(count) }
    }

    /// What it scores.
    pub(super) fn score(&self, question: &Question, statistics: &Statistics) -> f32 {
        let mut score = 0.0;
        for place in Place::ALL {
            let norm = place.weighing().norm(self.lengths[place as usize], statistics.average(place));
            for (term, asked) in question.terms.values().enumerate() {
                let occurs = self.occurs[place as usize][term];
                if occurs > 0 && statistics.tells_apart(place, term) {
                    let idf = statistics.idf(place, term) * *asked as f32;
                    score += place.weighing().adds(idf, occurs as f32, norm);
                }
            }
        }
        score
    }
}
