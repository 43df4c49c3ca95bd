//! What people say and agents write: texts drawn from the library, none of them twice.

use std::collections::HashSet;

use jiff::civil::{Date, Weekday};
use sangdam_domain::value::{ContactReason, NoteText};

use crate::calendar::{later, next_market, spell};
use crate::county;
use crate::error::DemoError;
use crate::korean::commas;
use crate::library::{Case, HOME, Library, SHARED_SLOTS, Topic, Value};
use crate::people::Person;
use crate::rng::Rng;
use crate::template::{Filler, Template};

/// One matter of one person: its topic and case, and the details once told.
#[derive(Clone)]
pub(crate) struct Story {
    pub(crate) topic: usize,
    case: usize,
    person: Person,
    today: Date,
    office: String,
    tel: String,
    due: String,
    told: Vec<Option<String>>,
}

impl Story {
    /// Goes on on another day.
    pub(crate) fn continue_on(&mut self, today: Date) {
        self.today = today;
        for name in ["past", "soon", "weekday", "ampm"] {
            if let Some(told) = shared(name).and_then(|slot| self.told.get_mut(slot)) {
                *told = None;
            }
        }
    }

    /// Says until when somebody promised to call.
    pub(crate) fn promise(&mut self, due: String) {
        self.due = due;
    }
}

fn shared(name: &str) -> Option<usize> {
    SHARED_SLOTS.iter().position(|known| *known == name)
}

/// The office that is in charge of a topic.
pub(crate) struct Office<'a> {
    pub(crate) department: &'a str,
    pub(crate) tel: &'a str,
}

/// Draws texts.
pub(crate) struct Words {
    pub(crate) library: Library,
    rng: Rng,
    /// FNV-1a of every text so far.
    seen: HashSet<u64>,
}

const TRIES: usize = 80;

impl Words {
    pub(crate) fn new(library: Library, rng: Rng) -> Self {
        Self { library, rng, seen: HashSet::new() }
    }

    /// The topic that somebody calls about on a day.
    pub(crate) fn topic(&mut self, visitor: bool, today: Date) -> usize {
        let now = i64::from(today.year()) * 12 + i64::from(today.month()) - 1;
        let month = usize::try_from(today.month() - 1).unwrap_or(0);
        let weigh = |topic: &Topic| {
            let often = if visitor { topic.visitors } else { topic.residents };
            if (topic.from..=topic.until).contains(&now) { often * topic.months[month] } else { 0 }
        };
        let weights: Vec<u64> = self.library.topics.iter().map(weigh).collect();
        self.rng.weighted(&weights)
    }

    /// Begins a story.
    pub(crate) fn story(&mut self, topic: usize, person: &Person, today: Date, office: &Office<'_>) -> Story {
        let about = &self.library.topics[topic];
        Story {
            topic,
            case: self.rng.index(about.cases.len()),
            person: person.clone(),
            today,
            office: office.department.to_owned(),
            tel: office.tel.to_owned(),
            due: String::new(),
            told: vec![None; SHARED_SLOTS.len() + about.slots.len()],
        }
    }

    /// What is asked, with who asks and why they call here.
    pub(crate) fn inquiry(&mut self, story: &mut Story, reason: ContactReason) -> Result<NoteText, DemoError> {
        let blank = story.told.clone();
        self.unseen(story, |scribe, library, out| {
            scribe.story.told.clone_from(&blank);
            let asks = &scribe.case.asks;
            let ask = &asks[scribe.choose(asks.len())];
            if scribe.rng.permille(if ask.says_home { 500 } else { 850 }) {
                let opener = opener(scribe, ask.says_home);
                scribe.one_of(library.shared(opener)?, out);
                out.push(' ');
            }
            ask.text.render(scribe, out);
            if scribe.rng.permille(520) {
                out.push(' ');
                scribe.one_of(library.shared(why(scribe.story, reason))?, out);
            }
            Ok(())
        })
    }

    /// What is answered.
    pub(crate) fn answer(&mut self, story: &mut Story, number_given: bool) -> Result<NoteText, DemoError> {
        self.unseen(story, |scribe, library, out| {
            scribe.one_of(&scribe.case.tells, out);
            if scribe.rng.permille(600) {
                out.push(' ');
                let section = if number_given { "close_number" } else { "close" };
                scribe.one_of(library.shared(section)?, out);
            }
            Ok(())
        })
    }

