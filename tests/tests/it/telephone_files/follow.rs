//! `sangdam follow queue-log`: killed and started again, across rotations, under a writer.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sangdam_tests::{Database, Program, QueueLog, both_engines};
use tokio::process::{Child, Command};

use super::Desk;

/// How often the tail is killed and started again.
const KILLS: u32 = 20;
/// How many lines are written meanwhile.
const LINES: usize = 6_000;
/// How long the tail may take to come to the end.
const CATCH_UP: Duration = Duration::from_secs(60);

impl Desk {
    fn follow(&self) -> Child {
        let out = OpenOptions::new().create(true).append(true).open(self.path("follow.out")).unwrap();
        Command::new(Program::path())
            .args(["follow", "queue-log", "--state"])
            .args([self.path("state.json"), self.path("queue_log")])
            .envs(self.database.environment())
            .stdin(Stdio::null())
            .stdout(out.try_clone().unwrap())
            .stderr(out)
            .kill_on_drop(true)
            .spawn()
            .unwrap()
    }

    fn told(&self) -> String {
        std::fs::read_to_string(self.path("follow.out")).unwrap_or_default()
    }
}

/// Writes lines as a telephone system does, in pieces that end anywhere, while its file is rotated: renamed and made
/// anew, with or without the writer knowing at once, or copied and emptied between two lines.
struct Writer {
    folder: PathBuf,
    random: StdRng,
    file: File,
    rotations: u32,
}

impl Writer {
    fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            random: StdRng::seed_from_u64(20),
            file: open(folder),
            rotations: 0,
        }
    }

    fn write(&mut self, lines: &[String], stop: &AtomicBool) {
        for (number, line) in lines.iter().enumerate() {
            let line = format!("{line}\n");
            let cut = self.random.random_range(0..line.len());
            let (first, second) = line.as_bytes().split_at(cut);
            self.file.write_all(first).unwrap();
            if self.random.random_bool(0.02) {
                std::thread::sleep(Duration::from_millis(self.random.random_range(1..60)));
            }
            self.file.write_all(second).unwrap();
            if number % 100 == 99 {
                self.rotate();
                if !stop.load(Ordering::Relaxed) {
                    std::thread::sleep(Duration::from_millis(self.random.random_range(0..600)));
                }
            }
        }
    }

    fn rotate(&mut self) {
        self.rotations += 1;
        let current = self.folder.join("queue_log");
        let rotated = self.folder.join(format!("queue_log.{}", 1_000 - self.rotations));
        match self.rotations % 3 {
            0 => {
                std::fs::copy(&current, rotated).unwrap();
                self.file.set_len(0).unwrap();
            }
            1 => {
                std::fs::rename(current, rotated).unwrap();
                self.file = open(&self.folder);
            }
            // The next file stands there before its writer knows; a line goes into the old one meanwhile.
            _ => {
                std::fs::rename(&current, rotated).unwrap();
                drop(open(&self.folder));
                let now = "1672617600|1672617600.1|NONE|NONE|RELOADING|";
                self.file.write_all(format!("{now}{}\n", self.rotations).as_bytes()).unwrap();
                self.file = open(&self.folder);
            }
        }
    }
}

fn open(folder: &Path) -> File {
    OpenOptions::new().create(true).append(true).open(folder.join("queue_log")).unwrap()
}

