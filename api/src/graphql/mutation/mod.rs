//! What changes the ledger: one file for each command, grouped by what it is about.
//!
//! Every input takes an optional `commandId`, `expectedVersion`, `occurredAt` and `centre`; every payload answers with the
//! object after the command, the position, and `userErrors` for what was refused. Nothing is written where there are any.

mod agent;
mod call;
mod callback;
mod caller;
mod centre;
mod consultation;
mod directory;
mod field;
mod knowledge;
mod payload;
mod request;

use async_graphql::MergedObject;

/// All mutations.
#[derive(MergedObject, Default)]
#[graphql(name = "Mutation")]
pub struct Mutation(
    call::CallMutations,
    consultation::ConsultationMutations,
    callback::CallbackMutations,
    caller::CallerMutations,
    agent::AgentMutations,
    directory::DirectoryMutations,
    knowledge::KnowledgeMutations,
    centre::CentreMutations,
);
