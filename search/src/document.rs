//! What is indexed of a consultation: the terms of its inquiry and its answers, and what is needed to rank and to group it.
//! No text is kept, here or in the index: texts are read from the ledger, where an erasure finds them.

use sangdam_domain::actor::Subject;
use sangdam_domain::aggregate::{Aggregate, Consultation, ConsultationStatus, Note};
use sangdam_domain::id::ConsultationId;
use sangdam_domain::log::Position;
use sangdam_domain::value::{Code, NoteKind, ResolvedBy};

use crate::analysis::Text;
use crate::hash::hash;
use crate::matter::Signature;

/// How many terms, from the beginning, are the head: what a text is about is said first.
const HEAD_TERMS: usize = 80;

/// A consultation as it is indexed.
#[derive(Clone, PartialEq, Debug)]
pub struct Document {
    pub(crate) id: ConsultationId,
    /// Under whose key the notes are sealed: by whom the document is found when it must be forgotten.
    pub(crate) subject: Option<Subject>,
    pub(crate) facts: Facts,
    pub(crate) terms: Vec<String>,
}

/// What ranking and grouping need to know of a consultation.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Facts {
    /// Where it was opened.
    pub(crate) opened: Position,
    /// Its latest event that changes anything here.
    pub(crate) changed: Position,
    /// [`category_hash`] of its category; 0 where it has none.
    pub(crate) category: u64,
    pub(crate) signature: Signature,
    /// Not voided.
    pub(crate) counts: bool,
    /// Its caller was erased.
    pub(crate) forgotten: bool,
    /// Settled by the agent, in the first call, with no transfer requested.
    pub(crate) at_first_contact: bool,
}

impl Document {
    /// What is indexed of a consultation as it stands after its event at `changed`.
    pub(crate) fn of(state: &Consultation, opened: Position, changed: Position) -> Self {
        let counts = state.status != ConsultationStatus::Voided;
        let terms = if counts { terms(&state.notes) } else { Vec::new() };
        Self {
            id: state.id,
            subject: state.subject(),
            facts: Facts {
                opened,
                changed,
                category: state.category.as_ref().map_or(0, |category| category_hash(&category.what.code)),
                signature: Signature::of(&terms),
                counts,
                forgotten: false,
                at_first_contact: at_first_contact(state),
            },
            terms,
        }
    }

    /// Leaves nothing of what was said.
    pub(crate) fn forget(&mut self) {
        self.terms = Vec::new();
        self.facts.signature = Signature::of(&[]);
        self.facts.forgotten = true;
    }

    /// The terms of the whole text.
    pub(crate) fn body(&self) -> &[String] {
        &self.terms
    }

    /// The terms of its beginning.
    pub(crate) fn head(&self) -> &[String] {
        &self.terms[..self.terms.len().min(HEAD_TERMS)]
    }
}

/// The number by which a category stands in the index; never 0.
pub(crate) fn category_hash(code: &Code) -> u64 {
    hash(code.as_str()).max(1)
}

/// What was asked, then what was answered. Internal notes are for colleagues, not for other matters.
fn terms(notes: &[Note]) -> Vec<String> {
    let of_kind = |kind: NoteKind| notes.iter().filter(move |note| note.kind == kind);
    of_kind(NoteKind::Inquiry)
        .chain(of_kind(NoteKind::Answer))
        .filter_map(|note| note.text.known())
        .flat_map(|text| Text::new(text.as_str()).all_terms())
        .collect()
}

/// As the read models count it (`quality::AgentResolved`).
fn at_first_contact(state: &Consultation) -> bool {
    let by_agent = state.resolved.as_ref().is_some_and(|resolved| resolved.what.by == ResolvedBy::Agent);
    by_agent && state.calls.len() == 1 && state.transfers.is_empty()
}
