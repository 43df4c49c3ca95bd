//! One article of what is known: published at version 1, published anew, retired.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{Aggregate, ConsultationStatus, Happened, nothing, one};
use crate::actor::Subject;
use crate::event::{Article, Event, Fact, KnowledgeArticlePublished, KnowledgeArticleRetired};
use crate::id::{ConsultationId, KnowledgeArticleId};
use crate::log::{LogId, StreamId, StreamKind, Version};
use crate::rejection::Rejection;
use crate::time::Timestamp;

/// How many consultations an article may be written from.
pub const SOURCES_MAX: usize = 50;

/// One article of what is known.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct KnowledgeArticle {
    /// Which one.
    pub id: KnowledgeArticleId,
    /// How many events its stream has.
    pub version: Version,
    /// Everything that it ever said: article version 1 first, the latest last.
    pub published: Vec<Happened<KnowledgeArticlePublished>>,
    /// When it was retired.
    pub retired_at: Option<Timestamp>,
}

/// What can be asked of an article.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "fields are those of the events of the same names")]
pub enum KnowledgeArticleCommand {
    /// Let it say this from now on. `sources` says how each of the consultations that it is written from stands.
    Publish { article: Article, sources: Vec<(ConsultationId, ConsultationStatus)> },
    /// Show it no longer.
    Retire,
}

impl KnowledgeArticle {
    /// What it says now (or said last).
    pub fn article(&self) -> Option<&Article> {
        self.published.last().map(|published| &published.what.article)
    }

    /// The version of what it says now; 0 before it says anything.
    pub fn article_version(&self) -> u32 {
        u32::try_from(self.published.len()).unwrap_or(u32::MAX)
    }
}

impl Aggregate for KnowledgeArticle {
    type Id = KnowledgeArticleId;
    type Command = KnowledgeArticleCommand;

    fn new(id: KnowledgeArticleId) -> Self {
        Self { id, version: Version::ZERO, published: Vec::new(), retired_at: None }
    }

    fn stream(id: KnowledgeArticleId, _log: &LogId) -> StreamId {
        StreamId::new(StreamKind::KnowledgeArticle, id.uuid())
    }

    fn decide(&self, command: KnowledgeArticleCommand, _at: Timestamp) -> Result<Vec<Event>, Rejection> {
        match command {
            KnowledgeArticleCommand::Publish { .. } if self.retired_at.is_some() => {
                Err(Rejection::KnowledgeArticleRetired)
            }
            KnowledgeArticleCommand::Publish { article, .. } if self.article() == Some(&article) => nothing(),
            KnowledgeArticleCommand::Publish { article, sources } => {
                check(&article.written_from, &sources)?;
                let article_version = self.article_version().saturating_add(1);
                one(KnowledgeArticlePublished { article_version, article })
            }
            KnowledgeArticleCommand::Retire if self.published.is_empty() => {
                Err(Rejection::NotFound { kind: KnowledgeArticleId::KIND })
            }
            KnowledgeArticleCommand::Retire if self.retired_at.is_some() => nothing(),
            KnowledgeArticleCommand::Retire => one(KnowledgeArticleRetired {}),
        }
    }

    fn evolve(&mut self, fact: &Fact) {
        self.version = fact.version;
        match &fact.event {
            Event::KnowledgeArticlePublished(published) => {
                self.published.push(Happened::new(fact, published.clone()));
            }
            Event::KnowledgeArticleRetired(_) => self.retired_at = Some(fact.occurred_at),
            _ => {}
        }
    }

    fn subject(&self) -> Option<Subject> {
        None
    }
}

fn check(
    written_from: &[ConsultationId],
    sources: &[(ConsultationId, ConsultationStatus)],
) -> Result<(), Rejection> {
    let invalid = |problem| Err(Rejection::ArticleSourcesInvalid { problem });
    if written_from.is_empty() {
        return invalid("are missing: name at least one consultation whose answer was good");
    }
    if written_from.len() > SOURCES_MAX {
        return invalid("are more than 50; name those with the best answers");
    }
    let different: BTreeSet<_> = written_from.iter().collect();
    if different.len() < written_from.len() {
        return invalid("name one consultation twice");
    }
    for source in written_from {
        let status = sources.iter().find(|(id, _)| id == source).map(|(_, status)| *status);
        match status.unwrap_or(ConsultationStatus::None) {
            ConsultationStatus::None => return invalid("name a consultation that is not there"),
            ConsultationStatus::Voided => return invalid("name a consultation that was voided"),
            ConsultationStatus::Open | ConsultationStatus::Resolved => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
