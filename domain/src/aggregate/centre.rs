//! The call centre itself: its particulars, its opening hours, what it counts and how it sorts matters.
//!
//! Calendars, counting definitions and taxonomies have versions 1, 2, 3, …; a later one never rewrites what an earlier
//! one said.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::Serialize;

use super::{Aggregate, Happened, nothing, one};
use crate::actor::Subject;
use crate::calendar::{OperatingCalendar, check_hours};
use crate::event::{
    Category, CategoryTaxonomyPublished, CentreRegistered, CountingDefinitionPublished, Event, Fact, Holiday,
    LegacyBalance, LegacyBalanceDeclared, OpenHours, OperatingCalendarPublished,
};
use crate::log::{LogId, StreamId, StreamKind, Version};
use crate::rejection::Rejection;
use crate::time::Timestamp;
use crate::value::{Code, CountingRule, DisplayText};

/// A call centre and its rules.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Centre {
    /// How many events its stream has.
    pub version: Version,
    /// Its particulars.
    pub registered: Option<Happened<CentreRegistered>>,
    /// What was handled before the ledger's own records, by year, as declared last.
    pub legacy_balances: BTreeMap<i16, Happened<LegacyBalanceDeclared>>,
    /// The counting definitions, version 1 first.
    pub counting_definitions: Vec<Happened<CountingDefinitionPublished>>,
    /// The operating calendars, version 1 first.
    pub calendars: Vec<Happened<OperatingCalendarPublished>>,
    /// The taxonomies, version 1 first.
    pub taxonomies: Vec<Happened<CategoryTaxonomyPublished>>,
}

/// What can be asked of a centre.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "fields are those of the events of the same names")]
pub enum CentreCommand {
    /// It keeps this ledger.
    Register { name: DisplayText, opened_on: Date, time_zone: DisplayText, records_complete_from: Date },
    /// So much was handled in a year that the ledger does not hold. An unknown balance may become known.
    DeclareLegacyBalance { year: i16, balance: LegacyBalance, source: DisplayText },
    /// This is what counts.
    PublishCountingDefinition { counting_version: u32, rule: CountingRule, description: DisplayText },
    /// These are the opening hours.
    PublishOperatingCalendar {
        calendar_version: u32,
        valid_from: Date,
        time_zone: DisplayText,
        weekly_hours: Vec<OpenHours>,
        holidays: Vec<Holiday>,
    },
    /// These are the categories.
    PublishCategoryTaxonomy { taxonomy_version: u32, categories: Vec<Category> },
}

impl Centre {
    /// The opening hours, as far as they are published.
    pub fn calendar(&self) -> OperatingCalendar {
        OperatingCalendar::of(self.calendars.iter().map(|published| &published.what))
    }

    /// Whether a version of the taxonomy has a category.
    pub fn has_category(&self, taxonomy_version: u32, code: &Code) -> bool {
        let taxonomy =
            self.taxonomies.iter().find(|published| published.what.taxonomy_version == taxonomy_version);
        taxonomy
            .is_some_and(|published| published.what.categories.iter().any(|category| category.code == *code))
    }

    /// The latest version of the taxonomy; 0 where there is none.
    pub fn taxonomy_version(&self) -> u32 {
        self.taxonomies.last().map_or(0, |published| published.what.taxonomy_version)
    }

    fn must_be_registered(&self) -> Result<&CentreRegistered, Rejection> {
        self.registered.as_ref().map(|registered| &registered.what).ok_or(Rejection::CentreNotRegistered)
    }

    fn register(&self, centre: CentreRegistered) -> Result<Vec<Event>, Rejection> {
        match &self.registered {
            Some(before) if before.what == centre => return nothing(),
            Some(_) => return Err(Rejection::CentreAlreadyRegistered),
            None => {}
        }
        check_zone(&centre.time_zone)?;
        if centre.records_complete_from < centre.opened_on {
            return Err(Rejection::RecordsBeforeOpening);
        }
        one(centre)
    }

    fn declare(&self, declared: LegacyBalanceDeclared) -> Result<Vec<Event>, Rejection> {
        let centre = self.must_be_registered()?;
        let complete_from = centre.records_complete_from;
        let first = centre.opened_on.year();
        let last = complete_from.year() - i16::from(complete_from.day_of_year() == 1);
        if !(first..=last).contains(&declared.year) {
            return Err(Rejection::LegacyYearOutside { first, last });
        }
        match self.legacy_balances.get(&declared.year).map(|before| &before.what) {
            Some(before) if *before == declared => nothing(),
            Some(before) if before.balance != LegacyBalance::Unknown => {
                Err(Rejection::LegacyBalanceAlreadyDeclared)
            }
            _ => one(declared),
        }
    }

