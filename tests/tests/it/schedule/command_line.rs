//! `sangdam schedule` and `sangdam serve --reports`, as somebody types them.

use std::path::PathBuf;

use sangdam_eventstore::Room;
use sangdam_tests::{Database, Engine, Program, Server, both_engines};
use serde_json::{Value, json};

use super::world::files;

fn write(database: &Database, more: &str) -> PathBuf {
    let file = database.folder().join("reports.toml");
    let text = format!(
        "[[schedule]]\nname = 'daily'\ncron = '0 8 * * *'\nreport = 'yearly'\nformat = 'csv'\n{more}\n\
        [[schedule.deliver]]\nfolder = 'out'\n"
    );
    std::fs::write(&file, text).unwrap();
    std::fs::create_dir_all(database.folder().join("out")).unwrap();
    file
}

/// What it says on standard error, and its exit code.
fn refused(database: &Database, arguments: &[&str]) -> (String, Option<i32>) {
    let output = Program::run(database, arguments);
    assert!(!output.status.success(), "{arguments:?}");
    (String::from_utf8(output.stderr).unwrap(), output.status.code())
}

async fn a_file_with_a_mistake_makes_no_ledger_and_no_report(database: Database) {
    let file = write(&database, "catchup = 3");
    let file = file.to_str().unwrap();
    for arguments in [&["serve", "--open", "--reports", file][..], &["schedule", "check", file]] {
        let (said, code) = refused(&database, arguments);
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains("reports.toml") && said.contains("line 6"), "{said}");
        assert!(said.contains("unknown field `catchup`"), "{said}");
    }
    assert!(!database.location().has(Room::LEDGER).await.unwrap());
    let (said, code) = refused(&database, &["serve", "--open", "--reports", "/nowhere.toml"]);
    assert_eq!((code, said.contains("/nowhere.toml cannot be read")), (Some(2), true), "{said}");
    assert_eq!(files(&database.folder().join("out")).len(), 0);
}

async fn a_report_is_made_when_somebody_asks_for_it(database: Database) {
    let file = write(&database, "");
    let file = file.to_str().unwrap();
    let checked = Program::succeed(&database, &["schedule", "check", file]);
    assert!(checked.contains("daily") && checked.contains("yearly as csv to folder"), "{checked}");

    let server = Server::start(&database).await;
    let (said, code) = refused(&database, &["schedule", "list", file]);
    assert_eq!((code, said.contains("is not registered yet")), (Some(1), true), "{said}");
    let query = "mutation($input: RegisterCentreInput!) { registerCentre(input: $input) { position } }";
    let input = json!({
        "name": "정선군 민원콜센터", "openedOn": "2019-08-01", "timeZone": "Asia/Seoul", "recordsCompleteFrom": "2022-01-01"
    });
    server.ask(query, json!({"input": input})).await;
    server.stop().await;

    let listed = Program::succeed(&database, &["schedule", "list", file]);
    assert!(listed.contains("T08:00:00+09:00") && !listed.contains("last"), "{listed}");
    let made = Program::succeed(&database, &["schedule", "run", file, "daily"]);
    assert!(made.contains("delivered    folder") && made.contains("sha256"), "{made}");
    let names = files(&database.folder().join("out"));
    let [name] = names.as_slice() else { panic!("{names:?}") };
    assert!(name.starts_with("daily-20") && name.ends_with("+0900.csv"), "{name}");

    let (said, code) = refused(&database, &["schedule", "run", file, "weekly"]);
    assert_eq!((code, said.contains("has no schedule `weekly`; it has daily")), (Some(2), true), "{said}");
    let (said, code) =
        refused(&database, &["schedule", "run", file, "daily", "--due", "2999-01-01T00:00:00Z"]);
    assert_eq!((code, said.contains("is not due before")), (Some(1), true), "{said}");
}

both_engines!(
    a_file_with_a_mistake_makes_no_ledger_and_no_report,
    a_report_is_made_when_somebody_asks_for_it,
);

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_told_to_stop_leaves_no_run_in_the_middle() {
    let database = Database::fresh(Engine::Sqlite).await;
    let file = write(&database, "");
    let every_second = std::fs::read_to_string(&file).unwrap().replace("0 8 * * *", "* * * * * *");
    std::fs::write(&file, every_second).unwrap();
    let server = Server::start_with(&database, &["--reports", file.to_str().unwrap()], &[]).await;
    let query = "mutation($input: RegisterCentreInput!) { registerCentre(input: $input) { position } }";
    let input = json!({
        "name": "정선군", "openedOn": "2019-08-01", "timeZone": "Asia/Seoul", "recordsCompleteFrom": "2022-01-01"
    });
    server.ask(query, json!({"input": input})).await;
    // The schedule learns of the centre within five seconds.
    while files(&database.folder().join("out")).len() < 2 {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let metrics = server.get("/metrics").await.unwrap().text().await.unwrap();
    let counted = "sangdam_report_runs_total{schedule=\"daily\",outcome=\"completed\"}";
    assert!(metrics.contains(counted), "{metrics}");
    server.stop().await;
    let export = Program::succeed(&database, &["export", "events"]);
    let events: Vec<Value> = export.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let count = |event_type: &str| events.iter().filter(|event| event["type"] == event_type).count();
    assert_eq!(count("ReportRunStarted"), count("ReportRunCompleted"), "{export}");
    assert_eq!(count("ReportRunCompleted"), files(&database.folder().join("out")).len());
}