async fn killed_and_started_again_nothing_is_lost_or_repeated(database: Database) {
    let desk = Desk::new(database);
    let log = QueueLog::new(20, LINES);
    let folder = desk.path("queue_log").parent().unwrap().to_owned();
    let hurry = Arc::new(AtomicBool::new(false));
    let (lines, told_to_hurry) = (log.lines[1..].to_vec(), Arc::clone(&hurry));
    // A first start reads the file as it is then: what was rotated away before is for an import.
    desk.file("queue_log", &format!("{}\n", log.lines[0]));
    let mut tail = desk.follow();
    until(&desk, "reading").await;
    let mut writer = Writer::new(&folder);
    let writing = std::thread::spawn(move || {
        writer.write(&lines, &told_to_hurry);
        writer.rotations
    });
    let mut random = StdRng::seed_from_u64(4);
    for _ in 0..KILLS {
        tokio::time::sleep(Duration::from_millis(random.random_range(100..1_500))).await;
        assert!(tail.try_wait().unwrap().is_none(), "{}", desk.told());
        tail.kill().await.unwrap();
        tail = desk.follow();
    }
    hurry.store(true, Ordering::Relaxed);
    let rotations = tokio::task::spawn_blocking(move || writing.join().unwrap()).await.unwrap();
    let mut expected = log.expected();
    // What was written into files that had been renamed.
    *expected.get_mut("TelephoneRecordKept").unwrap() += u64::from(rotations.div_ceil(3));
    let wanted: u64 = expected.iter().filter(|(name, _)| **name != "skipped").map(|(_, count)| count).sum();
    let told: Vec<&str> = expected.keys().copied().filter(|name| *name != "skipped").collect();
    let started = Instant::now();
    loop {
        let counted = desk.counted();
        let there: u64 = told.iter().map(|name| counted.get(*name).copied().unwrap_or(0)).sum();
        if there >= wanted {
            break;
        }
        let waited = started.elapsed();
        let lost = || lost_from(&desk, &folder);
        assert!(
            waited < CATCH_UP,
            "{there} of {wanted} events after {waited:?}: {}\n{}",
            lost(),
            desk.told()
        );
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    stop(&mut tail, "-TERM").await;
    assert!(desk.told().contains("stopped: read "), "{}", desk.told());
    each_stands_once(&desk, &expected, &folder);
}

both_engines!(killed_and_started_again_nothing_is_lost_or_repeated);

/// The ledger holds what was written, and each file that is there adds nothing.
fn each_stands_once(desk: &Desk, expected: &std::collections::BTreeMap<&'static str, u64>, folder: &Path) {
    let counted = desk.counted();
    for (name, count) in expected.iter().filter(|(name, _)| **name != "skipped") {
        assert_eq!(counted[*name], *count, "{name}\n{}", desk.told());
    }
    let seen = desk.events().into_iter().filter(|event| event["body"].get("evidence").is_some());
    assert!(seen.map(|event| event["body"]["evidence"].clone()).all(|evidence| evidence == "observed"));
    let mut read = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_str().unwrap().starts_with("queue_log") {
            let numbers = desk.import("queue-log", path.to_str().unwrap(), &[]);
            assert_eq!((numbers.accepted, numbers.rejected), (0, 0), "{}: {}", path.display(), numbers.told);
            read += numbers.read;
        }
    }
    assert!(read >= LINES as u64, "{read}");
    desk.verify();
}

/// Which files hold lines that the ledger does not have.
fn lost_from(desk: &Desk, folder: &Path) -> String {
    let mut lost = std::fs::read_to_string(desk.path("state.json")).unwrap_or_default();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_str().unwrap().starts_with("queue_log") {
            let numbers = desk.import("queue-log", path.to_str().unwrap(), &[]);
            if numbers.accepted > 0 {
                lost.push_str(&format!("\n{}: {}", path.display(), numbers.told));
            }
        }
    }
    lost
}

async fn stop(tail: &mut Child, signal: &str) {
    let pid = tail.id().unwrap().to_string();
    assert!(std::process::Command::new("kill").args([signal, &pid]).status().unwrap().success());
    let status = tokio::time::timeout(Duration::from_secs(20), tail.wait()).await.unwrap().unwrap();
    assert!(status.success(), "{status}");
}

async fn it_waits_for_its_file_and_stops_when_it_is_told(database: Database) {
    let desk = Desk::new(database);
    let mut tail = desk.follow();
    until(&desk, "is not there yet").await;
    desk.file("queue_log", "1704153600|1704153600.1|main|NONE|ENTERQUEUE||01000001234|1\nnonsense\n");
    until(&desk, "queue_log: byte 60: has 1 fields").await;
    stop(&mut tail, "-INT").await;
    assert!(
        desk.told().contains("read 2 = accepted 1 + already present 0 + skipped 0 + rejected 1"),
        "{}",
        desk.told()
    );
    assert_eq!(desk.counted()["CallOffered"], 1);
}

both_engines!(it_waits_for_its_file_and_stops_when_it_is_told);

async fn until(desk: &Desk, words: &str) {
    let started = Instant::now();
    while !desk.told().contains(words) {
        assert!(started.elapsed() < Duration::from_secs(30), "{words:?} is not in {}", desk.told());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
