//! Two servers on one PostgreSQL, a report due every second for a minute, one of the two killed half-way, while it brings a
//! report to a webhook: sixty runs, none twice, none missing.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use sangdam_domain::time::Timestamp;
use sangdam_tests::{Database, Engine, Program, Server};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::receiver::{Post, Receiver};

/// How many runs are looked at.
const RUNS: i64 = 60;
/// After how many of them a server is killed.
const KILLED_AFTER: i64 = 30;
/// How long the webhook takes for an answer.
const ANSWER: Duration = Duration::from_millis(300);
/// Each server has a secret of its own, which tells its posts from the other's.
const DOOMED: &str = "the secret of the server that is killed";
const SPARED: &str = "the secret of the other one";
/// How long all of it may take after the last run was due.
const LATE_MAX: Duration = Duration::from_secs(60);

const REPORTS: &str = r#"
lease = "2s"

[[schedule]]
name = "every-second"
cron = "* * * * * *"
report = "yearly?threshold=100000"
format = "json"
catch-up = 300

[[schedule.deliver]]
folder = "out"

[[schedule.deliver]]
webhook = { url = "WEBHOOK", secret-env = "HOOK_SECRET" }
"#;

#[tokio::test(flavor = "multi_thread")]
async fn sixty_seconds_are_sixty_runs_though_a_server_is_killed() {
    if !Engine::Postgres.is_here() {
        return;
    }
    let database = Database::fresh(Engine::Postgres).await;
    let (file, out) = (database.folder().join("reports.toml"), database.folder().join("out"));
    let webhook = Receiver::start(&[], ANSWER).await;
    std::fs::write(&file, REPORTS.replace("WEBHOOK", &webhook.url)).unwrap();
    std::fs::create_dir(&out).unwrap();
    register_the_centre(&database).await;
    let arguments = ["--reports", file.to_str().unwrap()];
    let (doomed, spared) = tokio::join!(
        Server::start_with(&database, &arguments, &[("HOOK_SECRET", DOOMED)]),
        Server::start_with(&database, &arguments, &[("HOOK_SECRET", SPARED)])
    );

    let first = first_due(&spared).await;
    let cut_off = next_post(&webhook, DOOMED, first.plus_seconds(KILLED_AFTER)).await;
    doomed.kill_now();
    doomed.wait_for_death().await;
    let last = first.plus_seconds(RUNS - 1);
    until_completed(&spared, first, last).await;
    spared.stop().await;

    let export = Program::succeed(&database, &["export", "events"]);
    let events: Vec<Value> = export.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let runs = |event_type: &str| bodies(&events, event_type);
    let wanted: Vec<String> = (0..RUNS).map(|second| first.plus_seconds(second).to_string()).collect();
    for event_type in ["ReportRunStarted", "ReportRunCompleted"] {
        let mut due: Vec<String> = runs(event_type).iter().map(|run| text(run, "due")).collect();
        due.sort();
        let all = due.len();
        due.dedup();
        assert_eq!(due.len(), all, "{event_type}: a run stands there twice");
        due.retain(|due| wanted.contains(due));
        assert_eq!(due, wanted, "{event_type}");
    }
    assert_eq!(runs("ReportScheduleDefined").len(), 1, "both servers mean the same schedule");
    assert_eq!(runs("ReportRunsSkipped").len(), 0);
    assert_eq!(runs("ReportRunFailed").len(), 0);
    // Every run that was completed has its file, whole, and there is no other. The server that was stopped may have begun
    // one more.
    let completed = runs("ReportRunCompleted");
    each_has_its_file(&out, &completed);
    taken_over(&webhook, &cut_off, &completed);
    let verified = Program::succeed(&database, &["verify"]);
    assert!(!verified.contains("DAMAGED"), "{verified}");
}

async fn register_the_centre(database: &Database) {
    let server = Server::start(database).await;
    let query =
        "mutation($input: RegisterCentreInput!) { registerCentre(input: $input) { userErrors { code } } }";
    let input = json!({
        "name": "정선군 민원콜센터", "openedOn": "2019-08-01", "timeZone": "Asia/Seoul", "recordsCompleteFrom": "2022-01-01"
    });
    let answer = server.ask(query, json!({"input": input})).await;
    assert_eq!(answer["registerCentre"]["userErrors"], json!([]));
    server.stop().await;
}

