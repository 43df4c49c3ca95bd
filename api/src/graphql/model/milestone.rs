//! Milestones.

use async_graphql::{Enum, SimpleObject};
use sangdam_projections::{At, cumulative};

use super::Consultation;
use crate::graphql::scalar::{Date, DateTime, Position, int};

/// How a threshold stands on a basis.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "sangdam_domain::counting::MilestoneStatus")]
pub enum MilestoneStatus {
    /// The known count is at or above it.
    Reached,
    /// The known count is at or above it, and more was handled that is not known: it was reached then at the latest.
    ReachedNoLaterThan,
    /// The count is below it.
    NotReached,
    /// The known count is below it, and what is not known may or may not lift it above.
    Undeterminable,
}

/// From when a count is made.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "cumulative::BasisKind")]
pub enum BasisKind {
    /// Since the ledger's records are complete.
    SinceRecords,
    /// Since the centre opened.
    SinceOpening,
}

/// On what a milestone is judged.
#[derive(SimpleObject)]
pub struct Basis {
    /// Which one.
    pub kind: BasisKind,
    /// Its first day; null before the centre is registered.
    pub since: Option<Date>,
    /// The known count on it.
    pub known: i32,
    /// The years in it of which nothing is known, or not all.
    pub unknown_years: Vec<i32>,
}

/// A threshold of the cumulative count, on a basis.
#[derive(SimpleObject)]
pub struct Milestone {
    /// The threshold.
    pub threshold: i32,
    /// The basis.
    pub basis: Basis,
    /// How it stands.
    pub status: MilestoneStatus,
    /// The consultation whose event made the count cross the threshold last; null where it is not reached, or a legacy
    /// balance crossed it.
    pub consultation: Option<Consultation>,
    /// When that happened.
    pub occurred_at: Option<DateTime>,
    /// That event's position.
    pub position: Option<Position>,
}

impl Milestone {
    /// From the read model's.
    pub fn new(at: &At, of: cumulative::Milestone) -> Self {
        Self {
            threshold: int(of.threshold),
            basis: Basis {
                kind: of.basis.kind.into(),
                since: of.basis.since.map(Into::into),
                known: int(of.basis.known),
                unknown_years: of.basis.unknown_years.into_iter().map(Into::into).collect(),
            },
            status: of.status.into(),
            consultation: of.consultation.map(|id| Consultation::of_id(at, id)),
            occurred_at: of.occurred_at.map(Into::into),
            position: of.position.map(Into::into),
        }
    }
}
