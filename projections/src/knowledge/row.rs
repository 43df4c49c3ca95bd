//! What is kept of an article.

use sangdam_domain::id::{ConsultationId, KnowledgeArticleId};
use sangdam_domain::log::{Position, Version};
use sangdam_domain::time::Timestamp;
use sangdam_domain::value::Code;
use sangdam_eventstore::{Arg, Row};

use crate::table::{Column, Table, code, opt_code, small};

/// An article as it stands.
#[derive(Clone, PartialEq, Debug)]
pub struct ArticleRow {
    /// Which one.
    pub id: KnowledgeArticleId,
    /// Where it was published first.
    pub published_position: Position,
    /// Its latest event.
    pub last_position: Position,
    /// How many events its stream has.
    pub version: Version,
    /// How often it was published.
    pub article_version: u32,
    /// The category of need that it serves.
    pub category: Option<Code>,
    /// The consultations from whose answers it was written.
    pub written_from: Vec<ConsultationId>,
    /// Since when it is shown no longer.
    pub retired_at: Option<Timestamp>,
}

pub(crate) const ARTICLES: Table = Table {
    name: "knowledge_articles",
    columns: &[
        Column::Key("log_no"),
        Column::Key("id"),
        Column::Fixed("published_position"),
        Column::Set("last_position"),
        Column::Set("version"),
        Column::Set("article_version"),
        Column::Set("category"),
        Column::Set("written_from"),
        Column::Set("retired_at"),
    ],
    since: "published_position",
    spanned: false,
};

pub(crate) const SELECT: &str =
    "id, published_position, last_position, version, article_version, category, written_from, retired_at";

impl ArticleRow {
    pub(crate) fn read(row: &Row) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: KnowledgeArticleId::from_uuid(row.uuid(0)?),
            published_position: row.position(1)?,
            last_position: row.position(2)?,
            version: row.version(3)?,
            article_version: small(row.int(4)?),
            category: opt_code(row, 5, |text| Code::parse(text).ok())?,
            written_from: code(row, 6, consultations)?,
            retired_at: row.opt_time(7)?,
        })
    }

    pub(crate) fn args(&self, log_no: i64) -> Vec<Arg> {
        vec![
            log_no.into(),
            self.id.uuid().into(),
            self.published_position.into(),
            self.last_position.into(),
            self.version.into(),
            i64::from(self.article_version).into(),
            self.category.as_ref().map(Code::as_str).into(),
            words(&self.written_from).as_str().into(),
            self.retired_at.into(),
        ]
    }
}

/// Ids, one behind the other with spaces between.
fn words(ids: &[ConsultationId]) -> String {
    ids.iter().map(ConsultationId::to_string).collect::<Vec<_>>().join(" ")
}

fn consultations(words: &str) -> Option<Vec<ConsultationId>> {
    words.split_whitespace().map(|id| id.parse().ok()).collect()
}
