//! The service level: how many inbound calls were offered, answered and abandoned, how long people waited, and how long
//! their calls were handled.

mod durations;
mod handling;
pub(crate) mod queries;
mod waits;

pub use durations::Durations;
pub use handling::{Handling, handling};
pub use queries::{ServiceLevel, Volume, service_level};
pub(crate) use waits::bucket_of;
