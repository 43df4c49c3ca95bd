//! What cannot be exported is refused, and nothing half-written is left.

use sangdam_tests::{Database, Program, Server, both_engines};

use super::{Running, until};
use crate::crash::found;

both_engines!(what_cannot_be_is_refused_and_leaves_nothing, a_file_of_something_else_is_left_alone);

#[track_caller]
fn refused(database: &Database, code: i32, arguments: &[&str], why: &str) {
    let output = Program::run(database, arguments);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
    assert!(said.contains(why), "{arguments:?}: {said}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
}

fn files(database: &Database) -> Vec<String> {
    let folder = database.folder().join("out");
    let entries = std::fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

async fn what_cannot_be_is_refused_and_leaves_nothing(database: Database) {
    let server = Server::start(&database).await;
    found(&server).await;
    server.stop().await;
    let out = database.folder().join("out");
    std::fs::create_dir(&out).unwrap();
    let (file, nowhere) = (out.join("feed"), out.join("missing/feed"));
    let (file, nowhere) = (file.to_str().unwrap(), nowhere.to_str().unwrap());
    for what in ["events", "consultations"] {
        for more in [&[][..], &["--follow"]] {
            let beyond = [&["export", what, "--since", "999", "--output", file][..], more].concat();
            refused(&database, 1, &beyond, "there is no position 999 in jeongseon/main: it ends at 2");
            let unwritable = [&["export", what, "--output", nowhere][..], more].concat();
            refused(&database, 1, &unwritable, "missing/feed");
            let folder = [&["export", what, "--output", out.to_str().unwrap()][..], more].concat();
            refused(&database, 1, &folder, "/out ");
        }
        refused(&database, 2, &["export", what, "--since=-1"], "--since");
        refused(&database, 2, &["export", what, "--since", "9007199254740992"], "9007199254740992");
        let nowhere = ["export", what, "--centre", "sokcho"];
        refused(&database, 1, &nowhere, "there is no log `sokcho/main` in this ledger");
    }
    for format in ["csv", "parquet"] {
        let beyond = ["export", "consultations", "--since", "999", "--format", format, "--output", file];
        refused(&database, 1, &beyond, "there is no position 999");
        let followed = ["export", "consultations", "--follow", "--format", format, "--output", file];
        refused(&database, 2, &followed, "--follow writes lines");
    }
    refused(&database, 2, &["export", "events", "--types", "CallTeleported"], "CallTeleported");
    assert!(files(&database).is_empty(), "{:?}", files(&database));
}

async fn a_file_of_something_else_is_left_alone(database: Database) {
    let server = Server::start(&database).await;
    found(&server).await;
    server.stop().await;
    let path = database.folder().join("feed");
    let follow = |what| ["export", what, "--follow", "--output", path.to_str().unwrap()];
    std::fs::write(&path, "Dear diary\n").unwrap();
    refused(&database, 1, &follow("events"), "its last line is no line of a feed");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "Dear diary\n");

    // A feed, but another one: of events, and of a ledger that has gone further.
    let events = Program::succeed(&database, &["export", "events"]);
    std::fs::write(&path, &events).unwrap();
    refused(&database, 1, &follow("consultations"), "/consultations");
    let further = events.replace("\"sequence\":\"0000000000000002\"", "\"sequence\":\"0000000000000009\"");
    assert_ne!(further, events);
    std::fs::write(&path, &further).unwrap();
    refused(&database, 1, &follow("events"), "its last line is of position 9, and the log ends at 2");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), further);

    // Nor do two processes write to one file.
    std::fs::remove_file(&path).unwrap();
    let first = Running::start(&database, &follow("events"));
    until(|| path.metadata().is_ok_and(|file| file.len() > 0)).await;
    refused(&database, 1, &follow("events"), "another process writes to it");
    first.signal("-TERM").await;
}