    /// A text of a section that topics share.
    pub(crate) fn say(&mut self, story: &mut Story, section: &'static str) -> Result<NoteText, DemoError> {
        self.unseen(story, |scribe, library, out| {
            scribe.one_of(library.shared(section)?, out);
            Ok(())
        })
    }

    /// The same, followed by an inquiry.
    pub(crate) fn say_then_ask(&mut self, story: &mut Story, section: &'static str) -> Result<NoteText, DemoError> {
        self.unseen(story, |scribe, library, out| {
            scribe.one_of(library.shared(section)?, out);
            out.push(' ');
            let asks = &scribe.case.asks;
            asks[scribe.choose(asks.len())].text.render(scribe, out);
            Ok(())
        })
    }

    /// A text of a section, which may have been said before.
    pub(crate) fn remark(&mut self, story: &Story, section: &'static str) -> Result<String, DemoError> {
        let mut story = story.clone();
        let Self { library, rng, .. } = self;
        let topic = &library.topics[story.topic];
        let case = &topic.cases[story.case];
        let mut out = String::new();
        let mut scribe = Scribe { rng, topic, case, story: &mut story };
        scribe.one_of(library.shared(section)?, &mut out);
        Ok(out)
    }

    /// Writes until what comes out was never written before. Details once told stay as they were.
    fn unseen(
        &mut self,
        story: &mut Story,
        mut write: impl FnMut(&mut Scribe<'_, '_>, &Library, &mut String) -> Result<(), DemoError>,
    ) -> Result<NoteText, DemoError> {
        let Self { library, rng, seen } = self;
        let library = &*library;
        let topic = &library.topics[story.topic];
        let told = story.told.clone();
        let mut out = String::new();
        for _ in 0..TRIES {
            out.clear();
            story.told.clone_from(&told);
            let case = &topic.cases[story.case];
            write(&mut Scribe { rng, topic, case, story }, library, &mut out)?;
            if seen.insert(fnv(out.trim())) {
                return Ok(NoteText::parse(&out)?);
            }
        }
        Err(DemoError::Exhausted(topic.key.clone()))
    }
}

/// Which section tells who is calling.
fn opener(scribe: &mut Scribe<'_, '_>, says_home: bool) -> &'static str {
    let person = &scribe.story.person;
    let (visitor, age) = (person.visitor, person.age);
    match scribe.rng.index(3) {
        _ if visitor => "visitor",
        _ if says_home => "who",
        0 if age >= 70 => "elder",
        0 | 1 if (30..70).contains(&age) => "adult",
        _ => "resident",
    }
}

/// Which section tells why they call here.
fn why(story: &Story, reason: ContactReason) -> &'static str {
    match reason {
        ContactReason::UnknownContact if story.person.visitor => "unknown_contact_visitor",
        ContactReason::UnknownContact => "unknown_contact",
        ContactReason::OfficerUnavailable => "officer_unavailable",
        ContactReason::LineDropped => "line_dropped",
        ContactReason::FollowUp => "follow_up",
        ContactReason::Other | ContactReason::Unrecorded => "other",
    }
}

/// FNV-1a, 64 bits.
fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Fills a story's slots.
struct Scribe<'a, 'b> {
    rng: &'b mut Rng,
    topic: &'a Topic,
    case: &'a Case,
    story: &'b mut Story,
}

impl Scribe<'_, '_> {
    fn one_of(&mut self, templates: &[Template], out: &mut String) {
        let chosen = self.choose(templates.len());
        templates[chosen].render(self, out);
    }

    fn draw(&mut self, slot: usize) -> String {
        match slot.checked_sub(SHARED_SLOTS.len()) {
            Some(own) => self.draw_own(own),
            None => self.draw_shared(SHARED_SLOTS[slot]),
        }
    }

    fn draw_own(&mut self, own: usize) -> String {
        let topic = self.topic;
        match self.rng.pick(&topic.slots[own]) {
            Value::Word(word) => word.clone(),
            Value::Number { low, steps, step, unit } => {
                let mut text = String::new();
                commas(low + step * self.rng.range(0, *steps), &mut text);
                text + unit
            }
        }
    }

