use super::*;
use sangdam_domain::value::DeliveryKind;

/// Whatever the sample in the documents wants, and nothing else.
fn secrets(variable: &str) -> Option<String> {
    variable.starts_with("SANGDAM_").then(|| "0123456789abcdef".to_owned())
}

fn read(folder: &Path, text: &str) -> Result<Reports, ReportsFileError> {
    let path = folder.join("reports.toml");
    std::fs::write(&path, text).unwrap();
    Reports::read(&path, &secrets)
}

const DAILY: &str = r#"
[[schedule]]
name = "daily"
cron = "0 8 * * MON-FRI"
report = "yearly?threshold=100000"
format = "csv"

[[schedule.deliver]]
folder = "."
"#;

#[test]
fn a_file_says_what_is_made_when_and_where_it_goes() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("out")).unwrap();
    let more = r#"
[[schedule]]
name = "monthly-directory"
cron = "30 7 1 * *"
report = "directory?period=last-month&top=20"
format = "json"
language = "en"
catch-up = 3
deliver = [
    { folder = "out" },
    { s3 = { bucket = "county", secret-key-env = "SANGDAM_S3", access-key-env = "SANGDAM_S3_ID" } },
    { webhook = { url = "https://county.example/hook", secret-env = "SANGDAM_HOOK" } },
]
"#;
    let reports = read(folder.path(), &format!("lease = \"90s\"\n{DAILY}{more}")).unwrap();
    assert_eq!(reports.lease_seconds, 90);
    let [daily, monthly] = reports.schedules.as_slice() else { panic!("{reports:?}") };
    assert_eq!((daily.name.as_str(), daily.cron.as_str()), ("daily", "0 8 * * MON-FRI"));
    assert_eq!((daily.format, daily.language, daily.catch_up), (Format::Csv, None, CATCH_UP));
    assert_eq!((monthly.format, monthly.language, monthly.catch_up), (Format::Json, Some(Language::En), 3));
    let kinds: Vec<_> = monthly.targets.iter().map(Target::kind).collect();
    assert_eq!(kinds, [DeliveryKind::Folder, DeliveryKind::S3, DeliveryKind::Webhook]);
    assert!(reports.schedule("daily").is_some() && reports.schedule("weekly").is_none());
}

#[test]
fn a_file_without_schedules_makes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let reports = read(folder.path(), "").unwrap();
    assert_eq!((reports.schedules.len(), reports.lease_seconds), (0, LEASE_SECONDS));
}

/// The file with one of its parts replaced is refused, with the line and these words.
#[track_caller]
fn refused(part: &str, replacement: &str, line: usize, words: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    assert!(DAILY.contains(part), "{part}");
    let error = read(folder.path(), &DAILY.replace(part, replacement)).unwrap_err().to_string();
    assert!(error.contains("reports.toml") && error.contains(&format!("line {line}")), "{error}");
    for word in words {
        assert!(error.contains(word), "`{word}` is not in: {error}");
    }
    // Nothing is made where anything is wrong.
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn what_is_wrong_is_told_with_its_line_and_its_key() {
    refused("MON-FRI", "FUNDAY", 4, &["cron = ", "is not a cron expression", "like `0 8 * * MON-FRI`"]);
    refused("0 8 * * MON-FRI", "0 0 31 2 *", 4, &["no such day"]);
    refused("\"daily\"", "\"Daily report\"", 3, &["name = ", "a-z, 0-9"]);
    refused("\"daily\"", "\".daily\"", 3, &["begins with a letter or a digit"]);
    refused("\"daily\"", "7", 3, &["expected a string"]);
    refused("yearly", "weekly", 5, &["there is no report `weekly`; there are yearly"]);
    refused("\"csv\"", "\"pdf\"", 6, &["there is no format `pdf`; there are table, csv"]);
    refused("format = \"csv\"", "format = \"csv\"\nlanguage = \"de\"", 7, &["`de` is neither `ko` nor `en`"]);
    refused("format = \"csv\"", "format = \"csv\"\ncatch-up = 5000", 7, &["at most 1000 missed runs"]);
    refused(
        "format = \"csv\"",
        "format = \"csv\"\ncatchup = 5",
        7,
        &["unknown field `catchup`", "`catch-up`"],
    );
    refused("format = \"csv\"\n", "", 2, &["missing field `format`"]);
    refused("[[schedule]]", "lease = \"5 weeks\"\n[[schedule]]", 2, &["`5 weeks` is not a duration"]);
    refused("[[schedule]]", "retries = 5\n[[schedule]]", 2, &["unknown field `retries`"]);
    refused("folder = \".\"", "ftp = \"x\"", 9, &["unknown variant `ftp`", "`folder`, `s3`, `webhook`"]);
}

#[test]
fn what_cannot_be_done_is_told_with_its_line_and_its_schedule() {
    refused(
        "folder = \".\"",
        "folder = \"missing\"",
        8,
        &["schedule `daily`: `folder`", "missing: No such file"],
    );
    refused("folder = \".\"", "folder = \"reports.toml\"", 8, &["reports.toml: is not a folder"]);
    refused("folder = \".\"", "folder = \"/proc/self\"", 8, &["/proc/self: cannot be written to"]);
    refused(
        "[[schedule.deliver]]\nfolder = \".\"",
        "",
        3,
        &["schedule `daily`: `deliver`: expected at least one"],
    );
    let hook = "webhook = { url = \"https://county.example/\", secret-env = \"HOOK_SECRET\" }";
    refused("folder = \".\"", hook, 8, &["`secret-env`: the environment variable `HOOK_SECRET` is not set"]);
    let unknown = "webhook = { url = \"https://county.example/\", secret = \"0123456789abcdef\" }";
    refused("folder = \".\"", unknown, 9, &["unknown field `secret`"]);
    refused("folder = \".\"", &format!("folder = \".\"{DAILY}"), 11, &["another schedule has it already"]);
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = Reports::read(Path::new("/nowhere/reports.toml"), &secrets).unwrap_err().to_string();
    assert!(error.starts_with("/nowhere/reports.toml cannot be read: No such file"), "{error}");
}

#[test]
fn the_sample_of_the_documents_is_understood() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let document = std::fs::read_to_string(root.join("docs/scheduled-reports.md")).unwrap();
    let sample = document.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path().to_str().unwrap();
    let reports = read(folder.path(), &sample.replace("/srv/reports", here)).unwrap();
    assert!(reports.schedules.len() >= 2);
}
