//! Files of a telephone system: imported, and followed as they grow.

mod cdr;
mod documented;
mod follow;
mod pushed;
mod queue_log;

use std::collections::BTreeMap;
use std::path::PathBuf;

use sangdam_tests::{Database, Program};
use serde_json::Value;

/// A ledger with a centre in it, and a folder for the telephone system's files.
struct Desk {
    database: Database,
}

/// Whoever has records of their own registers the centre with them.
const CENTRE: &str = r#"
version = 1
source = "founding"
[centre]
name = "정선군 민원콜센터"
time_zone = "Asia/Seoul"
opened_on = "2019-08-01"
records_complete_from = "2022-01-01"
hours = "around the clock"
[time]
zone = "Asia/Seoul"
[key]
columns = ["id"]
[call]
offered = { datetime = "at" }
[outcome]
column = "end"
answered = ["ok"]
abandoned = ["lost"]
skip = { none = "none" }
[answered]
at = [{ datetime = "at" }]
[abandoned]
at = [{ datetime = "at" }]
[ended]
at = [{ datetime = "at" }]
"#;

impl Desk {
    fn new(database: Database) -> Self {
        let desk = Self { database };
        let mapping = desk.file("centre.toml", CENTRE);
        let nothing = desk.file("nothing.csv", "id,at,end\n1,2022-01-01 00:00:00,none\n");
        let told = desk.succeed(&["import", "csv", "--mapping", &mapping, &nothing]);
        assert!(told.contains("skipped"), "{told}");
        desk
    }

    /// Writes a file, and says where it is.
    fn file(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn path(&self, name: &str) -> PathBuf {
        let folder = self.database.folder().join("asterisk");
        std::fs::create_dir_all(&folder).unwrap();
        folder.join(name)
    }

    fn succeed(&self, arguments: &[&str]) -> String {
        Program::succeed(&self.database, arguments)
    }

    fn import(&self, format: &str, file: &str, more: &[&str]) -> Numbers {
        Numbers::of(&self.succeed(&[["import", format].as_slice(), more, &[file]].concat()))
    }

    /// All events, as they are exported.
    fn events(&self) -> Vec<Value> {
        let exported = self.succeed(&["export", "events"]);
        let events = exported.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["data"].take());
        events.collect()
    }

    /// How many events of each type there are.
    fn counted(&self) -> BTreeMap<String, u64> {
        let mut counted = BTreeMap::new();
        for event in self.events() {
            *counted.entry(event["type"].as_str().unwrap().to_owned()).or_default() += 1;
        }
        counted
    }

    fn verify(&self) {
        let told = self.succeed(&["verify"]);
        assert!(!told.contains("DAMAGED"), "{told}");
    }
}

/// What an import counted.
#[derive(Debug, PartialEq, Eq)]
struct Numbers {
    read: u64,
    accepted: u64,
    already: u64,
    skipped: u64,
    rejected: u64,
    position: u64,
    told: String,
}

impl Numbers {
    #[track_caller]
    fn of(told: &str) -> Self {
        let number = |name: &str| {
            let line = told.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{told}"));
            line[name.len()..].trim().parse().unwrap_or_else(|_| panic!("{told}"))
        };
        Self {
            read: number("read "),
            accepted: number("accepted "),
            already: number("already present "),
            skipped: number("skipped "),
            rejected: number("rejected "),
            position: number("position "),
            told: told.to_owned(),
        }
    }

    fn parts(&self) -> (u64, u64, u64, u64, u64) {
        assert_eq!(self.read, self.accepted + self.already + self.skipped + self.rejected, "{}", self.told);
        (self.read, self.accepted, self.already, self.skipped, self.rejected)
    }
}

/// Refused with exit code 2, and these words.
#[track_caller]
fn refused(database: &Database, arguments: &[&str], words: &[&str]) {
    let output = Program::run(database, arguments);
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    for word in words {
        assert!(told.contains(word), "{word:?} is not in {told}");
    }
}
