//! What all mutations have in common: where they write, who asks, and how it is told when they are refused.

use async_graphql::{Context, ID, InputObject, InputType, SimpleObject, Value};
use sangdam_domain::actor::Actor;
use sangdam_domain::aggregate::{AgentStanding, CallStanding, Caller, KnowledgeArticle};
use sangdam_domain::id::{AgentId, CallId, CallerId, CommandId, KnowledgeArticleId};
use sangdam_domain::log::{LogId, Version};
use sangdam_domain::rejection::Rejection;
use sangdam_eventstore::StoreError;

use crate::graphql::error::{ApiError, Code};
use crate::graphql::scalar::DateTime;
use crate::graphql::{Principal, app};
use crate::ledger::{CommandMeta, ExecuteError, Executed, Kept, Ledger, LoadError};

/// What every command may come with.
#[derive(InputObject)]
pub(super) struct CommandFields {
    /// Makes it safe to retry: a UUID of the client's (best a v7). The same id with the same content has one effect, and a
    /// retry gets the first answer again.
    command_id: Option<ID>,
    /// The `version` that the object must have; `VERSION_CONFLICT` where it has another. Left out, any will do.
    expected_version: Option<u32>,
    /// When it happened; now, where it is left out. At most five minutes ahead of the ledger's clock.
    occurred_at: Option<DateTime>,
    /// The centre whose ledger it is, like `jeongseon`; the server's own where it is left out.
    centre: Option<String>,
}

/// Why a command was refused. Nothing was written.
#[derive(SimpleObject, Clone, PartialEq, Eq, Debug)]
pub(super) struct UserError {
    /// A stable code, like `VERSION_CONFLICT`, `NOT_FOUND` or `INVALID`.
    code: String,
    /// What was wrong and what to do, for people.
    message: String,
    /// The field of the input that it is about, if it is about one.
    field: Option<String>,
}

impl UserError {
    pub(super) fn new(code: &str, message: impl Into<String>, field: Option<&str>) -> Self {
        Self { code: code.to_owned(), message: message.into(), field: field.map(str::to_owned) }
    }

    /// Names no field that the input does not have: a rule may be about a caller where the input only names the
    /// caller's consultation.
    pub(super) fn about(self, input: &impl InputType) -> Self {
        let field = self.field.filter(|field| has_field(&input.to_value(), field));
        Self { field, ..self }
    }
}

fn has_field(input: &Value, name: &str) -> bool {
    match input {
        Value::Object(fields) => {
            fields.contains_key(name) || fields.values().any(|value| has_field(value, name))
        }
        Value::List(items) => items.iter().any(|item| has_field(item, name)),
        _ => false,
    }
}

/// Why a mutation had no effect: the client's doing, or the system's.
#[derive(Debug)]
pub(super) enum Failure {
    Refused(UserError),
    Failed(ApiError),
}

/// A mutation's request: the ledger it writes to, and what comes with the command.
pub(super) struct Request {
    pub(super) ledger: Ledger,
    pub(super) meta: CommandMeta,
}

impl Request {
    /// Reads what comes with the command. The centre must be there.
    pub(super) async fn of(
        ctx: &Context<'_>,
        name: &str,
        input: &impl InputType,
        fields: &CommandFields,
    ) -> Result<Self, Failure> {
        let request = Self::read(ctx, name, input, fields)?;
        if !request.ledger.exists().await? {
            let problem =
                format!("this ledger has no centre `{}`; register it first", request.ledger.centre());
            return Err(Failure::Refused(UserError::new("NOT_FOUND", problem, Some("centre"))));
        }
        Ok(request)
    }

    /// Reads what comes with the command, and opens the centre's log where there is none yet.
    pub(super) async fn opening(
        ctx: &Context<'_>,
        name: &str,
        input: &impl InputType,
        fields: &CommandFields,
    ) -> Result<Self, Failure> {
        let request = Self::read(ctx, name, input, fields)?;
        request.ledger.moment(&request.meta)?;
        request.ledger.ensure_log(request.meta.actor.clone(), None).await?;
        app(ctx)?.runner(request.ledger.log());
        Ok(request)
    }

    fn read(
        ctx: &Context<'_>,
        name: &str,
        input: &impl InputType,
        fields: &CommandFields,
    ) -> Result<Self, Failure> {
        let invalid =
            |field, message: String| Failure::Refused(UserError::new("INVALID", message, Some(field)));
        let command_id = fields.command_id.as_ref().map(|id| id.parse::<CommandId>()).transpose();
        let command_id = command_id.map_err(|problem| invalid("commandId", problem.to_string()))?;
        let app = app(ctx)?;
        let log = match &fields.centre {
            Some(centre) => LogId::main(centre).map_err(|problem| invalid("centre", problem.to_string()))?,
            None => app.log.clone(),
        };
        let ledger = Ledger::new(app.store.clone(), log);
        let actor =
            ctx.data_opt::<Principal>().map_or_else(|| Principal::open().0, |principal| principal.0.clone());
        let meta = CommandMeta {
            command_id,
            canonical: canonical(name, &actor, input.to_value()),
            actor,
            occurred_at: fields.occurred_at.map(|moment| moment.0),
            expected_version: fields.expected_version.and_then(|version| Version::new(version.into())),
            correlation: None,
        };
        Ok(Self { ledger, meta })
    }

