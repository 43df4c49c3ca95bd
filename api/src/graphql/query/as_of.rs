//! The moment that a ledger's answers are as of.

use std::time::Duration;

use async_graphql::{OneofObject, SimpleObject};
use sangdam_domain::log::{self, LogId};
use sangdam_domain::time::Timestamp;
use sangdam_eventstore::{Head, StoreError};
use sangdam_projections::{At, CatchUpError};

use crate::graphql::App;
use crate::graphql::error::{ApiError, Code};
use crate::graphql::scalar::{DateTime, Position};

/// How long a question waits until the read models know of a position.
const WAIT_MAX: Duration = Duration::from_secs(5);

/// As of when a ledger is asked: what was known then, whatever became known since.
#[derive(OneofObject)]
pub enum AsOfInput {
    /// As of the event at this position: it and all before it count.
    Position(Position),
    /// As of this moment: what had been recorded at it or before counts.
    Time(DateTime),
}

/// The moment that a ledger's answers are as of.
#[derive(SimpleObject)]
pub struct AsOf {
    /// The last position that counts.
    pub position: Position,
    /// When that position was recorded; null while nothing is recorded.
    pub recorded_at: Option<DateTime>,
    /// Whether it was asked for. Otherwise answers are as things stand, and the position moves on.
    pub pinned: bool,
}

/// The moment asked for, once the read models know of it.
pub(super) async fn resolve(app: &App, log: &LogId, asked: AsOfInput) -> Result<At, ApiError> {
    let position = position_of(app, log, asked).await?;
    wait_for(app, log, position, "asOf").await?;
    Ok(app.models.as_of(&app.store, log, position).await?)
}

/// Waits until the read models know of a position. Returns what they know of.
pub(super) async fn wait_for(
    app: &App,
    log: &LogId,
    position: log::Position,
    argument: &str,
) -> Result<log::Position, ApiError> {
    app.runner(log).wait_for(position, WAIT_MAX).await.map_err(|error| behind(error, argument))
}

async fn position_of(app: &App, log: &LogId, asked: AsOfInput) -> Result<log::Position, ApiError> {
    let head = match app.store.head(log).await {
        Ok(head) => head,
        Err(StoreError::NoSuchLog(_)) => {
            return Err(ApiError::bad_input("asOf: this ledger holds nothing yet; ask without it"));
        }
        Err(error) => return Err(error.into()),
    };
    match asked {
        AsOfInput::Position(Position(log::Position::ZERO)) => {
            Err(ApiError::bad_input("asOf: positions begin at 1, with the opening of the ledger"))
        }
        AsOfInput::Position(Position(asked)) if asked > head.position => Err(ApiError::bad_input(format!(
            "asOf: the ledger ends at position {}; there is no {asked} yet",
            head.position
        ))),
        AsOfInput::Position(Position(asked)) => Ok(asked),
        AsOfInput::Time(DateTime(asked)) => position_at(app, &head, asked).await,
    }
}

async fn position_at(app: &App, head: &Head, asked: Timestamp) -> Result<log::Position, ApiError> {
    if asked > head.recorded_at.max(app.store.clock().now()) {
        return Err(ApiError::bad_input(format!(
            "asOf: {asked} is still to come, and what will be known then is not known yet; ask without `asOf` for what is \
             known now"
        )));
    }
    match app.store.position_at(&head.log, asked).await? {
        log::Position::ZERO => Err(ApiError::bad_input(format!(
            "asOf: the ledger begins after {asked}; its first event tells when: `events(first: 1)`"
        ))),
        position => Ok(position),
    }
}

fn behind(error: CatchUpError, argument: &str) -> ApiError {
    match error {
        CatchUpError::Read(error) => error.into(),
        CatchUpError::Closed(_) => ApiError::new(Code::Unavailable, "the server is shutting down; try again"),
        CatchUpError::Timeout { applied, wanted, .. } => ApiError::new(
            Code::NotYetApplied,
            format!(
                "{argument}: answers know of positions up to {applied}; {wanted} did not come in {} seconds; try again",
                WAIT_MAX.as_secs()
            ),
        ),
        stopped @ (CatchUpError::Stopped { .. } | CatchUpError::Ahead { .. }) => {
            tracing::error!(%stopped, "a read model has stopped");
            ApiError::new(
                Code::NotYetApplied,
                format!("{argument}: a read model has stopped before this position; see /readyz"),
            )
        }
    }
}
