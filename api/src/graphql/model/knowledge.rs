//! Articles written from good answers.

use async_graphql::{ComplexObject, Context, ID, Object, SimpleObject};
use sangdam_domain::aggregate;
use sangdam_domain::aggregate::Happened;
use sangdam_domain::event;
use sangdam_domain::id::{ConsultationId, KnowledgeArticleId};
use sangdam_projections::At;

use super::Consultation;
use super::lazy::lazy_object;
use crate::graphql::error::ApiError;
use crate::graphql::node::global;
use crate::graphql::scalar::{DateTime, int, version};

/// What an article says, or said.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct ArticleVersion {
    /// 1, 2, 3, …
    pub article_version: i32,
    /// What it answers.
    pub title: String,
    /// The answer.
    pub body: String,
    /// The category of need that it serves.
    pub category: Option<String>,
    /// When it was published.
    pub published_at: DateTime,
    #[graphql(skip)]
    as_of: At,
    #[graphql(skip)]
    sources: Vec<ConsultationId>,
}

impl ArticleVersion {
    fn new(at: &At, published: &Happened<event::KnowledgeArticlePublished>) -> Self {
        let article = &published.what.article;
        Self {
            article_version: int(published.what.article_version.into()),
            title: article.title.as_str().to_owned(),
            body: article.body.as_str().to_owned(),
            category: article.category.as_ref().map(|code| code.as_str().to_owned()),
            published_at: published.at.into(),
            as_of: at.clone(),
            sources: article.written_from.clone(),
        }
    }
}

#[ComplexObject]
impl ArticleVersion {
    /// The consultations from whose answers it was written.
    async fn written_from(&self) -> Vec<Consultation> {
        self.sources.iter().map(|id| Consultation::of_id(&self.as_of, *id)).collect()
    }
}

lazy_object! {
    /// An article of what is known, written from good answers. It is pinned to the matters that those are about.
    KnowledgeArticle, aggregate::KnowledgeArticle, KnowledgeArticleId
}

#[Object]
impl KnowledgeArticle {
    /// The global id.
    pub async fn id(&self) -> ID {
        global(self.0.id())
    }

    /// The UUID, as it stands in events and exports.
    async fn uuid(&self) -> String {
        self.0.id().to_string()
    }

    /// How many events its stream has: give it back as `expectedVersion`.
    async fn version(&self, ctx: &Context<'_>) -> Result<i32, ApiError> {
        Ok(version(self.0.get(ctx).await?.version))
    }

    /// What it says now (or said last).
    async fn latest(&self, ctx: &Context<'_>) -> Result<Option<ArticleVersion>, ApiError> {
        let published = self.0.get(ctx).await?.published.last();
        Ok(published.map(|published| ArticleVersion::new(self.0.at(), published)))
    }

    /// Everything that it ever said: article version 1 first.
    async fn history(&self, ctx: &Context<'_>) -> Result<Vec<ArticleVersion>, ApiError> {
        let published = self.0.get(ctx).await?.published.iter();
        Ok(published.map(|published| ArticleVersion::new(self.0.at(), published)).collect())
    }

    /// When it was retired; null while it is shown.
    async fn retired_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>, ApiError> {
        Ok(self.0.get(ctx).await?.retired_at.map(Into::into))
    }
}
