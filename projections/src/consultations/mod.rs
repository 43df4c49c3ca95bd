//! One row for each consultation, as it stands now. What was said in it is not here: notes, transfers and the like are
//! read from its own stream.

mod apply;
pub(crate) mod queries;
mod row;

pub(crate) use apply::Consultations;
pub use queries::{by_ids, changed_after, count, list, opened_by_call, page};
pub(crate) use row::TABLE;
pub use row::{ConsultationFilter, ConsultationRow, ConsultationStatus, ListedConsultation};
