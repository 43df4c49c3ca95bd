//! Lists of consultations.

use async_graphql::connection::{Connection, EmptyFields};
use async_graphql::{Context, Object};
use sangdam_domain::log::LogId;
use sangdam_projections::At;
use sangdam_projections::consultations::{self, ConsultationFilter};

use super::Consultation;
use crate::graphql::app;
use crate::graphql::error::ApiError;
use crate::graphql::page::{PageArgs, TimeCursor, connection};
use crate::graphql::scalar::int;

/// A page of consultations, newest first.
pub type ConsultationConnection = Connection<TimeCursor, Consultation, ConsultationTotal>;

/// How many rows a list has altogether, counted when asked.
pub struct ConsultationTotal {
    log: LogId,
    filter: ConsultationFilter,
}

#[Object]
impl ConsultationTotal {
    /// How many consultations there are on all pages.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i32, ApiError> {
        Ok(int(consultations::count(&app(ctx)?.models, &At::now(&self.log), &self.filter).await?))
    }
}

/// The consultations that meet a filter.
pub async fn consultation_page(
    ctx: &Context<'_>,
    log: &LogId,
    filter: ConsultationFilter,
    args: PageArgs,
) -> Result<ConsultationConnection, ApiError> {
    let total = ConsultationTotal { log: log.clone(), filter: filter.clone() };
    let plain: Connection<TimeCursor, Consultation, EmptyFields> = connection(
        args,
        |page| async move { Ok(consultations::page(&app(ctx)?.models, &At::now(log), &filter, &page).await?) },
        |row| (TimeCursor::new(row.occurred_at, row.id.uuid()), Consultation::of_id(log, row.id)),
    )
    .await?;
    let mut page = Connection::with_additional_fields(plain.has_previous_page, plain.has_next_page, total);
    page.edges = plain.edges;
    Ok(page)
}
