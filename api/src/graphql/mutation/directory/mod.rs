//! Commands about the directory, one file each.

mod add_entry;
mod change_entry;
mod listing;
mod publish_edition;
mod retire_entry;

use async_graphql::MergedObject;

/// The mutations about the directory.
#[derive(MergedObject, Default)]
pub(super) struct DirectoryMutations(
    add_entry::AddDirectoryEntry,
    change_entry::ChangeDirectoryEntry,
    retire_entry::RetireDirectoryEntry,
    publish_edition::PublishDirectoryEdition,
);
