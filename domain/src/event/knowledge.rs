//! Articles written from good answers, for the next who is asked.

use serde::{Deserialize, Serialize};

use crate::id::ConsultationId;
use crate::value::{ArticleText, Code, DisplayText};

/// An article can be read from now on, or says something else from now on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct KnowledgeArticlePublished {
    /// 1, 2, 3, …
    pub article_version: u32,
    /// All that it says.
    #[serde(flatten)]
    pub article: Article,
}

/// The article is shown no longer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct KnowledgeArticleRetired {}

/// What an article says.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Article {
    /// What it answers.
    pub title: DisplayText,
    /// The answer. Public: nothing of any caller stands in it.
    pub body: ArticleText,
    /// The category of need that it serves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Code>,
    /// The consultations from whose answers it was written: it is pinned to the matters that they are about.
    pub written_from: Vec<ConsultationId>,
}
