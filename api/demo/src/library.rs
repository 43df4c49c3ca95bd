//! The texts of the county, read from `texts/`: topics with their cases, and what topics share.
//!
//! A topic begins with `= key | category | office | guidance | r26 v1 | 545566875556 | 2023-01..` (how often residents and
//! visitors ask, and how much so in each month; from and until when). Then `@slot a / b / #3..17년`, `- what the case is
//! about` (`-r` where only residents ask, `-w` in winter, `-s` in summer, `-4..10` in these months), `? what is asked`, `! what is answered`. Ages may follow how often they ask, as
//! in `r26 v0 60-80`. Shared texts stand under `: section`.

use std::collections::HashMap;

use sangdam_domain::value::GuidanceKind;

use crate::error::DemoError;
use crate::template::Template;

/// Slots that every text may use, by their numbers.
pub(crate) const SHARED_SLOTS: &[&str] = &[
    "home",
    "eup",
    "ri",
    "who",
    "region",
    "trade",
    "family",
    "spouse",
    "stay",
    "past",
    "soon",
    "soon2",
    "nextmonth",
    "weekday",
    "ampm",
    "tries",
    "office",
    "tel",
    "market",
    "gist",
    "absence",
    "due",
    "wrong",
    "how",
    "stayover",
    "bloom",
    "later",
    "since",
    "lately",
    "elder",
    "fest",
    "today",
];

/// The slot of the place where somebody lives.
pub(crate) const HOME: usize = 0;

/// Something people ask about.
pub(crate) struct Topic {
    pub(crate) key: String,
    pub(crate) category: String,
    /// The directory key of the office in charge; `eup` is the office of the caller's own town.
    pub(crate) office: String,
    pub(crate) guidance: GuidanceKind,
    agency: bool,
    pub(crate) residents: u64,
    pub(crate) visitors: u64,
    /// The youngest and the oldest who ask, in tens of years.
    pub(crate) ages: (i64, i64),
    pub(crate) months: [u64; 12],
    /// First and last month, as year × 12 + month − 1.
    pub(crate) from: i64,
    pub(crate) until: i64,
    /// The topic's own slots; they follow the shared ones in number.
    pub(crate) slots: Vec<Vec<Value>>,
    pub(crate) cases: Vec<Case>,
}

impl Topic {
    /// Whether visitors ask it because they travel.
    pub(crate) fn is_about_travel(&self) -> bool {
        matches!(self.key.as_str(), "bus" | "snow" | "forest-fire")
            || matches!(self.category.as_str(), "tourism" | "culture")
    }

    /// Whether another agency is in charge, whose officers the centre cannot reach.
    pub(crate) fn is_of_agency(&self) -> bool {
        self.agency
    }
}

/// One kind of matter within a topic.
pub(crate) struct Case {
    /// Only people who live here ask.
    pub(crate) residents_only: bool,
    /// Asked only in these months.
    pub(crate) months: std::ops::RangeInclusive<i8>,
    pub(crate) gist: Template,
    pub(crate) asks: Vec<Ask>,
    pub(crate) tells: Vec<Template>,
}

impl Case {
    /// Whether a visitor or resident asks it in a month.
    pub(crate) fn is_asked(&self, visitor: bool, month: i8) -> bool {
        let in_season = self.months.contains(&month) || self.months.contains(&(month + 12));
        in_season && !(visitor && self.residents_only)
    }
}

/// An inquiry.
pub(crate) struct Ask {
    pub(crate) text: Template,
    /// Whether it says where the caller lives.
    pub(crate) says_home: bool,
    /// Whether it speaks of those the caller lives with or looks after.
    pub(crate) says_kin: bool,
}

/// A value of a slot.
pub(crate) enum Value {
    Word(String),
    Number { low: i64, steps: i64, step: i64, unit: String },
}

/// All texts.
pub(crate) struct Library {
    pub(crate) topics: Vec<Topic>,
    shared: HashMap<String, Vec<Template>>,
}

