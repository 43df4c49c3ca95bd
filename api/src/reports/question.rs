//! What a report answers, with a text of its own: `monthly?from=2024-01-01&to=2024-12-31`. The same question has one
//! text, which reads back as the same question; receipts and schedules hold it.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;

/// What kind of report.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Kind {
    /// Each year's numbers, the cumulative count and the milestones.
    Yearly,
    /// Each month's numbers.
    Monthly,
    /// The numbers by day of the week and hour.
    Hours,
    /// Consultations by category.
    Categories,
    /// Consultations and calls by agent.
    Agents,
    /// How well calls were served.
    ServiceLevel,
    /// How many agents the load takes.
    Staffing,
    /// The numbers most often asked for.
    Directory,
    /// One row a consultation.
    Consultations,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 9] = [
        Self::Yearly,
        Self::Monthly,
        Self::Hours,
        Self::Categories,
        Self::Agents,
        Self::ServiceLevel,
        Self::Staffing,
        Self::Directory,
        Self::Consultations,
    ];

    /// Its name: `service-level`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Yearly => "yearly",
            Self::Monthly => "monthly",
            Self::Hours => "hours",
            Self::Categories => "categories",
            Self::Agents => "agents",
            Self::ServiceLevel => "service-level",
            Self::Staffing => "staffing",
            Self::Directory => "directory",
            Self::Consultations => "consultations",
        }
    }

    fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Days in a row, both ends included, on the centre's clock.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Period {
    from: Date,
    to: Date,
}

/// The days given are no period.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the first day, {from}, is after the last one, {to}")]
pub struct InvalidPeriod {
    from: Date,
    to: Date,
}

impl Period {
    /// From a day to a day.
    ///
    /// # Errors
    /// Where the first is after the last.
    pub fn new(from: Date, to: Date) -> Result<Self, InvalidPeriod> {
        if from <= to { Ok(Self { from, to }) } else { Err(InvalidPeriod { from, to }) }
    }

    /// A whole year.
    pub fn of_year(year: i16) -> Self {
        let day = Date::new(year, 1, 1).unwrap_or(Date::MIN);
        Self { from: day, to: day.last_of_year() }
    }

    /// The first day.
    pub const fn from(self) -> Date {
        self.from
    }

    /// The last day.
    pub const fn to(self) -> Date {
        self.to
    }

    /// Whether a day lies in it.
    pub fn holds(self, day: Date) -> bool {
        (self.from..=self.to).contains(&day)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} – {}", self.from, self.to)
    }
}

/// What a report answers.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Question {
    /// Each year's numbers, the cumulative count, and these thresholds of it.
    Yearly {
        /// In order, each once.
        thresholds: Vec<u64>,
    },
    /// Each month's numbers.
    Monthly(Period),
    /// The numbers by day of the week and hour.
    Hours(Period),
    /// Consultations by category.
    Categories(Period),
    /// Consultations and calls by agent.
    Agents(Period),
    /// How well calls were served.
    ServiceLevel(Period),
    /// How many agents the load takes.
    Staffing {
        /// When the load was measured.
        period: Period,
        /// What is asked for.
        target: Target,
    },
    /// The numbers most often asked for.
    Directory {
        /// When they were given.
        period: Period,
        /// At most so many.
        top: u32,
    },
    /// One row a consultation.
    Consultations(Period),
}

/// A share of the calls is to be answered within so many seconds.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Target {
    /// The share, in percent: 1 to 99.
    pub percent: u8,
    /// The seconds.
    pub seconds: u32,
}

impl Target {
    /// 80 % within 20 seconds.
    pub const USUAL: Self = Self { percent: 80, seconds: 20 };
    /// The longest wait that a target may name: an hour.
    pub const SECONDS_MAX: u32 = 3_600;
}

/// How many numbers the printed directory has.
pub const TOP: u32 = 20;
/// The most numbers that can be ranked.
pub const TOP_MAX: u32 = 10_000;
/// The milestone that is told where none is asked for.
pub const THRESHOLD: u64 = 100_000;
/// The largest threshold.
pub const THRESHOLD_MAX: u64 = 1_000_000_000_000;
/// The most thresholds of one report.
const THRESHOLDS_MAX: usize = 100;

