//! domain ← eventstore ← projections ← api: what each crate may know.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use sangdam_tests::repository::{files, relative, root, text};

use super::sources::without_tests;

/// What a package needs in production: directly, or however far.
fn dependencies(package: &str, depth: Option<&str>) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--offline", "--edges", "normal", "--prefix", "none", "--format", "{p}"])
        .args(["--package", package])
        .args(depth.into_iter().flat_map(|depth| ["--depth", depth]))
        .current_dir(root())
        .output()
        .expect("cargo starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let listed = String::from_utf8(output.stdout).expect("UTF-8");
    // The first line is the package itself; a name ends at the first space.
    let names = listed.lines().skip(1).filter_map(|line| line.split(' ').next());
    let found: BTreeSet<String> = names.map(str::to_owned).collect();
    assert!(
        found.contains("serde_json"),
        "{package} seems to need nothing: is the reading broken?\n{listed}"
    );
    found
}

#[track_caller]
fn knows_nothing_of(package: &str, known: &BTreeSet<String>, forbidden: &[&str]) {
    let broken: Vec<_> = forbidden.iter().filter(|name| known.contains(**name)).collect();
    assert!(broken.is_empty(), "{package} must not depend on {broken:?}");
}

#[test]
fn dependencies_point_one_way() {
    let web = ["axum", "async-graphql", "hyper", "clap"];

    let domain = dependencies("sangdam-domain", None);
    knows_nothing_of("domain", &domain, &web);
    knows_nothing_of("domain", &domain, &["tokio", "futures", "sqlx", "sqlx-core"]);
    knows_nothing_of("domain", &domain, &["sangdam-eventstore", "sangdam-projections", "sangdam"]);

    let eventstore = dependencies("sangdam-eventstore", None);
    knows_nothing_of("eventstore", &eventstore, &web);
    knows_nothing_of("eventstore", &eventstore, &["sangdam-projections", "sangdam"]);

    let projections = dependencies("sangdam-projections", None);
    knows_nothing_of("projections", &projections, &web);
    knows_nothing_of("projections", &projections, &["sangdam"]);

    let search = dependencies("sangdam-search", None);
    knows_nothing_of("search", &search, &web);
    knows_nothing_of("search", &search, &["sangdam"]);
    knows_nothing_of("search", &dependencies("sangdam-search", Some("1")), &["sqlx"]);
    knows_nothing_of("projections", &projections, &["sangdam-search"]);

    knows_nothing_of("api", &dependencies("sangdam", Some("1")), &["sqlx"]);
}

/// The crate's sources must not hold any of these words, comments and tests apart.
#[track_caller]
fn never_says(folder: &str, forbidden: &[&str], why: &str) {
    let mut broken = Vec::new();
    let is_test = |path: &PathBuf| path.iter().any(|part| part == "tests" || part == "tests.rs");
    for path in files(folder, &["rs"]).into_iter().filter(|path| !is_test(path)) {
        let source = text(&path);
        for (index, line) in without_tests(&source).lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            if let Some(word) = forbidden.iter().find(|word| code.contains(**word)) {
                broken.push(format!("{}:{}: {word}", relative(&path), index + 1));
            }
        }
    }
    assert!(broken.is_empty(), "{why}:\n  {}", broken.join("\n  "));
}

#[test]
fn projections_never_write_the_ledger() {
    let writes = [
        ".append_all(",
        ".append_bulk",
        ".begin_bulk_lists(",
        ".create_log(",
        ".delete_sealed(",
        "Append {",
        "vault().seal",
    ];
    never_says("projections/src", &writes, "a projection reads the ledger");
    never_says("search/src", &writes, "the search index reads the ledger");
}

#[test]
fn only_the_ledger_room_appends() {
    let writes = [".append_all(", ".append_bulk", ".begin_bulk_lists(", ".create_log(", ".delete_sealed("];
    let broken: Vec<_> = files("api/src", &["rs"])
        .into_iter()
        .filter(|path| !relative(path).starts_with("api/src/ledger"))
        .filter(|path| {
            let source = text(path);
            writes.iter().any(|word| without_tests(&source).contains(word))
        })
        .map(|path| relative(&path))
        .collect();
    assert!(broken.is_empty(), "whatever writes goes through api/src/ledger: {broken:?}");
}

#[test]
fn the_domain_has_no_clock_and_no_tables() {
    let forbidden = ["async fn", "SystemTime", "Instant::now", "SELECT ", "INSERT ", "std::fs", "std::env"];
    never_says("domain/src", &forbidden, "the domain is pure functions");
}

#[test]
fn the_store_knows_no_events_meaning() {
    let forbidden = ["ConsultationOpened", "CallOffered", "CallerRegistered", "sangdam_domain::event::"];
    never_says("eventstore/src", &forbidden, "the store knows no event's meaning");
}

#[test]
fn nothing_but_stores_speaks_sql() {
    let forbidden = ["SELECT ", "INSERT INTO", "DELETE FROM", "UPDATE ", "CREATE TABLE"];
    never_says("api/src", &forbidden, "api holds no SQL");
}
