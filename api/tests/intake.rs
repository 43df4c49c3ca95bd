//! Imports: what a good file becomes, and what is said of a bad one.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test says what went wrong by stopping")]

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sangdam::intake::csv::{IntakeError, import_csv};
use sangdam::intake::mapping::Mapping;
use sangdam::intake::report::ImportReport;
use sangdam::ledger::Ledger;
use sangdam_domain::event::{Event, ImportCompleted};
use sangdam_domain::log::{LogId, Position};
use sangdam_eventstore::{Envelope, Kek, Location, Store, StoreConfig, SystemClock, SystemEntropy};

const MAPPING: &str = r#"
version = 1
source = "pbx"
[centre]
name = "Test centre"
time_zone = "Asia/Seoul"
opened_on = "2024-01-01"
records_complete_from = "2024-01-01"
hours = { monday = ["08:30-18:30"] }
[time]
zone = "Asia/Seoul"
[key]
columns = ["id"]
[call]
offered = { date = "day", time = "came" }
caller = { column = "who", none = ["0"] }
agent = { column = "agent" }
[outcome]
column = "end"
answered = ["ok"]
abandoned = ["lost"]
skip = { test = "test_call" }
[answered]
at = [{ time = "taken" }]
[abandoned]
at = [{ time = "over" }]
[ended]
at = [{ time = "over" }]
"#;

const HEADER: &str = "id,day,came,taken,over,end,who,agent\n";
const GOOD: &str = "1,2024-01-02,09:00:00,09:00:05,09:02:00,ok,K1,Kim\n\
                    2,2024-01-02,09:01:00,,09:01:30,lost,K1,\n\
                    3,2024-01-02,23:59:50,00:00:10,00:03:00,ok,0,Lee\n\
                    4,2024-01-02,10:00:00,,,test,,\n";

struct Fixture {
    folder: tempfile::TempDir,
    ledger: Ledger,
}

impl Fixture {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(StoreConfig {
            location: Location::Sqlite { dir: folder.path().join("data") },
            kek: Kek::from_bytes([7; 32]),
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            ledger: None,
        });
        let ledger = Ledger::new(store.await.unwrap(), LogId::main("test-centre").unwrap());
        Self { folder, ledger }
    }

    async fn import(&self, file: impl AsRef<[u8]>) -> Result<ImportReport, IntakeError> {
        self.import_with(MAPPING, file).await
    }

    async fn import_with(&self, mapping: &str, file: impl AsRef<[u8]>) -> Result<ImportReport, IntakeError> {
        let path = self.folder.path().join("calls.csv");
        std::fs::write(&path, file).unwrap();
        import_csv(&self.ledger, &Mapping::parse(mapping).unwrap(), &path, None, |_, _| {}).await
    }

    async fn head(&self) -> (u64, [u8; 32]) {
        let head = self.ledger.store().head(self.ledger.log()).await.unwrap();
        (head.position.get(), head.root)
    }

    async fn events(&self) -> Vec<(String, Event)> {
        let mut all = Vec::new();
        let mut after = Position::ZERO;
        loop {
            let events = self.ledger.store().read(self.ledger.log(), after, 1_000).await.unwrap();
            let Some(last) = events.last() else { return all };
            after = last.position;
            for event in &events {
                let envelope = Envelope::parse(&event.leaf).unwrap();
                let body =
                    Event::from_body(envelope.event_type, envelope.schema_version, envelope.body()).unwrap();
                all.push((event.occurred_at.to_string(), body));
            }
        }
    }

    async fn completed(&self) -> Vec<ImportCompleted> {
        let events = self.events().await.into_iter();
        events
            .filter_map(|(_, event)| if let Event::ImportCompleted(done) = event { Some(done) } else { None })
            .collect()
    }
}

fn numbers(report: &ImportReport) -> (u64, u64, u64, u64, u64) {
    let skipped = report.skipped.values().sum();
    (report.read, report.accepted, report.already_present, skipped, report.rejected)
}

#[track_caller]
fn only_rejection(report: &ImportReport, line: u64, words: &[&str]) {
    let [rejected] = report.rejections.as_slice() else { panic!("{report}") };
    assert_eq!(rejected.line, line, "{report}");
    for word in words {
        assert!(rejected.reason.contains(word), "{word:?} is not in {:?}", rejected.reason);
    }
}