    /// Carries out a command of one stream.
    pub(super) async fn execute<A: Kept>(
        &self,
        id: A::Id,
        command: A::Command,
    ) -> Result<Executed<A>, Failure> {
        Ok(self.ledger.execute(&self.meta, id, command).await?)
    }

    /// The first answer, where this is a retry: what the world looks like now must not change it.
    pub(super) async fn first_result<A: Kept>(&self) -> Result<Option<Executed<A>>, Failure> {
        Ok(self.ledger.retried(&self.meta).await?)
    }

    /// Whether this command was carried out before.
    pub(super) async fn is_retry(&self) -> Result<bool, Failure> {
        Ok(self.ledger.was_carried_out(&self.meta).await?)
    }

    /// The version of the calendar by which the centre is closed at the command's moment.
    pub(super) async fn closed_by(&self) -> Result<Option<u32>, Failure> {
        Ok(self.ledger.closed_by(self.ledger.moment(&self.meta)?).await?)
    }

    /// The call given, which must have been offered; a new one where none is given.
    pub(super) async fn offered_or_new(&self, call: Option<CallId>) -> Result<CallId, Failure> {
        match call {
            Some(call) => self.must_be_offered(call).await.map(|()| call),
            None => Ok(CallId::from_uuid(self.ledger.new_uuid())),
        }
    }

    /// Refuses a call that nobody knows: an id with a slip in it must not become a call.
    pub(super) async fn must_be_offered(&self, call: CallId) -> Result<(), Failure> {
        match self.ledger.call_standing(call).await? {
            CallStanding::Unknown => Err(Rejection::NotFound { kind: CallId::KIND }.into()),
            _ => Ok(()),
        }
    }

    /// Refuses callers whom nobody knows, by the fields that name them.
    pub(super) async fn must_be_callers(
        &self,
        callers: [(&'static str, CallerId); 2],
    ) -> Result<(), Failure> {
        for (field, caller) in callers {
            if self.ledger.load::<Caller>(caller).await?.is_none() {
                let rejection = Rejection::NotFound { kind: CallerId::KIND };
                let error = UserError::new(rejection.code(), rejection.to_string(), Some(field));
                return Err(Failure::Refused(error));
            }
        }
        Ok(())
    }

    /// Refuses an article that was never published.
    pub(super) async fn must_be_published(&self, article: KnowledgeArticleId) -> Result<(), Failure> {
        match self.ledger.load::<KnowledgeArticle>(article).await? {
            None => Err(Rejection::NotFound { kind: KnowledgeArticleId::KIND }.into()),
            Some(_) => Ok(()),
        }
    }

    /// Refuses an agent whom nobody knows. One who has retired since is fine: it says what happened.
    pub(super) async fn must_be_an_agent(&self, agent: AgentId) -> Result<(), Failure> {
        match self.ledger.agent_standing(agent).await? {
            AgentStanding::Unknown => Err(Rejection::NotFound { kind: AgentId::KIND }.into()),
            AgentStanding::Active | AgentStanding::Retired => Ok(()),
        }
    }
}

/// The command's content in one spelling: its name, who asks, and all of its input that is not null, without what
/// only says how to carry it out. Fields that later releases add, left out, change nothing.
fn canonical(name: &str, actor: &Actor, mut input: Value) -> Vec<u8> {
    if let Value::Object(fields) = &mut input {
        for how in ["commandId", "expectedVersion"] {
            fields.shift_remove(how);
        }
    }
    prune(&mut input);
    let content = serde_json::json!([name, actor, input]);
    content.to_string().into_bytes()
}

fn prune(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, field| *field != Value::Null);
            fields.values_mut().for_each(prune);
            fields.sort_keys();
        }
        Value::List(items) => items.iter_mut().for_each(prune),
        _ => {}
    }
}

impl From<Rejection> for Failure {
    fn from(rejection: Rejection) -> Self {
        let field = match &rejection {
            Rejection::NotFound { kind: "directory-entry" } => Some("entry"),
            Rejection::NotFound { kind: "knowledge-article" } => Some("article"),
            Rejection::NotFound { kind } => Some(*kind),
            Rejection::VersionOutOfOrder { kind: "directory edition", .. } => Some("edition"),
            // The entries are those of the period.
            Rejection::EditionEntriesInvalid { .. } => Some("from"),
            other => other.field(),
        };
        Self::Refused(UserError::new(rejection.code(), rejection.to_string(), field))
    }
}

impl From<ExecuteError> for Failure {
    fn from(error: ExecuteError) -> Self {
        let (code, field) = match error {
            ExecuteError::Rejected(rejection) => return rejection.into(),
            ExecuteError::Load(error) => return error.into(),
            ExecuteError::Contended(_) => {
                return Self::Failed(ApiError::new(
                    Code::Unavailable,
                    "too many commands at once on this object; try again",
                ));
            }
            ExecuteError::Unkeepable(problem) => return Self::Failed(ApiError::internal(&problem)),
            ExecuteError::VersionConflict { .. } => ("VERSION_CONFLICT", Some("expectedVersion")),
            ExecuteError::CommandReused(_) => ("COMMAND_REUSED", Some("commandId")),
            ExecuteError::OccurredInFuture { .. } => ("OCCURRED_IN_FUTURE", Some("occurredAt")),
            ExecuteError::TooLarge { .. } => ("TOO_LARGE", None),
        };
        Self::Refused(UserError::new(code, error.to_string(), field))
    }
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        Self::Failed(error)
    }
}
