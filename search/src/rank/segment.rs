//! Ranking, term after term: each segment's scores stand in one list, to which every posting of every term adds.

use std::collections::HashMap;

use sangdam_domain::id::ConsultationId;
use sangdam_domain::log::Position;
use tantivy::postings::Postings;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, Searcher, SegmentReader, TERMINATED, TantivyError, Term};

use super::Hit;
use super::question::Question;
use super::statistics::{Counted, Place, Statistics};
use crate::document::{Document, Facts};
use crate::error::SearchError;
use crate::index::{Columns, Fields, Number};

/// The documents that score at least `share_min` of what the best one does, in no order. `moved` are those that changed after the
/// moment asked about, as they were then; what the index says of them is left out.
pub(crate) fn ranked(
    searcher: &Searcher,
    fields: &Fields,
    question: &Question,
    moved: &[Document],
    share_min: f32,
) -> Result<Vec<Hit>, SearchError> {
    let mut statistics = Statistics::of(question);
    let moved: Vec<Counted<'_>> = moved
        .iter()
        .filter(|document| document.facts.counts && !document.terms.is_empty())
        .map(|document| Counted::of(question, document))
        .collect();
    moved.iter().for_each(|document| statistics.count(document));
    let mut segments = Vec::new();
    for reader in searcher.segment_readers() {
        let segment = Segment::open(reader, fields, question)?;
        segment.count(question, &mut statistics)?;
        segments.push(segment);
    }
    let mut found = Vec::new();
    for (number, segment) in segments.iter().enumerate() {
        let scores = segment.scores(question, &statistics)?;
        found
            .extend(segment.asked(question, scores).map(|(doc, score)| (Found::Indexed(number, doc), score)));
    }
    let asked = |facts: &Facts| question.category.is_none_or(|category| facts.category == category);
    found.extend(moved.iter().filter(|moved| asked(&moved.document.facts)).map(|moved| {
        let score = if question.terms.is_empty() { 1.0 } else { moved.score(question, &statistics) };
        (Found::Moved(moved.document), score)
    }));
    let best = found.iter().map(|(_, score)| *score).fold(0.0, f32::max);
    found.retain(|(_, score)| *score > 0.0 && *score >= best * share_min);
    let hits = found.into_iter().map(|(found, score)| match found {
        Found::Indexed(segment, doc) => {
            let columns = &segments[segment].columns;
            Hit { id: columns.id(doc), score, facts: columns.facts(doc) }
        }
        Found::Moved(document) => Hit { id: document.id, score, facts: document.facts },
    });
    Ok(hits.filter(|hit| hit.facts.counts).collect())
}

/// Where a document was found.
enum Found<'a> {
    /// By segment, and document in it.
    Indexed(usize, u32),
    Moved(&'a Document),
}

