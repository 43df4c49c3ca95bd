//! `sangdam import cdr-csv`.

use sangdam_tests::{Database, both_engines};
use serde_json::json;

use super::{Desk, refused};

/// A row: who, what was dialled, channels, start, answer, end, seconds, disposition, id and linked id.
fn row(columns: [&str; 9]) -> String {
    let [src, dst, channel, to, answer, end, disposition, id, linked] = columns;
    let answer = if answer.is_empty() { String::new() } else { format!("\"2024-01-02 {answer}\"") };
    format!(
        "\"\",\"{src}\",\"{dst}\",\"from-trunk\",\"{src}\",\"{channel}\",\"{to}\",\"Queue\",\"main\",\"2024-01-02 \
         09:00:00\",{answer},\"2024-01-02 {end}\",60,50,\"{disposition}\",\"DOCUMENTATION\",\"{id}\",\"\",\"\",\"{linked}\",1\n"
    )
}

const CALLER: &str = "01000001234";

fn rows() -> String {
    [
        row([
            CALLER,
            "8000",
            "SIP/t-1",
            "SIP/201-2",
            "",
            "09:00:20",
            "NO ANSWER",
            "1704153600.1",
            "1704153600.1",
        ]),
        row([
            CALLER,
            "8000",
            "SIP/t-1",
            "SIP/202-3",
            "09:00:25",
            "09:02:00",
            "ANSWERED",
            "1704153600.1",
            "1704153600.1",
        ]),
        row([
            CALLER,
            "8000",
            "SIP/t-4",
            "",
            "09:00:01",
            "09:00:40",
            "ANSWERED",
            "1704153600.4",
            "1704153600.4",
        ]),
        row(["201", CALLER, "SIP/201-5", "SIP/t-6", "", "09:00:30", "BUSY", "1704153600.5", "1704153600.5"]),
        row([
            "201",
            "202",
            "SIP/201-7",
            "SIP/202-8",
            "09:00:05",
            "09:01:00",
            "ANSWERED",
            "1704153600.7",
            "1704153600.7",
        ]),
    ]
    .concat()
}

async fn rows_of_one_call_are_one_call(database: Database) {
    let desk = Desk::new(database);
    let file = desk.file("Master.csv", &rows());
    let zone = ["--zone", "Asia/Seoul"];
    let first = desk.import("cdr-csv", &file, &zone);
    assert_eq!(first.parts(), (5, 4, 0, 1, 0), "{}", first.told);
    assert!(first.told.contains("internal_call"), "{}", first.told);
    let again = desk.import("cdr-csv", &file, &zone);
    assert_eq!((again.parts(), again.position), ((5, 0, 4, 1, 0), first.position));
    let events = desk.events();
    let told: Vec<_> = events
        .iter()
        .filter(|event| {
            event["type"].as_str().unwrap().starts_with("Call") && event["type"] != "CallerRegistered"
        })
        .map(|event| {
            json!([event["type"], event["occurred_at"], event["body"]["direction"], event["body"]["cause"]])
        })
        .collect();
    assert_eq!(
        told,
        [
            json!(["CallOffered", "2024-01-02T00:00:00.000000Z", "inbound", null]),
            json!(["CallAnswered", "2024-01-02T00:00:25.000000Z", null, null]),
            json!(["CallEnded", "2024-01-02T00:02:00.000000Z", null, null]),
            json!(["CallOffered", "2024-01-02T00:00:00.000000Z", "inbound", null]),
            json!(["CallAbandoned", "2024-01-02T00:00:40.000000Z", null, null]),
            json!(["CallOffered", "2024-01-02T00:00:00.000000Z", "outbound", null]),
            json!(["CallEnded", "2024-01-02T00:00:30.000000Z", null, "busy"]),
        ]
    );
    let counted = desk.counted();
    assert!(!counted.contains_key("ConsultationOpened"), "no row counts as a consultation");
    assert_eq!((counted["CallerRegistered"], counted["AgentRegistered"]), (1, 1));
}

both_engines!(rows_of_one_call_are_one_call);

async fn a_call_that_the_queue_log_told_of_is_not_told_again(database: Database) {
    let desk = Desk::new(database);
    let log = "1704153600|1704153600.1|main|NONE|ENTERQUEUE||01000001234|1\n1704153620|1704153600.1|main|Kim|CONNECT|20|x|5\n";
    assert_eq!(desk.import("queue-log", &desk.file("queue_log", log), &[]).accepted, 2);
    let file = desk.file("Master.csv", &rows());
    let numbers = desk.import("cdr-csv", &file, &["--zone", "Asia/Seoul"]);
    assert_eq!(numbers.parts(), (5, 2, 2, 1, 0), "{}", numbers.told);
    assert_eq!(desk.counted()["CallAnswered"], 1);
}

both_engines!(a_call_that_the_queue_log_told_of_is_not_told_again);

async fn the_zone_must_be_told_and_bad_rows_stop_nothing(database: Database) {
    let desk = Desk::new(database);
    let file = desk.file("Master.csv", &format!("one,two\n{}", rows()));
    refused(&desk.database, &["import", "cdr-csv", &file], &["--zone Asia/Seoul"]);
    refused(&desk.database, &["import", "cdr-csv", "--zone", "Seoul", &file], &["there is no such zone"]);
    let numbers = desk.import("cdr-csv", &file, &["--zone", "UTC"]);
    assert_eq!(numbers.parts(), (6, 4, 0, 1, 1));
    assert!(numbers.told.contains("line 1: has 2 columns; 16 to 21 were expected"), "{}", numbers.told);
}

both_engines!(the_zone_must_be_told_and_bad_rows_stop_nothing);
