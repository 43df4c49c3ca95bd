//! The telephone directory and its printed editions.

use async_graphql::{Context, ID, Object, SimpleObject};
use sangdam_domain::aggregate::{self, Happened};
use sangdam_domain::event;
use sangdam_domain::id::DirectoryEntryId;
use sangdam_projections::At;

use super::lazy::lazy_object;
use crate::graphql::error::ApiError;
use crate::graphql::node::global;
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

/// An entry's place among those that were given most often.
#[derive(SimpleObject)]
pub struct DirectoryRank {
    /// 1, 2, 3, …
    pub rank: i32,
    /// The entry.
    pub entry: DirectoryEntry,
    /// How often it was given.
    pub given: i32,
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
