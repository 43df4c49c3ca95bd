//! What is asked for wrongly gets an error that says what to do, and leaves nothing behind.

use std::process::Output;

use sangdam_tests::{Database, both_engines};

use super::world::Centre;

#[track_caller]
fn refused(output: &Output, code: i32, words: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{said}");
    assert!(said.contains(words), "{said}");
    assert!(output.stdout.is_empty());
}

async fn bad_input_is_told_and_leaves_nothing(database: Database) {
    let centre = Centre::new(database).await;
    let path = centre.file("report.csv");
    let file = path.to_str().unwrap();
    let report = |arguments: &[&str]| centre.run(&[&["report"], arguments, &["--output", file]].concat());

    refused(
        &report(&["monthly", "--from", "2024-05-02", "--to", "2024-05-01"]),
        2,
        "--from, --to: the first day, 2024-05-02, is after the last one, 2024-05-01",
    );
    refused(&report(&["monthly", "--from", "2024-02-30"]), 2, "2024-02-30");
    refused(&report(&["yearly", "--as-of", "1000000"]), 1, "has no position 1000000: it reaches from 1 to 2");
    refused(&report(&["yearly", "--as-of", "0"]), 1, "has no position 0");
    refused(&report(&["yearly", "--as-of", "yesterday"]), 2, "neither a position");
    refused(&report(&["yearly", "--as-of", "1999-01-01T00:00:00Z"]), 1, "the first event came later");
    refused(&report(&["yearly", "--as-of", "2999-01-01T00:00:00Z"]), 1, "has not come yet");
    refused(&report(&["weekly"]), 2, "weekly");
    refused(&centre.run(&["report"]), 2, "--check");
    assert!(!path.exists());

    let nowhere = centre.file("missing/report.csv");
    let arguments = ["report", "yearly", "--output", nowhere.to_str().unwrap()];
    refused(&centre.run(&arguments), 1, "missing/report.csv cannot be written: there is no folder");
    let folder = centre.database.folder().to_str().unwrap().to_owned();
    refused(&centre.run(&["report", "yearly", "--output", &folder]), 1, "cannot be written: is a directory");

    std::fs::write(&path, "no report").unwrap();
    refused(&centre.run(&["report", "--check", file]), 1, "report.csv: it holds no receipt");
    let missing = centre.file("missing.csv");
    refused(&centre.run(&["report", "--check", missing.to_str().unwrap()]), 1, "missing.csv: No such file");
    let left: Vec<_> = std::fs::read_dir(centre.database.folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".part"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
    centre.stop().await;
}

async fn a_report_of_nothing_is_a_report(database: Database) {
    let centre = Centre::new(database).await;
    for kind in
        ["yearly", "monthly", "hours", "categories", "agents", "service-level", "staffing", "directory"]
    {
        for format in super::world::FORMATS {
            let path = centre.report(&format!("{kind}.{format}"), &[kind, "--format", format]);
            let (code, told) = centre.check(&path);
            // CSV has no place for a receipt where there are no rows.
            let empty_csv = format == "csv" && std::fs::read_to_string(&path).unwrap().lines().count() == 1;
            assert_eq!(code, i32::from(empty_csv), "{kind} {format}: {told:#}");
        }
    }
    centre.stop().await;
}

both_engines!(bad_input_is_told_and_leaves_nothing, a_report_of_nothing_is_a_report);
