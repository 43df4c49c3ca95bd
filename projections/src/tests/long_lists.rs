//! Lists of any length: page 1,000 costs what page 1 costs; and sums as of a position, what those of now cost. What is counted is work, not time: steps of SQLite's machine,
//! rows that PostgreSQL's plan touches.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::ToSpan;
use jiff::civil::{Date, date};
use sangdam_domain::id::CallerId;
use sangdam_domain::log::{Position, Version};
use sangdam_domain::time::Timestamp;
use sangdam_domain::value::*;
use sangdam_eventstore::{Arg, Location, args};
use sqlx::sqlite::{SqliteArguments, SqliteConnectOptions, SqliteConnection};
use sqlx::{Arguments, ConnectOptions, Connection};

use super::harness::*;
use super::on_every_engine;
use crate::at::{At, Then};
use crate::callers::queries::history_sql;
use crate::callers::{CONTACTS, Contact, ContactKind};
use crate::calls::queries::page_sql as calls_sql;
use crate::calls::{self, CallFilter, CallRow, CallStatus};
use crate::consultations::queries::page_sql as consultations_sql;
use crate::consultations::{self, ConsultationFilter, ConsultationRow, ConsultationStatus};
use crate::counts::CALL_WAITS;
use crate::day::day_number;
use crate::directory::queries::mentions_sql;
use crate::directory::row::NUMBERS_GIVEN;
use crate::directory::{Act, Mention};
use crate::question::Question;
use crate::service_level::queries::waits_sql;
use crate::table::{Generation, Holding, Past, Table};
use crate::{Cursor, Page};

on_every_engine! {
    page_1000_costs_what_page_1_costs,
    sums_as_of_a_position_leave_alone_what_did_not_change,
}

const ROWS: u64 = 24_000;
const SIZE: usize = 20;
/// Behind so many pages of all rows.
const DEEP: u64 = 1_000;

async fn page_1000_costs_what_page_1_costs(history: History) {
    let h = &history;
    fill(h).await;
    let deep = Cursor { at: moment(ROWS - DEEP * SIZE as u64), id: call_id(0).uuid() };
    let now = costs(h, &h.now(), deep).await;
    let late = Position::new(2 * ROWS - 900).unwrap();
    let as_of_late = costs(h, &as_of(h, late), deep).await;
    for (list, [first, later]) in now.iter().chain(&as_of_late) {
        assert!(*later <= first + first / 2 + 50, "{list}: page 1 costs {first}, page 1,000 {later}");
    }
    // As of a moment long before, too, there are few to go through.
    let long_before = Position::new(20_000).unwrap();
    let early = Cursor { at: moment(5_000), ..deep };
    let as_of_early = costs(h, &as_of(h, long_before), early).await;
    for ((list, early), (_, late)) in as_of_early.iter().zip(&as_of_late) {
        for (early, late) in early.iter().zip(late) {
            assert!(*early <= late + late / 2 + 300, "{list}: as of early on {early}, lately {late}");
        }
    }
    let most = now.iter().chain(&as_of_late).flat_map(|(_, costs)| *costs).max().unwrap();
    let limit = if h.models.db().is_postgres() { 1_000 } else { 10_000 };
    assert!(most < limit, "{most}: rather all rows are gone through\n{now:#?}\n{as_of_late:#?}");
}

/// What page 1 and a later one cost of each list.
async fn costs(h: &History, at: &At, later: Cursor) -> Vec<(String, [u64; 2])> {
    let mut costs = Vec::new();
    for list in lists() {
        let mut both = [0; 2];
        for (cost, after) in both.iter_mut().zip([None, Some(later)]) {
            let page = Page { after, ..Page::first(SIZE) };
            let question = h.models.ask(at).await.unwrap().unwrap();
            *cost = work(h, (list.sql)(question, &page)).await;
        }
        costs.push((format!("{} as of {:?}", list.name, at.position()), both));
    }
    costs
}

