//! `retireDirectoryEntry`.

use async_graphql::{Context, ID, InputObject, Object, Result};
use sangdam_domain::aggregate::{DirectoryEntry, DirectoryEntryCommand};

use crate::graphql::mutation::field::id;
use crate::graphql::mutation::payload::DirectoryEntryPayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::Executed;

/// What `retireDirectoryEntry` takes.
#[derive(InputObject)]
pub(super) struct RetireDirectoryEntryInput {
    /// The entry.
    entry: ID,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `retireDirectoryEntry`.
#[derive(Default)]
pub(super) struct RetireDirectoryEntry;

#[Object]
impl RetireDirectoryEntry {
    /// The number is given no longer.
    async fn retire_directory_entry(
        &self,
        ctx: &Context<'_>,
        input: RetireDirectoryEntryInput,
    ) -> Result<DirectoryEntryPayload> {
        DirectoryEntryPayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(
    ctx: &Context<'_>,
    input: &RetireDirectoryEntryInput,
) -> Result<Executed<DirectoryEntry>, Failure> {
    let request = Request::of(ctx, "retireDirectoryEntry", input, &input.command).await?;
    request.execute(id("entry", &input.entry)?, DirectoryEntryCommand::Retire).await
}