#[tokio::test]
async fn a_good_file_becomes_events_and_the_second_time_nothing() {
    let fixture = Fixture::new().await;
    let file = format!("{HEADER}{GOOD}");
    let report = fixture.import(&file).await.unwrap();
    assert_eq!(numbers(&report), (4, 3, 0, 1, 0));
    let events = fixture.events().await;
    let opened: Vec<&str> = events
        .iter()
        .filter(|(_, e)| e.event_type() == "ConsultationOpened")
        .map(|(at, _)| at.as_str())
        .collect();
    assert_eq!(
        opened,
        ["2024-01-02T00:00:05.000000Z", "2024-01-02T15:00:10.000000Z"],
        "the second on the next day"
    );
    let names: Vec<&str> = events.iter().map(|(_, event)| event.event_type()).collect();
    let count = |name: &str| names.iter().filter(|n| **n == name).count();
    let expected = [
        ("CentreRegistered", 1),
        ("CallOffered", 3),
        ("CallAnswered", 2),
        ("CallAbandoned", 1),
        ("CallEnded", 2),
        ("CallerRegistered", 1),
        ("AgentRegistered", 2),
        ("ConsultationResolved", 2),
        ("ImportStarted", 1),
        ("ImportCompleted", 1),
    ];
    for (name, times) in expected {
        assert_eq!(count(name), times, "{name}");
    }

    let head = fixture.head().await;
    let again = fixture.import(&file).await.unwrap();
    assert_eq!(numbers(&again), (4, 0, 3, 1, 0));
    assert!(again.completed_before);
    assert_eq!(fixture.head().await, head);
}

#[tokio::test]
async fn the_same_rows_in_another_file_are_already_present() {
    let fixture = Fixture::new().await;
    fixture.import(format!("{HEADER}{GOOD}")).await.unwrap();
    let other = "agent,who,end,over,taken,came,day,id\r\nKim,K1,ok,09:02:00,09:00:05,09:00:00,2024-01-02,1\r\n\
                 Kim,K2,ok,10:02:00,10:00:05,10:00:00,2024-01-02,9\r\n";
    let report = fixture.import(other).await.unwrap();
    assert_eq!(numbers(&report), (2, 1, 1, 0, 0));
    let completed = fixture.completed().await;
    assert_eq!(completed.len(), 2);
    assert_eq!((completed[1].accepted, completed[1].already_present), (1, 1));
}

#[tokio::test]
async fn a_known_key_with_other_content_is_rejected_and_leaves_nothing() {
    let fixture = Fixture::new().await;
    fixture.import(format!("{HEADER}{GOOD}")).await.unwrap();
    let row = "1,2024-01-02,09:00:00,09:00:05,09:02:01,ok,K9,Kim\n";
    let report = fixture.import(format!("{HEADER}{row}")).await.unwrap();
    assert_eq!(numbers(&report), (1, 0, 0, 0, 1));
    only_rejection(&report, 2, &["this key was imported before with other content", "position"]);
    let callers = fixture.events().await.iter().filter(|(_, e)| e.event_type() == "CallerRegistered").count();
    assert_eq!(callers, 1, "K9 was not registered for a row that was refused");
}

#[tokio::test]
async fn a_key_that_comes_twice_in_a_file_counts_once() {
    let fixture = Fixture::new().await;
    let first = "1,2024-01-02,09:00:00,09:00:05,09:02:00,ok,K1,Kim\n";
    let other = "1,2024-01-02,09:00:00,09:00:05,09:05:00,ok,K2,Kim\n";
    let report = fixture.import(format!("{HEADER}{first}{first}{other}")).await.unwrap();
    assert_eq!(numbers(&report), (3, 1, 1, 0, 1));
    only_rejection(&report, 4, &["other content"]);
    let callers = fixture.events().await.iter().filter(|(_, e)| e.event_type() == "CallerRegistered").count();
    assert_eq!(callers, 1);
}

#[tokio::test]
async fn bad_rows_are_told_with_line_and_reason_and_good_ones_are_kept() {
    let good = "1,2024-01-02,09:00:00,09:00:05,09:02:00,ok,K1,Kim\n";
    let cases: [(&[u8], &[&str]); 9] = [
        (b"2,2024-02-30,09:00:00,,09:01:00,lost,,\n", &["column `day`", "`2024-02-30`", "`%Y-%m-%d`"]),
        (b"2,2024-01-02,9 o'clock,,09:01:00,lost,,\n", &["column `came`", "`9 o'clock`"]),
        (b"2,2024-01-02,09:00:00,,25:00:00,lost,,\n", &["column `over`", "`25:00:00`"]),
        (b"2,2024-01-02,09:00:00,,09:01:00,vanished,,\n", &["column `end`", "`vanished`"]),
        (b"2,2024-01-02,09:00:00\n", &["has 3 columns where the header has 8", "cut off"]),
        (b"2,2024-01-02,09:00:00,,09:01:00,lost,,,,\n", &["has 10 columns where the header has 8"]),
        (b"2,2024-01-02,09:00:00,,09:01:00,lost,,\xB1\xE8\n", &["not UTF-8", "byte 39", "0xB1"]),
        (b"2,2024-01-02,09:00:00,,09:01:00,lost,,\"Kim\n", &["a quote is opened in field 8"]),
        (b"2,2024-01-02,09:00:00,09:05:00,09:01:00,ok,,Kim\n", &["before it is answered"]),
    ];
    for (bad, words) in cases {
        let fixture = Fixture::new().await;
        let file = [HEADER.as_bytes(), bad, good.as_bytes()].concat();
        let report = fixture.import(file).await.unwrap();
        assert_eq!(numbers(&report), (2, 1, 0, 0, 1), "{report}");
        only_rejection(&report, 2, words);
        let completed = fixture.completed().await;
        assert_eq!((completed[0].read, completed[0].accepted, completed[0].rejected), (2, 1, 1));
    }
}