impl Question {
    /// The yearly report with these thresholds, in any order.
    pub fn yearly(mut thresholds: Vec<u64>) -> Self {
        thresholds.sort_unstable();
        thresholds.dedup();
        Self::Yearly { thresholds }
    }

    /// What kind of report it is.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Yearly { .. } => Kind::Yearly,
            Self::Monthly(_) => Kind::Monthly,
            Self::Hours(_) => Kind::Hours,
            Self::Categories(_) => Kind::Categories,
            Self::Agents(_) => Kind::Agents,
            Self::ServiceLevel(_) => Kind::ServiceLevel,
            Self::Staffing { .. } => Kind::Staffing,
            Self::Directory { .. } => Kind::Directory,
            Self::Consultations(_) => Kind::Consultations,
        }
    }

    /// The days that it is about. `None` where it is about all there are.
    pub const fn period(&self) -> Option<Period> {
        match self {
            Self::Yearly { .. } => None,
            Self::Monthly(period)
            | Self::Hours(period)
            | Self::Categories(period)
            | Self::Agents(period)
            | Self::ServiceLevel(period)
            | Self::Consultations(period)
            | Self::Staffing { period, .. }
            | Self::Directory { period, .. } => Some(*period),
        }
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.kind())?;
        if let Some(Period { from, to }) = self.period() {
            write!(f, "?from={from}&to={to}")?;
        }
        match self {
            Self::Yearly { thresholds } => {
                for (index, threshold) in thresholds.iter().enumerate() {
                    write!(f, "{}threshold={threshold}", if index == 0 { '?' } else { '&' })?;
                }
                Ok(())
            }
            Self::Staffing { target, .. } => {
                write!(f, "&percent={}&seconds={}", target.percent, target.seconds)
            }
            Self::Directory { top, .. } => write!(f, "&top={top}"),
            _ => Ok(()),
        }
    }
}

/// The text given is not a report's question.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{text}` is not a report's question: {problem}")]
pub struct InvalidQuestion {
    text: String,
    problem: String,
}

impl FromStr for Question {
    type Err = InvalidQuestion;

    fn from_str(text: &str) -> Result<Self, InvalidQuestion> {
        let invalid = |problem| InvalidQuestion { text: text.chars().take(200).collect(), problem };
        let question = parse(text).map_err(invalid)?;
        // One question has one text, so that a receipt cannot say it in another way.
        if question.to_string() == text {
            Ok(question)
        } else {
            Err(invalid(format!("it is written `{question}`")))
        }
    }
}

fn parse(text: &str) -> Result<Question, String> {
    let (name, rest) = text.split_once('?').unwrap_or((text, ""));
    let kind = Kind::of(name).ok_or_else(|| {
        format!("there is no report `{name}`; there are {}", Kind::ALL.map(Kind::as_str).join(", "))
    })?;
    let mut given = Given::read(rest)?;
    let question = match kind {
        Kind::Yearly => given.yearly()?,
        Kind::Monthly => Question::Monthly(given.period()?),
        Kind::Hours => Question::Hours(given.period()?),
        Kind::Categories => Question::Categories(given.period()?),
        Kind::Agents => Question::Agents(given.period()?),
        Kind::ServiceLevel => Question::ServiceLevel(given.period()?),
        Kind::Consultations => Question::Consultations(given.period()?),
        Kind::Staffing => Question::Staffing {
            period: given.period()?,
            target: Target {
                percent: given.number("percent", 1..=99)?,
                seconds: given.number("seconds", 0..=Target::SECONDS_MAX.into())?,
            },
        },
        Kind::Directory => {
            Question::Directory { period: given.period()?, top: given.number("top", 1..=TOP_MAX.into())? }
        }
    };
    match given.0.first() {
        None => Ok(question),
        Some((key, _)) => Err(format!("a report `{kind}` has no `{key}`")),
    }
}

