//! `changeDirectoryEntry`.

use async_graphql::{Context, ID, InputObject, Object, Result};
use sangdam_domain::aggregate::{DirectoryEntry, DirectoryEntryCommand};

use super::listing::ListingInput;
use crate::graphql::mutation::field::id;
use crate::graphql::mutation::payload::DirectoryEntryPayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::Executed;

/// What `changeDirectoryEntry` takes.
#[derive(InputObject)]
pub(super) struct ChangeDirectoryEntryInput {
    /// The entry.
    entry: ID,
    /// All that it says from now on.
    listing: ListingInput,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `changeDirectoryEntry`.
#[derive(Default)]
pub(super) struct ChangeDirectoryEntry;

#[Object]
impl ChangeDirectoryEntry {
    /// The entry says something else now.
    async fn change_directory_entry(
        &self,
        ctx: &Context<'_>,
        input: ChangeDirectoryEntryInput,
    ) -> Result<DirectoryEntryPayload> {
        DirectoryEntryPayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(
    ctx: &Context<'_>,
    input: &ChangeDirectoryEntryInput,
) -> Result<Executed<DirectoryEntry>, Failure> {
    let request = Request::of(ctx, "changeDirectoryEntry", input, &input.command).await?;
    let entry = id("entry", &input.entry)?;
    request.execute(entry, DirectoryEntryCommand::Change { listing: input.listing.parse()? }).await
}
