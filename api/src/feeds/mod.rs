//! The room of feeds: what other programs keep up with. Whatever a feed hands over says its position, and whoever goes on
//! behind the last one that they have gets everything that is missing and nothing twice. A feed is read up to the head once,
//! or followed for ever.

pub mod cloud_event;
pub mod consultations;
pub mod events;
pub mod file;
pub mod taken;

mod error;
mod pump;
mod rows;

pub use error::FeedError;
pub use pump::{Batch, End, Feed, pump};

use sangdam_domain::log::{LogId, Position};
use sangdam_eventstore::Store;

/// Where a log ends, if a feed of it can go on behind `since`.
///
/// # Errors
/// Where there is no such log, or it does not reach as far.
pub async fn check_since(store: &Store, log: &LogId, since: Position) -> Result<Position, FeedError> {
    let head = store.head(log).await?.position;
    if since > head {
        return Err(FeedError::Beyond { log: log.clone(), since, head });
    }
    Ok(head)
}
