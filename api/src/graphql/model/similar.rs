//! Earlier consultations about what is asked.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_graphql::{ComplexObject, Context, SimpleObject};
use sangdam_domain::aggregate::{self, Note};
use sangdam_domain::id::{DirectoryEntryId, KnowledgeArticleId};
use sangdam_projections::At;
use sangdam_search::{Matter, highlight};

use super::{Consultation, DirectoryEntry, DirectoryListing, KnowledgeArticle, Lazy, Resolution};
use crate::graphql::code::NoteKind;
use crate::graphql::error::ApiError;
use crate::graphql::scalar::{int, version};

/// Earlier consultations about one matter.
#[derive(SimpleObject)]
pub struct SimilarConsultation {
    /// How near the matter is to what was asked. It orders one answer; it says nothing across questions.
    pub score: f64,
    /// How many similar consultations there are about it.
    pub count: i32,
    /// Of them, how many the agent settled in the first call, with no transfer requested.
    pub resolved_at_first_contact: i32,
    /// The best of them, best first; at most five.
    pub evidence: Vec<Consultation>,
    /// What the best one's notes say about it.
    pub highlights: Vec<Highlight>,
    /// How the best one was settled, if it is.
    pub resolution: Option<Resolution>,
    /// Numbers that were given in the evidence, the most often given first.
    pub numbers_given: Vec<SimilarNumber>,
    /// Departments to which the evidence was transferred, the most often asked first.
    pub transfers: Vec<SimilarTransfer>,
    /// Articles written from consultations about the same matter, the first published first: read them before anything else.
    pub articles: Vec<KnowledgeArticle>,
}

/// The part of a note that answers to what was asked.
#[derive(SimpleObject)]
pub struct Highlight {
    /// The version in the consultation's stream at which the note was recorded.
    pub note_version: i32,
    /// Whether it is what was asked or what was answered.
    pub kind: NoteKind,
    /// The part. Long runs of digits, such as telephone numbers, are masked with `•`.
    pub text: String,
    /// The words in it that answer to what was asked.
    pub marks: Vec<Mark>,
}

/// A stretch of a text.
#[derive(SimpleObject)]
pub struct Mark {
    /// The first character, counted from 0 in Unicode code points.
    pub start: i32,
    /// The character behind the last.
    pub end: i32,
}

/// A number that was given in similar consultations.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct SimilarNumber {
    /// The entry's version that was read out.
    pub entry_version: i32,
    /// In how many of the evidence.
    pub count: i32,
    #[graphql(skip)]
    version: u32,
    #[graphql(skip)]
    as_of: At,
    #[graphql(skip)]
    id: DirectoryEntryId,
}

/// A department to which similar consultations were transferred.
#[derive(SimpleObject)]
pub struct SimilarTransfer {
    /// The department, as it was named.
    pub department: String,
    /// How many of the evidence asked for it.
    pub count: i32,
}

impl SimilarConsultation {
    /// What the ledger says of a matter; `None` where none of the evidence counts any more.
    pub fn new(
        at: &At,
        matter: &Matter,
        question: &str,
        evidence: Vec<Arc<aggregate::Consultation>>,
        articles: &[KnowledgeArticleId],
    ) -> Option<Self> {
        let best = evidence.first()?;
        Some(Self {
            score: rounded(matter.score),
            count: int(matter.consultations.into()),
            resolved_at_first_contact: int(matter.at_first_contact.into()),
            highlights: best.notes.iter().filter_map(|note| Highlight::new(note, question)).collect(),
            resolution: best.resolved.as_ref().map(|resolved| Resolution::new(at, resolved)),
            numbers_given: numbers(at, &evidence),
            transfers: transfers(&evidence),
            articles: articles.iter().map(|id| KnowledgeArticle::of_id(at, *id)).collect(),
            evidence: evidence.iter().map(|state| Consultation::from_state(at, Arc::clone(state))).collect(),
        })
    }
}

/// To four decimals: further ones are noise.
fn rounded(score: f32) -> f64 {
    (f64::from(score) * 10_000.0).round() / 10_000.0
}

impl Highlight {
    fn new(note: &Note, question: &str) -> Option<Self> {
        let kind = NoteKind::from(note.kind);
        if kind == NoteKind::Internal {
            return None;
        }
        let fragment = highlight(note.text.known()?.as_str(), question);
        let place = |at: usize| i32::try_from(at).unwrap_or(i32::MAX);
        Some(Self {
            note_version: version(note.version),
            kind,
            text: fragment.text,
            marks: fragment
                .marks
                .into_iter()
                .map(|mark| Mark { start: place(mark.start), end: place(mark.end) })
                .collect(),
        })
    }
}

fn numbers(at: &At, evidence: &[Arc<aggregate::Consultation>]) -> Vec<SimilarNumber> {
    let given = evidence
        .iter()
        .map(|state| state.numbers_given.iter().map(|given| (given.what.entry, given.what.entry_version)));
    let counted = counted(given);
    let number = |((id, version), count): ((DirectoryEntryId, u32), u64)| SimilarNumber {
        entry_version: int(version.into()),
        count: int(count),
        version,
        as_of: at.clone(),
        id,
    };
    counted.into_iter().map(number).collect()
}

fn transfers(evidence: &[Arc<aggregate::Consultation>]) -> Vec<SimilarTransfer> {
    let asked = evidence.iter().map(|state| {
        state.transfers.iter().map(|transfer| transfer.requested.what.department.as_str().to_owned())
    });
    let transfer = |(department, count)| SimilarTransfer { department, count: int(count) };
    counted(asked).into_iter().map(transfer).collect()
}

/// In how many of the lists each thing is, the most frequent first.
fn counted<T: Ord + Clone>(lists: impl Iterator<Item = impl Iterator<Item = T>>) -> Vec<(T, u64)> {
    let mut counts: BTreeMap<T, u64> = BTreeMap::new();
    for list in lists {
        for thing in list.collect::<std::collections::BTreeSet<T>>() {
            *counts.entry(thing).or_default() += 1;
        }
    }
    let mut counts: Vec<(T, u64)> = counts.into_iter().collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    counts
}

#[ComplexObject]
impl SimilarNumber {
    /// Whose number, as the directory says now.
    async fn entry(&self) -> DirectoryEntry {
        DirectoryEntry::of_id(&self.as_of, self.id)
    }

    /// What the entry said when it was read out.
    async fn listing(&self, ctx: &Context<'_>) -> Result<Option<DirectoryListing>, ApiError> {
        let entry = Lazy::<aggregate::DirectoryEntry>::of_id(&self.as_of, self.id);
        Ok(entry.get(ctx).await?.listing_at(self.version).map(DirectoryListing::new))
    }
}
