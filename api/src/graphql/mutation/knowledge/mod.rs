//! Commands about what is known, one file each.

mod publish_article;
mod retire_article;

use async_graphql::MergedObject;

/// The mutations about what is known.
#[derive(MergedObject, Default)]
pub(super) struct KnowledgeMutations(
    publish_article::PublishKnowledgeArticle,
    retire_article::RetireKnowledgeArticle,
);
