//! The telephone directory and its printed editions.

use async_graphql::connection::Connection;
use async_graphql::{ComplexObject, Context, Enum, ID, Object, SimpleObject};
use jiff::civil;
use sangdam_domain::aggregate::{self, Happened};
use sangdam_domain::event;
use sangdam_domain::id::DirectoryEntryId;
use sangdam_projections::At;
use sangdam_projections::directory::{self, Act, Mention, RankRow};

use super::consultation::Consultation;
use super::lazy::lazy_object;
use crate::graphql::app;
use crate::graphql::error::ApiError;
use crate::graphql::node::global;
use crate::graphql::page::{PageArgs, TimeCursor, connection};
use crate::graphql::scalar::{Date, DateTime, Position, int, version};

/// What an entry of the directory says.
#[derive(SimpleObject)]
pub struct DirectoryListing {
    /// The organisation: the county, a town office, a related agency.
    pub organisation: String,
    /// The department or team.
    pub department: String,
    /// What it is in charge of.
    pub duties: String,
    /// Its number.
    pub phone: String,
    /// When it can be reached, in words.
    pub hours: Option<String>,
    /// The category of need that it serves.
    pub category: Option<String>,
}

impl DirectoryListing {
    /// From the domain's.
    pub fn new(listing: &event::DirectoryListing) -> Self {
        Self {
            organisation: listing.organisation.as_str().to_owned(),
            department: listing.department.as_str().to_owned(),
            duties: listing.duties.as_str().to_owned(),
            phone: listing.phone.as_str().to_owned(),
            hours: listing.hours.as_ref().map(|hours| hours.as_str().to_owned()),
            category: listing.category.as_ref().map(|code| code.as_str().to_owned()),
        }
    }
}

lazy_object! {
    /// One number of the telephone directory.
    DirectoryEntry, aggregate::DirectoryEntry, DirectoryEntryId
}

#[Object]
impl DirectoryEntry {
    /// The global id.
    pub async fn id(&self) -> ID {
        global(self.0.id())
    }

    /// The UUID, as it stands in events and exports.
    async fn uuid(&self) -> String {
        self.0.id().to_string()
    }

    /// How many events its stream has: give it back as `expectedVersion`.
    async fn version(&self, ctx: &Context<'_>) -> Result<i32, ApiError> {
        Ok(version(self.0.get(ctx).await?.version))
    }

    /// The version of what it says now.
    async fn entry_version(&self, ctx: &Context<'_>) -> Result<i32, ApiError> {
        Ok(int(self.0.get(ctx).await?.entry_version().into()))
    }

    /// What it says now (or said last).
    async fn listing(&self, ctx: &Context<'_>) -> Result<Option<DirectoryListing>, ApiError> {
        Ok(self.0.get(ctx).await?.listing().map(DirectoryListing::new))
    }

    /// Everything that it ever said: entry version 1 first.
    async fn history(&self, ctx: &Context<'_>) -> Result<Vec<DirectoryListing>, ApiError> {
        Ok(self
            .0
            .get(ctx)
            .await?
            .listings
            .iter()
            .map(|listing| DirectoryListing::new(&listing.what))
            .collect())
    }

    /// When it was retired; null while it is in the directory.
    async fn retired_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>, ApiError> {
        Ok(self.0.get(ctx).await?.retired_at.map(Into::into))
    }
}

/// What numbers are ranked by.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "sangdam_projections::directory::Act")]
pub enum RankedBy {
    /// How often they were given.
    Given,
    /// How often they were asked for.
    AskedFor,
}

/// An entry's place among those that were given (or asked for) most often.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct DirectoryRank {
    /// 1, 2, 3, …
    pub rank: i32,
    /// The entry.
    pub entry: DirectoryEntry,
    /// How often it was given.
    pub given: i32,
    /// How often it was asked for.
    pub asked_for: i32,
    #[graphql(skip)]
    ranking: Ranking,
}

/// What was ranked.
#[derive(Clone)]
pub struct Ranking {
    /// As of when.
    pub at: At,
    /// By what.
    pub by: Act,
    /// From when, and until when.
    pub days: (Option<civil::Date>, Option<civil::Date>),
}

impl DirectoryRank {
    /// From a row of the ranking.
    pub fn new(ranking: &Ranking, row: RankRow) -> Self {
        Self {
            rank: int(row.rank.into()),
            entry: DirectoryEntry::of_id(&ranking.at, row.entry.id),
            given: int(row.given),
            asked_for: int(row.asked_for),
            ranking: ranking.clone(),
        }
    }
}

#[ComplexObject]
impl DirectoryRank {
    /// What stands behind the rank: each time the number was given (or asked for, where that is what ranks), the latest first.
    async fn evidence(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<TimeCursor, RankEvidence>, ApiError> {
        let Ranking { at, by, days } = &self.ranking;
        let entry = self.entry.0.id();
        connection(
            at,
            PageArgs::new(first, after, last, before),
            |page| async move {
                Ok(directory::mentions(&app(ctx)?.models, at, entry, *by, *days, &page).await?)
            },
            |row| (row.cursor(), RankEvidence::new(at, &row)),
        )
        .await
    }
}

/// One time that a number was given or asked for.
#[derive(SimpleObject)]
pub struct RankEvidence {
    /// The event that says so.
    pub position: Position,
    /// When.
    pub at: DateTime,
    /// In which consultation.
    pub consultation: Consultation,
    /// The entry's version that it was of.
    pub entry_version: i32,
}

impl RankEvidence {
    fn new(at: &At, row: &Mention) -> Self {
        Self {
            position: row.position.into(),
            at: row.occurred_at.into(),
            consultation: Consultation::of_id(at, row.consultation),
            entry_version: int(row.entry_version.into()),
        }
    }
}

/// One line of a printed edition.
#[derive(SimpleObject)]
pub struct EditionLine {
    /// The entry.
    pub entry: DirectoryEntry,
    /// Its version as printed.
    pub entry_version: i32,
    /// How often it was given in the period.
    pub count: i32,
}

/// A printed edition of the directory.
#[derive(SimpleObject)]
pub struct DirectoryEdition {
    /// 1, 2, 3, …
    pub edition: i32,
    /// First day of the period ranked.
    pub from: Date,
    /// Last day of the period ranked.
    pub to: Date,
    /// The entries, most often given first.
    pub entries: Vec<EditionLine>,
    /// The position at which they were counted.
    pub counted_at: Position,
    /// When it was published.
    pub published_at: DateTime,
}

impl DirectoryEdition {
    /// From the domain's.
    pub fn new(at: &At, published: &Happened<event::DirectoryEditionPublished>) -> Self {
        let what = &published.what;
        let line = |line: &event::EditionEntry| EditionLine {
            entry: DirectoryEntry::of_id(at, line.entry),
            entry_version: int(line.entry_version.into()),
            count: int(line.count),
        };
        Self {
            edition: int(what.edition.into()),
            from: what.from.into(),
            to: what.to.into(),
            entries: what.entries.iter().map(line).collect(),
            counted_at: what.as_of.into(),
            published_at: published.at.into(),
        }
    }
}
