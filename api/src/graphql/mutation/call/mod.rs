//! Commands about calls, one file each.

mod abandon;
mod answer;
mod drop_call;
mod end;
mod leave_queue;
mod offer;
mod state_no_consultation;

use async_graphql::MergedObject;

/// The mutations about calls.
#[derive(MergedObject, Default)]
pub(super) struct CallMutations(
    offer::OfferCall,
    answer::AnswerCall,
    abandon::AbandonCall,
    leave_queue::LeaveQueue,
    drop_call::DropCall,
    end::EndCall,
    state_no_consultation::StateNoConsultation,
);
