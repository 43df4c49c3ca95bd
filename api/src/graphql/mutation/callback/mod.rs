//! Commands about callbacks, one file each.

mod attempt;
mod cancel;
mod complete;
mod promise;

use async_graphql::MergedObject;

/// The mutations about callbacks.
#[derive(MergedObject, Default)]
pub(super) struct CallbackMutations(
    promise::PromiseCallback,
    attempt::AttemptCallback,
    complete::CompleteCallback,
    cancel::CancelCallback,
);