/// The consultations that were opened up to a position and changed after it.
pub(crate) fn changed_after(
    searcher: &Searcher,
    position: Position,
) -> Result<Vec<ConsultationId>, SearchError> {
    let mut found = Vec::new();
    for reader in searcher.segment_readers() {
        let columns = Columns::of(reader)?;
        let opened = columns.all(Number::Opened, reader.max_doc());
        let changed = columns.all(Number::Changed, reader.max_doc());
        for doc in reader.doc_ids_alive() {
            if opened[doc as usize] <= position.get() && changed[doc as usize] > position.get() {
                found.push(columns.id(doc));
            }
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// What the index knows of some consultations.
pub(crate) fn facts_of(
    searcher: &Searcher,
    fields: &Fields,
    ids: &[ConsultationId],
) -> Result<HashMap<ConsultationId, Facts>, SearchError> {
    let mut found = HashMap::new();
    for reader in searcher.segment_readers() {
        let columns = Columns::of(reader)?;
        for id in ids {
            for_each_posting(reader, &fields.id_term(*id), |doc, _| {
                if !reader.is_deleted(doc) {
                    found.insert(*id, columns.facts(doc));
                }
            })?;
        }
    }
    Ok(found)
}

struct Segment<'a> {
    reader: &'a SegmentReader,
    fields: &'a Fields,
    columns: Columns,
    /// How long each document is, by place.
    lengths: [Vec<u64>; 2],
    /// Whether each document counts at the moment asked about; `None` where all do.
    counts: Option<Vec<bool>>,
}

impl<'a> Segment<'a> {
    fn open(reader: &'a SegmentReader, fields: &'a Fields, question: &Question) -> Result<Self, SearchError> {
        let columns = Columns::of(reader)?;
        let docs = reader.max_doc();
        let lengths = [Number::BodyTerms, Number::HeadTerms].map(|number| columns.all(number, docs));
        let counts = match (question.until, reader.has_deletes()) {
            (None, false) => None,
            (None, true) => Some((0..docs).map(|doc| !reader.is_deleted(doc)).collect()),
            (Some(until), _) => {
                let changed = columns.all(Number::Changed, docs);
                let counts = |doc: u32| !reader.is_deleted(doc) && changed[doc as usize] <= until.get();
                Some((0..docs).map(counts).collect())
            }
        };
        Ok(Self { reader, fields, columns, lengths, counts })
    }

    fn counts(&self, doc: u32) -> bool {
        self.counts.as_ref().is_none_or(|counts| counts[doc as usize])
    }

    fn term(&self, place: Place, term: &str) -> Term {
        let field = match place {
            Place::Body => self.fields.body,
            Place::Head => self.fields.head,
        };
        Term::from_field_text(field, term)
    }

    /// Adds this segment's documents to the statistics. Documents without a word are in none of them.
    fn count(&self, question: &Question, statistics: &mut Statistics) -> Result<(), SearchError> {
        for doc in 0..self.reader.max_doc() {
            let lengths = [self.lengths[0][doc as usize], self.lengths[1][doc as usize]];
            if lengths[0] > 0 && self.counts(doc) {
                statistics.documents += 1;
                statistics.terms[0] += lengths[0];
                statistics.terms[1] += lengths[1];
            }
        }
        for place in Place::ALL {
            for (index, term) in question.terms.keys().enumerate() {
                let with = &mut statistics.with_term[place as usize][index];
                let term = self.term(place, term);
                match &self.counts {
                    None => {
                        let inverted = self.reader.inverted_index(term.field())?;
                        *with += u64::from(inverted.doc_freq(&term).map_err(TantivyError::from)?);
                    }
                    Some(counts) => {
                        for_each_posting(self.reader, &term, |doc, _| {
                            *with += u64::from(counts[doc as usize]);
                        })?;
                    }
                }
            }
        }
        Ok(())
    }

    /// The documents that are asked for, with their scores.
    fn asked(&self, question: &Question, scores: Vec<f32>) -> impl Iterator<Item = (u32, f32)> {
        let categories = question.category.map(|_| self.columns.all(Number::Category, self.reader.max_doc()));
        let in_category = move |doc: u32| match (&categories, question.category) {
            (Some(categories), Some(category)) => categories[doc as usize] == category,
            _ => true,
        };
        let found = (0..).zip(scores).filter(|(_, score)| *score > 0.0);
        let has_words = |doc: u32| self.lengths[0][doc as usize] > 0;
        found.filter(move |(doc, _)| has_words(*doc) && self.counts(*doc) && in_category(*doc))
    }

    /// What each document scores. Without a word in the question, all are alike.
    fn scores(&self, question: &Question, statistics: &Statistics) -> Result<Vec<f32>, SearchError> {
        let docs = self.reader.max_doc() as usize;
        if question.terms.is_empty() {
            return Ok(vec![1.0; docs]);
        }
        let mut scores = vec![0.0; docs];
        for place in Place::ALL {
            let (weighing, average) = (place.weighing(), statistics.average(place));
            let lengths = &self.lengths[place as usize];
            for (index, (term, asked)) in question.terms.iter().enumerate() {
                if !statistics.tells_apart(place, index) {
                    continue;
                }
                let idf = statistics.idf(place, index) * *asked as f32;
                for_each_posting(self.reader, &self.term(place, term), |doc, occurs| {
                    scores[doc as usize] +=
                        weighing.adds(idf, occurs as f32, weighing.norm(lengths[doc as usize], average));
                })?;
            }
        }
        Ok(scores)
    }
}

fn for_each_posting(
    reader: &SegmentReader,
    term: &Term,
    mut tell: impl FnMut(u32, u32),
) -> Result<(), SearchError> {
    let inverted = reader.inverted_index(term.field())?;
    let postings = inverted.read_postings(term, IndexRecordOption::WithFreqs).map_err(TantivyError::from)?;
    let Some(mut postings) = postings else { return Ok(()) };
    let mut doc = postings.doc();
    while doc != TERMINATED {
        tell(doc, postings.term_freq());
        doc = postings.advance();
    }
    Ok(())
}
