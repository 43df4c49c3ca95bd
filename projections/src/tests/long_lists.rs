//! Lists of any length: page 1,000 costs what page 1 costs. What is counted is work, not time: steps of SQLite's machine,
//! rows that PostgreSQL's plan touches.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::civil::date;
use sangdam_domain::log::{Position, Version};
use sangdam_domain::time::Timestamp;
use sangdam_domain::value::*;
use sangdam_eventstore::{Arg, Location, args};
use sqlx::sqlite::{SqliteArguments, SqliteConnectOptions, SqliteConnection};
use sqlx::{Arguments, ConnectOptions, Connection};

use super::harness::*;
use super::on_every_engine;
use crate::callers::queries::history_sql;
use crate::callers::{Contact, ContactKind};
use crate::calls::queries::page_sql as calls_sql;
use crate::calls::{CallFilter, CallRow, CallStatus};
use crate::consultations::queries::{changed_sql, page_sql as consultations_sql};
use crate::consultations::{ConsultationFilter, ConsultationRow, ConsultationStatus};
use crate::question::Question;
use crate::table::{Generation, Holding, Past, Table};
use crate::{Cursor, Page};

on_every_engine! {
    page_1000_costs_what_page_1_costs,
    a_feed_costs_the_same_wherever_it_goes_on,
}

const ROWS: u64 = 24_000;
const SIZE: usize = 20;
/// Behind so many pages of all rows.
const DEEP: u64 = 1_000;

async fn page_1000_costs_what_page_1_costs(history: History) {
    let h = &history;
    fill(h).await;
    let deep = Cursor { at: moment(ROWS - DEEP * SIZE as u64), id: call_id(0).uuid() };
    for at in [h.now(), h.models.as_of(&h.log, Position::new(2 * ROWS - 900).unwrap()).await.unwrap()] {
        let question = h.models.ask(&at).await.unwrap().unwrap();
        for (name, sql) in lists() {
            let first = work(h, sql(question.clone(), &Page::first(SIZE))).await;
            let page = Page { after: Some(deep), ..Page::first(SIZE) };
            let later = work(h, sql(question.clone(), &page)).await;
            let as_of = at.position();
            assert!(
                later <= first * 3 / 2 + 50,
                "{name} as of {as_of:?}: page 1 {first}, page 1,000 {later}"
            );
        }
    }
}

async fn a_feed_costs_the_same_wherever_it_goes_on(history: History) {
    let h = &history;
    fill(h).await;
    for at in [h.now(), h.models.as_of(&h.log, Position::new(2 * ROWS - 900).unwrap()).await.unwrap()] {
        let mut costs = Vec::new();
        for after in [0, ROWS, 2 * ROWS - 2_000] {
            let question = h.models.ask(&at).await.unwrap().unwrap();
            let after = Position::new(after).unwrap();
            costs.push(work(h, changed_sql(question, at.position(), after, SIZE)).await);
        }
        let (least, most) = (costs.iter().min().unwrap(), costs.iter().max().unwrap());
        assert!(*most <= least * 3 / 2 + 50, "as of {:?}: {costs:?}", at.position());
    }
}

type List = Box<dyn Fn(Question, &Page) -> (String, Question)>;

fn lists() -> Vec<(&'static str, List)> {
    let consultations = |filter: ConsultationFilter| -> List {
        Box::new(move |question, page| consultations_sql(question, &filter, page))
    };
    let calls =
        |filter: CallFilter| -> List { Box::new(move |question, page| calls_sql(question, &filter, page)) };
    let all = ConsultationFilter::default;
    let voided = Some(ConsultationStatus::Voided);
    vec![
        ("consultations", consultations(all())),
        ("an agent's", consultations(ConsultationFilter { agent: Some(agent_id(1)), ..all() })),
        ("a category's", consultations(ConsultationFilter { category: Some(code("tax")), ..all() })),
        ("voided ones", consultations(ConsultationFilter { status: voided, ..all() })),
        ("a caller's", consultations(ConsultationFilter { callers: vec![caller_id(1)], ..all() })),
        ("calls", calls(CallFilter::default())),
        ("a caller's calls", calls(CallFilter { callers: vec![caller_id(1)], ..Default::default() })),
        ("a caller's history", Box::new(|question, page| history_sql(question, &[caller_id(1)], page))),
        (
            "a history with an alias",
            Box::new(|question, page| history_sql(question, &[caller_id(1), caller_id(7)], page)),
        ),
    ]
}

/// Rows as if each consultation, a minute after the other, had been opened and settled by the two events at 2n - 1 and 2n.
async fn fill(h: &History) {
    h.caught_up().await;
    let (mut consultations, mut calls, mut contacts) = (Rows::default(), Rows::default(), Rows::default());
    for n in 1..=ROWS {
        let (first, last) = (Position::new(2 * n - 1).unwrap(), Position::new(2 * n).unwrap());
        let (opened, settled) = (consultation_rows(n, first), consultation_rows(n, last));
        consultations.add(opened.args(1), settled.args(1), last);
        let (offered, ended) = (call_row(n, first), call_row(n, last));
        calls.add(offered.args(1), ended.args(1), last);
        let (before, after) = (contact(n, first, false), contact(n, first, true));
        contacts.add(before.args(1), after.args(1), last);
    }
    write(h, &crate::consultations::TABLE, consultations).await;
    write(h, &crate::calls::TABLE, calls).await;
    write(h, &crate::callers::CONTACTS, contacts).await;
    let applied = "UPDATE checkpoints SET position = $1 WHERE log_no = $2";
    h.models.db().execute(applied, args![2 * ROWS as i64, 1]).await.unwrap();
    h.models.db().execute("ANALYZE", args![]).await.unwrap();
}

