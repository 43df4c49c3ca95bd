//! A webhook that refuses at first, and what it is told.

use std::time::Duration;

use sangdam::schedule::worker::Worker;
use sangdam_domain::value::{DeliveryKind, RunFailure};
use sangdam_tests::{Database, Engine};

use super::receiver::Receiver;
use super::world::{World, seoul};

const GO_ON: fn() -> bool = || true;
const AT_ONCE: Duration = Duration::ZERO;

async fn world_with(url: &str) -> (World, Worker) {
    let world = World::new(Database::fresh(Engine::Sqlite).await).await;
    let deliver = format!("deliver = [{{ webhook = {{ url = '{url}', secret-env = 'HOOK' }} }}]");
    let worker = world.worker_to(world.sources.clone(), "0 8 * * *", &deliver).await;
    world.clock.set(seoul("03 08:00:00"));
    (world, worker)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_posted_until_it_is_taken_and_signed_each_time() {
    let receiver = Receiver::start(&[503, 429], AT_ONCE).await;
    let (world, mut worker) = world_with(&receiver.url).await;
    worker.turn(GO_ON).await.unwrap();

    let completed = world.completed().await;
    let [completed] = completed.as_slice() else { panic!("{completed:?}") };
    assert_eq!((completed.attempt, completed.delivered.as_slice()), (1, &[DeliveryKind::Webhook][..]));
    let posts = receiver.posts();
    assert_eq!(posts.len(), 3, "two were refused");
    for post in &posts {
        assert!(post.is_signed_with(super::world::SECRET), "{post:?}");
        assert_eq!(post.header("x-sangdam-timestamp"), "1704236400");
        assert_eq!(post.header("idempotency-key"), posts[0].header("idempotency-key"));
        assert_eq!(post.header("content-length"), post.body.len().to_string());
        assert_eq!(post.header("content-type"), "application/json");
        assert_eq!(post.header("x-sangdam-schedule"), "daily");
        assert_eq!(post.header("x-sangdam-due"), "2024-01-02T23:00:00.000000Z");
        assert!(post.header("content-disposition").contains("daily-2024-01-03T08-00-00+0900.json"));
        assert_eq!(post.body, posts[0].body);
    }
    assert_eq!(posts[0].body.len() as u64, completed.bytes);
    let report: serde_json::Value = serde_json::from_slice(&posts[0].body).unwrap();
    assert_eq!(report["sha256"], completed.content_sha256.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_for_good_is_not_asked_again_at_once() {
    for status in [401, 302] {
        let receiver = Receiver::start(&[status], AT_ONCE).await;
        let (world, mut worker) = world_with(&receiver.url).await;
        assert_eq!(worker.turn(GO_ON).await.unwrap().wake, seoul("03 08:00:30"));
        assert_eq!(world.failed().await[0].reason, RunFailure::WebhookRefused);
        assert_eq!(receiver.posts().len(), 1, "{status}: neither asked again nor followed");

        world.clock.set(seoul("03 08:00:30"));
        worker.turn(GO_ON).await.unwrap();
        assert_eq!(world.completed().await[0].attempt, 2);
        let posts = receiver.posts();
        assert_eq!(posts[0].header("idempotency-key"), posts[1].header("idempotency-key"));
        assert_eq!(posts[0].body, posts[1].body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_there_is_told_from_nobody_willing() {
    // A port that was free a moment ago.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    drop(listener);
    let (world, mut worker) = world_with(&url).await;
    worker.turn(GO_ON).await.unwrap();
    assert_eq!(world.failed().await[0].reason, RunFailure::WebhookUnreachable);
}
