//! Inputs and small answers of the ledger's questions.

use async_graphql::{Context, ID, InputObject, SimpleObject};
use sangdam_domain::value::Code;
use sangdam_projections::At;
use sangdam_projections::consultations::{ConsultationFilter, ConsultationStatus as Status};

use crate::graphql::app;
use crate::graphql::error::ApiError;
use crate::graphql::model::ConsultationStatus;
use crate::graphql::node;
use crate::graphql::scalar::{Date, DateTime, Position};

/// Which consultations are wanted: those that meet every condition given.
#[derive(InputObject, Default)]
#[graphql(name = "ConsultationFilter")]
pub struct ConsultationFilterInput {
    /// Of this caller and their aliases.
    pub caller: Option<ID>,
    /// Taken by this agent.
    pub agent: Option<ID>,
    /// In the category with this code.
    pub category: Option<String>,
    /// Standing so.
    pub status: Option<ConsultationStatus>,
    /// Opened on this day or later, on the centre's clock.
    pub from: Option<Date>,
    /// Opened on this day or earlier, on the centre's clock.
    pub to: Option<Date>,
}

impl ConsultationFilterInput {
    /// The read model's filter.
    pub async fn parse(&self, ctx: &Context<'_>, at: &At) -> Result<ConsultationFilter, ApiError> {
        let callers = match &self.caller {
            None => Vec::new(),
            Some(id) => {
                let caller = node::parse(id)?;
                let mut callers =
                    sangdam_projections::callers::aliases(&app(ctx)?.models, at, caller).await?;
                if callers.is_empty() {
                    callers.push(caller);
                }
                callers
            }
        };
        let category = self.category.as_deref().map(Code::parse).transpose();
        Ok(ConsultationFilter {
            callers,
            agent: self.agent.as_ref().map(node::parse).transpose()?,
            category: category.map_err(|problem| ApiError::bad_input(format!("category: {problem}")))?,
            status: self.status.map(|status| match status {
                ConsultationStatus::Open => Status::Open,
                ConsultationStatus::Resolved => Status::Resolved,
                ConsultationStatus::Voided => Status::Voided,
            }),
            from: self.from.map(|date| date.0),
            to: self.to.map(|date| date.0),
        })
    }
}

/// The head of a log: what anybody can hold this ledger to.
#[derive(SimpleObject)]
pub struct Checkpoint {
    /// This deployment's id.
    pub ledger: String,
    /// The log.
    pub log: String,
    /// The last position; the size of the Merkle tree.
    pub position: Position,
    /// The Merkle tree's root (RFC 6962), in hexadecimal digits.
    pub root: String,
    /// When the last event was recorded.
    pub recorded_at: DateTime,
}
