//! What the program does where there is nothing to work on.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use sangdam_eventstore::Room;
use sangdam_tests::{Database, Engine, Program, Server, both_engines};

/// The commands that work on a ledger which is there.
const ON_A_LEDGER: [&[&str]; 5] = [
    &["verify"],
    &["rebuild"],
    &["replay"],
    &["export", "events"],
    &["report", "yearly", "--format", "json"],
];

fn refused(database: &Database, arguments: &[&str]) -> String {
    let output = Program::run(database, arguments);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "", "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

fn key_file(database: &Database) -> PathBuf {
    database.folder().join("config/sangdam/kek")
}

async fn where_no_ledger_is_none_is_made(database: Database) {
    for arguments in ON_A_LEDGER {
        let said = refused(&database, arguments);
        assert!(said.contains("there is no ledger in the "), "{said}");
        assert!(said.contains("--data-dir or --database"), "{said}");
    }
    for room in [Room::LEDGER, Room::VAULT, Room::READ] {
        assert!(!database.location().has(room).await.unwrap(), "{room:?}");
    }
    assert!(!key_file(&database).exists() && !database.data_dir().exists());
}

async fn a_ledger_whose_key_is_missing_gets_no_new_one(database: Database) {
    Server::start(&database).await.stop().await;
    Program::succeed(&database, &["verify"]);
    let (key, aside) = (key_file(&database), database.folder().join("kek"));
    std::fs::rename(&key, &aside).unwrap();
    for arguments in ON_A_LEDGER.iter().chain(&[&["serve", "--open"][..], &["demo"]]) {
        let said = refused(&database, arguments);
        assert!(said.contains("is missing") && said.contains("from your backup"), "{said}");
        assert!(!key.exists(), "{arguments:?}");
    }
    std::fs::rename(&aside, &key).unwrap();
    Program::succeed(&database, &["verify"]);
}

async fn what_is_made_is_its_owners_alone(database: Database) {
    Server::start(&database).await.stop().await;
    let mode = |path: PathBuf| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(key_file(&database)), 0o600);
    if database.engine() == Engine::Sqlite {
        assert_eq!(mode(database.data_dir()), 0o700);
    }
}

both_engines!(
    where_no_ledger_is_none_is_made,
    a_ledger_whose_key_is_missing_gets_no_new_one,
    what_is_made_is_its_owners_alone,
);
