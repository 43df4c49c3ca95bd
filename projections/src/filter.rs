//! Conditions that are put together at run time: a text and its arguments, counted as they come.

use jiff::civil::Date;
use sangdam_eventstore::Arg;

use crate::day::{day_number, earliest_of, latest_of};
use crate::page::Page;
use crate::question::Question;

/// The `WHERE` of a query, growing.
pub(crate) struct Conditions {
    text: String,
    question: Question,
    at: &'static str,
    /// Few rows are left, which no index has in the order of time.
    sorted_apart: bool,
}

impl Conditions {
    /// Rows of one log; `at` is their column of when they happened.
    pub(crate) fn of(question: Question, at: &'static str) -> Self {
        Self { text: "log_no = $1".to_owned(), question, at, sorted_apart: false }
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

    /// The column has one of these values.
    pub(crate) fn and_in(&mut self, column: &str, values: Vec<Arg>) {
        if values.is_empty() {
            self.text.push_str(" AND 1 = 0");
            return;
        }
        // An index on the column has the rows of one value in the order of time, and of several value by value: left the
        // choice, SQLite rather goes through the rows of everybody, in order.
        self.sorted_apart |= values.len() > 1;
        let places = vec!["?"; values.len()].join(",");
        self.and(&format!("{column} IN ({places})"), values);
    }

    /// The `day` is within these, both included.
    pub(crate) fn and_days(&mut self, from: Option<Date>, to: Option<Date>) {
        let at = self.at;
        if let Some(from) = from {
            self.and(&format!("{at} >= ? AND day >= ?"), [earliest_of(from).into(), day_number(from).into()]);
        }
        if let Some(to) = to {
            self.and(&format!("{at} <= ? AND day <= ?"), [latest_of(to).into(), day_number(to).into()]);
        }
    }

    /// The rows behind the page's beginning, in its order, and one more than it holds.
    pub(crate) fn paged(mut self, page: &Page) -> (String, Question) {
        self.begin_then();
        let (compare, at) = (page.order.compare(), self.at);
        if let Some(cursor) = page.after {
            // The first half lets the index on (…, at, id) be entered at the right place on both engines.
            self.and(
                &format!("{at} {compare}= ? AND ({at} {compare} ? OR id {compare} ?)"),
                [cursor.at.into(), cursor.at.into(), cursor.id.into()],
            );
        }
        let order = page.order.sql();
        let limit = page.size.saturating_add(1).min(Self::PAGE_MAX);
        let sign = if self.sorted_apart { "+" } else { "" };
        self.text.push_str(&format!(" ORDER BY {sign}{at} {order}, id {order} LIMIT {limit}"));
        (self.text, self.question)
    }

    /// What was put together.
    pub(crate) fn done(mut self) -> (String, Question) {
        self.begin_then();
        (self.text, self.question)
    }

    /// As of a position, what happened later need not be looked through.
    fn begin_then(&mut self) {
        let (latest, sign) = (self.question.latest_micros(), if self.sorted_apart { "+" } else { "" });
        self.and_if(&format!("{sign}{} <= ?", self.at), latest);
    }

    const PAGE_MAX: usize = 100_001;
}
