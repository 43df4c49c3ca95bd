//! Questions to the tables: where they are read from, as of when, and the arguments.

use sangdam_eventstore::Arg;

use crate::at::Then;
use crate::table::Table;

/// A question about one log. `$1` is the log's number; as of a position, `$2` is that one.
#[derive(Clone)]
pub(crate) struct Question {
    args: Vec<Arg>,
    /// Nothing that counts happened later; `None` as it stands.
    latest_micros: Option<i64>,
}

impl Question {
    pub(crate) fn about(log_no: i64, then: Option<Then>) -> Self {
        let position = then.map(|then| Arg::from(then.position));
        let args = [Arg::from(log_no)].into_iter().chain(position).collect();
        Self { args, latest_micros: then.map(|then| then.latest_micros) }
    }

    /// The moment after which nothing happened that counts, as of a position, in microseconds since 1970.
    pub(crate) fn latest_micros(&self) -> Option<i64> {
        self.latest_micros
    }

    /// What stands behind `FROM` to read a table; every statement reads at least one.
    pub(crate) fn from(&self, table: &Table) -> String {
        if self.latest_micros.is_some() { table.as_of() } else { table.name.to_owned() }
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
