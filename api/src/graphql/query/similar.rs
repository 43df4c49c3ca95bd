//! Similar inquiries: the index says which, the ledger says what.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::Context;
use sangdam_domain::aggregate::{Consultation, ConsultationStatus};
use sangdam_domain::id::{ConsultationId, KnowledgeArticleId};
use sangdam_domain::log::Position;
use sangdam_domain::value::Code;
use sangdam_projections::knowledge::ArticleRow;
use sangdam_projections::{At, knowledge};
use sangdam_search::{Ask, Matter, Search, SearchError};

use crate::graphql::app;
use crate::graphql::error::{ApiError, Code as ErrorCode};
use crate::graphql::model::SimilarConsultation;
use crate::ledger::Ledger;

/// How long a question waits until the index knows of a position.
const WAIT_MAX: Duration = Duration::from_secs(5);

/// What is asked for.
pub(super) struct Asked {
    pub(super) text: Option<String>,
    pub(super) category: Option<String>,
    pub(super) first: usize,
}

/// The matters nearest to what is asked, with what the ledger says about the best consultations of each.
pub(super) async fn similar_consultations(
    ctx: &Context<'_>,
    at: &At,
    position: Position,
    asked: Asked,
) -> Result<Vec<SimilarConsultation>, ApiError> {
    let category = category(asked.category.as_deref())?;
    let text = asked.text.unwrap_or_default();
    let search = caught_up(ctx, at, position).await?;
    let ask = Ask { text: text.clone(), category, until: at.position(), first: asked.first };
    let matters = search.similar(&ask).await.map_err(failed)?;
    let ids: Vec<ConsultationId> =
        matters.iter().flat_map(|matter| matter.evidence.iter().copied()).collect();
    let mut states = load(ctx, at, &ids).await?;
    let articles = articles_about(ctx, at, &search, &matters).await?;
    let found = matters.iter().zip(articles).map(|(matter, articles)| {
        let evidence = matter.evidence.iter().filter_map(|id| states.remove(id)).collect();
        SimilarConsultation::new(at, matter, &text, evidence, &articles)
    });
    Ok(found.flatten().collect())
}

/// A category's code.
pub(super) fn category(given: Option<&str>) -> Result<Option<Code>, ApiError> {
    let parsed = given.map(Code::parse).transpose();
    parsed.map_err(|invalid| ApiError::bad_input(format!("category: {invalid}")))
}

/// For each matter, the articles that were written from consultations about it.
async fn articles_about(
    ctx: &Context<'_>,
    at: &At,
    search: &Search,
    matters: &[Matter],
) -> Result<Vec<Vec<KnowledgeArticleId>>, ApiError> {
    let articles = knowledge::articles(&app(ctx)?.models, at, None, false).await?;
    let sources: Vec<ConsultationId> =
        articles.iter().flat_map(|article| article.written_from.iter().copied()).collect();
    let about = search.about(matters, &sources).await.map_err(failed)?;
    let pinned = |sources: Vec<ConsultationId>| {
        let is_pinned = |article: &&ArticleRow| article.written_from.iter().any(|id| sources.contains(id));
        articles.iter().filter(is_pinned).map(|article| article.id).collect()
    };
    Ok(about.into_iter().map(pinned).collect())
}

/// The index, once it knows of all that the ledger's other answers know of.
async fn caught_up(ctx: &Context<'_>, at: &At, position: Position) -> Result<Search, ApiError> {
    let search = app(ctx)?.search(at.log()).map_err(|error| ApiError::internal(&error))?;
    search.wait_for(position, WAIT_MAX).await.map_err(failed)?;
    Ok(search)
}

/// The consultations as of the moment. Those that were voided since the index was asked are left out.
async fn load(
    ctx: &Context<'_>,
    at: &At,
    ids: &[ConsultationId],
) -> Result<HashMap<ConsultationId, Arc<Consultation>>, ApiError> {
    let ledger = Ledger::new(app(ctx)?.store.clone(), at.log().clone());
    let states = ledger.load_many_until::<Consultation>(ids, at.last()).await?;
    let counting = states
        .into_iter()
        .flatten()
        .filter(|state| matches!(state.status, ConsultationStatus::Open | ConsultationStatus::Resolved));
    Ok(counting.map(|state| (state.id, Arc::new(state))).collect())
}

fn failed(error: SearchError) -> ApiError {
    match error {
        SearchError::Timeout { applied, wanted, .. } => ApiError::new(
            ErrorCode::NotYetApplied,
            format!(
                "similarConsultations: the search index knows of positions up to {applied}; {wanted} did not come in {} \
                 seconds; try again",
                WAIT_MAX.as_secs()
            ),
        ),
        SearchError::NotOpen(_) => ApiError::new(
            ErrorCode::NotYetApplied,
            "similarConsultations: the search index is being opened; try again in a moment",
        ),
        SearchError::Store(error) => error.into(),
        other => ApiError::internal(&other),
    }
}