/// What stands behind the question mark and was not read yet.
struct Given<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Given<'a> {
    fn read(text: &'a str) -> Result<Self, String> {
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        let pair = |pair: &'a str| pair.split_once('=').ok_or_else(|| format!("`{pair}` has no `=`"));
        pairs.map(pair).collect::<Result<_, _>>().map(Self)
    }

    fn take(&mut self, key: &str) -> Option<&'a str> {
        let index = self.0.iter().position(|(given, _)| *given == key)?;
        Some(self.0.remove(index).1)
    }

    fn period(&mut self) -> Result<Period, String> {
        let mut day = |key: &str| {
            let text = self.take(key).ok_or_else(|| format!("`{key}` is missing"))?;
            text.parse().map_err(|_| format!("`{key}`: `{text}` is not a day like 2024-01-31"))
        };
        let (from, to) = (day("from")?, day("to")?);
        Period::new(from, to).map_err(|problem| problem.to_string())
    }

    fn number<N: TryFrom<u64>>(
        &mut self,
        key: &str,
        range: std::ops::RangeInclusive<u64>,
    ) -> Result<N, String> {
        let text = self.take(key).ok_or_else(|| format!("`{key}` is missing"))?;
        let number = text.parse().ok().filter(|number| range.contains(number));
        number
            .and_then(|number| N::try_from(number).ok())
            .ok_or_else(|| format!("`{key}`: expected {} to {}, not `{text}`", range.start(), range.end()))
    }

    fn yearly(&mut self) -> Result<Question, String> {
        let mut thresholds = Vec::new();
        while self.0.iter().any(|(key, _)| *key == "threshold") {
            if thresholds.len() == THRESHOLDS_MAX {
                return Err(format!("at most {THRESHOLDS_MAX} thresholds can be told"));
            }
            thresholds.push(self.number("threshold", 1..=THRESHOLD_MAX)?);
        }
        Ok(Question::yearly(thresholds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_has_one_text_which_reads_back() {
        let texts = [
            "yearly",
            "yearly?threshold=1&threshold=100000",
            "monthly?from=2024-01-01&to=2024-12-31",
            "hours?from=2024-01-01&to=2024-12-31",
            "staffing?from=2024-01-01&to=2024-12-31&percent=80&seconds=20",
            "categories?from=2024-01-01&to=2024-01-01",
            "agents?from=2024-01-01&to=2024-12-31",
            "service-level?from=2024-01-01&to=2024-12-31",
            "directory?from=2024-01-01&to=2024-12-31&top=20",
            "consultations?from=2024-01-01&to=2024-12-31",
        ];
        for text in texts {
            assert_eq!(text.parse::<Question>().unwrap().to_string(), text);
        }
        assert_eq!(Question::yearly(vec![5, 1, 5]).to_string(), "yearly?threshold=1&threshold=5");
    }

    #[track_caller]
    fn refused(text: &str, problem: &str) {
        let error = text.parse::<Question>().unwrap_err().to_string();
        assert!(error.contains(problem), "{error}");
    }

    #[test]
    fn what_is_none_is_refused_with_the_reason() {
        refused("weekly", "there is no report `weekly`; there are yearly, monthly");
        refused("monthly", "`from` is missing");
        refused("monthly?from=2024-01-01", "`to` is missing");
        refused("monthly?from=yesterday&to=2024-01-01", "not a day");
        refused("monthly?from=2024-02-01&to=2024-01-01", "2024-02-01, is after the last one, 2024-01-01");
        refused("monthly?from=2024-01-01&to=2024-01-31&top=3", "has no `top`");
        refused("monthly?to=2024-01-31&from=2024-01-01", "it is written `monthly?from=");
        refused("yearly?threshold=0", "expected 1 to");
        refused("yearly?threshold=5&threshold=1", "it is written");
        refused("staffing?from=2024-01-01&to=2024-01-31&percent=100&seconds=20", "expected 1 to 99");
        refused("directory?from=2024-01-01&to=2024-01-31&top", "`top` has no `=`");
    }
}
