//! The consultations' counts, moved as their rows move.

use sangdam_domain::id::{AgentId, CallerId};
use sangdam_domain::log::Position;
use sangdam_domain::value::Code;

use super::tally::Tally;
use crate::consultations::ConsultationRow;
use crate::day::{day_number, year_of};
use crate::projection::Batch;
use crate::table::{Column, Table};

pub(crate) const CONSULTATION_YEARS: Table = Table {
    name: "consultation_years",
    columns: &[
        Column::Key("log_no"),
        Column::Key("year"),
        Column::Fixed("since_position"),
        Column::Count("consultations"),
        Column::Count("unique_callers"),
    ],
    since: "since_position",
    spanned: false,
};
pub(crate) const CONSULTATION_HOURS: Table = Table {
    name: "consultation_hours",
    columns: &[
        Column::Key("log_no"),
        Column::Key("day"),
        Column::Key("hour"),
        Column::Fixed("since_position"),
        Column::Count("consultations"),
    ],
    since: "since_position",
    spanned: false,
};
pub(crate) const CONSULTATION_AGENTS: Table = Table {
    name: "consultation_agents",
    columns: &[
        Column::Key("log_no"),
        Column::Key("day"),
        Column::Key("agent"),
        Column::Fixed("since_position"),
        Column::Count("consultations"),
    ],
    since: "since_position",
    spanned: false,
};
pub(crate) const CONSULTATION_CATEGORIES: Table = Table {
    name: "consultation_categories",
    columns: &[
        Column::Key("log_no"),
        Column::Key("day"),
        Column::Key("category"),
        Column::Fixed("since_position"),
        Column::Count("consultations"),
    ],
    since: "since_position",
    spanned: false,
};
const CALLER_YEARS: Table = Table {
    name: "caller_years",
    columns: &[
        Column::Key("log_no"),
        Column::Key("caller"),
        Column::Key("year"),
        Column::Fixed("since_position"),
        Column::Count("consultations"),
    ],
    since: "since_position",
    spanned: false,
};

/// All tables of these counts.
pub(crate) const CONSULTATION_TABLES: [Table; 5] =
    [CONSULTATION_YEARS, CONSULTATION_HOURS, CONSULTATION_AGENTS, CONSULTATION_CATEGORIES, CALLER_YEARS];

/// Under what a consultation counts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Counted {
    day: i64,
    hour: i64,
    agent: Option<AgentId>,
    category: Option<Code>,
    caller: Option<CallerId>,
}

impl Counted {
    /// Of a row; `None` where it does not count.
    pub(crate) fn of(row: &ConsultationRow) -> Option<Self> {
        row.counts().then(|| Self {
            day: day_number(row.day),
            hour: row.hour.into(),
            agent: row.agent,
            category: row.category.clone(),
            caller: row.caller,
        })
    }
}

/// The changes of a batch.
#[derive(Default)]
pub(crate) struct ConsultationCounts {
    years: Tally<i64, 2>,
    hours: Tally<(i64, i64), 1>,
    agents: Tally<(i64, Option<AgentId>), 1>,
    categories: Tally<(i64, Option<Code>), 1>,
    callers: Tally<(CallerId, i64), 1>,
}

impl ConsultationCounts {
    /// By the event at this position a consultation counts under something else.
    pub(crate) fn moved(&mut self, at: Position, before: Option<Counted>, after: Option<Counted>) {
        if before == after {
            return;
        }
        if let Some(before) = before {
            self.add(at, before, -1);
        }
        if let Some(after) = after {
            self.add(at, after, 1);
        }
    }

    fn add(&mut self, at: Position, counted: Counted, by: i64) {
        let year = year_of(counted.day);
        self.years.add(at, year, [by, 0]);
        self.hours.add(at, (counted.day, counted.hour), [by]);
        self.agents.add(at, (counted.day, counted.agent), [by]);
        self.categories.add(at, (counted.day, counted.category), [by]);
        if let Some(caller) = counted.caller {
            self.callers.add(at, (caller, year), [by]);
        }
    }

    /// Adds the changes to the tables.
    pub(crate) async fn write(mut self, batch: &mut Batch<'_>) -> Result<(), sqlx::Error> {
        let callers = self.callers.sum(batch, &CALLER_YEARS).await?;
        callers.write(batch, &CALLER_YEARS).await?;
        // A caller is one of a year's as long as they have a consultation counted in it.
        for ((_, year), sums) in &callers.0 {
            let mut had = sums.before();
            for step in &sums.after {
                let one_more = i64::from(step.numbers > [0]) - i64::from(had > [0]);
                self.years.add(step.at, *year, [0, one_more]);
                had = step.numbers;
            }
        }
        self.years.write(batch, &CONSULTATION_YEARS).await?;
        self.hours.write(batch, &CONSULTATION_HOURS).await?;
        self.agents.write(batch, &CONSULTATION_AGENTS).await?;
        self.categories.write(batch, &CONSULTATION_CATEGORIES).await
    }
}
