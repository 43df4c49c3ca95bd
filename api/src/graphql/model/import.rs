//! Imports.

use async_graphql::{Context, ID, Object, SimpleObject};
use sangdam_domain::aggregate;
use sangdam_domain::id::ImportId;

use super::lazy::lazy_object;
use crate::graphql::error::ApiError;
use crate::graphql::node::global;
use crate::graphql::scalar::{DateTime, int, version};

/// How many rows of an import were left out on purpose, for one reason.
#[derive(SimpleObject)]
pub struct SkippedRows {
    /// The reason, as the mapping names it.
    pub reason: String,
    /// How many.
    pub rows: i32,
}

/// An import's numbers: read = accepted + alreadyPresent + skipped + rejected.
#[derive(SimpleObject)]
pub struct ImportNumbers {
    /// Rows read.
    pub read: i32,
    /// Rows that became events.
    pub accepted: i32,
    /// Rows that an earlier import had brought.
    pub already_present: i32,
    /// Rows left out on purpose, by reason.
    pub skipped: Vec<SkippedRows>,
    /// Rows with errors.
    pub rejected: i32,
}

lazy_object! {
    /// One run of an import.
    Import, aggregate::Import, ImportId
}

#[Object]
impl Import {
    /// The global id.
    pub async fn id(&self) -> ID {
        global(self.0.id())
    }

    /// The UUID, as it stands in events and exports.
    async fn uuid(&self) -> String {
        self.0.id().to_string()
    }

    /// How many events its stream has.
    async fn version(&self, ctx: &Context<'_>) -> Result<i32, ApiError> {
        Ok(version(self.0.get(ctx).await?.version))
    }

    /// `csv`, `queue-log` or `cdr-csv`.
    async fn format(&self, ctx: &Context<'_>) -> Result<Option<&str>, ApiError> {
        Ok(self.0.get(ctx).await?.started.as_ref().map(|started| started.what.format.as_str()))
    }

    /// Where the records come from.
    async fn source(&self, ctx: &Context<'_>) -> Result<Option<&str>, ApiError> {
        Ok(self.0.get(ctx).await?.started.as_ref().map(|started| started.what.source.as_str()))
    }

    /// SHA-256 of the file, in hexadecimal digits.
    async fn file_sha256(&self, ctx: &Context<'_>) -> Result<Option<&str>, ApiError> {
        Ok(self.0.get(ctx).await?.started.as_ref().map(|started| started.what.file_sha256.as_str()))
    }

    /// SHA-256 of the mapping, in hexadecimal digits.
    async fn mapping_sha256(&self, ctx: &Context<'_>) -> Result<Option<&str>, ApiError> {
        let started = self.0.get(ctx).await?.started.as_ref();
        Ok(started.and_then(|started| started.what.mapping_sha256.as_ref()).map(|sha256| sha256.as_str()))
    }

    /// When it began.
    async fn started_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>, ApiError> {
        Ok(self.0.get(ctx).await?.started.as_ref().map(|started| started.at.into()))
    }

    /// When it ended; null while it is under way, or where it was cut off.
    async fn completed_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>, ApiError> {
        Ok(self.0.get(ctx).await?.completed.as_ref().map(|completed| completed.at.into()))
    }

    /// Its numbers; null while it is under way, or where it was cut off.
    async fn numbers(&self, ctx: &Context<'_>) -> Result<Option<ImportNumbers>, ApiError> {
        let completed = self.0.get(ctx).await?.completed.as_ref();
        Ok(completed.map(|completed| {
            let what = &completed.what;
            let skipped = what.skipped.iter();
            ImportNumbers {
                read: int(what.read),
                accepted: int(what.accepted),
                already_present: int(what.already_present),
                skipped: skipped
                    .map(|of| SkippedRows { reason: of.reason.as_str().to_owned(), rows: int(of.rows) })
                    .collect(),
                rejected: int(what.rejected),
            }
        }))
    }
}
