//! Similar inquiries: a search index over what was asked and answered, on this node's own disk.
//!
//! The index is a projection: it follows the log, can be deleted at any time, and is built anew where it is missing, damaged or
//! of another release. It needs words, so it is the one that reads personal data; therefore it stores no text, only which
//! terms occur how often in which consultation, leaves out long runs of digits, and forgets a caller when `CallerErased`
//! comes: the files that held their words are rewritten and deleted before it goes on.
//!
//! ```text
//! Search::spawn(store, log, folder) -> Search                       Clone
//!   .similar(&Ask) -> Result<Vec<Matter>, SearchError>              .about(&[Matter], &[ConsultationId])
//!   .wait_for(position, Duration) -> Result<Position, SearchError>  .state() -> State   .shutdown().await
//! catch_up(&store, &log, &folder, |Position|) -> Result<Position, SearchError>
//! highlight(text, question) -> Fragment
//! ```
//!
//! As of a position the answer is what it was then. Consultations that have not changed since are ranked from the index; those
//! that have are folded from their streams up to there, and ranked beside them by the same statistics. Only what was erased
//! since is missing, as it is missing from every moment.

mod analysis;
mod behind;
mod document;
mod error;
mod feed;
mod follow;
mod group;
mod handle;
mod hash;
mod highlight;
mod index;
mod matter;
mod rank;
mod source;
pub mod texts;

pub use error::SearchError;
pub use follow::State;
pub use group::Matter;
pub use handle::{Ask, Search, catch_up};
pub use highlight::{Fragment, highlight};
