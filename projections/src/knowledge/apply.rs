//! What each event does to an article's row.

use futures::FutureExt;
use futures::future::BoxFuture;
use sangdam_domain::event::{Event, KnowledgeArticlePublished};
use sangdam_domain::id::KnowledgeArticleId;
use sangdam_domain::log::StreamKind;
use uuid::Uuid;

use super::row::{ARTICLES, ArticleRow, SELECT};
use crate::context::Seen;
use crate::error::Inapplicable;
use crate::projection::{Applied, Batch, Needs, Projection, Rows, apply_each, needed};
use crate::table::Table;

/// The articles.
pub(crate) struct Knowledge;

const TABLES: [Table; 1] = [ARTICLES];

impl Projection for Knowledge {
    fn name(&self) -> &'static str {
        "knowledge"
    }

    fn version(&self) -> u32 {
        1
    }

    fn tables(&self) -> &'static [Table] {
        &TABLES
    }

    fn apply<'a>(
        &'a self,
        batch: &'a mut Batch<'_>,
        facts: &'a [Seen],
    ) -> BoxFuture<'a, Result<Applied, sqlx::Error>> {
        apply(batch, facts).boxed()
    }
}

async fn apply(batch: &mut Batch<'_>, facts: &[Seen]) -> Result<Applied, sqlx::Error> {
    let mut articles = Rows::of("knowledge article");
    let rows = batch.load(&ARTICLES, SELECT, "id", needed(facts, needs), ArticleRow::read).await?;
    articles.read(rows, |row| row.id.uuid());
    let applied = apply_each(facts, |seen| change(&mut articles, seen));
    batch.write_rows(&ARTICLES, &articles, ArticleRow::args).await?;
    Ok(applied)
}

fn needs(seen: &Seen) -> Needs {
    match (seen.stream.kind, &seen.fact.event) {
        (_, Event::KnowledgeArticlePublished(published)) if published.article_version == 1 => {
            Needs::Makes(seen.stream.uuid)
        }
        (StreamKind::KnowledgeArticle, _) => Needs::Changes(seen.stream.uuid),
        _ => Needs::Nothing,
    }
}

fn change(articles: &mut Rows<Uuid, ArticleRow>, seen: &Seen) -> Result<(), Inapplicable> {
    let (id, at) = (seen.stream.uuid, seen.fact.position);
    match (seen.stream.kind, &seen.fact.event) {
        (_, Event::KnowledgeArticlePublished(published)) if published.article_version == 1 => {
            articles.make(id, published_row(seen, published), at)
        }
        (StreamKind::KnowledgeArticle, event) => {
            let row = articles.get(id, at)?;
            row.last_position = seen.fact.position;
            row.version = seen.fact.version;
            match event {
                Event::KnowledgeArticlePublished(published) => {
                    row.article_version = published.article_version;
                    row.category = published.article.category.clone();
                    row.written_from = published.article.written_from.clone();
                }
                Event::KnowledgeArticleRetired(_) => row.retired_at = Some(seen.fact.occurred_at),
                _ => {}
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

fn published_row(seen: &Seen, published: &KnowledgeArticlePublished) -> ArticleRow {
    ArticleRow {
        id: KnowledgeArticleId::from_uuid(seen.stream.uuid),
        published_position: seen.fact.position,
        last_position: seen.fact.position,
        version: seen.fact.version,
        article_version: published.article_version,
        category: published.article.category.clone(),
        written_from: published.article.written_from.clone(),
        retired_at: None,
    }
}