const SHARED: (&str, &str) = ("common.txt", include_str!("../texts/common.txt"));
const TOPICS: &[(&str, &str)] = &[
    ("civil.txt", include_str!("../texts/civil.txt")),
    ("welfare.txt", include_str!("../texts/welfare.txt")),
    ("land.txt", include_str!("../texts/land.txt")),
    ("living.txt", include_str!("../texts/living.txt")),
    ("tour.txt", include_str!("../texts/tour.txt")),
    ("everyday.txt", include_str!("../texts/everyday.txt")),
];

impl Library {
    /// Reads them all.
    pub(crate) fn read() -> Result<Self, DemoError> {
        let mut topics = Vec::new();
        for (file, text) in TOPICS {
            read_topics(file, text, &mut topics)?;
        }
        Ok(Self { topics, shared: read_shared(SHARED.0, SHARED.1)? })
    }

    /// The texts of a section that topics share.
    pub(crate) fn shared(&self, section: &'static str) -> Result<&[Template], DemoError> {
        self.shared.get(section).map(Vec::as_slice).ok_or(DemoError::NoSection(section))
    }
}

/// The lines that say something, with their numbers.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let numbered = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim_end()));
    numbered.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

fn read_shared(file: &'static str, text: &str) -> Result<HashMap<String, Vec<Template>>, DemoError> {
    let mut sections: HashMap<String, Vec<Template>> = HashMap::new();
    let mut current = None;
    for (line, content) in lines(text) {
        let wrong = |problem: String| DemoError::Text { file, line, problem };
        if let Some(name) = content.strip_prefix(": ") {
            current = Some(name.to_owned());
            continue;
        }
        let name = current.clone().ok_or_else(|| wrong("stands before any section".to_owned()))?;
        let template = Template::parse(content, &shared_slot).map_err(wrong)?;
        sections.entry(name).or_default().push(template);
    }
    Ok(sections)
}

fn shared_slot(name: &str) -> Option<usize> {
    SHARED_SLOTS.iter().position(|known| *known == name)
}

fn read_topics(file: &'static str, text: &str, topics: &mut Vec<Topic>) -> Result<(), DemoError> {
    let all: Vec<_> = lines(text).collect();
    for block in all.chunk_by(|_, (_, next)| !next.starts_with("= ")) {
        topics.push(read_topic(file, block)?);
    }
    Ok(())
}

fn read_topic(file: &'static str, block: &[(usize, &str)]) -> Result<Topic, DemoError> {
    let wrong = |line: usize, problem: String| DemoError::Text { file, line, problem };
    let Some(((line, head), rest)) = block.split_first() else {
        return Err(wrong(0, "holds no topic".to_owned()));
    };
    let mut topic = read_head(head).ok_or_else(|| wrong(*line, "is no head of a topic".to_owned()))?;
    let mut names = Vec::new();
    for (line, content) in rest {
        let Some(slot) = content.strip_prefix('@') else { continue };
        let (name, values) = slot.split_once(' ').ok_or_else(|| wrong(*line, "has no values".to_owned()))?;
        let values: Option<Vec<_>> = values.split(" / ").map(read_value).collect();
        topic.slots.push(values.ok_or_else(|| wrong(*line, "has a bad number".to_owned()))?);
        names.push(name);
    }
    let slot = |name: &str| {
        let own = names.iter().position(|known| *known == name).map(|index| SHARED_SLOTS.len() + index);
        own.or_else(|| shared_slot(name))
    };
    for (line, content) in rest.iter().filter(|(_, content)| !content.starts_with('@')) {
        let (mark, text) = content.split_once(' ').ok_or_else(|| wrong(*line, "is empty".to_owned()))?;
        let template = Template::parse(text.trim_start(), &slot).map_err(|problem| wrong(*line, problem))?;
        if let Some(flags) = mark.strip_prefix('-') {
            topic.cases.push(
                read_case(flags, template).ok_or_else(|| wrong(*line, format!("begins with `{mark}`")))?,
            );
            continue;
        }
        let case = topic.cases.last_mut().ok_or_else(|| wrong(*line, "stands before any case".to_owned()))?;
        match mark {
            "?" => case.asks.push(Ask {
                text: template,
                says_home: text.contains("{home}"),
                says_kin: text.contains("{family}") || text.contains("{elder}"),
            }),
            "!" => case.tells.push(template),
            _ => return Err(wrong(*line, format!("begins with `{mark}`"))),
        }
    }
    if topic.cases.iter().any(|case| case.asks.is_empty() || case.tells.is_empty()) {
        return Err(wrong(*line, format!("a case of `{}` asks or answers nothing", topic.key)));
    }
    Ok(topic)
}

