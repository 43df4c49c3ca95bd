//! The aggregates: small state machines, each folded from its own stream.

use crate::actor::Subject;
use crate::event::{Event, Fact};
use crate::log::{LogId, StreamId, StreamKind};
use crate::time::Timestamp;

/// A state machine over one stream. `decide` says what a command makes happen, `evolve` what that changes; both are
/// pure, and neither knows where events are kept.
pub trait Aggregate: Clone + Send + Sync + Sized + 'static {
    /// Which one of its kind.
    type Id: Copy + Send + Sync;
    /// What can be asked of it.
    type Command: Send;

    /// Before anything happened.
    fn new(id: Self::Id) -> Self;

    /// The stream of the aggregate with this id. `log` matters only to the kinds that a log has one of.
    fn stream(id: Self::Id, log: &LogId) -> StreamId;

    /// What the command makes happen at the moment `at`, or why it cannot be. Nothing (an empty list) where what was
    /// asked for holds already and asking again is no mistake.
    fn decide(&self, command: Self::Command, at: Timestamp) -> Result<Vec<Event>, crate::rejection::Rejection>;

    /// What a fact of this stream changes. Facts that were once accepted are never refused here.
    fn evolve(&mut self, fact: &Fact);

    /// Whose personal data the next event of this stream holds. `None` where its events hold none.
    fn subject(&self) -> Option<Subject>;
}

/// The kinds of streams whose id is the log's own (see [`StreamId::singleton`]).
pub const SINGLETONS: [StreamKind; 3] = [StreamKind::Log, StreamKind::DirectoryEditions, StreamKind::Centre];
