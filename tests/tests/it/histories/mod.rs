//! Random histories: whatever is tried, the read models that followed hold what a replay gives, and what was refused
//! left nothing behind; and as of every moment they say what they said then.

mod feeds;
mod people;
mod question;
mod reports;
mod service;
mod shown;
mod stepping;
mod world;

use std::collections::{BTreeMap, BTreeSet};

use question::Questions;
use sangdam_domain::event::Event;
use sangdam_tests::{Database, both_engines};
use world::{Answered, Outcome, Remembered, World};

/// Histories on each engine, and commands tried in each.
const HISTORIES: u64 = 12;
/// More are lived where some type of event did not happen in the first ones.
const HISTORIES_MAX: u64 = 3 * HISTORIES;
const COMMANDS: usize = 700;
/// After how many accepted commands it is remembered what the read models say.
const REMEMBERED: usize = 9;
/// After how many accepted commands a copy of the ledger is asked for everything.
const COPIED: usize = 40;

/// What the commands of one history came to.
#[derive(Default, Debug)]
struct Tally {
    accepted: usize,
    held_already: usize,
    refused: BTreeMap<&'static str, usize>,
}

async fn replay_equals_following(database: Database) {
    let mut types: BTreeMap<String, usize> = BTreeMap::new();
    let mut codes = BTreeSet::new();
    for seed in 0..HISTORIES_MAX {
        if seed >= HISTORIES && never(&types).is_empty() {
            break;
        }
        let (here, elsewhere) =
            (Database::fresh(database.engine()).await, Database::fresh(database.engine()).await);
        let mut world = World::new(&here, seed).await;
        let (tally, remembered, answered) = live(&mut world, &here, seed).await;
        assert!(
            tally.accepted * 7 > COMMANDS,
            "history {seed} has too few events to tell anything: {tally:?}"
        );
        codes.extend(tally.refused.into_keys());
        assert!(answered.len() >= 2, "history {seed} was never asked: {answered:?}");
        for answered in &answered {
            world.check_answer(answered).await;
            world.check_rows(Some(answered.position)).await;
        }
        world.check_rows(None).await;
        world.check_steps().await;
        for (name, count) in world.check(&elsewhere, &remembered).await {
            *types.entry(name).or_default() += count;
        }
    }
    let never = never(&types);
    assert!(never.is_empty(), "no history has {never:?}");
    assert!(codes.len() >= 25, "only {} kinds of refusals were met: {codes:?}", codes.len());
}

/// The types of events that did not happen; but for imports and kept records, which have tests of their own.
fn never(types: &BTreeMap<String, usize>) -> Vec<&'static str> {
    let elsewhere = |name: &str| name.starts_with("Import") || name.starts_with("TelephoneRecord");
    Event::TYPES.iter().copied().filter(|name| !types.contains_key(*name) && !elsewhere(name)).collect()
}

both_engines!(replay_equals_following);

async fn live(world: &mut World, database: &Database, seed: u64) -> (Tally, Vec<Remembered>, Vec<Answered>) {
    let (mut tally, mut remembered, mut answered) = (Tally::default(), Vec::new(), Vec::new());
    let questions = Questions::new();
    world.found().await;
    for number in 0..COMMANDS {
        world.let_time_pass();
        let before = world.head().await;
        let outcome = world.anything().await;
        let after = world.head().await;
        let place = format!("command {number} of history {seed}: {outcome:?}");
        match outcome {
            Ok(Some(appended)) => {
                assert_eq!(appended.first, before.0.next(), "{place}");
                assert_eq!(appended.last, after.0, "{place}");
                tally.accepted += 1;
                if tally.accepted.is_multiple_of(REMEMBERED) {
                    remembered.push(world.remember().await);
                }
                // Not always after the same number: moments are as random as the history.
                if (tally.accepted + seed as usize).is_multiple_of(COPIED) {
                    answered.push(world.answered_by_a_copy(database, &questions).await);
                }
            }
            Ok(None) => {
                assert_eq!(before, after, "{place}");
                tally.held_already += 1;
            }
            Err(error) => {
                assert_eq!(before, after, "{place}");
                *tally.refused.entry(code(&error, &place)).or_default() += 1;
            }
        }
    }
    (tally, remembered, answered)
}

/// The code of a refusal. Any other error is a defect.
fn code(error: &sangdam::ledger::ExecuteError, place: &str) -> &'static str {
    match error {
        sangdam::ledger::ExecuteError::Rejected(rejection) => rejection.code(),
        _ => panic!("{place}"),
    }
}

impl World {
    async fn anything(&mut self) -> Outcome {
        match self.next_topic() {
            0..8 => self.agent().await,
            8..35 => self.call().await,
            35..70 => self.consultation().await,
            70..80 => self.callback().await,
            80..92 => self.caller().await,
            92..94 => self.directory().await,
            94 => self.article().await,
            95..97 => self.report().await,
            _ => self.centre().await,
        }
    }
}