    fn publish_calendar(&self, calendar: OperatingCalendarPublished) -> Result<Vec<Event>, Rejection> {
        self.must_be_registered()?;
        let before = self.calendars.last().map(|published| &published.what);
        if before == Some(&calendar) {
            return nothing();
        }
        next("operating calendar", before.map(|before| before.calendar_version), calendar.calendar_version)?;
        check_zone(&calendar.time_zone)?;
        if before.is_some_and(|before| calendar.valid_from <= before.valid_from) {
            return Err(Rejection::CalendarNotLater);
        }
        check_hours(&calendar.weekly_hours).map_err(|problem| Rejection::CalendarInvalid { problem })?;
        let days: BTreeSet<_> = calendar.holidays.iter().map(|holiday| holiday.date).collect();
        if days.len() < calendar.holidays.len() {
            return Err(Rejection::CalendarInvalid { problem: "names one holiday twice" });
        }
        one(calendar)
    }

    fn publish_counting(&self, definition: CountingDefinitionPublished) -> Result<Vec<Event>, Rejection> {
        self.must_be_registered()?;
        let before = self.counting_definitions.last().map(|published| &published.what);
        if before == Some(&definition) {
            return nothing();
        }
        next(
            "counting definition",
            before.map(|before| before.counting_version),
            definition.counting_version,
        )?;
        one(definition)
    }

    fn publish_taxonomy(&self, taxonomy: CategoryTaxonomyPublished) -> Result<Vec<Event>, Rejection> {
        self.must_be_registered()?;
        let before = self.taxonomies.last().map(|published| &published.what);
        if before == Some(&taxonomy) {
            return nothing();
        }
        next("category taxonomy", before.map(|before| before.taxonomy_version), taxonomy.taxonomy_version)?;
        if taxonomy.categories.is_empty() {
            return Err(Rejection::TaxonomyInvalid { problem: "has no categories" });
        }
        let codes: BTreeSet<_> = taxonomy.categories.iter().map(|category| &category.code).collect();
        if codes.len() < taxonomy.categories.len() {
            return Err(Rejection::TaxonomyInvalid { problem: "names one code twice" });
        }
        one(taxonomy)
    }
}

impl Aggregate for Centre {
    type Id = ();
    type Command = CentreCommand;

    fn new((): ()) -> Self {
        Self {
            version: Version::ZERO,
            registered: None,
            legacy_balances: BTreeMap::new(),
            counting_definitions: Vec::new(),
            calendars: Vec::new(),
            taxonomies: Vec::new(),
        }
    }

    fn stream((): (), log: &LogId) -> StreamId {
        StreamId::singleton(StreamKind::Centre, log)
    }

    fn decide(&self, command: CentreCommand, _at: Timestamp) -> Result<Vec<Event>, Rejection> {
        match command {
            CentreCommand::Register { name, opened_on, time_zone, records_complete_from } => {
                self.register(CentreRegistered { name, opened_on, time_zone, records_complete_from })
            }
            CentreCommand::DeclareLegacyBalance { year, balance, source } => {
                self.declare(LegacyBalanceDeclared { year, balance, source })
            }
            CentreCommand::PublishCountingDefinition { counting_version, rule, description } => {
                self.publish_counting(CountingDefinitionPublished { counting_version, rule, description })
            }
            CentreCommand::PublishOperatingCalendar {
                calendar_version,
                valid_from,
                time_zone,
                weekly_hours,
                holidays,
            } => self.publish_calendar(OperatingCalendarPublished {
                calendar_version,
                valid_from,
                time_zone,
                weekly_hours,
                holidays,
            }),
            CentreCommand::PublishCategoryTaxonomy { taxonomy_version, categories } => {
                self.publish_taxonomy(CategoryTaxonomyPublished { taxonomy_version, categories })
            }
        }
    }

    fn evolve(&mut self, fact: &Fact) {
        self.version = fact.version;
        match &fact.event {
            Event::CentreRegistered(centre) => self.registered = Some(Happened::new(fact, centre.clone())),
            Event::LegacyBalanceDeclared(declared) => {
                self.legacy_balances.insert(declared.year, Happened::new(fact, declared.clone()));
            }
            Event::CountingDefinitionPublished(definition) => {
                self.counting_definitions.push(Happened::new(fact, definition.clone()));
            }
            Event::OperatingCalendarPublished(calendar) => {
                self.calendars.push(Happened::new(fact, calendar.clone()))
            }
            Event::CategoryTaxonomyPublished(taxonomy) => {
                self.taxonomies.push(Happened::new(fact, taxonomy.clone()))
            }
            _ => {}
        }
    }

    fn subject(&self) -> Option<Subject> {
        None
    }
}

fn next(kind: &'static str, before: Option<u32>, given: u32) -> Result<(), Rejection> {
    let expected = before.unwrap_or(0).saturating_add(1);
    if given == expected { Ok(()) } else { Err(Rejection::VersionOutOfOrder { kind, expected, given }) }
}

fn check_zone(zone: &DisplayText) -> Result<(), Rejection> {
    match crate::calendar::zone(zone.as_str()) {
        Some(_) => Ok(()),
        None => Err(Rejection::TimeZoneUnknown { given: zone.as_str().chars().take(80).collect() }),
    }
}

#[cfg(test)]
mod tests;
