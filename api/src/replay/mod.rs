//! The room of replays: history step by step, each with the state before the event and after it, and what changed. The command
//! line and GraphQL both go through it.
//!
//! [`Source`] says which events (of the log, a stream, a caller, an agent), [`Span`] from where to where; [`Replay`] goes through
//! them forwards or backwards in [`Steps`].

mod agents;
mod change;
mod error;
mod folded;
mod folder;
mod source;
mod span;
mod step;
mod theirs;
mod walk;

pub use change::{Change, changes};
pub use error::ReplayError;
pub use source::Source;
pub use span::{End, Span};
pub use step::Step;
pub use walk::{Replay, Steps};
