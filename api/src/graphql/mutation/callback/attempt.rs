//! `attemptCallback`.

use async_graphql::{Context, ID, InputObject, Object, Result};
use sangdam_domain::aggregate::{Callback, CallbackCommand};

use crate::graphql::code::AttemptResult;
use crate::graphql::mutation::field::{id, id_or_none};
use crate::graphql::mutation::payload::CallbackPayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::Executed;

/// What `attemptCallback` takes.
#[derive(InputObject)]
pub(super) struct AttemptCallbackInput {
    /// The callback.
    callback: ID,
    /// What came of it.
    result: AttemptResult,
    /// The outbound call, if recorded.
    call: Option<ID>,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `attemptCallback`.
#[derive(Default)]
pub(super) struct AttemptCallback;

#[Object]
impl AttemptCallback {
    /// Somebody tried to call back, in vain.
    async fn attempt_callback(
        &self,
        ctx: &Context<'_>,
        input: AttemptCallbackInput,
    ) -> Result<CallbackPayload> {
        CallbackPayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(ctx: &Context<'_>, input: &AttemptCallbackInput) -> Result<Executed<Callback>, Failure> {
    let request = Request::of(ctx, "attemptCallback", input, &input.command).await?;
    let callback = id("callback", &input.callback)?;
    let call = id_or_none("call", input.call.as_ref())?;
    if let Some(call) = call {
        request.must_be_offered(call).await?;
    }
    request.execute(callback, CallbackCommand::Attempt { result: input.result.into(), call }).await
}
