//! The centre: its particulars, its opening hours, what it counts, how it sorts matters, what it handled before.

mod apply;
mod queries;
mod row;

pub(crate) use apply::Centres;
pub(crate) use queries::zone_of;
pub use queries::{calendars, counting_definitions, facts, legacy, taxonomies};
pub use row::{CentreFacts, LegacyYear};