#[tokio::test]
async fn a_file_that_is_cut_off_keeps_its_whole_rows() {
    let whole = format!("{HEADER}{GOOD}");
    let cut = whole.len() - GOOD.lines().last().unwrap().len() - 4;
    let fixture = Fixture::new().await;
    let report = fixture.import(&whole[..cut]).await.unwrap();
    assert_eq!(numbers(&report), (3, 2, 0, 0, 1));
    only_rejection(&report, 4, &["cut off"]);

    let report = fixture.import(&whole).await.unwrap();
    assert_eq!(numbers(&report), (4, 1, 2, 1, 0), "the whole file brings the rest");
}

#[tokio::test]
async fn a_file_that_cannot_be_read_at_all_writes_nothing() {
    let cases: [(Vec<u8>, &[&str]); 6] = [
        (Vec::new(), &["the file is empty", "expected a header line"]),
        (format!("{HEADER}{GOOD}").replace(',', ";").into(), &["line 1", "one column only", "`delimiter`"]),
        (
            format!("{HEADER}{GOOD}").replacen(",end,", ",outcome,", 1).into(),
            &["line 1", "lacks the column `end`"],
        ),
        (b"id,day,day,came,taken,over,end,who,agent\n".to_vec(), &["the column `day` twice"]),
        (b"\xFF\xFEi\0d\0\n\0".to_vec(), &["line 1", "UTF-16"]),
        (b"id,d\xE9y\n".to_vec(), &["line 1", "not UTF-8"]),
    ];
    for (file, words) in cases {
        let fixture = Fixture::new().await;
        let error = fixture.import(file).await.unwrap_err().to_string();
        for word in words {
            assert!(error.contains(word), "{word:?} is not in {error:?}");
        }
        assert!(!fixture.ledger.exists().await.unwrap(), "{error}: the log was opened for nothing");
    }
}

#[tokio::test]
async fn an_unknown_centre_needs_facts_in_the_mapping() {
    let fixture = Fixture::new().await;
    let start = MAPPING.find("[centre]").unwrap();
    let end = MAPPING.find("[time]").unwrap();
    let without = [&MAPPING[..start], &MAPPING[end..]].concat();
    let error = fixture.import_with(&without, format!("{HEADER}{GOOD}")).await.unwrap_err();
    assert!(matches!(&error, IntakeError::UnknownCentre(centre) if centre == "test-centre"), "{error}");
    assert!(!fixture.ledger.exists().await.unwrap());
}

#[test]
fn a_mapping_says_what_is_wrong_with_it() {
    let cases = [
        ("version = 1", "version = 9", "version"),
        ("zone = \"Asia/Seoul\"\n[key]", "zone = \"Asia/Soul\"\n[key]", "`Asia/Soul` is no time zone"),
        ("columns = [\"id\"]", "columns = []", "key.columns"),
        ("{ time = \"taken\" }", "{ time = \"taken\", datetime = \"x\" }", "answered.at"),
        ("skip = { test", "skip = { ok", "`ok` stands under `answered` already"),
        ("monday", "mondag", "`mondag` is no day of the week"),
        ("08:30-18:30", "18:30-08:30", "expected hours like"),
        ("source = \"pbx\"", "source = \"PBX 1\"", "source"),
    ];
    for (right, wrong, said) in cases {
        let text = MAPPING.replacen(right, wrong, 1);
        assert_ne!(text, MAPPING, "{right:?} is not in the mapping");
        let error = Mapping::parse(&text).unwrap_err().to_string();
        assert!(error.contains(said), "{said:?} is not in {error:?}");
    }
    let misspelt = MAPPING.replacen("[outcome]\ncolumn", "[outcome]\ncolum", 1);
    let error = Mapping::parse(&misspelt).unwrap_err().to_string();
    assert!(error.contains("colum") && error.contains("line"), "{error}");
}

