//! Who is erased leaves no word in the index's files, and long runs of digits never get there.

use std::path::Path;

use sangdam_tests::{Database, both_engines};

use super::world::{World, bytes_of, found};

/// Words that nothing else on this machine says.
const SECRET: &str = "쀍쮧쌻뙓";
const OTHER: &str = "뿳쭩쑿뜛";

/// Whether a word stands in the files. A dictionary of terms is a transducer that is written backwards, with a byte of state behind each
/// byte of a term that is rare, as those of Hangul are: what a pair of syllables looks like in it is known.
fn holds(folder: &Path, word: &str) -> bool {
    let bytes = bytes_of(folder);
    let syllables: Vec<char> = word.chars().collect();
    syllables.windows(2).any(|pair| {
        let pair: String = pair.iter().collect();
        // The first bytes and the last may be shared with other terms.
        let middle = &pair.as_bytes()[2..5];
        let written: Vec<u8> = middle.iter().rev().flat_map(|byte| [*byte, 0xc0]).collect();
        bytes.windows(written.len()).any(|window| window == written) || contains(&bytes, pair.as_bytes())
    })
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

async fn an_erased_callers_words_are_gone_from_the_files(database: Database) {
    let world = World::new(database).await;
    let (erased, other) = (world.caller().await, world.caller().await);
    let search = world.spawn("search");
    for _ in 0..3 {
        let text = format!("여권 재발급 문의 {SECRET}");
        world.consultation(Some(erased), &text, Some("신분증 지참 안내")).await;
        let text = format!("여권 재발급 문의 {OTHER}");
        world.consultation(Some(other), &text, Some("신분증 지참 안내")).await;
        world.caught_up(search.clone()).await;
    }
    let folder = world.folder("search");
    assert!(holds(&folder, SECRET) && holds(&folder, OTHER), "the words can be seen in the files");
    assert_eq!(found(&search, SECRET).await.len(), 1);

    world.erase(erased).await;
    world.caught_up(search.clone()).await;
    assert!(!holds(&folder, SECRET), "a word of an erased caller is left in the files");
    assert!(holds(&folder, OTHER), "another caller's words stay");
    assert!(found(&search, SECRET).await.is_empty());
    assert_eq!(found(&search, OTHER).await.len(), 1);

    // One that was built after the erasure is the same.
    let rebuilt = world.built("rebuilt").await;
    assert!(!holds(&world.folder("rebuilt"), SECRET));
    let ask = super::world::words("여권 재발급");
    assert_eq!(search.similar(&ask).await.unwrap(), rebuilt.similar(&ask).await.unwrap());
}

both_engines!(an_erased_callers_words_are_gone_from_the_files);

async fn what_happens_after_an_erasure_brings_nothing_back(database: Database) {
    let world = World::new(database).await;
    let erased = world.caller().await;
    let id = world.consultation(Some(erased), &format!("여권 문의 {SECRET}"), Some("안내함")).await;
    let search = world.caught_up(world.spawn("search")).await;
    world.erase(erased).await;
    world.categorise(id, "civil").await;
    world.caught_up(search.clone()).await;
    assert!(found(&search, SECRET).await.is_empty());
    assert!(!holds(&world.folder("search"), SECRET));
}

both_engines!(what_happens_after_an_erasure_brings_nothing_back);

async fn the_words_of_a_consultation_that_was_identified_later_go_too(database: Database) {
    use sangdam::ledger::CommandMeta;
    use sangdam_domain::actor::{Actor, ActorKind, Subject};

    let world = World::new(database).await;
    let erased = world.caller().await;
    let id = world.consultation(None, &format!("여권 문의 {SECRET}"), Some("안내함")).await;
    let search = world.caught_up(world.spawn("search")).await;
    let meta = CommandMeta::new(Actor::of(ActorKind::Open), "identify");
    world.ledger.identify_caller(&meta, erased, Subject::Consultation(id)).await.unwrap();
    world.caught_up(search.clone()).await;
    assert_eq!(found(&search, SECRET).await, [id]);
    world.erase(erased).await;
    world.caught_up(search.clone()).await;
    assert!(found(&search, SECRET).await.is_empty());
    assert!(!holds(&world.folder("search"), SECRET));
}

both_engines!(the_words_of_a_consultation_that_was_identified_later_go_too);

async fn long_runs_of_digits_never_reach_the_files(database: Database) {
    let world = World::new(database).await;
    let text = "회신 번호 010-7391-8264, 계좌 73918264553, 신고는 119";
    let id = world.consultation(None, text, Some("연락드리기로 함")).await;
    let search = world.caught_up(world.spawn("search")).await;
    for digits in ["7391", "8264", "73918264553"] {
        assert!(found(&search, digits).await.is_empty(), "{digits}");
        assert!(!contains(&bytes_of(&world.folder("search")), digits.as_bytes()), "{digits}");
    }
    assert_eq!(found(&search, "119").await, [id]);
}

both_engines!(long_runs_of_digits_never_reach_the_files);