async fn sums_as_of_a_position_leave_alone_what_did_not_change(history: History) {
    const DAYS: u64 = 600;
    const CHANGES: u64 = 6;
    let h = &history;
    h.caught_up().await;
    let first = date(2024, 1, 1);
    let mut waits = Rows::default();
    for (day, seconds) in (0..DAYS).flat_map(|day| (0..SIZE as u64).map(move |seconds| (day, seconds))) {
        let at = |change: u64| Position::new(1 + day * CHANGES + change).unwrap();
        let row = |answered: u64| {
            let date = first.checked_add(i64::try_from(day).unwrap().days()).unwrap();
            args![1_i64, day_number(date), seconds as i64, at(0), answered as i64]
        };
        waits.past.extend((1..CHANGES).map(|change| Past { row: row(change), held_to: at(change) }));
        waits.now.push(Holding { row: row(CHANGES), held_from: at(CHANGES - 1), over: None });
    }
    write(h, &CALL_WAITS, waits).await;
    h.models.db().execute("ANALYZE", args![]).await.unwrap();
    let cost = async |at: &At| {
        let question = h.models.ask(at).await.unwrap().unwrap();
        work(h, waits_sql(question, date(2024, 7, 1), date(2024, 12, 31))).await
    };
    let now = cost(&h.now()).await;
    let then = cost(&as_of(h, Position::new(300 * CHANGES + 3).unwrap())).await;
    assert!(then <= now * 5, "as of a day in it {then}, now {now}");
}

struct List {
    name: &'static str,
    sql: Box<PageSql>,
}

/// The statement for a page, and what it asks.
type PageSql = dyn Fn(Question, &Page) -> (String, Question);

fn lists() -> Vec<List> {
    let consultations = |name, filter: ConsultationFilter| List {
        name,
        sql: Box::new(move |question, page| consultations_sql(question, &filter, page)),
    };
    let calls = |name, filter: CallFilter| List {
        name,
        sql: Box::new(move |question, page| calls_sql(question, &filter, page)),
    };
    let history = |name, callers: Vec<CallerId>| List {
        name,
        sql: Box::new(move |question, page| history_sql(question, &callers, page)),
    };
    let mentions = |name, days: (Option<Date>, Option<Date>)| List {
        name,
        sql: Box::new(move |question, page| mentions_sql(question, entry_id(1), Act::Given, days, page)),
    };
    let (of_one, all) = (vec![caller_id(1)], ConsultationFilter::default);
    let day = Some(date(2024, 1, 1));
    vec![
        consultations("consultations", all()),
        consultations("a day's", ConsultationFilter { from: day, to: Some(date(2024, 12, 31)), ..all() }),
        consultations("an agent's", ConsultationFilter { agent: Some(agent_id(1)), ..all() }),
        consultations("a category's", ConsultationFilter { category: Some(code("tax")), ..all() }),
        consultations("voided", ConsultationFilter { status: Some(ConsultationStatus::Voided), ..all() }),
        consultations("a caller's", ConsultationFilter { callers: of_one.clone(), ..all() }),
        calls("calls", CallFilter::default()),
        calls("a caller's calls", CallFilter { callers: of_one.clone(), ..Default::default() }),
        history("a caller's history", of_one),
        history("a history with an alias's", vec![caller_id(1), caller_id(7)]),
        mentions("a number's", (None, None)),
        mentions("a number's of a year", (day, Some(date(2024, 12, 31)))),
    ]
}

/// Rows as if each consultation, a minute after the other, had been opened and settled by the two events at 2n - 1 and 2n.
async fn fill(h: &History) {
    h.caught_up().await;
    let (mut consultations, mut calls, mut contacts) = (Rows::default(), Rows::default(), Rows::default());
    let mut numbers = Rows::default();
    for n in 1..=ROWS {
        let (first, last) = (Position::new(2 * n - 1).unwrap(), Position::new(2 * n).unwrap());
        let (opened, settled) = (consultation_rows(n, first), consultation_rows(n, last));
        consultations.add(opened.args(1), settled.args(1), last);
        let (offered, ended) = (call_row(n, first), call_row(n, last));
        calls.add(offered.args(1), ended.args(1), last);
        let (before, after) = (contact(n, first, false), contact(n, first, true));
        contacts.add(before.args(1), after.args(1), last);
        let (said, voided) = (mention(n, first, false), mention(n, first, n.is_multiple_of(100)));
        numbers.add(said.args(1), voided.args(1), last);
    }
    write(h, &consultations::TABLE, consultations).await;
    write(h, &calls::TABLE, calls).await;
    write(h, &CONTACTS, contacts).await;
    write(h, &NUMBERS_GIVEN, numbers).await;
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
        self.now.push(Holding { row: is, held_from: since, over: None });
    }
}

async fn write(h: &History, table: &Table, rows: Rows) {
    let tx = h.models.db().begin().await.unwrap();
    table.write(&tx, Generation::Serving, rows.now, rows.past).await.unwrap();
    tx.commit().await.unwrap();
}

