//! The same index over texts that stand in no ledger: how well it finds is measured on a public collection.

use std::path::Path;

use sangdam_domain::id::{ConsultationId, LedgerId};
use sangdam_domain::log::{LogId, Position};
use uuid::Uuid;

use crate::analysis::Text;
use crate::document::{Document, Facts};
use crate::error::SearchError;
use crate::index::{Checkpoint, Claimed, Writer};
use crate::matter::Signature;
use crate::rank::{Question, ranked};

/// An index of numbered texts.
pub struct Texts(Writer);

impl Texts {
    /// Indexes texts in an empty folder. A text's number is its place in the list.
    ///
    /// # Errors
    /// Where the folder cannot be written to, or is in use.
    pub fn index(folder: &Path, log: &LogId, texts: &[String]) -> Result<Self, SearchError> {
        let start = Checkpoint::start(LedgerId::from_uuid(Uuid::nil()), log);
        let claimed = Claimed::take(folder)?.ok_or_else(|| SearchError::Busy(folder.to_owned()))?;
        let (opened, checkpoint) = claimed.begin_anew(&start)?;
        let mut writer = Writer::new(claimed, opened, checkpoint)?;
        for (number, text) in (0_u64..).zip(texts) {
            writer.put(&document(number, text))?;
        }
        writer.commit()?;
        Ok(Self(writer))
    }

    /// The numbers of all texts that have something of a question, the nearest first, each with its score.
    ///
    /// # Errors
    /// Where the index fails.
    pub fn nearest(&self, question: &str) -> Result<Vec<(u64, f32)>, SearchError> {
        let opened = self.0.opened();
        let question = Question::of(question, None, None);
        let hits = ranked(&opened.searcher(), &opened.fields, &question, &[], 0.0)?;
        let number = |id: ConsultationId| id.uuid().as_u64_pair().1;
        let mut nearest: Vec<(u64, f32)> = hits.iter().map(|hit| (number(hit.id), hit.score)).collect();
        nearest.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        Ok(nearest)
    }
}

fn document(number: u64, text: &str) -> Document {
    let terms = Text::new(text).all_terms();
    let facts = Facts {
        opened: Position::ZERO.next(),
        changed: Position::ZERO.next(),
        signature: Signature::of(&terms),
        counts: true,
        ..Facts::default()
    };
    Document { id: ConsultationId::from_uuid(Uuid::from_u64_pair(0, number)), subject: None, facts, terms }
}
