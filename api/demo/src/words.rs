//! What people say and agents write: texts drawn from the library. None comes twice within some weeks, and none twice in
//! one person's history.

use std::collections::{HashSet, VecDeque};

use jiff::civil::Date;
use sangdam_domain::value::{ContactReason, NoteText};

use crate::calendar::{Calendar, day_of, second_of};
use crate::error::DemoError;
use crate::library::{Ask, Case, Library, SHARED_SLOTS, Topic};
use crate::people::Person;
use crate::rng::Rng;
use crate::scribe::{Scribe, Story};

/// The office that is in charge of a topic.
pub(crate) struct Office<'a> {
    pub(crate) department: &'a str,
    pub(crate) tel: &'a str,
}

/// Draws texts.
pub(crate) struct Words {
    pub(crate) library: Library,
    calendar: Calendar,
    rng: Rng,
    /// The latest topics: nobody else asks about them at once.
    recent: VecDeque<usize>,
    /// FNV-1a of the latest texts, oldest first, and the same to look them up.
    latest: VecDeque<u64>,
    latest_set: HashSet<u64>,
    /// FNV-1a of every text with its person: eight bytes a text.
    heard: HashSet<u64>,
}

/// How often a text that came before is drawn anew.
const TRIES: usize = 200;

/// So many topics in a row differ.
const RECENT: usize = 8;

/// So many texts are remembered: those of some 4,000 consultations. What is written days later about an earlier
/// consultation is still compared with that one's neighbours.
const LATEST: usize = 8_000;

impl Words {
    pub(crate) fn new(library: Library, calendar: Calendar, rng: Rng) -> Self {
        let (recent, latest) = (VecDeque::new(), VecDeque::new());
        let (latest_set, heard) = (HashSet::new(), HashSet::new());
        Self { library, calendar, rng, recent, latest, latest_set, heard }
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
        let rested = |(topic, weight): (usize, &u64)| if self.recent.contains(&topic) { 0 } else { *weight };
        let fresh: Vec<u64> = weights.iter().enumerate().map(rested).collect();
        let topic = self.rng.weighted(if fresh.iter().any(|weight| *weight > 0) { &fresh } else { &weights });
        self.recent.push_back(topic);
        if self.recent.len() > RECENT {
            self.recent.pop_front();
        }
        topic
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
        let month = day_of(now).month();
        let fits = |case: &Case| u64::from(case.is_asked(person.visitor, month));
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
            let ask = scribe.ask();
            if scribe.insists() || scribe.rng.permille(if ask.says_home { 500 } else { 850 }) {
                let opener = opener(scribe, ask);
                scribe.one_beside(library.shared(opener)?, &ask.text, out);
                out.push(' ');
            }
            ask.text.render(scribe, out);
            if reason == ContactReason::FollowUp || scribe.insists() || scribe.rng.permille(520) {
                out.push(' ');
                scribe.one_that_fits(library.shared(why(scribe, reason))?, true, out);
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
                scribe.one_that_fits(library.shared("close_number")?, true, out);
            }
            if scribe.insists() || (!number_given && scribe.rng.permille(600)) {
                out.push(' ');
                let section = if scribe.is_travel_talk() { "close_travel" } else { "close" };
                scribe.one_that_fits(library.shared(section)?, true, out);
            }
            Ok(())
        })
    }

    /// A text of a section that topics share.
    pub(crate) fn say(&mut self, story: &mut Story, section: &'static str) -> Result<NoteText, DemoError> {
        self.unseen(story, |scribe, library, out| {
            scribe.one_that_fits(library.shared(section)?, false, out);
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
            scribe.ask().text.render(scribe, out);
            Ok(())
        })
    }

    /// A text of a section, which may have been said before.
    pub(crate) fn remark(&mut self, story: &Story, section: &'static str) -> Result<String, DemoError> {
        let mut story = story.clone();
        let Self { library, calendar, rng, .. } = self;
        let topic = &library.topics[story.topic];
        let case = &topic.cases[story.case];
        let mut out = String::new();
        let mut scribe = Scribe { rng, calendar, topic, case, story: &mut story, attempt: 0 };
        scribe.one_of(library.shared(section)?, &mut out);
        Ok(out)
    }

    /// Writes until what comes out was never written before. Details once told stay as they were.
    fn unseen(
        &mut self,
        story: &mut Story,
        mut write: impl FnMut(&mut Scribe<'_, '_>, &Library, &mut String) -> Result<(), DemoError>,
    ) -> Result<NoteText, DemoError> {
        let Self { library, calendar, rng, latest, latest_set, heard, .. } = self;
        let (library, calendar) = (&*library, &*calendar);
        let topic = &library.topics[story.topic];
        let told = story.told.clone();
        let mut out = String::new();
        for attempt in 0..TRIES {
            out.clear();
            story.told.clone_from(&told);
            let case = &topic.cases[story.case];
            write(&mut Scribe { rng, calendar, topic, case, story, attempt }, library, &mut out)?;
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
fn opener(scribe: &mut Scribe<'_, '_>, ask: &Ask) -> &'static str {
    let person = &scribe.story.person;
    let (visitor, age) = (person.visitor, person.age);
    let alone = if scribe.story.index.is_multiple_of(2) { "elder" } else { "elders" };
    match scribe.rng.index(3) {
        _ if visitor && scribe.topic.is_about_travel() => "visitor",
        _ if visitor => "outsider",
        _ if ask.says_home => "who",
        _ if ask.says_kin => "resident",
        0 if age >= 70 => alone,
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
