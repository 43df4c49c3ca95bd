//! `publishOperatingCalendar`.

use async_graphql::{Context, InputObject, Object, Result};
use sangdam_domain::aggregate::{Centre, CentreCommand};
use sangdam_domain::event::{Holiday, OpenHours};
use sangdam_domain::value::DisplayText;

use crate::graphql::code::Weekday;
use crate::graphql::mutation::field::{text, version_or};
use crate::graphql::mutation::payload::CentrePayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::graphql::scalar::{Date, TimeOfDay};
use crate::ledger::Executed;

/// What `publishOperatingCalendar` takes.
#[derive(InputObject)]
pub(super) struct PublishOperatingCalendarInput {
    /// Its version; the next one where it is left out.
    version: Option<u32>,
    /// The first day it is in force; it ends where the next one begins.
    valid_from: Date,
    /// The IANA time zone of the hours, like Asia/Seoul.
    time_zone: String,
    /// When it is open, by day of the week.
    weekly_hours: Vec<OpenHoursInput>,
    /// Days on which it is closed.
    holidays: Vec<HolidayInput>,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `publishOperatingCalendar`.
#[derive(Default)]
pub(super) struct PublishOperatingCalendar;

#[Object]
impl PublishOperatingCalendar {
    /// These are the opening hours, from a day on.
    async fn publish_operating_calendar(
        &self,
        ctx: &Context<'_>,
        input: PublishOperatingCalendarInput,
    ) -> Result<CentrePayload> {
        CentrePayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(
    ctx: &Context<'_>,
    input: &PublishOperatingCalendarInput,
) -> Result<Executed<Centre>, Failure> {
    let request = Request::of(ctx, "publishOperatingCalendar", input, &input.command).await?;
    let time_zone = text("timeZone", &input.time_zone, DisplayText::parse)?;
    let weekly_hours = input.weekly_hours.iter().map(OpenHoursInput::parse).collect();
    let holidays = input.holidays.iter().map(HolidayInput::parse).collect::<Result<_, _>>()?;
    let centre = request.ledger.load::<Centre>(()).await?;
    let calendar_version = version_or(input.version, centre.map_or(1, |centre| centre.calendars.len() + 1));
    let valid_from = input.valid_from.0;
    let command = CentreCommand::PublishOperatingCalendar {
        calendar_version,
        valid_from,
        time_zone,
        weekly_hours,
        holidays,
    };
    request.execute((), command).await
}

/// When the centre is open on a day of the week.
#[derive(InputObject)]
pub(super) struct OpenHoursInput {
    /// The day.
    weekday: Weekday,
    /// The first open moment.
    opens: TimeOfDay,
    /// The first closed moment; 00:00 is the end of the day.
    closes: TimeOfDay,
}

/// A day on which the centre is closed.
#[derive(InputObject)]
pub(super) struct HolidayInput {
    /// The day.
    date: Date,
    /// Its name.
    name: String,
}

impl OpenHoursInput {
    fn parse(&self) -> OpenHours {
        OpenHours { weekday: self.weekday.into(), opens: self.opens.0, closes: self.closes.0 }
    }
}

impl HolidayInput {
    fn parse(&self) -> Result<Holiday, Failure> {
        Ok(Holiday { date: self.date.0, name: text("holidays", &self.name, DisplayText::parse)? })
    }
}