/// The rows alone are there, not the events that would have made them.
fn as_of(h: &History, position: Position) -> At {
    let latest_micros = moment(position.get().div_ceil(2)).micros();
    At::as_of(&h.log, Then { position, latest_micros })
}

fn moment(n: u64) -> Timestamp {
    at("2024-01-01T00:00:00Z").plus_seconds(60 * i64::try_from(n).unwrap())
}

fn consultation_rows(n: u64, last: Position) -> ConsultationRow {
    let settled = last.get().is_multiple_of(2);
    ConsultationRow {
        id: consultation_id(n.into()),
        opened_position: Position::new(2 * n - 1).unwrap(),
        last_position: last,
        version: Version::new(1 + u64::from(settled)).unwrap(),
        occurred_at: moment(n),
        day: date(2024, 1, 1),
        hour: 0,
        caller: (n.is_multiple_of(2)).then(|| caller_id(1)),
        agent: Some(agent_id((n % 4).into())),
        category: Some(code(if n.is_multiple_of(4) { "tax" } else { "roads" })),
        taxonomy_version: Some(1),
        channel: Channel::Phone,
        contact_reason: ContactReason::UnknownContact,
        opened_by: OpenedBy::Call { call: call_id(n.into()) },
        status: match settled {
            false => ConsultationStatus::Open,
            true if n.is_multiple_of(100) => ConsultationStatus::Voided,
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
    let ended = last.get().is_multiple_of(2);
    CallRow {
        id: call_id(n.into()),
        offered_position: Position::new(2 * n - 1).unwrap(),
        last_position: last,
        version: Version::new(1 + u64::from(ended)).unwrap(),
        offered_at: moment(n),
        day: date(2024, 1, 1),
        hour: 0,
        direction: Direction::Inbound,
        caller: (n.is_multiple_of(2)).then(|| caller_id(1)),
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
        dropped_at: None,
        no_consultation: None,
    }
}

fn contact(n: u64, position: Position, answered: bool) -> Contact {
    Contact {
        what: ContactKind::Call(call_id(n.into())),
        position,
        occurred_at: moment(n),
        caller: (n.is_multiple_of(2)).then(|| caller_id(1)),
        answered,
        voided: false,
    }
}

fn mention(n: u64, position: Position, voided: bool) -> Mention {
    Mention {
        position,
        occurred_at: moment(n),
        consultation: consultation_id(n.into()),
        entry: entry_id(if n.is_multiple_of(4) { 1 } else { 2 }),
        entry_version: 1,
        act: Act::Given,
        day: 20_240_101,
        voided,
    }
}

/// How much a statement does.
async fn work(h: &History, (sql, question): (String, Question)) -> u64 {
    match &h.location {
        Location::Sqlite { dir } => steps(&dir.join("read.db"), &sql, question).await,
        Location::Postgres { .. } if question.is_now() => {
            // Asked together with others, it is planned without knowing what it asks for.
            let (together, alone) = (together(&sql, &question), question.clone());
            rows_touched(h, &sql, alone).await.max(rows_touched(h, &together, question).await)
        }
        Location::Postgres { .. } => rows_touched(h, &sql, question).await,
    }
}

/// A statement whose arguments PostgreSQL's planner does not see.
fn together(sql: &str, question: &Question) -> String {
    let given = question.clone().args();
    let typed = (1..).zip(&given).map(|(n, arg)| match arg {
        Arg::Int(_) => format!("${n}::BIGINT AS a{n}"),
        Arg::Text(_) => format!("${n}::TEXT AS a{n}"),
        Arg::Bytes(_) => format!("${n}::BYTEA AS a{n}"),
    });
    let (typed, sql) = (typed.collect::<Vec<_>>().join(", "), sql.replace('$', "asked.a"));
    format!("SELECT answer.* FROM (SELECT {typed} OFFSET 0) AS asked CROSS JOIN LATERAL ({sql}) AS answer")
}

/// How many steps SQLite's machine takes, as its progress handler counts them.
async fn steps(file: &std::path::Path, sql: &str, question: Question) -> u64 {
    let mut connection = SqliteConnectOptions::new().filename(file).connect().await.unwrap();
    // A first statement reads what tables and indexes there are.
    sqlx::query("SELECT 1 FROM consultations LIMIT 1").fetch_all(&mut connection).await.unwrap();
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
    let plan = h.models.select(question, &sql, |row| row.text(0).map(str::to_owned)).await.unwrap();
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
