//! What each event says of the centre.

use std::collections::BTreeMap;

use futures::FutureExt;
use futures::future::BoxFuture;
use sangdam_domain::event::{Event, LegacyBalance};
use sangdam_eventstore::{Arg, args};

use super::row::{CENTRES, LEGACY, LegacyRow, RULES, SELECT_LEGACY};
use crate::context::Seen;
use crate::day::day_number;
use crate::error::Inapplicable;
use crate::projection::{Applied, Batch, Projection, Rows};
use crate::table::{Table, int};

/// The centre and its rules.
pub(crate) struct Centres;

const TABLES: [Table; 3] = [CENTRES, RULES, LEGACY];

impl Projection for Centres {
    fn name(&self) -> &'static str {
        "centre"
    }

    fn version(&self) -> u32 {
        2
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
    legacy: Vec<LegacyRow>,
}

async fn apply(batch: &mut Batch<'_>, facts: &[Seen]) -> Result<Applied, sqlx::Error> {
    let mut written = Written::default();
    for seen in facts {
        written.learn(batch.log_no, seen);
    }
    batch.write(&CENTRES, written.centre.into_iter().collect()).await?;
    batch.write(&RULES, written.rules.into_values().collect()).await?;
    let mut legacy: Rows<i16, LegacyRow> = Rows::of("legacy balance of");
    let years = written.legacy.iter().map(|row| i64::from(row.year).into());
    legacy.read(batch.load(&LEGACY, SELECT_LEGACY, "year", years, LegacyRow::read).await?, |row| row.year);
    let declare = |row: LegacyRow| declare(&mut legacy, row);
    if let Err(contradiction) = written.legacy.into_iter().try_for_each(declare) {
        return Err(sqlx::Error::Decode(contradiction.into()));
    }
    batch.write_rows(&LEGACY, &legacy, LegacyRow::args).await?;
    Ok(Applied::All)
}

/// A year is declared, or declared anew.
fn declare(rows: &mut Rows<i16, LegacyRow>, row: LegacyRow) -> Result<(), Inapplicable> {
    let (year, at) = (row.year, row.position);
    match rows.get(year, at) {
        Ok(there) => *there = LegacyRow { since: there.since, ..row },
        Err(_) => rows.make(year, row, at)?,
    }
    Ok(())
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
                self.legacy.push(LegacyRow {
                    year: declared.year,
                    since: position,
                    position,
                    consultations,
                    source: declared.source.as_str().to_owned(),
                });
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
