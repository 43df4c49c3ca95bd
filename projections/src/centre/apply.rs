//! What each event says of the centre.

use std::collections::BTreeMap;

use futures::FutureExt;
use futures::future::BoxFuture;
use sangdam_domain::event::{Event, LegacyBalance};
use sangdam_eventstore::{Arg, args};

use super::row::{CENTRES, LEGACY, RULES};
use crate::context::Seen;
use crate::day::day_number;
use crate::projection::{Applied, Batch, Projection};
use crate::table::{Table, int};

/// The centre and its rules.
pub(crate) struct Centres;

const TABLES: [Table; 3] = [CENTRES, RULES, LEGACY];

impl Projection for Centres {
    fn name(&self) -> &'static str {
        "centre"
    }

    fn version(&self) -> u32 {
        1
    }

    fn tables(&self) -> &'static [Table] {
        &TABLES
    }

    fn apply<'a>(
        &'a self,
        batch: &'a mut Batch<'_>,
        facts: &'a [Seen],
    ) -> BoxFuture<'a, Result<Applied, sqlx::Error>> {
        apply(batch, facts).boxed()
    }
}

/// Rows by the part of their key that follows the log; the last one written stays.
#[derive(Default)]
struct Written {
    centre: Option<Vec<Arg>>,
    rules: BTreeMap<(&'static str, u32), Vec<Arg>>,
    legacy: BTreeMap<i16, Vec<Arg>>,
}

async fn apply(batch: &mut Batch<'_>, facts: &[Seen]) -> Result<Applied, sqlx::Error> {
    let mut written = Written::default();
    for seen in facts {
        written.learn(batch.log_no, seen);
    }
    batch.write(&CENTRES, written.centre.into_iter().collect()).await?;
    batch.write(&RULES, written.rules.into_values().collect()).await?;
    batch.write(&LEGACY, written.legacy.into_values().collect()).await?;
    Ok(Applied::All)
}

impl Written {
    fn learn(&mut self, log_no: i64, seen: &Seen) {
        let position = seen.fact.position;
        let rule = |kind: &'static str, version: u32| {
            let body = serde_json::Value::Object(seen.fact.event.body()).to_string();
            ((kind, version), args![log_no, kind, i64::from(version), position, seen.fact.occurred_at, body])
        };
        match &seen.fact.event {
            Event::CentreRegistered(centre) => {
                self.centre = Some(args![
                    log_no,
                    position,
                    centre.name.as_str(),
                    centre.time_zone.as_str(),
                    day_number(centre.opened_on),
                    day_number(centre.records_complete_from)
                ]);
            }
            Event::LegacyBalanceDeclared(declared) => {
                let consultations = match declared.balance {
                    LegacyBalance::Known { consultations } => Some(int(consultations)),
                    LegacyBalance::Unknown => None,
                };
                let year = i64::from(declared.year);
                let row = args![log_no, year, position, consultations, declared.source.as_str()];
                self.legacy.insert(declared.year, row);
            }
            Event::OperatingCalendarPublished(published) => {
                self.rules.extend([rule("calendar", published.calendar_version)]);
            }
            Event::CountingDefinitionPublished(published) => {
                self.rules.extend([rule("counting", published.counting_version)]);
            }
            Event::CategoryTaxonomyPublished(published) => {
                self.rules.extend([rule("taxonomy", published.taxonomy_version)]);
            }
            _ => {}
        }
    }
}
