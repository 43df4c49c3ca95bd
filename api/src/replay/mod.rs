//! The room of replays: history step by step, each with the state before the event and after it, and what changed. The command
//! line and GraphQL both go through it.
//!
//! [`Source`] says which events (of the log, a stream, a caller, an agent), [`Span`] from where to where; [`Replay`] goes through
//! them forwards or backwards in [`Steps`]. [`Known`] is what could be known when a call was answered.

mod agents;
mod change;
mod error;
mod folded;
mod folder;
mod known;
mod source;
mod span;
mod step;
mod theirs;
mod walk;

pub use change::{Change, changes};
pub use error::ReplayError;
pub use known::{Known, SimilarCase, answered_at};
pub use source::Source;
pub use span::{End, Span};
pub use step::Step;
pub use walk::{Replay, Steps};
