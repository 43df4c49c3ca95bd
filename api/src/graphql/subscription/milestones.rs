//! Milestones as they are reached.

use std::collections::HashSet;

use futures::{Stream, StreamExt, stream};
use sangdam_domain::counting::MilestoneStatus;
use sangdam_domain::log::{LogId, Position};
use sangdam_projections::At;
use sangdam_projections::cumulative::{self, BasisKind};
use tokio::sync::watch;

use crate::graphql::error::ApiError;
use crate::graphql::model::Milestone;
use crate::graphql::state::App;

struct Watching {
    app: App,
    log: LogId,
    thresholds: Vec<u64>,
    applied: watch::Receiver<Position>,
    /// What was told, or had been reached when it began: by threshold, basis and the position that crossed it.
    told: HashSet<(u64, BasisKind, Option<Position>)>,
    after: Option<Position>,
    begun: bool,
    over: bool,
}

/// Milestones behind `after` that are reached, then each as it is.
pub(super) fn reached(
    app: App,
    log: LogId,
    thresholds: Vec<u64>,
    after: Option<Position>,
) -> impl Stream<Item = Result<Milestone, ApiError>> + Send {
    let applied = app.runner(&log).applied();
    let watching =
        Watching { app, log, thresholds, applied, told: HashSet::new(), after, begun: false, over: false };
    stream::unfold(watching, |mut watching| async move {
        let news = watching.next().await?;
        Some((stream::iter(news), watching))
    })
    .flatten()
}

impl Watching {
    /// What was reached since it was last asked; `None` once the server shuts down or the read models failed.
    async fn next(&mut self) -> Option<Vec<Result<Milestone, ApiError>>> {
        if self.over {
            return None;
        }
        if self.begun && self.applied.changed().await.is_err() {
            return None;
        }
        self.applied.borrow_and_update();
        match self.news().await {
            Ok(news) => Some(news.into_iter().map(Ok).collect()),
            Err(error) => {
                self.over = true;
                Some(vec![Err(error)])
            }
        }
    }

    async fn news(&mut self) -> Result<Vec<Milestone>, ApiError> {
        let at = At::now(&self.log);
        let milestones = cumulative::milestones(&self.app.models, &at, &self.thresholds).await?;
        let first = !std::mem::replace(&mut self.begun, true);
        let mut news = Vec::new();
        let reached =
            |status| matches!(status, MilestoneStatus::Reached | MilestoneStatus::ReachedNoLaterThan);
        for milestone in milestones.into_iter().filter(|milestone| reached(milestone.status)) {
            let key = (milestone.threshold, milestone.basis.kind, milestone.position);
            let is_old =
                first && self.after.is_none_or(|after| milestone.position.is_none_or(|at| at <= after));
            if self.told.insert(key) && !is_old {
                news.push(Milestone::new(&at, milestone));
            }
        }
        Ok(news)
    }
}
