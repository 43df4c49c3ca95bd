//! The service level: how many inbound calls were offered, answered and abandoned, and how long people waited.

mod queries;
mod waits;

pub use queries::{ServiceLevel, Volume, service_level};
pub(crate) use waits::bucket_of;
