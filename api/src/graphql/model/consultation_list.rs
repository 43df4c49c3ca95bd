//! Lists of consultations.

use async_graphql::connection::{Connection, EmptyFields};
use async_graphql::{Context, Object};
use sangdam_projections::consultations::{self, ConsultationFilter};
use sangdam_projections::{At, Cursor};

use super::Consultation;
use super::consultation::told_by_row;
use super::consultation_plain::InList;
use crate::graphql::app;
use crate::graphql::error::ApiError;
use crate::graphql::page::{PageArgs, TimeCursor, connection};
use crate::graphql::scalar::int;
use crate::graphql::shown::all_of_nodes;

/// A page of consultations, newest first.
pub type ConsultationConnection = Connection<TimeCursor, InList, ConsultationTotal>;

/// How many rows a list has altogether, counted when asked.
pub struct ConsultationTotal {
    at: At,
    filter: ConsultationFilter,
}

#[Object]
impl ConsultationTotal {
    /// How many consultations there are on all pages.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i32, ApiError> {
        Ok(int(consultations::count(&app(ctx)?.models, &self.at, &self.filter).await?))
    }
}

/// The consultations that meet a filter.
pub async fn consultation_page(
    ctx: &Context<'_>,
    at: &At,
    filter: ConsultationFilter,
    args: PageArgs,
) -> Result<ConsultationConnection, ApiError> {
    let total = ConsultationTotal { at: at.clone(), filter: filter.clone() };
    // All fields of a consultation are told by its row, or all by its stream: the two may have come to different positions.
    let by_row = all_of_nodes(ctx, told_by_row);
    let with_versions = by_row && !all_of_nodes(ctx, |field| field.name() != "version");
    let plain: Connection<TimeCursor, InList, EmptyFields> =
        connection(
            at,
            args,
            |page| async move {
                Ok(consultations::list(&app(ctx)?.models, at, &filter, &page, with_versions).await?)
            },
            |row| {
                let (place, id) = (Cursor { at: row.opened_at, id: row.id.uuid() }, row.id);
                let shown =
                    if by_row { Consultation::from_row(at, id, row) } else { Consultation::of_id(at, id) };
                (place, InList(shown))
            },
        )
        .await?;
    let mut page = Connection::with_additional_fields(plain.has_previous_page, plain.has_next_page, total);
    page.edges = plain.edges;
    Ok(page)
}
