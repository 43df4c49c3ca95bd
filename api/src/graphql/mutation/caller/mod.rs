//! Commands about callers, one file each.

mod add_phone;
mod approve_erasure;
mod erase;
mod identify;
mod merge;
mod move_phone;
mod name;
mod refuse_erasure;
mod register;
mod request_erasure;
mod unmerge;

use async_graphql::MergedObject;

/// The mutations about callers.
#[derive(MergedObject, Default)]
pub(super) struct CallerMutations(
    register::RegisterCaller,
    identify::IdentifyCaller,
    add_phone::AddCallerPhone,
    move_phone::MoveCallerPhone,
    name::NameCaller,
    merge::MergeCallers,
    unmerge::UnmergeCallers,
    request_erasure::RequestErasure,
    approve_erasure::ApproveErasure,
    refuse_erasure::RefuseErasure,
    erase::EraseCaller,
);
