//! Commands about consultations, one file each.

mod accept_transfer;
mod attach_call;
mod categorise;
mod correct;
mod decline_transfer;
mod give_guidance;
mod give_number;
mod link;
mod mark_transfer_unanswered;
mod open;
mod reassign;
mod record_note;
mod record_number_asked_for;
mod reopen;
mod request_transfer;
mod resolve;
mod return_transfer;
mod void_consultation;

use async_graphql::MergedObject;

/// The mutations about consultations.
#[derive(MergedObject, Default)]
pub(super) struct ConsultationMutations(
    open::OpenConsultation,
    attach_call::AttachCall,
    categorise::CategoriseConsultation,
    record_note::RecordNote,
    give_guidance::GiveGuidance,
    give_number::GiveNumber,
    record_number_asked_for::RecordNumberAskedFor,
    request_transfer::RequestTransfer,
    accept_transfer::AcceptTransfer,
    decline_transfer::DeclineTransfer,
    mark_transfer_unanswered::MarkTransferUnanswered,
    return_transfer::ReturnTransfer,
    reassign::ReassignConsultation,
    resolve::ResolveConsultation,
    reopen::ReopenConsultation,
    link::LinkConsultations,
    correct::CorrectConsultation,
    void_consultation::VoidConsultation,
);
