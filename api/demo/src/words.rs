//! What people say and agents write: texts drawn from the library. None comes twice within some weeks, and none twice in
//! one person's history.

use std::collections::{HashSet, VecDeque};

use jiff::civil::{Date, Weekday};
use sangdam_domain::value::{ContactReason, NoteText};

use crate::calendar::{day_of, later, next_market, second_of, spell};
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
    /// Whose it is: their number among the people, and what was known of them then.
    index: usize,
    person: Person,
    today: Date,
    /// The hour of the day.
    hour: i64,
    office: String,
    tel: String,
    due: String,
    told: Vec<Option<String>>,
}

impl Story {
    /// Goes on on another day.
    pub(crate) fn continue_at(&mut self, now: i64) {
        (self.today, self.hour) = (day_of(now), second_of(now) / 3600);
        for name in ["past", "soon", "weekday", "ampm", "later", "since"] {
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
    /// FNV-1a of the latest texts, oldest first, and the same to look them up.
    latest: VecDeque<u64>,
    latest_set: HashSet<u64>,
    /// FNV-1a of every text with its person: eight bytes a text.
    heard: HashSet<u64>,
}

/// How often a text that came before is drawn anew.
const TRIES: usize = 200;

/// So many texts are remembered: those of some 4,000 consultations. What is written days later about an earlier
/// consultation is still compared with that one's neighbours.
const LATEST: usize = 8_000;

impl Words {
    pub(crate) fn new(library: Library, rng: Rng) -> Self {
        Self { library, rng, latest: VecDeque::new(), latest_set: HashSet::new(), heard: HashSet::new() }
    }

    /// The topic that somebody calls about on a day.
    pub(crate) fn topic(&mut self, person: &Person, today: Date) -> usize {
        let now = i64::from(today.year()) * 12 + i64::from(today.month()) - 1;
        let month = usize::try_from(today.month() - 1).unwrap_or(0);
        let weigh = |topic: &Topic| {
            let often = if person.visitor { topic.visitors } else { topic.residents };
            let (youngest, oldest) = topic.ages;
            let of_age = (youngest..=oldest).contains(&person.age);
            if of_age && (topic.from..=topic.until).contains(&now) { often * topic.months[month] } else { 0 }
        };
        let weights: Vec<u64> = self.library.topics.iter().map(weigh).collect();
        self.rng.weighted(&weights)
    }

    /// Begins a story.
    pub(crate) fn story(
        &mut self,
        topic: usize,
        (index, person): (usize, &Person),
        now: i64,
        office: &Office<'_>,
    ) -> Story {
        let about = &self.library.topics[topic];
        let fits = |case: &Case| u64::from(!(person.visitor && case.residents_only));
        let weights: Vec<u64> = about.cases.iter().map(fits).collect();
        Story {
            topic,
            case: self.rng.weighted(&weights),
            index,
            person: person.clone(),
            today: day_of(now),
            hour: second_of(now) / 3600,
            office: office.department.to_owned(),
            tel: office.tel.to_owned(),
            due: String::new(),
            told: vec![None; SHARED_SLOTS.len() + about.slots.len()],
        }
    }

    /// What is asked, with who asks and why they call here.
    pub(crate) fn inquiry(
        &mut self,
        story: &mut Story,
        reason: ContactReason,
    ) -> Result<NoteText, DemoError> {
        let blank = story.told.clone();
        self.unseen(story, |scribe, library, out| {
            scribe.story.told.clone_from(&blank);
            let asks = &scribe.case.asks;
            let ask = &asks[scribe.choose(asks.len())];
            if scribe.insists() || scribe.rng.permille(if ask.says_home { 500 } else { 850 }) {
                let opener = opener(scribe, ask.says_home);
                scribe.one_of(library.shared(opener)?, out);
                out.push(' ');
            }
            ask.text.render(scribe, out);
            if scribe.insists() || scribe.rng.permille(520) {
                out.push(' ');
                scribe.one_of(library.shared(why(scribe, reason))?, out);
            }
            Ok(())
        })
    }

    /// What is answered.
    pub(crate) fn answer(&mut self, story: &mut Story, number_given: bool) -> Result<NoteText, DemoError> {
        self.unseen(story, |scribe, library, out| {
            scribe.one_of(&scribe.case.tells, out);
            if number_given && scribe.rng.permille(600) {
                out.push(' ');
                scribe.one_of(library.shared("close_number")?, out);
            }
            if scribe.insists() || (!number_given && scribe.rng.permille(600)) {
                out.push(' ');
                scribe.one_of(library.shared("close")?, out);
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
    pub(crate) fn say_then_ask(
        &mut self,
        story: &mut Story,
        section: &'static str,
    ) -> Result<NoteText, DemoError> {
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
        let mut scribe = Scribe { rng, topic, case, story: &mut story, attempt: 0 };
        scribe.one_of(library.shared(section)?, &mut out);
        Ok(out)
    }

    /// Writes until what comes out was never written before. Details once told stay as they were.
    fn unseen(
        &mut self,
        story: &mut Story,
        mut write: impl FnMut(&mut Scribe<'_, '_>, &Library, &mut String) -> Result<(), DemoError>,
    ) -> Result<NoteText, DemoError> {
        let Self { library, rng, latest, latest_set, heard } = self;
        let library = &*library;
        let topic = &library.topics[story.topic];
        let told = story.told.clone();
        let mut out = String::new();
        for attempt in 0..TRIES {
            out.clear();
            story.told.clone_from(&told);
            let case = &topic.cases[story.case];
            write(&mut Scribe { rng, topic, case, story, attempt }, library, &mut out)?;
            let hash = fnv(FNV_OFFSET, out.trim().as_bytes());
            let of_person = fnv(hash, &story.index.to_be_bytes());
            if latest_set.contains(&hash) || heard.contains(&of_person) {
                continue;
            }
            heard.insert(of_person);
            latest_set.insert(hash);
            latest.push_back(hash);
            if latest.len() > LATEST
                && let Some(oldest) = latest.pop_front()
            {
                latest_set.remove(&oldest);
            }
            return Ok(NoteText::parse(&out)?);
        }
        Err(DemoError::Exhausted(topic.key.clone()))
    }
}

/// Which section tells who is calling.
fn opener(scribe: &mut Scribe<'_, '_>, says_home: bool) -> &'static str {
    let person = &scribe.story.person;
    let (visitor, age) = (person.visitor, person.age);
    match scribe.rng.index(3) {
        _ if visitor && scribe.topic.is_about_travel() => "visitor",
        _ if visitor => "outsider",
        _ if says_home => "who",
        0 if age >= 70 => "elder",
        0 | 1 if (30..70).contains(&age) => "adult",
        _ => "resident",
    }
}

/// Which section tells why they call here.
fn why(scribe: &Scribe<'_, '_>, reason: ContactReason) -> &'static str {
    let travels = scribe.story.person.visitor && scribe.topic.is_about_travel();
    match reason {
        ContactReason::UnknownContact if travels => "unknown_contact_visitor",
        ContactReason::UnknownContact => "unknown_contact",
        ContactReason::OfficerUnavailable => "officer_unavailable",
        ContactReason::LineDropped => "line_dropped",
        ContactReason::FollowUp => "follow_up",
        ContactReason::Other | ContactReason::Unrecorded => "other",
    }
}

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;

/// FNV-1a, 64 bits.
fn fnv(start: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(start, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Fills a story's slots.
struct Scribe<'a, 'b> {
    rng: &'b mut Rng,
    topic: &'a Topic,
    case: &'a Case,
    story: &'b mut Story,
    /// How often what was written had been written before.
    attempt: usize,
}

impl Scribe<'_, '_> {
    /// Says more than it must, so that something new comes out.
    fn insists(&self) -> bool {
        self.attempt > 3
    }

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
            "family" => word(families(person), self.rng),
            "spouse" => "배우자와".to_owned(),
            "stay" => format!("{}년", self.rng.range(1, (person.age - 12).min(40))),
            "past" => past(self.rng, today),
            "soon" => soon(self.rng, today),
            "soon2" => spell(later(today, self.rng.range(20, 75))),
            "nextmonth" => format!("{}월", today.month() % 12 + 1),
            "weekday" => word(&county::WEEKDAYS, self.rng),
            "ampm" => hour(self.rng),
            "later" => soonest(self.rng, today, self.story.hour),
            "since" => word(county::SINCE, self.rng),
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

/// With whom such a person may live.
fn families(person: &Person) -> &'static [&'static str] {
    let age = match person.age {
        ..30 => 0,
        30..60 => 1,
        _ => 2,
    };
    county::FAMILIES[usize::from(!person.woman)][age]
}

/// A moment later on the same day, or on the next working day: `오늘 오후 3시`, `내일 오전 10시`.
fn soonest(rng: &mut Rng, today: Date, hour: i64) -> String {
    if hour < 15 {
        return format!("오늘 오후 {}시", rng.range((hour - 10).max(1), 5));
    }
    let day = match today.weekday() {
        Weekday::Friday => "월요일",
        _ => "내일",
    };
    let half = if rng.permille(350) { " 반" } else { "" };
    format!("{day} 오전 {}시{half}", rng.range(9, 11))
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
