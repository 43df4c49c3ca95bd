//! What hangs on the call centre's wall.

use std::time::Duration;

use async_graphql::SimpleObject;
use futures::{Stream, StreamExt, stream};
use sangdam_domain::log::{LogId, Position};
use sangdam_projections::At;
use sangdam_projections::calls::{CallRow, CallStatus};
use sangdam_projections::counts::By;
use sangdam_projections::{agents, callbacks, calls, centre, counts};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};

use crate::graphql::code::AgentState;
use crate::graphql::error::ApiError;
use crate::graphql::model::{Agent, Call};
use crate::graphql::query::today;
use crate::graphql::scalar::{self, Date, DateTime, int};
use crate::graphql::state::App;

/// At least so long between two pictures.
const PAUSE: Duration = Duration::from_millis(500);
/// A new picture at least so often, for the day's change and for who counts on it.
const PERIOD: Duration = Duration::from_secs(30);
/// The most callbacks counted.
const CALLBACKS_MAX: usize = 1_000;

/// An agent who works here, and what they are doing.
#[derive(SimpleObject)]
pub struct WallboardAgent {
    /// Who.
    pub agent: Agent,
    /// What they are doing; null off shift.
    pub state: Option<AgentState>,
    /// Since when.
    pub since: Option<DateTime>,
}

/// What hangs on the call centre's wall.
#[derive(SimpleObject)]
pub struct Wallboard {
    /// The position that it knows of.
    pub position: scalar::Position,
    /// How many calls wait for an answer.
    pub calls_waiting: i32,
    /// Since when the one that has waited longest waits.
    pub waiting_since: Option<DateTime>,
    /// The calls that go on: waiting or answered.
    pub calls: Vec<Call>,
    /// The agents who work here.
    pub agents: Vec<WallboardAgent>,
    /// The day that it is, on the centre's clock.
    pub today: Date,
    /// Today's consultations.
    pub consultations: i32,
    /// Inbound calls offered today.
    pub offered: i32,
    /// Of them, answered.
    pub answered: i32,
    /// Of them, abandoned.
    pub abandoned: i32,
    /// How many callbacks are still to be made (1,000 at most are counted).
    pub open_callbacks: i32,
}

struct Watching {
    app: App,
    log: LogId,
    applied: watch::Receiver<Position>,
    not_before: Option<Instant>,
    over: bool,
}

/// A picture at once, then whenever the read models have moved.
pub(super) fn wallboard(app: App, log: LogId) -> impl Stream<Item = Result<Wallboard, ApiError>> + Send {
    let applied = app.runner(&log).applied();
    let watching = Watching { app, log, applied, not_before: None, over: false };
    stream::unfold(watching, |mut watching| async move {
        let picture = watching.next().await?;
        watching.over = picture.is_err();
        Some((picture, watching))
    })
    .boxed()
}

impl Watching {
    async fn next(&mut self) -> Option<Result<Wallboard, ApiError>> {
        if self.over {
            return None;
        }
        if let Some(not_before) = self.not_before {
            sleep_until(not_before).await;
            if let Ok(Err(_)) = timeout(PERIOD, self.applied.changed()).await {
                return None;
            }
        }
        self.applied.borrow_and_update();
        self.not_before = Some(Instant::now() + PAUSE);
        Some(picture(&self.app, &self.log).await)
    }
}

async fn picture(app: &App, log: &LogId) -> Result<Wallboard, ApiError> {
    let (models, at) = (&app.models, At::now(log));
    let position = models.applied(log).await?;
    let under_way = calls::under_way(models, &at).await?;
    let waiting: Vec<&CallRow> = under_way.iter().filter(|call| call.status == CallStatus::Offered).collect();
    let zone = centre::facts(models, &at).await?.map_or_else(|| "UTC".to_owned(), |facts| facts.time_zone);
    let today = today(app, &zone);
    let count = counts::counts(models, &at, By::Day, today, today).await?.into_iter().next();
    let number = |of: fn(&counts::CountRow) -> u64| int(count.as_ref().map_or(0, of));
    let open_callbacks = callbacks::open(models, &at, CALLBACKS_MAX).await?.len();
    Ok(Wallboard {
        position: position.into(),
        calls_waiting: int(waiting.len() as u64),
        waiting_since: waiting.iter().map(|call| call.offered_at).min().map(Into::into),
        calls: under_way.iter().map(|call| Call::of_id(&at, call.id)).collect(),
        agents: agents::all(models, &at, false)
            .await?
            .into_iter()
            .map(|row| WallboardAgent {
                agent: Agent::of_id(&at, row.id),
                state: row.state.map(Into::into),
                since: row.state_since.map(Into::into),
            })
            .collect(),
        today: today.into(),
        consultations: number(|row| row.consultations),
        offered: number(|row| row.offered),
        answered: number(|row| row.answered),
        abandoned: number(|row| row.abandoned),
        open_callbacks: int(open_callbacks as u64),
    })
}
