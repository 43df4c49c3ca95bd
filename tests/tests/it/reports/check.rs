//! What becomes of a report that was handed on, when the ledger goes on.

use std::path::{Path, PathBuf};

use sangdam_tests::{Database, Engine, both_engines};
use serde_json::{Value, json};

use super::world::{Centre, FORMATS, Opened};

const MONTHS: [&str; 5] = ["monthly", "--from", "2023-01-01", "--to", "2023-12-31"];

/// Two consultations in March 2023, one in April.
async fn centre(database: Database) -> (Centre, Opened) {
    let centre = Centre::new(database).await;
    let first = centre.opened("2023-03-02T01:00:00Z").await;
    centre.opened("2023-03-03T01:00:00Z").await;
    centre.opened("2023-04-03T01:00:00Z").await;
    (centre, first)
}

/// The months of 2023, in every format.
fn published(centre: &Centre) -> Vec<PathBuf> {
    FORMATS
        .iter()
        .map(|format| {
            centre.report(&format!("months.{format}"), &[&MONTHS[..], &["--format", format]].concat())
        })
        .collect()
}

async fn a_report_is_confirmed_and_what_changed_since_is_named(database: Database) {
    let (centre, first) = centre(database).await;
    let yearly = centre.report("years.json", &["yearly", "--format", "json"]);
    let files = published(&centre);
    for path in files.iter().chain([&yearly]) {
        let (code, told) = centre.check(path);
        assert_eq!(code, 0, "{told:#}");
        assert_eq!(told["today"]["rows_that_differ"], 0, "{told:#}");
        assert_eq!(told["events"]["count"], 0, "{told:#}");
    }

    let voided = centre.voided(&first).await;
    let backdated = centre.opened("2023-05-01T16:00:00Z").await;
    let elsewhere = centre.opened("2024-01-03T01:00:00Z").await;

    for path in &files {
        let (code, told) = centre.check(path);
        assert_eq!(code, 0, "{told:#}");
        assert_eq!((&told["good"], &told["follows"]), (&json!(true), &json!(true)), "{told:#}");
        assert_eq!(told["source"]["status"], "this_ledger");
        assert_eq!(told["file"]["status"], "same", "{}: {told:#}", path.display());
        assert_eq!(
            told["today"]["rows"],
            json!([
                {"table": "months", "key": {"month": "2023-03"},
                 "published": {"consultations": 2}, "today": {"consultations": 1}},
                {"table": "months", "key": {"month": "2023-05"},
                 "published": {"consultations": 0, "offered": 0, "answered": 0, "abandonment_rate": null,
                    "offered_in_hours": 0, "answered_in_hours": 0, "answer_rate": null},
                 "today": {"consultations": 1, "offered": 1, "answered": 1, "abandonment_rate": 0,
                    "offered_in_hours": 1, "answered_in_hours": 1, "answer_rate": 100}},
            ]),
            "{told:#}"
        );
        named(&told, "ConsultationVoided", voided, "2023-03-02");
        named(&told, "ConsultationOpened", backdated.position, "2023-05-02");
        let by_type =
            json!({"CallAnswered": 1, "CallOffered": 1, "ConsultationOpened": 1, "ConsultationVoided": 1});
        assert_eq!(told["events"]["by_type"], by_type);
        let positions: Vec<&Value> =
            told["events"]["first"].as_array().unwrap().iter().map(|event| &event["position"]).collect();
        assert!(!positions.contains(&&json!(elsewhere.position)), "{told:#}");
    }
    let (_, told) = centre.check(&yearly);
    named(&told, "ConsultationVoided", voided, "2023-03-02");
    named(&told, "ConsultationOpened", elsewhere.position, "2024-01-03");

    // As of then the answer is what it was, byte by byte, and people are told so, too.
    let position = told["receipt"]["position"].to_string();
    for (path, format) in files.iter().zip(FORMATS) {
        let arguments = [&MONTHS[..], &["--format", format, "--as-of", &position]].concat();
        let again = centre.report("again", &arguments);
        assert!(std::fs::read(path).unwrap() == std::fs::read(again).unwrap(), "{format}");
    }
    let output = centre.run(&["report", "--check", files[1].to_str().unwrap()]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("월 2023-03: 상담 2 → 1"), "{text}");
    assert!(text.contains(&format!("#{voided} ConsultationVoided consultation/")), "{text}");
    centre.stop().await;
}

