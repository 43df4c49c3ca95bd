//! The call centre and its rules.

use std::sync::Arc;

use async_graphql::{Context, Object, SimpleObject};
use sangdam_domain::aggregate;
use sangdam_domain::event::{self, LegacyBalance};
use sangdam_projections::At;

use super::Lazy;
use crate::graphql::code::{CountingRule, Weekday};
use crate::graphql::error::ApiError;
use crate::graphql::scalar::{Date, DateTime, TimeOfDay, int, version};

/// What was handled in a year before the ledger's own records.
#[derive(SimpleObject)]
pub struct LegacyYear {
    /// The year.
    pub year: i32,
    /// How many consultations; null where nobody knows. It is not 0.
    pub consultations: Option<i32>,
    /// The document that says so.
    pub source: String,
    /// When it was declared.
    pub declared_at: DateTime,
}

/// What is counted, under one version.
#[derive(SimpleObject)]
pub struct CountingDefinition {
    /// 1, 2, 3, …
    pub counting_version: i32,
    /// The rule.
    pub rule: CountingRule,
    /// The rule in words.
    pub description: String,
    /// When it was published.
    pub published_at: DateTime,
}

/// When the centre is open on a day of the week.
#[derive(SimpleObject)]
pub struct OpenHours {
    /// The day.
    pub weekday: Weekday,
    /// The first open moment.
    pub opens: TimeOfDay,
    /// The first closed moment; 00:00 means the end of the day.
    pub closes: TimeOfDay,
}

/// A day on which the centre is closed.
#[derive(SimpleObject)]
pub struct Holiday {
    /// The day.
    pub date: Date,
    /// Its name.
    pub name: String,
}

/// The opening hours, under one version.
#[derive(SimpleObject)]
pub struct OperatingCalendar {
    /// 1, 2, 3, …
    pub calendar_version: i32,
    /// The first day it is in force; it ends where the next one begins.
    pub valid_from: Date,
    /// IANA time zone of the hours.
    pub time_zone: String,
    /// When it is open, by day of the week.
    pub weekly_hours: Vec<OpenHours>,
    /// Days on which it is closed.
    pub holidays: Vec<Holiday>,
}

/// One category of the taxonomy.
#[derive(SimpleObject)]
pub struct Category {
    /// Its code.
    pub code: String,
    /// Its name in Korean.
    pub name_ko: String,
    /// Its name in English.
    pub name_en: String,
}

/// The categories, under one version.
#[derive(SimpleObject)]
pub struct CategoryTaxonomy {
    /// 1, 2, 3, …
    pub taxonomy_version: i32,
    /// All categories.
    pub categories: Vec<Category>,
}

/// A call centre and its rules.
pub struct Centre(Lazy<aggregate::Centre>);

impl Centre {
    /// As it stands.
    pub fn from_state(at: &At, state: impl Into<Arc<aggregate::Centre>>) -> Self {
        Self(Lazy::from_state(at, (), state))
    }

    /// The centre of a log; loaded when a field asks for more.
    pub fn of_log(at: &At) -> Self {
        Self(Lazy::of_id(at, ()))
    }
}

#[Object]
impl Centre {
    /// Its short name, as `ledger(centre:)` and `--centre` take it.
    async fn code(&self) -> &str {
        self.0.at().log().centre()
    }

    /// How many events its stream has: give it back as `expectedVersion`.
    async fn version(&self, ctx: &Context<'_>) -> Result<i32, ApiError> {
        Ok(version(self.0.get(ctx).await?.version))
    }

    /// Its name; null before it is registered.
    async fn name(&self, ctx: &Context<'_>) -> Result<Option<&str>, ApiError> {
        Ok(self.0.get(ctx).await?.registered.as_ref().map(|of| of.what.name.as_str()))
    }

    /// Its first day.
    async fn opened_on(&self, ctx: &Context<'_>) -> Result<Option<Date>, ApiError> {
        Ok(self.0.get(ctx).await?.registered.as_ref().map(|of| of.what.opened_on.into()))
    }

    /// IANA time zone in which its days are counted.
    async fn time_zone(&self, ctx: &Context<'_>) -> Result<Option<&str>, ApiError> {
        Ok(self.0.get(ctx).await?.registered.as_ref().map(|of| of.what.time_zone.as_str()))
    }

    /// The first day from which this ledger holds every call.
    async fn records_complete_from(&self, ctx: &Context<'_>) -> Result<Option<Date>, ApiError> {
        Ok(self.0.get(ctx).await?.registered.as_ref().map(|of| of.what.records_complete_from.into()))
    }

    /// What was handled before the ledger's own records, by year.
    async fn legacy_balances(&self, ctx: &Context<'_>) -> Result<Vec<LegacyYear>, ApiError> {
        let declared = self.0.get(ctx).await?.legacy_balances.values();
        Ok(declared
            .map(|of| LegacyYear {
                year: of.what.year.into(),
                consultations: match of.what.balance {
                    LegacyBalance::Known { consultations } => Some(int(consultations)),
                    LegacyBalance::Unknown => None,
                },
                source: of.what.source.as_str().to_owned(),
                declared_at: of.at.into(),
            })
            .collect())
    }

    /// The counting definitions, version 1 first.
    async fn counting_definitions(&self, ctx: &Context<'_>) -> Result<Vec<CountingDefinition>, ApiError> {
        let published = self.0.get(ctx).await?.counting_definitions.iter();
        Ok(published
            .map(|of| CountingDefinition {
                counting_version: int(of.what.counting_version.into()),
                rule: of.what.rule.into(),
                description: of.what.description.as_str().to_owned(),
                published_at: of.at.into(),
            })
            .collect())
    }

    /// The operating calendars, version 1 first.
    async fn calendars(&self, ctx: &Context<'_>) -> Result<Vec<OperatingCalendar>, ApiError> {
        Ok(self.0.get(ctx).await?.calendars.iter().map(|of| calendar(&of.what)).collect())
    }

    /// The taxonomies of categories, version 1 first.
    async fn taxonomies(&self, ctx: &Context<'_>) -> Result<Vec<CategoryTaxonomy>, ApiError> {
        Ok(self.0.get(ctx).await?.taxonomies.iter().map(|of| taxonomy(&of.what)).collect())
    }
}

fn calendar(published: &event::OperatingCalendarPublished) -> OperatingCalendar {
    let hours = published.weekly_hours.iter().map(|hours| OpenHours {
        weekday: hours.weekday.into(),
        opens: TimeOfDay(hours.opens),
        closes: TimeOfDay(hours.closes),
    });
    let holidays = published
        .holidays
        .iter()
        .map(|holiday| Holiday { date: holiday.date.into(), name: holiday.name.as_str().to_owned() });
    OperatingCalendar {
        calendar_version: int(published.calendar_version.into()),
        valid_from: published.valid_from.into(),
        time_zone: published.time_zone.as_str().to_owned(),
        weekly_hours: hours.collect(),
        holidays: holidays.collect(),
    }
}

fn taxonomy(published: &event::CategoryTaxonomyPublished) -> CategoryTaxonomy {
    let categories = published.categories.iter().map(|category| Category {
        code: category.code.as_str().to_owned(),
        name_ko: category.name_ko.as_str().to_owned(),
        name_en: category.name_en.as_str().to_owned(),
    });
    CategoryTaxonomy {
        taxonomy_version: int(published.taxonomy_version.into()),
        categories: categories.collect(),
    }
}
