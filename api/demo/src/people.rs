//! Who calls: residents, few of whom call often, and visitors, most of whom call once or twice. All are invented.

use sangdam_domain::id::{CallerId, ConsultationId};
use sangdam_domain::value::{CallerKind, PersonName, PhoneNumber};

use crate::county::{FAMILY_NAMES, GIVEN_NAMES, REGIONS, TOWNS};
use crate::error::DemoError;
use crate::rng::Rng;

/// A person, from their first call on.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) visitor: bool,
    pub(crate) town: usize,
    pub(crate) village: usize,
    pub(crate) region: usize,
    /// 20, 30, … 80
    pub(crate) age: i64,
    pub(crate) woman: bool,
    /// What the ledger calls them; `None` before their first call.
    pub(crate) caller: Option<CallerId>,
    pub(crate) named: bool,
    pub(crate) merged: bool,
    /// The moment of their latest call, in microseconds.
    pub(crate) seen: i64,
    /// Their latest consultation, its topic and when it began.
    pub(crate) latest: Option<(ConsultationId, usize, i64)>,
    pub(crate) calls: u32,
}

/// All who have called so far.
pub(crate) struct People {
    rng: Rng,
    all: Vec<Person>,
    /// Who made each call of a resident: whoever called often calls again.
    residents_heard: Vec<u32>,
    residents: u64,
    visitors_recent: Vec<u32>,
    mobiles: u64,
    landlines: u64,
    /// How many times as many they are as the county's.
    scale: u64,
}

/// In so many of 100 calls of a month it is a visitor.
const VISITORS: [u64; 12] = [19, 16, 14, 18, 24, 20, 28, 31, 26, 34, 18, 18];
/// The larger, the more different residents call.
const RESIDENTS_NEW: u64 = 6_000;
/// The visitors among whom some call again.
const VISITORS_REMEMBERED: usize = 400;
/// How many numbers of landlines each area has, none of which is given to anybody.
const LANDLINES: u64 = 500_000;
/// The county's own area, and those that follow where its numbers are used up.
const AREAS: [&str; 8] = ["033", "031", "032", "041", "042", "043", "051", "052"];
/// Nobody calls more often than that.
const CALLS_MAX: u32 = 110;

impl People {
    pub(crate) fn new(rng: Rng, scale: u32) -> Self {
        Self {
            rng,
            all: Vec::new(),
            residents_heard: Vec::new(),
            residents: 0,
            visitors_recent: Vec::new(),
            mobiles: 0,
            landlines: 0,
            scale: scale.into(),
        }
    }

    /// One of them.
    pub(crate) fn get(&self, index: usize) -> &Person {
        &self.all[index]
    }

    /// One of them, to change.
    pub(crate) fn get_mut(&mut self, index: usize) -> &mut Person {
        &mut self.all[index]
    }

    /// Who calls at the moment: nobody who called within the last two hours.
    pub(crate) fn next(&mut self, month: i8, now: i64) -> usize {
        let month = usize::try_from(month - 1).unwrap_or(0).min(11);
        let visitor = self.rng.below(100) < VISITORS[month];
        let known = if visitor { self.known_visitor(now) } else { self.known_resident(now) };
        let index = known.unwrap_or_else(|| self.newcomer(visitor));
        if visitor {
            let remembered = VISITORS_REMEMBERED * self.scale as usize;
            if self.visitors_recent.len() < remembered {
                self.visitors_recent.push(index as u32);
            } else {
                let replaced = self.rng.index(remembered);
                self.visitors_recent[replaced] = index as u32;
            }
        } else {
            self.residents_heard.push(index as u32);
        }
        self.all[index].seen = now;
        self.all[index].calls += 1;
        index
    }

    fn known_visitor(&mut self, now: i64) -> Option<usize> {
        if self.visitors_recent.len() < 20 || self.rng.permille(560) {
            return None;
        }
        let index = *self.rng.pick(&self.visitors_recent) as usize;
        (self.rested(index, now) && self.all[index].calls < 6).then_some(index)
    }

    fn known_resident(&mut self, now: i64) -> Option<usize> {
        let heard = self.residents_heard.len() as u64;
        if self.rng.below(heard + RESIDENTS_NEW * self.scale) >= heard {
            return None;
        }
        for _ in 0..8 {
            let index = *self.rng.pick(&self.residents_heard) as usize;
            if self.rested(index, now) && self.all[index].calls < CALLS_MAX {
                return Some(index);
            }
        }
        None
    }

    fn rested(&self, index: usize, now: i64) -> bool {
        self.all[index].seen + 7_200_000_000 < now
    }

    fn newcomer(&mut self, visitor: bool) -> usize {
        let weights: Vec<u64> = TOWNS.iter().map(|town| town.weight).collect();
        let town = self.rng.weighted(&weights);
        let ages: &[u64] = if visitor { &[18, 25, 25, 18, 11, 3, 0] } else { &[6, 9, 13, 20, 25, 17, 10] };
        let age = 20 + 10 * self.rng.weighted(ages) as i64;
        self.all.push(Person {
            visitor,
            town,
            village: self.rng.index(TOWNS[town].villages.len()),
            region: self.rng.index(REGIONS.len()),
            age,
            woman: self.rng.permille(520),
            caller: None,
            named: false,
            merged: false,
            seen: 0,
            latest: None,
            calls: 0,
        });
        self.residents += u64::from(!visitor);
        self.all.len() - 1
    }

    /// A number that nobody else has: 010-0000-XXXX while there are any, mostly for visitors, else 033-1XX-XXXX.
    pub(crate) fn phone(&mut self, index: usize) -> Result<PhoneNumber, DemoError> {
        let mobile = self.rng.permille(if self.all[index].visitor { 880 } else { 60 });
        let text = if mobile && self.mobiles < 10_000 {
            self.mobiles += 1;
            format!("010-0000-{:04}", self.mobiles * 7_919 % 10_000)
        } else {
            let area = AREAS[usize::try_from(self.landlines / LANDLINES).unwrap_or(0) % AREAS.len()];
            self.landlines += 1;
            let number = self.landlines * 314_159 % LANDLINES;
            format!("{area}-1{:02}-{:04}", 50 + number / 10_000, number % 10_000)
        };
        Ok(PhoneNumber::parse(&text)?)
    }

    /// What the ledger learns of their kind.
    pub(crate) fn kind(&mut self, index: usize) -> CallerKind {
        match self.all[index].visitor {
            _ if self.rng.permille(70) => CallerKind::Unknown,
            true => CallerKind::Visitor,
            false => CallerKind::Resident,
        }
    }

    /// A name that fits.
    pub(crate) fn name(&mut self, index: usize) -> Result<PersonName, DemoError> {
        let person = &self.all[index];
        let (woman, young) = (person.woman, person.age < 60);
        Ok(PersonName::parse(&name(&mut self.rng, woman, young))?)
    }
}

/// An invented name.
pub(crate) fn name(rng: &mut Rng, woman: bool, young: bool) -> String {
    let weights: Vec<u64> = FAMILY_NAMES.iter().map(|(_, weight)| *weight).collect();
    let (family, _) = FAMILY_NAMES[rng.weighted(&weights)];
    let (first, second) = GIVEN_NAMES[usize::from(!woman)][usize::from(young)];
    let first = *rng.pick(first);
    let mut last = *rng.pick(second);
    while last == first {
        last = *rng.pick(second);
    }
    format!("{family}{first}{last}")
}
