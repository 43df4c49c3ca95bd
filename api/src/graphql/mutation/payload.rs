//! What mutations answer with: the object after the command, the position, and what was refused.

use async_graphql::{Error, InputType, Result, SimpleObject};
use sangdam_domain::aggregate;
use sangdam_projections::At;

use super::request::{Failure, UserError};
use crate::graphql::model::{
    Agent, Call, Callback, Caller, Centre, Consultation, DirectoryEdition, DirectoryEntry, KnowledgeArticle,
};
use crate::graphql::scalar::Position;
use crate::ledger::{CompletedCallback, Executed};

macro_rules! payloads {
    ($($(#[$doc:meta])* $name:ident { $field:ident: $model:ident })+) => {$(
        $(#[$doc])*
        #[derive(SimpleObject)]
        pub(super) struct $name {
            /// As it is after the command. A retry is answered with what the first attempt left.
            $field: Option<$model>,
            /// The position of the command's last event. Give it as `minPosition` to read one's own write.
            position: Option<Position>,
            /// Why the command was refused; empty where it was carried out.
            user_errors: Vec<UserError>,
        }

        impl $name {
            /// The answer to a command that was carried out, refused, or failed.
            pub(super) fn of(input: &impl InputType, result: Result<Executed<aggregate::$model>, Failure>) -> Result<Self> {
                match result {
                    Ok(done) => Ok(Self {
                        $field: Some($model::from_state(&At::now(&done.log), done.state)),
                        position: Some(Position(done.position)),
                        user_errors: Vec::new(),
                    }),
                    Err(Failure::Refused(refused)) => {
                        Ok(Self { $field: None, position: None, user_errors: vec![refused.about(input)] })
                    }
                    Err(Failure::Failed(error)) => Err(Error::from(error)),
                }
            }
        }
    )+};
}

payloads! {
    /// What a command about an agent answers with.
    AgentPayload { agent: Agent }
    /// What a command about a callback answers with.
    CallbackPayload { callback: Callback }
    /// What a command about a call answers with.
    CallPayload { call: Call }
    /// What a command about a caller answers with.
    CallerPayload { caller: Caller }
    /// What a command about the centre answers with.
    CentrePayload { centre: Centre }
    /// What a command about a consultation answers with.
    ConsultationPayload { consultation: Consultation }
    /// What a command about an entry of the directory answers with.
    DirectoryEntryPayload { entry: DirectoryEntry }
    /// What a command about an article answers with.
    KnowledgeArticlePayload { article: KnowledgeArticle }
}

/// What `completeCallback` answers with.
#[derive(SimpleObject)]
pub(super) struct CompleteCallbackPayload {
    /// The callback after it was kept.
    callback: Option<Callback>,
    /// The consultation that the call belongs to: the one that it was promised for, or a new one.
    consultation: Option<Consultation>,
    /// The position of the command's last event. Give it as `minPosition` to read one's own write.
    position: Option<Position>,
    /// Why the command was refused; empty where it was carried out.
    user_errors: Vec<UserError>,
}

impl CompleteCallbackPayload {
    /// The answer to a command that was carried out, refused, or failed.
    pub(super) fn of(input: &impl InputType, result: Result<CompletedCallback, Failure>) -> Result<Self> {
        match result {
            Ok(CompletedCallback { callback, consultation }) => {
                let at = At::now(&callback.log);
                Ok(Self {
                    consultation: consultation.map(|state| Consultation::from_state(&at, state)),
                    callback: Some(Callback::from_state(&at, callback.state)),
                    position: Some(Position(callback.position)),
                    user_errors: Vec::new(),
                })
            }
            Err(Failure::Refused(refused)) => Ok(Self {
                callback: None,
                consultation: None,
                position: None,
                user_errors: vec![refused.about(input)],
            }),
            Err(Failure::Failed(error)) => Err(Error::from(error)),
        }
    }
}

/// What `publishDirectoryEdition` answers with.
#[derive(SimpleObject)]
pub(super) struct DirectoryEditionPayload {
    /// The edition as it was published.
    edition: Option<DirectoryEdition>,
    /// The position of the command's last event. Give it as `minPosition` to read one's own write.
    position: Option<Position>,
    /// Why the command was refused; empty where it was carried out.
    user_errors: Vec<UserError>,
}

impl DirectoryEditionPayload {
    /// The answer to a command that was carried out, refused, or failed.
    pub(super) fn of(
        input: &impl InputType,
        result: Result<Executed<aggregate::DirectoryEditions>, Failure>,
    ) -> Result<Self> {
        match result {
            Ok(done) => Ok(Self {
                edition: done
                    .state
                    .editions
                    .last()
                    .map(|edition| DirectoryEdition::new(&At::now(&done.log), edition)),
                position: Some(Position(done.position)),
                user_errors: Vec::new(),
            }),
            Err(Failure::Refused(refused)) => {
                Ok(Self { edition: None, position: None, user_errors: vec![refused.about(input)] })
            }
            Err(Failure::Failed(error)) => Err(Error::from(error)),
        }
    }
}
