//! Registering a centre that the ledger does not know yet, with the facts in the mapping.

use sangdam_domain::actor::Actor;
use sangdam_domain::aggregate::{Centre, CentreCommand};
use sangdam_domain::value::{CountingRule, DisplayText};

use super::csv::IntakeError;
use super::file::FileError;
use super::mapping::{CentreSpec, Mapping};
use crate::ledger::{BulkItem, CommandMeta, Ledger};

const DEFINITION: &str = "One consultation is one ConsultationOpened that was not voided; it counts in the year, month \
     and day of its occurred_at in the centre's own time zone.";

/// Registers the centre and publishes its counting definition and calendar, all at once, unless it is known.
pub(super) async fn ensure_centre(
    ledger: &Ledger,
    mapping: &Mapping,
    actor: &Actor,
) -> Result<(), IntakeError> {
    if ledger.exists().await? && ledger.load::<Centre>(()).await?.is_some_and(|c| c.registered.is_some()) {
        return Ok(());
    }
    let facts =
        mapping.centre.as_ref().ok_or_else(|| IntakeError::UnknownCentre(ledger.centre().to_owned()))?;
    let commands = commands(facts)?;
    ledger.ensure_log(actor.clone(), None).await?;
    let now = ledger.now();
    let mut centre = ledger.live::<Centre>(()).await?;
    let mut item = BulkItem::new(CommandMeta::new(actor.clone(), "importCentre"));
    for command in commands {
        item.push(centre.decide(command, now, actor)?);
    }
    ledger.execute_bulk(vec![item]).await?.into_iter().try_for_each(|result| result.map(drop))?;
    Ok(())
}

fn commands(facts: &CentreSpec) -> Result<[CentreCommand; 3], IntakeError> {
    let time_zone = DisplayText::parse(&facts.time_zone)?;
    Ok([
        CentreCommand::Register {
            name: DisplayText::parse(&facts.name)?,
            opened_on: facts.opened_on,
            time_zone: time_zone.clone(),
            records_complete_from: facts.records_complete_from,
        },
        CentreCommand::PublishCountingDefinition {
            counting_version: 1,
            rule: CountingRule::OpenedNotVoided,
            description: DisplayText::parse(DEFINITION)?,
        },
        CentreCommand::PublishOperatingCalendar {
            calendar_version: 1,
            valid_from: facts.opened_on,
            time_zone,
            weekly_hours: facts.weekly_hours().map_err(FileError::from)?,
            holidays: Vec::new(),
        },
    ])
}
