//! `publishDirectoryEdition`.

use async_graphql::{Context, InputObject, Object, Result};
use sangdam_domain::aggregate::{DirectoryEditions, DirectoryEditionsCommand};
use sangdam_domain::event::EditionEntry;
use sangdam_domain::log::{LogId, Position};
use sangdam_projections::directory::{self, Act};

use crate::graphql::error::ApiError;
use crate::graphql::mutation::field::invalid;
use crate::graphql::mutation::payload::DirectoryEditionPayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::graphql::scalar::Date;
use crate::graphql::{App, app};
use crate::ledger::Executed;

/// How many entries an edition may have at most.
const ENTRIES_MAX: u32 = 500;

/// What `publishDirectoryEdition` takes.
#[derive(InputObject)]
pub(super) struct PublishDirectoryEditionInput {
    /// First day of the period ranked.
    from: Date,
    /// Last day of the period ranked.
    to: Date,
    /// How many of the numbers most often given it has.
    #[graphql(default = 20)]
    top: u32,
    /// Its number; the next one where it is left out.
    edition: Option<u32>,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `publishDirectoryEdition`.
#[derive(Default)]
pub(super) struct PublishDirectoryEdition;

#[Object]
impl PublishDirectoryEdition {
    /// Freezes an edition of the directory for print: the numbers most often given in a period.
    async fn publish_directory_edition(
        &self,
        ctx: &Context<'_>,
        input: PublishDirectoryEditionInput,
    ) -> Result<DirectoryEditionPayload> {
        DirectoryEditionPayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(
    ctx: &Context<'_>,
    input: &PublishDirectoryEditionInput,
) -> Result<Executed<DirectoryEditions>, Failure> {
    let request = Request::of(ctx, "publishDirectoryEdition", input, &input.command).await?;
    if !(1..=ENTRIES_MAX).contains(&input.top) {
        return Err(invalid("top", format!("expected 1 to {ENTRIES_MAX} entries")));
    }
    if let Some(first) = request.first_result().await? {
        return Ok(first);
    }
    let (as_of, entries) = ranking(app(ctx)?, request.ledger.log(), input).await?;
    let (from, to) = (input.from.0, input.to.0);
    let command = DirectoryEditionsCommand::Publish { edition: input.edition, from, to, entries, as_of };
    request.execute((), command).await
}

/// The entries most often given, and the position at which they were counted.
async fn ranking(
    app: &App,
    log: &LogId,
    input: &PublishDirectoryEditionInput,
) -> Result<(Position, Vec<EditionEntry>), ApiError> {
    let models = &app.models;
    let position = models.applied(log).await?;
    let at = models.as_of(&app.store, log, position).await?;
    let (from, to) = (Some(input.from.0), Some(input.to.0));
    let rows = directory::ranking(models, &at, Act::Given, from, to, input.top as usize).await?;
    let line = |row: directory::RankRow| EditionEntry {
        entry: row.entry.id,
        entry_version: row.entry.entry_version,
        count: row.given,
    };
    Ok((position, rows.into_iter().map(line).collect()))
}
