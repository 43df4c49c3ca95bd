//! A story's details: drawn when they are first told, the same ever after.

use jiff::civil::{Date, Weekday};

use crate::calendar::{Calendar, day_of, later, next_market, second_of, spell};
use crate::county;
use crate::korean::commas;
use crate::library::{Ask, Case, HOME, SHARED_SLOTS, Topic, Value};
use crate::people::Person;
use crate::rng::Rng;
use crate::template::{Filler, Template};

/// One matter of one person: its topic and case, and the details once told.
#[derive(Clone)]
pub(crate) struct Story {
    pub(crate) topic: usize,
    pub(crate) case: usize,
    /// Whose it is: their number among the people, and what was known of them then.
    pub(crate) index: usize,
    pub(crate) person: Person,
    pub(crate) today: Date,
    /// The hour of the day.
    pub(crate) hour: i64,
    pub(crate) office: String,
    pub(crate) tel: String,
    pub(crate) due: String,
    pub(crate) told: Vec<Option<String>>,
}

impl Story {
    /// Goes on on another day.
    pub(crate) fn continue_at(&mut self, now: i64) {
        (self.today, self.hour) = (day_of(now), second_of(now) / 3600);
        for name in MOMENTS {
            if let Some(told) = shared(name).and_then(|slot| self.told.get_mut(slot)) {
                *told = None;
            }
        }
    }

    /// Says what keeps the officer away.
    pub(crate) fn absent(&mut self, why: &str) {
        if let Some(told) = shared("absence").and_then(|slot| self.told.get_mut(slot)) {
            *told = Some(why.to_owned());
        }
    }

    /// Says until when somebody promised to call.
    pub(crate) fn promise(&mut self, due: String) {
        self.due = due;
    }
}

/// Slots that mean another day tomorrow.
const MOMENTS: [&str; 7] = ["past", "soon", "weekday", "ampm", "later", "since", "lately"];

/// What is said once is not said again at the end.
const ONCE: [&str; 5] = ["past", "soon", "soon2", "weekday", "later"];

fn shared(name: &str) -> Option<usize> {
    SHARED_SLOTS.iter().position(|known| *known == name)
}

/// Fills a story's slots.
pub(crate) struct Scribe<'a, 'b> {
    pub(crate) rng: &'b mut Rng,
    pub(crate) calendar: &'a Calendar,
    pub(crate) topic: &'a Topic,
    pub(crate) case: &'a Case,
    pub(crate) story: &'b mut Story,
    /// How often what was written had been written before.
    pub(crate) attempt: usize,
}