    fn draw_shared(&mut self, name: &str) -> String {
        let person = &self.story.person;
        let town = &county::TOWNS[person.town];
        let today = self.story.today;
        let word = |words: &[&str], rng: &mut Rng| (*rng.pick(words)).to_owned();
        match name {
            "home" => format!("{} {}", town.name, town.villages[person.village]),
            "eup" => town.name.to_owned(),
            "ri" => town.villages[person.village].to_owned(),
            "who" => who(person),
            "region" => county::REGIONS[person.region].to_owned(),
            "office" => self.story.office.clone(),
            "tel" => self.story.tel.clone(),
            "due" => self.story.due.clone(),
            "market" => spell(next_market(today)),
            "family" if person.woman => word(county::WITH_WOMEN, self.rng),
            "family" => word(county::WITH_MEN, self.rng),
            "spouse" => "배우자와".to_owned(),
            "stay" => format!("{}년", self.rng.range(1, (person.age - 12).min(40))),
            "past" => past(self.rng, today),
            "soon" => soon(self.rng, today),
            "soon2" => spell(later(today, self.rng.range(20, 75))),
            "nextmonth" => format!("{}월", today.month() % 12 + 1),
            "weekday" => word(&county::WEEKDAYS, self.rng),
            "ampm" => hour(self.rng),
            "trade" => word(county::TRADES, self.rng),
            "tries" => word(county::TRIES, self.rng),
            "absence" => word(county::ABSENCES, self.rng),
            "wrong" => word(county::WRONG_NUMBERS, self.rng),
            "company" => word(county::COMPANIES, self.rng),
            "stayover" => word(county::STAYS, self.rng),
            _ => word(county::SIGHTS, self.rng),
        }
    }
}

impl Filler for Scribe<'_, '_> {
    fn fill(&mut self, slot: usize, out: &mut String) {
        if SHARED_SLOTS.get(slot) == Some(&"gist") {
            let case = self.case;
            case.gist.render(self, out);
            return;
        }
        let fixed = slot == HOME || matches!(SHARED_SLOTS.get(slot), Some(&("due" | "office" | "tel")));
        if let Some(told) = self.story.told.get(slot).and_then(Option::as_ref).filter(|_| !fixed) {
            out.push_str(told);
            return;
        }
        let value = self.draw(slot);
        out.push_str(&value);
        if let Some(told) = self.story.told.get_mut(slot) {
            *told = Some(value);
        }
    }

    fn choose(&mut self, n: usize) -> usize {
        self.rng.index(n)
    }
}

fn who(person: &Person) -> String {
    match (person.age, person.woman) {
        (70.., _) => format!("{}대 어르신", person.age),
        (age, true) => format!("{age}대 여성"),
        (age, false) => format!("{age}대 남성"),
    }
}

/// A day in the last weeks: `6월 3일`, `지난주 화요일`.
fn past(rng: &mut Rng, today: Date) -> String {
    match rng.index(8) {
        0 => format!("지난주 {}", rng.pick(&county::WEEKDAYS)),
        1 => "지난 주말".to_owned(),
        2 if today.day() > 6 => "이달 초".to_owned(),
        _ => spell(later(today, -rng.range(1, 20))),
    }
}

/// A day in the next weeks: `6월 14일`, `다음 주 화요일`.
fn soon(rng: &mut Rng, today: Date) -> String {
    if rng.index(4) == 0 {
        return format!("다음 주 {}", rng.pick(&county::WEEKDAYS));
    }
    let mut day = later(today, rng.range(1, 18));
    while matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
        day = later(day, 1);
    }
    spell(day)
}

/// `오전 10시`, `오후 2시 반`
fn hour(rng: &mut Rng) -> String {
    let hour = rng.range(9, 17);
    let half = if rng.permille(350) { " 반" } else { "" };
    match hour {
        9..=11 => format!("오전 {hour}시{half}"),
        12 => format!("낮 12시{half}"),
        _ => format!("오후 {}시{half}", hour - 12),
    }
}
