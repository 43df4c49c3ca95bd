//! Why a command was refused.

/// A command that the state of things forbids. Typed: each variant has a stable code and a message for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// Nothing has this id.
    #[error("there is no {kind} with this id")]
    NotFound {
        /// What was looked for.
        kind: &'static str,
    },
}
