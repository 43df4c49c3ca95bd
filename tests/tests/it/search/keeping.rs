//! The index on disk: followed or rebuilt it is the same, it goes on where it was, and what is broken is built anew.

use std::path::Path;

use sangdam_domain::aggregate::ConsultationCommand;
use sangdam_domain::log::Version;
use sangdam_domain::value::{NoteText, ReopenReason};
use sangdam_search::{Matter, Search, catch_up};
use sangdam_tests::{Database, both_engines};

use super::world::{World, words};

const QUESTIONS: [&str; 5] = ["여권 재발급", "가로등 고장", "대형폐기물 스티커", "문의", ""];

async fn answers(search: &Search) -> Vec<Vec<Matter>> {
    let mut answers = Vec::new();
    for question in QUESTIONS {
        answers.push(search.similar(&words(question)).await.unwrap());
    }
    answers
}

/// Consultations that are taken up again, corrected and voided, each seen by whoever follows before the next comes.
async fn live(world: &World, follower: &Search) {
    for round in 0..4 {
        let passport = world
            .consultation(None, &format!("여권 재발급 준비물 문의 {round}"), Some("신분증 지참 안내"))
            .await;
        world.categorise(passport, "civil").await;
        world.caught_up(follower.clone()).await;
        let lamp = world.consultation(None, "가로등이 고장났다 하심", None).await;
        let waste = world.consultation(None, "스티커 파는 곳 문의", Some("대형폐기물 안내")).await;
        world.caught_up(follower.clone()).await;
        let text = NoteText::parse("보안등이 고장났다 하심").unwrap();
        // Opened, then the note.
        let note = Version::ZERO.plus(2);
        world.does(lamp, ConsultationCommand::CorrectNote { note, text, why: None }).await;
        world.does(waste, ConsultationCommand::Reopen { reason: ReopenReason::CallerReturned }).await;
        if round % 2 == 0 {
            world.void(passport).await;
        }
        world.caught_up(follower.clone()).await;
    }
}

async fn a_rebuild_equals_following(database: Database) {
    let world = World::new(database).await;
    let follower = world.spawn("followed");
    live(&world, &follower).await;
    let rebuilt = world.built("rebuilt").await;
    let (followed, rebuilt) = (answers(&follower).await, answers(&rebuilt).await);
    assert_eq!(followed, rebuilt);
    assert!(followed.iter().all(|matters| !matters.is_empty()), "{followed:?}");
}

both_engines!(a_rebuild_equals_following);

async fn it_goes_on_where_it_was(database: Database) {
    let world = World::new(database).await;
    let first = world.spawn("search");
    live(&world, &first).await;
    first.shutdown().await;
    world.consultation(None, "여권 재발급 문의", Some("안내함")).await;
    let second = world.caught_up(world.spawn("search")).await;
    let mut seen = Vec::new();
    second.shutdown().await;
    world.consultation(None, "여권 재발급 문의", Some("안내함")).await;
    let folder = world.folder("search");
    catch_up(world.ledger.store(), world.ledger.log(), &folder, |position| seen.push(position))
        .await
        .unwrap();
    // The last consultation alone was read: five events of its own, two of its call.
    assert_eq!(seen, [world.head().await]);
    let (resumed, rebuilt) = (world.caught_up(world.spawn("search")).await, world.built("rebuilt").await);
    assert_eq!(answers(&resumed).await, answers(&rebuilt).await);
}

both_engines!(it_goes_on_where_it_was);

async fn a_second_process_reads_what_the_first_writes(database: Database) {
    let world = World::new(database).await;
    let writer = world.caught_up(world.spawn("search")).await;
    let reader = world.spawn("search");
    live(&world, &writer).await;
    let reader = world.caught_up(reader).await;
    assert!(writer.state().writes && !reader.state().writes);
    assert_eq!(answers(&writer).await, answers(&reader).await);
    writer.shutdown().await;
    world.consultation(None, "여권 재발급 문의", Some("안내함")).await;
    let heir = world.caught_up(reader).await;
    assert!(heir.state().writes);
}

both_engines!(a_second_process_reads_what_the_first_writes);

async fn what_is_damaged_is_built_anew(database: Database) {
    let world = World::new(database).await;
    let first = world.spawn("search");
    live(&world, &first).await;
    let expected = answers(&first).await;
    first.shutdown().await;
    let folder = world.folder("search/index");
    type Harm = fn(&Path);
    let harms: [Harm; 5] = [
        |folder| each_segment_file(folder, |bytes| bytes.iter_mut().for_each(|byte| *byte ^= 0x55)),
        |folder| each_segment_file(folder, |bytes| bytes.truncate(bytes.len() / 2)),
        |folder| std::fs::write(folder.join("meta.json"), "{").unwrap(),
        |folder| std::fs::remove_file(folder.join("meta.json")).unwrap(),
        |folder| std::fs::remove_dir_all(folder).unwrap(),
    ];
    for (number, harm) in harms.into_iter().enumerate() {
        harm(&folder);
        let again = world.caught_up(world.spawn("search")).await;
        assert_eq!(answers(&again).await, expected, "harm {number}");
        again.shutdown().await;
    }
}

both_engines!(what_is_damaged_is_built_anew);

fn each_segment_file(folder: &Path, harm: impl Fn(&mut Vec<u8>)) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_of_a_segment =
            path.extension().is_some_and(|extension| extension != "json" && extension != "lock");
        if is_of_a_segment {
            let mut bytes = std::fs::read(&path).unwrap();
            harm(&mut bytes);
            std::fs::write(&path, bytes).unwrap();
        }
    }
}

async fn the_index_of_another_ledger_is_not_believed(database: Database) {
    let other = World::new(Database::fresh(database.engine()).await).await;
    other.consultation(None, "여권 재발급 문의", Some("안내함")).await;
    let world = World::new(database).await;
    let foreign = other.built("search").await;
    foreign.shutdown().await;
    copy(&other.folder("search/index"), &world.folder("search/index"));
    let search = world.caught_up(world.spawn("search")).await;
    assert!(search.similar(&words("여권 재발급")).await.unwrap().is_empty());
}

both_engines!(the_index_of_another_ledger_is_not_believed);

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}
