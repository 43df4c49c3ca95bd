//! The demo county: three years of a call centre, lived through on a simulated clock.
//!
//! A pure, seeded generator: the same items on every run and every machine. It knows nothing of a store; who runs it
//! seals and appends. Its histories are legal because the domain's own aggregates decide every one of them.

mod after;
mod again;
mod calendar;
mod callers;
mod county;
mod directory;
mod edition;
mod error;
mod floor;
mod item;
mod korean;
mod library;
mod officer;
mod opening;
mod people;
mod plan;
mod rng;
mod scribe;
mod script;
mod stage;
mod talk;
mod template;
mod words;

use sangdam_domain::id::LedgerId;
use sangdam_domain::log::LogId;

pub use error::DemoError;
pub use item::{Item, Part, Staged};
pub use plan::YEARS;

use calendar::Calendar;
use floor::Floor;
use library::Library;
use people::People;
use rng::Rng;
use stage::Stage;
use words::Words;

/// What all of the county's randomness comes from; the store's keys and nonces too (see [`SEED`]).
const RNG_SEED: [u8; 32] = *b"sangdam demo county jeongseon v1";

/// The seed for the keys and nonces of the demo's ledger.
pub const SEED: &[u8] = b"sangdam demo county jeongseon keys v1";

/// The purposes of the streams of randomness.
mod purpose {
    pub(crate) const LEDGER: u64 = 0;
    pub(crate) const IDS: u64 = 1;
    pub(crate) const PLAN: u64 = 2;
    pub(crate) const PEOPLE: u64 = 3;
    pub(crate) const WORDS: u64 = 4;
    pub(crate) const FLOOR: u64 = 5;
    pub(crate) const OPENING: u64 = 6;
}

/// The id of the demo's ledger.
pub fn ledger_id() -> LedgerId {
    let bytes = Rng::new(RNG_SEED, purpose::LEDGER).bytes::<10>();
    // The millisecond at which the county's records begin.
    LedgerId::from_uuid(uuid::Builder::from_unix_timestamp_millis(1_640_563_200_000, &bytes).into_uuid())
}

/// The three years, item by item. What it keeps in memory does not grow with what it has handed out, but for one
/// small entry a caller and a hash a text.
pub struct Demo {
    floor: Floor,
    over: bool,
}

impl Demo {
    /// Begins in the last week of 2021. `log` is the centre's main log. `scale` says how many times as large as the county it is: so
    /// many times as many people, agents and calls, in the same three years.
    pub fn new(log: &LogId, scale: u32) -> Result<Self, DemoError> {
        let rng = |purpose| Rng::new(RNG_SEED, purpose);
        let calendar = Calendar::read()?;
        let mut stage = Stage::new(log.clone(), rng(purpose::IDS));
        let cast = opening::play(&mut stage, &calendar, &mut rng(purpose::OPENING), scale)?;
        let days = plan::days(&calendar, &mut rng(purpose::PLAN), scale)?;
        let words = Words::new(Library::read()?, Calendar::read()?, rng(purpose::WORDS));
        let people = People::new(rng(purpose::PEOPLE), scale);
        let floor = Floor::new((calendar, cast, stage), (people, words, rng(purpose::FLOOR)), days);
        Ok(Self { floor, over: false })
    }
}

impl Iterator for Demo {
    type Item = Result<Item, DemoError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.over {
            if let Some(item) = self.floor.stage.happened.pop_front() {
                return Some(Ok(item));
            }
            match self.floor.advance() {
                Ok(true) => {}
                Ok(false) => {
                    self.over = true;
                    if let Err(error) = self.floor.close() {
                        return Some(Err(error));
                    }
                }
                Err(error) => {
                    self.over = true;
                    return Some(Err(error));
                }
            }
        }
        self.floor.stage.happened.pop_front().map(Ok)
    }
}