/// `4..10`: only from April to October (`11..14` goes on to February); `r`: only residents ask; `w`: only in winter;
/// `s`: only in summer.
fn read_case(flags: &str, gist: Template) -> Option<Case> {
    // Winter goes over the end of the year: months after the tenth count from there, 11 to 15.
    let mut case = Case { residents_only: false, months: 1..=15, gist, asks: Vec::new(), tells: Vec::new() };
    let letters = flags.find(char::is_alphabetic).unwrap_or(flags.len());
    let (months, letters) = flags.split_at(letters);
    if !months.is_empty() {
        let (from, until) = months.split_once("..")?;
        case.months = from.parse().ok()?..=until.parse().ok()?;
    }
    for flag in letters.chars() {
        match flag {
            'r' => case.residents_only = true,
            'w' => case.months = 11..=15,
            's' => case.months = 5..=9,
            _ => return None,
        }
    }
    Some(case)
}

fn read_head(line: &str) -> Option<Topic> {
    let parts: Vec<&str> = line.strip_prefix("= ")?.split(" | ").map(str::trim).collect();
    let [key, category, office, guidance, often, months, window @ ..] = parts.as_slice() else { return None };
    let often: Vec<&str> = often.split(' ').collect();
    let (residents, visitors, ages) = match often.as_slice() {
        [residents, visitors] => (*residents, *visitors, (20, 80)),
        [residents, visitors, ages] => {
            let (youngest, oldest) = ages.split_once('-')?;
            (*residents, *visitors, (youngest.parse().ok()?, oldest.parse().ok()?))
        }
        _ => return None,
    };
    let digits: Option<Vec<u64>> = months.chars().map(|digit| digit.to_digit(10).map(u64::from)).collect();
    let (from, until) = match window {
        [] => (i64::MIN, i64::MAX),
        [window] => {
            let (from, until) = window.split_once("..")?;
            (month_of(from).unwrap_or(i64::MIN), month_of(until).unwrap_or(i64::MAX))
        }
        _ => return None,
    };
    Some(Topic {
        key: (*key).to_owned(),
        category: (*category).to_owned(),
        office: (*office).to_owned(),
        guidance: match *guidance {
            "documents" => GuidanceKind::CivilDocuments,
            "county" => GuidanceKind::CountyAffairs,
            "related" | "agency" => GuidanceKind::RelatedAgency,
            _ => return None,
        },
        agency: *guidance == "agency",
        residents: residents.strip_prefix('r')?.parse().ok()?,
        visitors: visitors.strip_prefix('v')?.parse().ok()?,
        ages,
        months: digits?.try_into().ok()?,
        from,
        until,
        slots: Vec::new(),
        cases: Vec::new(),
    })
}

fn month_of(text: &str) -> Option<i64> {
    let (year, month) = text.split_once('-')?;
    Some(year.parse::<i64>().ok()? * 12 + month.parse::<i64>().ok()? - 1)
}

/// `#3..17년`, `#330..4950*110㎡`, or a word.
fn read_value(text: &str) -> Option<Value> {
    let Some(number) = text.trim().strip_prefix('#') else {
        return Some(Value::Word(text.trim().to_owned()));
    };
    let (low, rest) = number.split_once("..")?;
    let digits = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (high, rest) = rest.split_at(digits(rest));
    let (step, unit) = match rest.strip_prefix('*') {
        Some(rest) => {
            let (step, unit) = rest.split_at(digits(rest));
            (step.parse().ok()?, unit)
        }
        None => (1, rest),
    };
    let (low, high): (i64, i64) = (low.parse().ok()?, high.parse().ok()?);
    Some(Value::Number { low, steps: (high - low) / step, step, unit: unit.to_owned() })
}
