//! The consultations' counts, moved as their rows move.

use std::collections::HashMap;

use sangdam_domain::id::{AgentId, CallerId};
use sangdam_domain::value::Code;
use sangdam_eventstore::Arg;
use uuid::Uuid;

use super::tally::Tally;
use crate::consultations::ConsultationRow;
use crate::day::{day_number, year_of};
use crate::projection::Batch;
use crate::table::{Column, Table};

const YEARS: Table = Table {
    name: "consultation_years",
    columns: &[
        Column::Key("log_no"),
        Column::Key("year"),
        Column::Add("consultations"),
        Column::Add("unique_callers"),
    ],
};
const HOURS: Table = Table {
    name: "consultation_hours",
    columns: &[Column::Key("log_no"), Column::Key("day"), Column::Key("hour"), Column::Add("consultations")],
};
const AGENTS: Table = Table {
    name: "consultation_agents",
    columns: &[Column::Key("log_no"), Column::Key("day"), Column::Key("agent"), Column::Add("consultations")],
};
const CATEGORIES: Table = Table {
    name: "consultation_categories",
    columns: &[
        Column::Key("log_no"),
        Column::Key("day"),
        Column::Key("category"),
        Column::Add("consultations"),
    ],
};
const CALLER_YEARS: Table = Table {
    name: "caller_years",
    columns: &[
        Column::Key("log_no"),
        Column::Key("caller"),
        Column::Key("year"),
        Column::Add("consultations"),
    ],
};

/// All tables of these counts.
pub(crate) const CONSULTATION_TABLES: [Table; 5] = [YEARS, HOURS, AGENTS, CATEGORIES, CALLER_YEARS];

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

/// The changes of a batch. Every key that was ever touched gets a row, if only of 0: so the rows do not depend on how
/// events fall into batches.
#[derive(Default)]
pub(crate) struct ConsultationCounts {
    years: Tally<i64, 2>,
    hours: Tally<(i64, i64), 1>,
    agents: Tally<(i64, Option<AgentId>), 1>,
    categories: Tally<(i64, Option<Code>), 1>,
    callers: Tally<(CallerId, i64), 1>,
}

impl ConsultationCounts {
    /// A consultation counts under something else now.
    pub(crate) fn moved(&mut self, before: Option<Counted>, after: Option<Counted>) {
        if before == after {
            return;
        }
        if let Some(before) = before {
            self.add(before, -1);
        }
        if let Some(after) = after {
            self.add(after, 1);
        }
    }

    fn add(&mut self, counted: Counted, by: i64) {
        let year = year_of(counted.day);
        self.years.add(year, [by, 0]);
        self.hours.add((counted.day, counted.hour), [by]);
        self.agents.add((counted.day, counted.agent), [by]);
        self.categories.add((counted.day, counted.category), [by]);
        if let Some(caller) = counted.caller {
            self.callers.add((caller, year), [by]);
        }
    }

    /// Adds the changes to the tables.
    pub(crate) async fn write(mut self, batch: &mut Batch<'_>) -> Result<(), sqlx::Error> {
        self.count_unique_callers(batch).await?;
        let unknown = || Arg::Bytes(Some(Vec::new()));
        self.years.write(batch, &YEARS, |year| vec![(*year).into()]).await?;
        self.hours.write(batch, &HOURS, |(day, hour)| vec![(*day).into(), (*hour).into()]).await?;
        let agent = |agent: &Option<AgentId>| agent.map_or_else(unknown, |agent| agent.uuid().into());
        self.agents.write(batch, &AGENTS, |(day, id)| vec![(*day).into(), agent(id)]).await?;
        let category = |code: &Option<Code>| Arg::from(code.as_ref().map_or("", Code::as_str));
        self.categories.write(batch, &CATEGORIES, |(day, code)| vec![(*day).into(), category(code)]).await?;
        self.callers.write(batch, &CALLER_YEARS, |(id, year)| vec![id.uuid().into(), (*year).into()]).await
    }

    /// A caller is one of a year's as long as they have a consultation counted in it.
    async fn count_unique_callers(&mut self, batch: &mut Batch<'_>) -> Result<(), sqlx::Error> {
        let ids: Vec<Uuid> = self.callers.changes().map(|((caller, _), _)| caller.uuid()).collect();
        let mut before: HashMap<(CallerId, i64), i64> = HashMap::new();
        for row in batch.load(&CALLER_YEARS, "caller, year, consultations", "caller", &ids).await? {
            before.insert((CallerId::from_uuid(row.uuid(0)?), row.int(1)?), row.int(2)?);
        }
        for (key, [change]) in self.callers.changes() {
            let had = before.get(key).copied().unwrap_or(0);
            let one_more = i64::from(had + change > 0) - i64::from(had > 0);
            self.years.add(key.1, [0, one_more]);
        }
        Ok(())
    }
}
