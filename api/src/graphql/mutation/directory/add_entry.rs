//! `addDirectoryEntry`.

use async_graphql::{Context, InputObject, Object, Result};
use sangdam_domain::aggregate::{DirectoryEntry, DirectoryEntryCommand};
use sangdam_domain::id::DirectoryEntryId;

use super::listing::ListingInput;
use crate::graphql::mutation::payload::DirectoryEntryPayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::Executed;

/// What `addDirectoryEntry` takes.
#[derive(InputObject)]
pub(super) struct AddDirectoryEntryInput {
    /// What it says.
    listing: ListingInput,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `addDirectoryEntry`.
#[derive(Default)]
pub(super) struct AddDirectoryEntry;

#[Object]
impl AddDirectoryEntry {
    /// A number is in the directory from now on, at entry version 1.
    async fn add_directory_entry(
        &self,
        ctx: &Context<'_>,
        input: AddDirectoryEntryInput,
    ) -> Result<DirectoryEntryPayload> {
        DirectoryEntryPayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(
    ctx: &Context<'_>,
    input: &AddDirectoryEntryInput,
) -> Result<Executed<DirectoryEntry>, Failure> {
    let request = Request::of(ctx, "addDirectoryEntry", input, &input.command).await?;
    let listing = input.listing.parse()?;
    let entry = DirectoryEntryId::from_uuid(request.ledger.new_uuid());
    request.execute(entry, DirectoryEntryCommand::Add { listing }).await
}
