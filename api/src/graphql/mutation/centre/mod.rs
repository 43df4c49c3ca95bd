//! Commands about the centre and its rules, one file each.

mod declare_legacy_balance;
mod publish_category_taxonomy;
mod publish_counting_definition;
mod publish_operating_calendar;
mod register;

use async_graphql::MergedObject;

/// The mutations about the centre and its rules.
#[derive(MergedObject, Default)]
pub(super) struct CentreMutations(
    register::RegisterCentre,
    declare_legacy_balance::DeclareLegacyBalance,
    publish_counting_definition::PublishCountingDefinition,
    publish_operating_calendar::PublishOperatingCalendar,
    publish_category_taxonomy::PublishCategoryTaxonomy,
);
