//! A report that cannot be delivered is tried again, in its turn, and given up in the end; it keeps no other from being made.

use sangdam::schedule::attempt::{ATTEMPTS_MAX, Outcome};
use sangdam_domain::value::RunFailure;
use sangdam_tests::{Database, both_engines};

use super::world::{World, files, seoul};

const GO_ON: fn() -> bool = || true;

/// To a folder that can be taken away, and to one that stays.
const TWO: &str = "deliver = [{ folder = 'away' }, { folder = 'stays' }]";

async fn what_failed_is_tried_again_and_brought_only_where_it_is_not_yet(database: Database) {
    let world = World::new(database).await;
    let (away, stays) = (world.database.folder().join("away"), world.database.folder().join("stays"));
    std::fs::create_dir(&away).unwrap();
    std::fs::create_dir(&stays).unwrap();
    let mut worker = world.worker_to(world.sources.clone(), "0 8 * * *", TWO).await;
    std::fs::remove_dir(&away).unwrap();
    world.clock.set(seoul("03 08:00:00"));

    assert_eq!(worker.turn(GO_ON).await.unwrap().wake, seoul("03 08:00:30"));
    let failed = world.failed().await;
    let [failed] = failed.as_slice() else { panic!("{failed:?}") };
    assert_eq!((failed.attempt, failed.reason), (1, RunFailure::FolderNotWritten));
    assert_eq!(failed.retry_at, Some(seoul("03 08:00:30")));
    let name = "daily-2024-01-03T08-00-00+0900.json";
    assert_eq!(files(&stays), [name]);
    std::fs::remove_file(stays.join(name)).unwrap();

    world.clock.set(seoul("03 08:00:30"));
    assert_eq!(worker.turn(GO_ON).await.unwrap().wake, seoul("03 08:01:30"), "twice as long");
    std::fs::create_dir(&away).unwrap();
    world.clock.set(seoul("03 08:01:30"));
    assert_eq!(worker.turn(GO_ON).await.unwrap().wake, seoul("04 08:00:00"));
    assert_eq!(world.made().await, [seoul("03 08:00:00")]);
    assert_eq!((files(&away).len(), files(&stays).len()), (1, 0), "what was brought is not brought again");
    assert_eq!(world.completed().await[0].delivered.len(), 2);
}

async fn what_always_fails_is_given_up_and_holds_nothing_up(database: Database) {
    let world = World::new(database).await;
    let mut worker = world.worker("0 8,20 * * *", "").await;
    let due = seoul("03 08:00:00");
    let blocker = world.out().join("daily-2024-01-03T08-00-00+0900.json/x");
    std::fs::create_dir_all(blocker).unwrap();
    world.clock.set(due);
    let mut wakes = 0;
    while world.made().await.len() < 4 {
        let turn = worker.turn(GO_ON).await.unwrap();
        world.clock.set(turn.wake);
        wakes += 1;
        assert!(wakes < 60, "{:?}", world.failed().await);
    }
    worker.turn(GO_ON).await.unwrap();
    // The runs that came later were made in time.
    let made = world.made().await;
    assert_eq!(made[..4], ["02 20:00:00", "03 20:00:00", "04 08:00:00", "04 20:00:00"].map(seoul));
    let failed = world.failed().await;
    assert!(failed.iter().all(|failed| failed.due == due));
    let attempts: Vec<_> = failed.iter().map(|failed| failed.attempt).collect();
    assert_eq!(attempts, (1..=u32::try_from(failed.len()).unwrap()).collect::<Vec<_>>());
    assert_eq!(failed.len(), ATTEMPTS_MAX as usize);
    let (last, earlier) = failed.split_last().unwrap();
    assert!(last.retry_at.is_none() && earlier.iter().all(|failed| failed.retry_at.is_some()));
    // Somebody asks for it all the same.
    std::fs::remove_dir_all(world.out().join("daily-2024-01-03T08-00-00+0900.json")).unwrap();
    let (at, outcome) = worker.make_now(Some(due)).await.unwrap();
    assert_eq!(at, due);
    let Outcome::Completed(completed) = outcome else { panic!("{outcome:?}") };
    assert_eq!((completed.due, completed.attempt), (due, ATTEMPTS_MAX + 1));
}

async fn what_is_asked_for_is_made_at_once_and_only_once(database: Database) {
    let world = World::new(database).await;
    let mut worker = world.worker("0 8 * * *", "").await;
    let (at, first) = worker.make_now(None).await.unwrap();
    assert_eq!(at, seoul("02 12:00:00"));
    let (_, again) = worker.make_now(None).await.unwrap();
    assert!(matches!(first, Outcome::Completed(_)) && first == again, "{again:?}");
    assert_eq!(world.made().await, [at]);
    let ahead = worker.make_now(Some(seoul("03 08:00:00"))).await.unwrap_err();
    assert!(ahead.to_string().contains("not due before 2024-01-02T23:00:00"), "{ahead}");
    // A failure that somebody is told of is not tried again behind their back.
    let name = "daily-2024-01-02T10-00-00+0900.json";
    std::fs::create_dir_all(world.out().join(name).join("x")).unwrap();
    let (_, outcome) = worker.make_now(Some(seoul("02 10:00:00"))).await.unwrap();
    let Outcome::Failed(failed) = outcome else { panic!("{outcome:?}") };
    assert_eq!(failed.retry_at, None);
    // What is due anyhow stays due.
    world.clock.set(seoul("03 09:00:00"));
    let regular = world.out().join("daily-2024-01-03T08-00-00+0900.json");
    std::fs::create_dir_all(regular.join("x")).unwrap();
    let (_, outcome) = worker.make_now(Some(seoul("03 08:00:00"))).await.unwrap();
    let Outcome::Failed(failed) = outcome else { panic!("{outcome:?}") };
    assert_eq!(failed.retry_at, Some(seoul("03 09:00:30")));
}

both_engines!(
    what_failed_is_tried_again_and_brought_only_where_it_is_not_yet,
    what_always_fails_is_given_up_and_holds_nothing_up,
    what_is_asked_for_is_made_at_once_and_only_once,
);
