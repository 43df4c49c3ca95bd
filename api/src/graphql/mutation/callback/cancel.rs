//! `cancelCallback`.

use async_graphql::{Context, ID, InputObject, Object, Result};
use sangdam_domain::aggregate::{Callback, CallbackCommand};

use crate::graphql::code::CancelReason;
use crate::graphql::mutation::field::id;
use crate::graphql::mutation::payload::CallbackPayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::Executed;

/// What `cancelCallback` takes.
#[derive(InputObject)]
pub(super) struct CancelCallbackInput {
    /// The callback.
    callback: ID,
    /// Why.
    reason: CancelReason,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `cancelCallback`.
#[derive(Default)]
pub(super) struct CancelCallback;

#[Object]
impl CancelCallback {
    /// The callback will not be made.
    async fn cancel_callback(
        &self,
        ctx: &Context<'_>,
        input: CancelCallbackInput,
    ) -> Result<CallbackPayload> {
        CallbackPayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(ctx: &Context<'_>, input: &CancelCallbackInput) -> Result<Executed<Callback>, Failure> {
    let request = Request::of(ctx, "cancelCallback", input, &input.command).await?;
    let callback = id("callback", &input.callback)?;
    request.execute(callback, CallbackCommand::Cancel { reason: input.reason.into() }).await
}
