//! Conditions that are put together at run time: a text and its arguments, counted as they come.

use std::collections::HashSet;

use jiff::civil::Date;
use sangdam_domain::time::Timestamp;
use sangdam_eventstore::Arg;
use uuid::Uuid;

use crate::day::{day_number, earliest_of, latest_of};
use crate::page::{Order, Page};
use crate::question::Question;
use crate::table::Table;

/// The `WHERE` of a query, growing.
pub(crate) struct Conditions {
    text: String,
    question: Question,
    /// The column of when they happened, which indexes are on.
    at: &'static str,
    /// The column that orders what happened at the same moment, which indexes go on with; and what it is compared with, of a
    /// cursor's id.
    then_by: (&'static str, fn(Uuid) -> Arg),
    /// The bounds of when they happened. There is one of each, at most: of several SQLite would enter an index at any.
    earliest_micros: Option<i64>,
    latest_micros: Option<i64>,
    /// A column, and what it may be.
    one_of: Option<(&'static str, Vec<String>)>,
}

/// The rows of so many values are read value by value, each in order; those of more at once, and are sorted then.
const VALUES_APART_MAX: usize = 16;

impl Conditions {
    /// Rows of one log; `at` is their column of when they happened.
    pub(crate) fn of(question: Question, at: &'static str) -> Self {
        Self::by(question, at, ("id", Arg::from))
    }

    /// The same, of rows that are told apart by another column than an id.
    pub(crate) fn by(question: Question, at: &'static str, then_by: (&'static str, fn(Uuid) -> Arg)) -> Self {
        // As of a position, what happened later need not be looked through.
        let latest_micros = question.latest_micros();
        let text = "log_no = $1".to_owned();
        Self { text, question, at, then_by, earliest_micros: None, latest_micros, one_of: None }
    }

    /// A further condition; each `?` of the text stands for the next argument.
    pub(crate) fn and(&mut self, text: &str, args: impl IntoIterator<Item = Arg>) {
        self.text.push_str(" AND ");
        let mut args = args.into_iter();
        for piece in text.split_inclusive('?') {
            match piece.strip_suffix('?') {
                Some(before) => {
                    self.text.push_str(before);
                    let mark = args.next().map(|arg| self.question.arg(arg));
                    self.text.push_str(mark.as_deref().unwrap_or("NULL"));
                }
                None => self.text.push_str(piece),
            }
        }
    }

    /// A further condition, where there is a value to compare with.
    pub(crate) fn and_if<T: Into<Arg>>(&mut self, text: &str, value: Option<T>) {
        if let Some(value) = value {
            self.and(text, [value.into()]);
        }
    }

    /// A column has one of these values; said of one column at most.
    pub(crate) fn and_in(&mut self, column: &'static str, values: Vec<Arg>) {
        if values.is_empty() {
            self.text.push_str(" AND 1 = 0");
            return;
        }
        let mut known = HashSet::new();
        let values = values.into_iter().filter(|value| known.insert(value.clone()));
        let marks = values.map(|value| self.question.arg(value)).collect();
        self.one_of = Some((column, marks));
    }

    /// The `day` is within these, both included.
    pub(crate) fn and_days(&mut self, from: Option<Date>, to: Option<Date>) {
        if let Some(from) = from {
            self.not_before(earliest_of(from));
        }
        if let Some(to) = to {
            self.not_after(latest_of(to));
        }
        self.and_if("day >= ?", from.map(day_number));
        self.and_if("day <= ?", to.map(day_number));
    }

    fn not_before(&mut self, moment: Timestamp) {
        self.earliest_micros = self.earliest_micros.max(Some(moment.micros()));
    }

    fn not_after(&mut self, moment: Timestamp) {
        let micros = moment.micros();
        self.latest_micros = Some(self.latest_micros.map_or(micros, |latest| latest.min(micros)));
    }

    /// The statement that reads the rows behind the page's beginning, in its order, and one more than it holds.
    pub(crate) fn page(mut self, table: &Table, select: &str, page: &Page) -> (String, Question) {
        let (at, (then_by, key), compare) = (self.at, self.then_by, page.order.compare());
        let sorts = self.one_of.as_ref().is_some_and(|(_, marks)| marks.len() > VALUES_APART_MAX);
        if let Some(cursor) = page.after.filter(|_| self.question.is_now() && !sorts) {
            // One comparison is all of an index's condition, and its cost is seen without the values: PostgreSQL plans once.
            self.and(&format!("({at}, {then_by}) {compare} (?, ?)"), [cursor.at.into(), key(cursor.id)]);
        } else if let Some(cursor) = page.after {
            // The bound lets the index on (…, at, id) be entered at the right place.
            match page.order {
                Order::OldestFirst => self.not_before(cursor.at),
                Order::NewestFirst => self.not_after(cursor.at),
            }
            let behind = format!("({at} {compare} ? OR {then_by} {compare} ?)");
            self.and(&behind, [cursor.at.into(), key(cursor.id)]);
        }
        let order = page.order.sql();
        let mut order = format!("{at} {order}, {then_by} {order}");
        let limit = page.size.saturating_add(1).min(Self::PAGE_MAX);
        // An index on a column has the rows of one value in the order of time, and of several value by value.
        let parts = match self.one_of.take_if(|(_, marks)| marks.len() <= VALUES_APART_MAX) {
            Some((column, marks)) => marks.iter().map(|mark| format!(" AND {column} = {mark}")).collect(),
            None => vec![String::new()],
        };
        if self.is_sorted() {
            order.insert(0, '+');
        }
        let (conditions, question) = self.done();
        let parts: Vec<String> = parts.into_iter().map(|part| conditions.clone() + &part).collect();
        (question.first(table, select, &parts, &order, limit), question)
    }

    /// Rows of many values are found by these, and sorted. Left the choice, SQLite rather goes through the rows of everybody,
    /// in order; the sign leaves it none.
    fn is_sorted(&self) -> bool {
        self.one_of.is_some()
    }

    /// What was put together.
    pub(crate) fn done(mut self) -> (String, Question) {
        let (at, sign) = (self.at, if self.is_sorted() { "+" } else { "" });
        self.and_if(&format!("{sign}{at} >= ?"), self.earliest_micros);
        self.and_if(&format!("{sign}{at} <= ?"), self.latest_micros);
        if let Some((column, marks)) = &self.one_of {
            self.text.push_str(&format!(" AND {column} IN ({})", marks.join(",")));
        }
        (self.text, self.question)
    }

    const PAGE_MAX: usize = 100_001;
}