#[derive(Default)]
struct Rows {
    now: Vec<Holding>,
    past: Vec<Past>,
}

impl Rows {
    fn add(&mut self, was: Vec<Arg>, is: Vec<Arg>, since: Position) {
        self.past.push(Past { row: was, held_to: since });
        self.now.push(Holding { row: is, held_from: since });
    }
}

async fn write(h: &History, table: &Table, rows: Rows) {
    let mut tx = h.models.db().begin().await.unwrap();
    table.write(&mut tx, Generation::Serving, rows.now, rows.past).await.unwrap();
    tx.commit().await.unwrap();
}

fn moment(n: u64) -> Timestamp {
    at("2024-01-01T00:00:00Z").plus_seconds(60 * i64::try_from(n).unwrap())
}

fn consultation_rows(n: u64, last: Position) -> ConsultationRow {
    let settled = last.get() % 2 == 0;
    ConsultationRow {
        id: consultation_id(n.into()),
        opened_position: Position::new(2 * n - 1).unwrap(),
        last_position: last,
        version: Version::new(1 + u64::from(settled)).unwrap(),
        occurred_at: moment(n),
        day: date(2024, 1, 1),
        hour: 0,
        caller: (n % 2 == 0).then(|| caller_id(1)),
        agent: Some(agent_id((n % 4).into())),
        category: Some(code(if n % 4 == 0 { "tax" } else { "roads" })),
        taxonomy_version: Some(1),
        channel: Channel::Phone,
        contact_reason: ContactReason::UnknownContact,
        opened_by: OpenedBy::Call { call: call_id(n.into()) },
        status: match settled {
            false => ConsultationStatus::Open,
            true if n % 100 == 0 => ConsultationStatus::Voided,
            true => ConsultationStatus::Resolved,
        },
        resolved_by: settled.then_some(ResolvedBy::Agent),
        outcome: settled.then_some(Outcome::Answered),
        resolved_at: settled.then(|| moment(n)),
        voided_at: None,
        notes: 0,
        transfers: 0,
        calls: 1,
        numbers_given: 0,
    }
}

fn call_row(n: u64, last: Position) -> CallRow {
    let ended = last.get() % 2 == 0;
    CallRow {
        id: call_id(n.into()),
        offered_position: Position::new(2 * n - 1).unwrap(),
        last_position: last,
        version: Version::new(1 + u64::from(ended)).unwrap(),
        offered_at: moment(n),
        day: date(2024, 1, 1),
        hour: 0,
        direction: Direction::Inbound,
        caller: (n % 2 == 0).then(|| caller_id(1)),
        agent: None,
        dialled: None,
        queue: None,
        evidence: Evidence::Observed,
        status: if ended { CallStatus::Ended } else { CallStatus::Offered },
        in_hours: true,
        dropped: false,
        wait_seconds: None,
        talk_seconds: None,
        answered_at: None,
        ended_at: ended.then(|| moment(n)),
        ended_by: None,
        consultation: None,
    }
}

fn contact(n: u64, position: Position, answered: bool) -> Contact {
    Contact {
        what: ContactKind::Call(call_id(n.into())),
        position,
        occurred_at: moment(n),
        caller: (n % 2 == 0).then(|| caller_id(1)),
        answered,
        voided: false,
    }
}

/// How much a statement does.
async fn work(h: &History, (sql, question): (String, Question)) -> u64 {
    match &h.location {
        Location::Sqlite { dir } => steps(&dir.join("read.db"), &sql, question).await,
        Location::Postgres { .. } => rows_touched(h, &sql, question).await,
    }
}

/// How many steps SQLite's machine takes, as its progress handler counts them.
async fn steps(file: &std::path::Path, sql: &str, question: Question) -> u64 {
    let mut connection = SqliteConnectOptions::new().filename(file).connect().await.unwrap();
    let count = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&count);
    connection.lock_handle().await.unwrap().set_progress_handler(1, move || {
        counted.fetch_add(1, Ordering::Relaxed);
        true
    });
    let mut arguments = SqliteArguments::default();
    for arg in question.args() {
        match arg {
            Arg::Int(value) => arguments.add(value),
            Arg::Text(value) => arguments.add(value),
            Arg::Bytes(value) => arguments.add(value),
        }
        .unwrap();
    }
    let rows = sqlx::query_with(sql, arguments).fetch_all(&mut connection).await.unwrap();
    assert!(rows.len() >= SIZE, "{sql}: {} rows", rows.len());
    SqliteConnection::close(connection).await.unwrap();
    count.load(Ordering::Relaxed)
}

/// How many rows the nodes of PostgreSQL's plan gave, or looked at and left out.
async fn rows_touched(h: &History, sql: &str, question: Question) -> u64 {
    let sql = format!("EXPLAIN (ANALYZE, TIMING OFF) {sql}");
    let plan = h.models.select(question, &sql, |row| row.text(0)).await.unwrap();
    let number = |text: &str| -> f64 {
        text.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect::<String>().parse().unwrap()
    };
    let mut loops = 1.0;
    let mut touched = 0.0;
    for line in &plan {
        if let Some((_, actual)) = line.split_once("(actual rows=") {
            loops = number(actual.split_once("loops=").unwrap().1);
            touched += number(actual) * loops;
        }
        if let Some((_, removed)) = line.split_once("Removed by ") {
            touched += number(removed.split_once(": ").unwrap().1) * loops;
        }
    }
    assert!(touched > 0.0, "{plan:#?}");
    touched as u64
}
