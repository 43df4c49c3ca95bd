//! The room of feeds: what other programs keep up with. Whatever a feed hands over says its position, and whoever goes on
//! behind the last one that they have gets everything that is missing and nothing twice. A feed is read up to the head once,
//! or followed for ever.

pub mod cloud_event;
pub mod events;
pub mod file;

mod error;
mod pump;

pub use error::FeedError;
pub use pump::{Batch, End, Feed, pump};
