//! Questions about articles.

use sangdam_domain::value::Code;

use super::row::{ARTICLES, ArticleRow, SELECT};
use crate::at::At;
use crate::error::ReadError;
use crate::models::ReadModels;

/// All articles, the first published first: of one category where one is given, and those retired too where `with_retired`.
pub async fn articles(
    models: &ReadModels,
    at: &At,
    category: Option<&Code>,
    with_retired: bool,
) -> Result<Vec<ArticleRow>, ReadError> {
    let Some(mut question) = models.ask(at).await? else { return Ok(Vec::new()) };
    let table = question.from(&ARTICLES);
    let retired = if with_retired { "" } else { " AND retired_at IS NULL" };
    let in_category = category
        .map_or_else(String::new, |category| format!(" AND category = {}", question.arg(category.as_str())));
    let sql = format!(
        "SELECT {SELECT} FROM {table} WHERE log_no = $1{retired}{in_category} ORDER BY published_position"
    );
    models.select(question, &sql, ArticleRow::read).await
}
