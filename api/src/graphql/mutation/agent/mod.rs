//! Commands about agents, one file each.

mod change_state;
mod end_shift;
mod register;
mod retire;
mod start_shift;

use async_graphql::MergedObject;

/// The mutations about agents.
#[derive(MergedObject, Default)]
pub(super) struct AgentMutations(
    register::RegisterAgent,
    start_shift::StartShift,
    change_state::ChangeAgentState,
    end_shift::EndShift,
    retire::RetireAgent,
);