#[track_caller]
fn named(told: &Value, event_type: &str, position: u64, day: &str) {
    let events = told["events"]["first"].as_array().unwrap();
    let event = events.iter().find(|event| event["position"] == position);
    let event = event.unwrap_or_else(|| panic!("#{position} is not named: {told:#}"));
    assert_eq!((&event["type"], &event["day"]), (&json!(event_type), &json!(day)), "{event:#}");
    assert!(event["stream"].as_str().unwrap().starts_with("consultation/"), "{event:#}");
}

async fn a_byte_that_was_changed_is_found_out(database: Database) {
    let (centre, _) = centre(database).await;
    for path in published(&centre) {
        let whole = std::fs::read(&path).unwrap();
        // The receipt's own SHA-256, where it can be read in the file.
        let (_, told) = centre.check(&path);
        let sha256 = told["receipt"]["sha256"].as_str().unwrap().as_bytes().to_vec();
        let places = whole.windows(64).position(|window| window == sha256).into_iter();
        for place in places.chain([whole.len() / 3, whole.len() / 2]) {
            let mut changed = whole.clone();
            changed[place] = if changed[place] == b'1' { b'2' } else { b'1' };
            std::fs::write(&path, &changed).unwrap();
            let (code, told) = centre.check(&path);
            assert_eq!(code, 1, "{} at {place}: {told:#}", path.display());
        }
        std::fs::write(&path, &whole[..whole.len() - 1]).unwrap();
        assert_eq!(centre.check(&path).0, 1, "{} without its end", path.display());
    }
    centre.stop().await;
}

async fn a_number_that_was_changed_is_shown(database: Database) {
    let (centre, _) = centre(database).await;
    // Without days: of the last full year that is known.
    let path = centre.report("months.csv", &["monthly", "--format", "csv"]);
    let text = std::fs::read_to_string(&path).unwrap().replace("2023-03,2,", "2023-03,3,");
    std::fs::write(&path, text).unwrap();
    let (code, told) = centre.check(&path);
    assert_eq!((code, &told["follows"]), (1, &json!(true)), "{told:#}");
    let file = &told["file"];
    assert_eq!((&file["status"], &file["line"]), (&json!("changed"), &json!(4)), "{told:#}");
    assert!(file["written"].as_str().unwrap().starts_with("2023-03,2,"), "{told:#}");
    assert!(file["found"].as_str().unwrap().starts_with("2023-03,3,"), "{told:#}");
    centre.stop().await;
}

async fn a_report_of_another_ledger_is_refused(database: Database) {
    let engine = database.engine();
    let (one, _) = centre(database).await;
    let (other, _) = centre(Database::fresh(engine).await).await;
    for path in published(&one) {
        let (code, told) = other.check(&path);
        let status = if is_csv(&path) { "other_root" } else { "other_ledger" };
        assert_eq!((code, &told["source"]["status"]), (1, &json!(status)), "{told:#}");
        assert_eq!(told["good"], false);
        assert_eq!(told.get("follows"), None, "{told:#}");
    }
    one.opened("2024-01-02T01:00:00Z").await;
    let later = one.report("later.csv", &["yearly", "--format", "csv"]);
    assert_eq!(other.check(&later).1["source"]["status"], "beyond_the_head");
    one.stop().await;
    other.stop().await;
}

fn is_csv(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "csv")
}

both_engines!(
    a_report_is_confirmed_and_what_changed_since_is_named,
    a_byte_that_was_changed_is_found_out,
    a_number_that_was_changed_is_shown,
    a_report_of_another_ledger_is_refused,
);

#[tokio::test(flavor = "multi_thread")]
async fn both_engines_write_the_same_rows() {
    let mut tables = Vec::new();
    for engine in [Engine::Sqlite, Engine::Postgres].into_iter().filter(|engine| engine.is_here()) {
        let (centre, _) = centre(Database::fresh(engine).await).await;
        let path = centre.report("months.json", &[&MONTHS[..], &["--format", "json"]].concat());
        let report: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        tables.push(report["months"].clone());
        centre.stop().await;
    }
    assert!(tables.windows(2).all(|pair| pair[0] == pair[1]), "{tables:#?}");
}