struct FullDisk;

impl std::io::Write for FullDisk {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        Err(std::io::ErrorKind::StorageFull.into())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn an_import_that_was_cut_off_goes_on_and_tells_its_whole_numbers() {
    let fixture = Fixture::new().await;
    let row = |n: u32| format!("{n},2024-01-02,09:00:00,,09:01:{:02},lost,,\n", n % 60);
    let file = format!("{HEADER}{}bad\n{}", (0..600).map(row).collect::<String>(), row(600));
    let path = fixture.folder.path().join("calls.csv");
    std::fs::write(&path, &file).unwrap();
    let mapping = Mapping::parse(MAPPING).unwrap();
    let stopped =
        import_csv(&fixture.ledger, &mapping, &path, Some(&mut FullDisk), |_, _| {}).await.unwrap_err();
    assert!(matches!(stopped, IntakeError::Rejected(_)), "{stopped}");
    let offered = fixture.events().await.iter().filter(|(_, e)| e.event_type() == "CallOffered").count();
    assert!((1..600).contains(&offered), "{offered} rows were carried out before it stopped");

    let report = fixture.import(&file).await.unwrap();
    assert_eq!(numbers(&report), (602, 601, 0, 0, 1));
    let completed = fixture.completed().await;
    assert_eq!((completed.len(), completed[0].accepted), (1, 601));
}

/// Where the published calls of the bank are, if they are here.
fn bank_file() -> Option<PathBuf> {
    let folder = std::env::var_os("SANGDAM_SHARED_DATA").map(PathBuf::from);
    let folder = folder.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"));
    let file = folder.join("anonymous-bank-1999-02.tsv");
    if !file.exists() {
        println!("skipped: {} is not here (SANGDAM_SHARED_DATA names its folder)", file.display());
        return None;
    }
    Some(file)
}

#[tokio::test]
async fn the_calls_of_the_bank_give_the_published_numbers() {
    let Some(file) = bank_file() else { return };
    let mapping = include_str!("../../docs/imports/anonymous-bank.toml");
    let mapping = Mapping::parse(mapping).unwrap();
    let fixture = Fixture::new().await;
    let report = import_csv(&fixture.ledger, &mapping, &file, None, |_, _| {}).await.unwrap();
    assert_eq!(numbers(&report), (33_344, 33_066, 0, 278, 0), "{report}");

    let mut names: HashMap<&str, u64> = HashMap::new();
    let (mut calls_of, mut answered, mut without_agent) = (HashMap::new(), HashMap::new(), 0);
    let mut agents = HashSet::new();
    let mut months: BTreeMap<String, u64> = BTreeMap::new();
    let events = fixture.events().await;
    for (at, event) in &events {
        *names.entry(event.event_type()).or_default() += 1;
        match event {
            Event::CallOffered(offer) => {
                assert!(offer.external_reference.is_some());
                if let Some(caller) = offer.caller {
                    *calls_of.entry(caller).or_insert(0_u64) += 1;
                }
            }
            Event::CallAnswered(answer) => match answer.agent {
                Some(agent) => drop(agents.insert(agent)),
                None => without_agent += 1,
            },
            Event::ConsultationOpened(opened) => {
                let at: jiff::Timestamp = at.parse().unwrap();
                let month = at.in_tz("Asia/Jerusalem").unwrap().date().first_of_month();
                *months.entry(month.to_string()).or_default() += 1;
                if let Some(caller) = opened.caller {
                    *answered.entry(caller).or_insert(0_u64) += 1;
                }
            }
            _ => {}
        }
    }
    let expected = [
        ("CallOffered", 33_066),
        ("CallAnswered", 27_162),
        ("CallAbandoned", 5_904),
        ("ConsultationOpened", 27_162),
    ];
    for (name, count) in expected {
        assert_eq!(names[name], count, "{name}");
    }
    assert_eq!(months, BTreeMap::from([("1999-02-01".to_owned(), 27_162)]));
    assert_eq!((calls_of.len(), calls_of.values().sum::<u64>()), (4_021, 13_564));
    assert_eq!((answered.len(), answered.values().sum::<u64>()), (3_803, 11_725));
    assert_eq!((agents.len(), without_agent), (24, 491));

    let head = fixture.head().await;
    let again = import_csv(&fixture.ledger, &mapping, &file, None, |_, _| {}).await.unwrap();
    assert_eq!(numbers(&again), (33_344, 0, 33_066, 278, 0));
    assert_eq!(fixture.head().await, head);
}