/// When the first run was due that was started.
async fn first_due(server: &Server) -> Timestamp {
    loop {
        if let Some(started) = events(server, "ReportRunStarted").await.first() {
            return text(started, "due").parse().unwrap();
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// The next post of a server after a moment. It gets no answer.
async fn next_post(webhook: &Receiver, secret: &'static str, from: Timestamp) -> Post {
    until_due(from).await;
    let before = webhook.posts().len();
    webhook.answer_no_more(secret);
    loop {
        // One that came just before may be answered still.
        let mut since = webhook.posts().into_iter().skip(before + 1);
        if let Some(post) = since.find(|post| post.is_signed_with(secret)) {
            return post;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// The run that was cut off was completed by the other server, which brought the same report under the same key.
#[track_caller]
fn taken_over(webhook: &Receiver, cut_off: &Post, completed: &[Value]) {
    let posts = webhook.posts();
    let key = |post: &Post| post.header("idempotency-key").to_owned();
    let same: Vec<&Post> = posts.iter().filter(|post| key(post) == key(cut_off)).collect();
    assert!(same.len() >= 2 && same.iter().all(|post| post.body == cut_off.body), "{same:?}");
    assert!(same.last().is_some_and(|post| post.is_signed_with(SPARED)));
    let run = completed.iter().find(|run| text(run, "due") == cut_off.header("x-sangdam-due"));
    assert!(run.is_some_and(|run| run["attempt"].as_u64() >= Some(2)), "{run:?}");
    let by = |secret: &str| posts.iter().filter(|post| post.is_signed_with(secret)).count();
    let again = completed.iter().filter(|run| run["attempt"] != 1).count();
    let (doomed, spared) = (by(DOOMED), by(SPARED));
    eprintln!(
        "{} runs: {doomed} posts by the one, {spared} by the other; {again} taken over",
        completed.len()
    );
    assert!(doomed > 0 && spared > 0);
}

async fn until_due(moment: Timestamp) {
    let left = moment.micros() - sangdam_eventstore::Clock::now(&sangdam_eventstore::SystemClock).micros();
    tokio::time::sleep(Duration::from_micros(u64::try_from(left).unwrap_or(0))).await;
}

async fn until_completed(server: &Server, first: Timestamp, last: Timestamp) {
    until_due(last).await;
    let waited = std::time::Instant::now();
    loop {
        let completed = events(server, "ReportRunCompleted").await;
        let within = |run: &&Value| (first..=last).contains(&text(run, "due").parse().unwrap());
        if completed.iter().filter(within).count() as i64 >= RUNS {
            return;
        }
        assert!(waited.elapsed() < LATE_MAX, "only {} runs are completed", completed.len());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// The bodies of all events of a type, asked of a server.
async fn events(server: &Server, event_type: &str) -> Vec<Value> {
    let query = "query($types: [String!], $after: String) { ledger { events(types: $types, first: 100, after: $after) {
        nodes { body } pageInfo { hasNextPage endCursor } } } }";
    let (mut found, mut after) = (Vec::new(), Value::Null);
    loop {
        let answer = server.ask(query, json!({"types": [event_type], "after": after})).await;
        let page = &answer["ledger"]["events"];
        found.extend(page["nodes"].as_array().unwrap().iter().map(|node| node["body"].clone()));
        if page["pageInfo"]["hasNextPage"] == false {
            return found;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

/// The bodies of all events of a type in an export.
fn bodies(events: &[Value], event_type: &str) -> Vec<Value> {
    let leaves = events.iter().map(|event| &event["data"]);
    leaves.filter(|leaf| leaf["type"] == event_type).map(|leaf| leaf["body"].clone()).collect()
}

fn text(body: &Value, key: &str) -> String {
    body[key].as_str().unwrap_or_else(|| panic!("no {key}: {body}")).to_owned()
}

#[track_caller]
fn each_has_its_file(out: &Path, completed: &[Value]) {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for entry in std::fs::read_dir(out).unwrap() {
        let path = entry.unwrap().path();
        let digest = hex::encode(Sha256::digest(std::fs::read(&path).unwrap()));
        found.insert(path.file_name().unwrap().to_str().unwrap().to_owned(), digest);
    }
    let zone = jiff::tz::TimeZone::get("Asia/Seoul").unwrap();
    for run in completed {
        let due: Timestamp = text(run, "due").parse().unwrap();
        let due = due.jiff().to_zoned_datetime(zone.clone()).strftime("%Y-%m-%dT%H-%M-%S%z");
        let name = format!("every-second-{due}.json");
        assert_eq!(found.remove(&name), Some(text(run, "file_sha256")), "{name}");
    }
    assert!(found.len() <= 1, "files that no run accounts for: {found:?}");
}
