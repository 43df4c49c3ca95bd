//! `retireKnowledgeArticle`.

use async_graphql::{Context, ID, InputObject, Object, Result};
use sangdam_domain::aggregate::{KnowledgeArticle, KnowledgeArticleCommand};

use crate::graphql::mutation::field::id;
use crate::graphql::mutation::payload::KnowledgeArticlePayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::Executed;

/// What `retireKnowledgeArticle` takes.
#[derive(InputObject)]
pub(super) struct RetireKnowledgeArticleInput {
    /// The article.
    article: ID,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `retireKnowledgeArticle`.
#[derive(Default)]
pub(super) struct RetireKnowledgeArticle;

#[Object]
impl RetireKnowledgeArticle {
    /// The article is shown no longer. What it said stays in its history.
    async fn retire_knowledge_article(
        &self,
        ctx: &Context<'_>,
        input: RetireKnowledgeArticleInput,
    ) -> Result<KnowledgeArticlePayload> {
        KnowledgeArticlePayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(
    ctx: &Context<'_>,
    input: &RetireKnowledgeArticleInput,
) -> Result<Executed<KnowledgeArticle>, Failure> {
    let request = Request::of(ctx, "retireKnowledgeArticle", input, &input.command).await?;
    request.execute(id("article", &input.article)?, KnowledgeArticleCommand::Retire).await
}
