//! `publishKnowledgeArticle`.

use async_graphql::{Context, ID, InputObject, Object, Result};
use sangdam_domain::aggregate::{KnowledgeArticle, KnowledgeArticleCommand};
use sangdam_domain::event::Article;
use sangdam_domain::id::{ConsultationId, KnowledgeArticleId};
use sangdam_domain::value::{ArticleText, Code, DisplayText};

use crate::graphql::mutation::field::{id, text, text_or_none};
use crate::graphql::mutation::payload::KnowledgeArticlePayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::Executed;

/// What `publishKnowledgeArticle` takes.
#[derive(InputObject)]
pub(super) struct PublishKnowledgeArticleInput {
    /// The article that says this from now on; a new one where it is left out.
    article: Option<ID>,
    /// What it answers.
    title: String,
    /// The answer. It is public: no mobile number and no resident registration number may stand in it.
    body: String,
    /// The category of need that it serves: a code of the taxonomy.
    category: Option<String>,
    /// The consultations from whose answers it was written, 1 to 50: it is pinned to the matters that they are about.
    written_from: Vec<ID>,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `publishKnowledgeArticle`.
#[derive(Default)]
pub(super) struct PublishKnowledgeArticle;

#[Object]
impl PublishKnowledgeArticle {
    /// An article written from good answers can be read from now on, or says something else from now on: a new version.
    async fn publish_knowledge_article(
        &self,
        ctx: &Context<'_>,
        input: PublishKnowledgeArticleInput,
    ) -> Result<KnowledgeArticlePayload> {
        KnowledgeArticlePayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(
    ctx: &Context<'_>,
    input: &PublishKnowledgeArticleInput,
) -> Result<Executed<KnowledgeArticle>, Failure> {
    let request = Request::of(ctx, "publishKnowledgeArticle", input, &input.command).await?;
    let mut written_from: Vec<ConsultationId> = Vec::with_capacity(input.written_from.len());
    let mut sources = Vec::with_capacity(input.written_from.len());
    for source in input.written_from.iter().take(sangdam_domain::aggregate::SOURCES_MAX + 1) {
        let source = id("writtenFrom", source)?;
        written_from.push(source);
        sources.push((source, request.ledger.consultation_status(source).await?));
    }
    let article = Article {
        title: text("title", &input.title, DisplayText::parse)?,
        body: text("body", &input.body, ArticleText::parse)?,
        category: text_or_none("category", input.category.as_deref(), Code::parse)?,
        written_from,
    };
    let known = input.article.as_ref().map(|article| id("article", article)).transpose()?;
    let article_id = match known {
        Some(known) => {
            request.must_be_published(known).await?;
            known
        }
        None => KnowledgeArticleId::from_uuid(request.ledger.new_uuid()),
    };
    request.execute(article_id, KnowledgeArticleCommand::Publish { article, sources }).await
}
