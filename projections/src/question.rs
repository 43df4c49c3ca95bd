//! Questions to the tables: where they are read from, as of when, and the arguments.

use sangdam_eventstore::Arg;

use crate::at::Then;
use crate::table::{Earliest, Table};

/// A question about one log. `$1` is the log's number; as of a position, `$2` is that one.
#[derive(Clone)]
pub(crate) struct Question {
    args: Vec<Arg>,
    /// Nothing that counts happened later; `None` as it stands.
    latest_micros: Option<i64>,
    earliest: Earliest,
}

impl Question {
    pub(crate) fn about(log_no: i64, then: Option<Then>, earliest: Earliest) -> Self {
        let position = then.map(|then| Arg::from(then.position));
        let args = [Arg::from(log_no)].into_iter().chain(position).collect();
        Self { args, latest_micros: then.map(|then| then.latest_micros), earliest }
    }

    /// Whether it is about the log as it stands.
    pub(crate) fn is_now(&self) -> bool {
        self.latest_micros.is_none()
    }

    /// The moment after which nothing happened that counts, as of a position, in microseconds since 1970.
    pub(crate) fn latest_micros(&self) -> Option<i64> {
        self.latest_micros
    }

    /// What stands behind `FROM` to read a table; every statement reads at least one.
    pub(crate) fn from(&self, table: &Table) -> String {
        if self.latest_micros.is_some() { table.as_of(self.earliest) } else { table.name.to_owned() }
    }

    /// A statement that reads the first rows of a table in an order: those that meet one of the conditions, no row meeting two.
    /// As many are read of each condition and, as of a position, of each half of the table, so that they come by an index: no
    /// engine sees by itself that it need not read all to sort them.
    pub(crate) fn first(
        &self,
        table: &Table,
        select: &str,
        conditions: &[String],
        order: &str,
        limit: usize,
    ) -> String {
        let places = match self.latest_micros.is_some() {
            true => table.halves(self.earliest).iter().map(|half| format!("({half}) AS as_it_was")).collect(),
            false => vec![table.name.to_owned()],
        };
        let part = |place: &str, condition: &str| {
            format!("SELECT {select} FROM {place} WHERE {condition} ORDER BY {order} LIMIT {limit}")
        };
        let parts = conditions.iter().flat_map(|condition| places.iter().map(|place| part(place, condition)));
        let mut parts: Vec<String> = parts.collect();
        if parts.len() == 1 {
            return parts.remove(0);
        }
        let parts: Vec<String> = parts.iter().map(|part| format!("SELECT * FROM ({part}) AS part")).collect();
        format!("SELECT * FROM ({}) AS parts ORDER BY {order} LIMIT {limit}", parts.join(" UNION ALL "))
    }

    /// The mark of a further argument.
    pub(crate) fn arg(&mut self, arg: impl Into<Arg>) -> String {
        self.args.push(arg.into());
        format!("${}", self.args.len())
    }

    /// The marks of further arguments, in brackets.
    pub(crate) fn list(&mut self, args: &[Arg]) -> String {
        let marks: Vec<String> = args.iter().map(|arg| self.arg(arg.clone())).collect();
        format!("({})", marks.join(","))
    }

    /// The arguments in the order of their marks.
    pub(crate) fn args(self) -> Vec<Arg> {
        self.args
    }
}