impl<'a> Scribe<'a, '_> {
    /// Whether somebody asks what visitors ask.
    pub(crate) fn is_travel_talk(&self) -> bool {
        self.story.person.visitor && self.topic.is_about_travel()
    }

    /// Says more than it must, so that something new comes out.
    pub(crate) fn insists(&self) -> bool {
        self.attempt > 3
    }

    /// What is asked; visitors who travel live nowhere here.
    pub(crate) fn ask(&mut self) -> &'a Ask {
        let case = self.case;
        let travels = self.is_travel_talk();
        let asks: Vec<&Ask> = case.asks.iter().filter(|ask| !(travels && ask.says_home)).collect();
        if asks.is_empty() {
            return &case.asks[self.rng.index(case.asks.len())];
        }
        asks[self.rng.index(asks.len())]
    }

    pub(crate) fn one_of(&mut self, templates: &[Template], out: &mut String) {
        let chosen = self.choose(templates.len());
        templates[chosen].render(self, out);
    }

    /// One that fits what was said so far: no place of a visitor's, no place twice, no moment twice.
    pub(crate) fn one_that_fits(&mut self, templates: &[Template], ends: bool, out: &mut String) {
        let fits: Vec<&Template> = templates.iter().filter(|text| self.fits(text, ends)).collect();
        if fits.is_empty() || self.attempt > 60 {
            return self.one_of(templates, out);
        }
        let chosen = self.choose(fits.len());
        fits[chosen].render(self, out);
    }

    fn fits(&self, text: &Template, ends: bool) -> bool {
        let mentions = |name| shared(name).is_some_and(|slot| text.mentions(slot));
        let told = |name: &&str| {
            shared(name).is_some_and(|slot| self.story.told.get(slot).is_some_and(Option::is_some))
        };
        let place = mentions("home")
            && (self.story.person.visitor || (mentions("gist") && self.case.gist.mentions(HOME)));
        let again = ends && ONCE.iter().any(|name| mentions(name) && told(name));
        !place && !again
    }

    /// One that says nothing which the inquiry says itself.
    pub(crate) fn one_beside(&mut self, templates: &[Template], ask: &Template, out: &mut String) {
        let says = |text: &Template, name| shared(name).is_some_and(|slot| text.mentions(slot));
        let beside = |text: &&Template| {
            !["family", "past", "region", "trade", "how"]
                .iter()
                .any(|name| says(text, name) && says(ask, name))
        };
        let fits: Vec<&Template> = templates.iter().filter(beside).collect();
        if fits.is_empty() {
            return self.one_of(templates, out);
        }
        let chosen = self.choose(fits.len());
        fits[chosen].render(self, out);
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
            "family" => always(families(person), self.story.index),
            "spouse" => "배우자와".to_owned(),
            "stay" => format!("{}년", self.rng.range(1, (person.age - 12).min(40))),
            "past" => past(self.rng, today),
            "soon" => soon(self.rng, today, self.calendar, self.is_travel_talk()),
            "soon2" => spell(later(today, self.rng.range(20, 75))),
            "lately" => lately(self.rng, today, self.calendar),
            "elder" => word(elders(person), self.rng),
            "fest" => word(county::FESTIVALS[usize::from(today.month().unsigned_abs()) % 12], self.rng),
            "today" => spell(today),
            "nextmonth" => format!("{}월", today.month() % 12 + 1),
            "weekday" => word(&county::WEEKDAYS, self.rng),
            "ampm" => hour(self.rng),
            "later" => soonest(self.rng, today, self.story.hour),
            "since" => word(county::SINCE, self.rng),
            "trade" => always(county::TRADES, self.story.index),
            "tries" => word(county::TRIES, self.rng),
            "absence" => word(county::ABSENCES, self.rng),
            "wrong" => word(county::WRONG_NUMBERS, self.rng),
            "how" => word(county::WAYS, self.rng),
            "stayover" => word(&[" 당일치기", "부터 1박 2일", "부터 2박 3일"], self.rng),
            _ => word(county::BLOOMS[usize::from(today.month().unsigned_abs()) % 12 / 3], self.rng),
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
        let fixed =
            slot == HOME || matches!(SHARED_SLOTS.get(slot), Some(&("due" | "office" | "tel" | "today")));
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

/// What stays the same of a person whenever they call.
fn always(words: &[&str], index: usize) -> String {
    words[index.wrapping_mul(7_919) % words.len()].to_owned()
}

/// For whom such a person may ask.
fn elders(person: &Person) -> &'static [&'static str] {
    let age = match person.age {
        ..40 => 0,
        40..60 => 1,
        60..70 => 2,
        _ => 3,
    };
    county::ELDERS[usize::from(!person.woman)][age]
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
fn soon(rng: &mut Rng, today: Date, calendar: &Calendar, travels: bool) -> String {
    if travels && rng.index(3) == 0 {
        return (*rng.pick(&["이번 주 토요일", "이번 주 일요일", "다음 주 토요일", "다음 주 일요일"]))
            .to_owned();
    }
    let day = later(today, rng.range(1, 18));
    if travels || calendar.is_open(day) { spell(day) } else { spell(calendar.next_open(day)) }
}

/// A day in the last weeks on which offices were open: `6월 3일`.
fn lately(rng: &mut Rng, today: Date, calendar: &Calendar) -> String {
    let mut day = later(today, -rng.range(1, 20));
    while !calendar.is_open(day) {
        day = later(day, -1);
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
