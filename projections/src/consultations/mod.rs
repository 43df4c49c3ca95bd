//! One row for each consultation, as it stands now. What was said in it is not here: notes, transfers and the like are
//! read from its own stream.

mod apply;
mod changes;
pub(crate) mod queries;
pub(crate) mod row;

pub(crate) use apply::Consultations;
pub use changes::{Changed, changed};
pub use queries::{by_ids, count, list, opened_by_call, page};
pub(crate) use row::TABLE;
pub use row::{ConsultationFilter, ConsultationRow, ConsultationStatus, ListedConsultation};
